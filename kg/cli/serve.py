"""``kg serve``."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import click

from kg.cli import fail, store_option

#: seconds after which a connection without requests is closed, and for which answers under way may go on at the end
_IDLE, _GRACE = 60, 5


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="位址 address to listen on")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="埠 port")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="行程 processes")
@click.option("--queries", "folders", multiple=True, envvar="KG_QUERIES", metavar="DIR",
              type=click.Path(path_type=Path),
              help="另加自己的 .rq 資料夾，可重複 a further folder of .rq files, repeatable")
@click.option("--timeout", default=None, type=click.FloatRange(0.1), help="查詢時限 seconds per query  [default: 30]")
def serve(store: str, host: str, port: int, workers: int, folders: tuple[Path, ...], timeout: float | None) -> None:
    """啟動網站與 SPARQL 端點 serve pages and the SPARQL endpoint until Ctrl-C."""
    import uvicorn

    from kg.catalog import CatalogError, load
    from kg.service.limits import from_environment
    from kg.store import StoreError
    from kg.store.remote import is_remote, open_versions

    try:
        version = open_versions(store).require()
        load(*folders)
        # the server's processes, which run elsewhere, read them from the environment
        os.environ["KG_QUERIES"] = os.pathsep.join(str(folder.resolve()) for folder in folders)
        if timeout is not None:
            os.environ["KG_LIMIT_SECONDS"] = str(timeout)
        from_environment()
    except (StoreError, CatalogError, ValueError) as error:
        fail(str(error))
        return
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(f"{host}:{port}：無法使用，請換 --port (cannot listen here: {error.strerror}; choose another --port)")
            return
    os.environ["KG_STORE"] = store if is_remote(store) else str(Path(store).resolve())
    at = f"[{host}]" if ":" in host else host
    click.echo(f"圖譜 graph {version.name} → http://{at}:{port}/  (SPARQL: /sparql; Ctrl-C 結束 to stop)")
    with tempfile.TemporaryDirectory(prefix="kg-answers-") as answers:
        os.environ["KG_ANSWERS"] = answers  # kept answers, shared by the processes
        uvicorn.run(
            "server:create_asgi", factory=True, host=host, port=port, workers=workers, ws="none",
            http="kg.service.connection:Connection", timeout_keep_alive=_IDLE, timeout_graceful_shutdown=_GRACE,
            log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            app_dir=str(Path(__file__).resolve().parents[2]),
        )
