"""``kg serve``."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click

from kg.cli import fail, store_option


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="位址 address to listen on")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="埠 port")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="行程 processes")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1), help="執行緒 threads per process")
def serve(store: str, host: str, port: int, workers: int, threads: int) -> None:
    """啟動網站與 SPARQL 端點 serve pages and the SPARQL endpoint until Ctrl-C."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from kg.catalog import CatalogError, load
    from kg.store import StoreError, VersionedStore

    try:
        version = VersionedStore(store).require()
        load()
    except (StoreError, CatalogError) as error:
        fail(str(error))
        return
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(f"{host}:{port}：無法使用，請換 --port (cannot listen here: {error.strerror}; choose another --port)")
            return
    os.environ["KG_STORE"] = str(Path(store).resolve())
    at = f"[{host}]" if ":" in host else host
    click.echo(f"圖譜 graph {version.name} → http://{at}:{port}/  (SPARQL: /sparql; Ctrl-C 結束 to stop)")
    Granian(
        "server:create_app", address=host, port=port, interface=Interfaces.WSGI, factory=True, workers=workers,
        blocking_threads=threads, log_level=LogLevels.warning, working_dir=Path(__file__).resolve().parents[2],
    ).serve()
