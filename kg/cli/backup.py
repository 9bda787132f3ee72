"""``kg backup`` and ``kg restore``."""

from __future__ import annotations

from pathlib import Path

import click

from kg.cli import fail, store_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@store_option
def backup(file: Path, store: str) -> None:
    """把服務中的圖譜、文件原文與人工判定備份成一個檔 write graph, texts and decisions into one tar file."""
    from kg.backup import backup as run
    from kg.store import StoreError, VersionedStore

    try:
        run(VersionedStore(store), file)
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{file}：無法寫入，請檢查路徑與空間 (cannot be written: {error.strerror or error}; "
             "check the path and the room on the disk)")
    click.echo(f"已備份 backed up: {file} ({file.stat().st_size / 2**20:,.1f} MiB)")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@store_option
def restore(file: Path, store: str) -> None:
    """還原備份，發布為新的一版 publish the graph of a backup as the next version."""
    from kg.backup import restore as run
    from kg.store import StoreError, VersionedStore

    try:
        version = run(file, VersionedStore(store))
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or store}：無法還原，請檢查路徑與空間 (cannot be restored: {error.strerror or error}; "
             "check the path and the room on the disk)")
    click.echo(f"已還原 restored: {version.name}")
