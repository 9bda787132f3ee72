"""A live server for tests: ``kg serve`` in a process of its own on a free port."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """A port that nothing listens on at present."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def reachable(port: int, seconds: float = 20.0, process: subprocess.Popen[bytes] | None = None) -> None:
    """Waits until something listens on the port. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and (process is None or process.poll() is None):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@contextlib.contextmanager
def serving(store: Path | str, *options: str, **environment: str) -> Iterator[str]:
    """Serves a store folder; gives the server's address."""
    port = free_port()
    variables = {k: v for k, v in os.environ.items() if not k.startswith("KG_")} | environment
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", str(port), *options], cwd=ROOT,
        env=variables | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, start_new_session=True,
    )
    try:
        reachable(port, process=process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
