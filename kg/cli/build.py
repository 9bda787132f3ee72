"""``kg build``."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import fail, store_option
from kg.cli.query import fit

if TYPE_CHECKING:
    from kg.jobs import Runner


class _Bar:
    """A progress bar on a terminal, plain lines elsewhere; both on standard error."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.tty = sys.stderr.isatty()
        self.last = ""

    def __call__(self, what: str, done: int, of: int) -> None:
        if self.quiet:
            return
        if self.tty:
            full = round(24 * done / of) if of else 0
            line = fit(f"[{'█' * full}{'·' * (24 - full)}] {done}/{of} {what}", shutil.get_terminal_size().columns - 1)
            click.echo(f"\r\x1b[2K{line}", nl=False, err=True)
        elif what != self.last:
            click.echo(f"[{done}/{of}] {what}", err=True)
        self.last = what

    def close(self) -> None:
        if self.tty and not self.quiet and self.last:
            click.echo(err=True)


def _runner(jobs: int, scheduler: str | None) -> Runner:
    """What does the per-document step. Ends the program where the cluster cannot be used."""
    from kg.jobs import Inline, Pool

    if scheduler is None:
        return Inline() if jobs == 1 else Pool(jobs)
    from kg.cluster import Cluster, ClusterError

    try:
        return Cluster(scheduler)
    except ClusterError as error:
        fail(str(error))


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@store_option
@click.option("--add", is_flag=True, help="保留現有文件，只加入新的 keep the documents that are there")
@click.option("--json", "as_json", is_flag=True, help="報告輸出為 JSON report as JSON")
@click.option("--quiet", is_flag=True, help="不顯示進度 no progress")
@click.option("--max-mb", type=click.IntRange(min=1), default=64, show_default=True, help="單檔上限 largest file, MiB")
@click.option("--decisions", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="人工判定檔（預設為圖譜資料夾的 decisions.jsonl）file of people's decisions about links")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
              help="讀文件、找連結的程序數 processes that read documents and find links")
@click.option("--scheduler", metavar="ADDRESS",
              help="由 Dask 叢集讀文件 read documents on a Dask cluster, e.g. tcp://host:8786")
@click.option("--shards", metavar="URL",
              help="另存各分片到資料夾或 fsspec URL also write the shards there, for other stores' bulk loaders")
@click.option("--rebuild", is_flag=True, help="整個圖譜重新載入 load the whole graph anew")
def build(paths: tuple[Path, ...], store: str, add: bool, as_json: bool, quiet: bool, max_mb: int,
          decisions: Path | None, jobs: int, scheduler: str | None, shards: str | None, rebuild: bool) -> None:
    """讀取檔案或資料夾，建立並發布新版圖譜 read files or folders into a new version of the graph.

    文類由內容判斷。圖譜只含這次指定的文件（--add 則保留原有的）。
    結束碼：0 全部讀到；1 有檔案讀不到，其餘已發布；2 沒有發布。
    """
    from kg.backup import hand_over
    from kg.build import build as run
    from kg.report import text
    from kg.store import StoreError, VersionedStore
    from kg.store.remote import RemoteStore, is_remote, work_folder

    bar = _Bar(quiet)
    # a remote graph is built in a folder here, which keeps the shards and the texts, and then sent as a whole
    versions = VersionedStore(work_folder(store) if is_remote(store) else store)
    try:
        report = run(
            paths, versions, add=add, max_bytes=max_mb * 2**20, progress=bar, decisions=decisions,
            runner=_runner(jobs, scheduler), rebuild=rebuild, jobs=jobs)
        if shards is not None and report.version is not None:
            bar("分片 shards", 0, 1)
            hand_over(versions, shards)
        if is_remote(store) and report.version is not None:
            bar("傳送 send", 0, 1)
            RemoteStore(store).replace(versions.open())
            bar("傳送 send", 1, 1)
    except StoreError as error:
        bar.close()
        fail(str(error))
    except OSError as error:
        bar.close()
        fail(f"{error.filename or store}：無法寫入，服務中的圖譜不受影響，請清出空間或檢查權限後重新 kg build "
             f"(cannot be written: {error.strerror or error}; the served graph is whole; "
             "make room or check permissions, then build again)")
    bar.close()
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
        for sentence in report.failed:
            click.echo(sentence, err=True)
    else:
        click.echo(text(report))
    if report.version is None:
        raise SystemExit(2)
    raise SystemExit(0 if report.ok else 1)
