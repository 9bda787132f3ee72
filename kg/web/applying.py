"""Puts decisions to use without the command line: a new version of the graph is built by a process of its own.

``python -m kg.web.applying STORE FD`` is that process. It holds the lock whose open file it was given, tells in
``applying.json`` how far it is, and publishes the version by one atomic switch; the former one answers meanwhile.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.decisions import FILE, Decisions, load
from kg.store import StoreError, VersionedStore

STATE, LOCK = "applying.json", ".applying.lock"
#: seconds between two notes of how far the work is
_STEP = 0.2
#: how often, and with how many seconds between, the lock is tried
_TRIES, _LOOK = 10, 0.02


@dataclass(frozen=True, slots=True)
class State:
    """How far the work is: what is being done, and which part of it; an error where it failed."""

    running: bool = False
    what: str = ""
    done: int = 0
    of: int = 0
    error: str = ""


def pending(versions: VersionedStore, decisions: Decisions) -> int:
    """How many links and facts the served version tells otherwise than the decisions say. Raises StoreError."""
    applied = load(versions.require().path / FILE)
    return sum(applied.get(key) != decisions.get(key) for key in applied.keys() | decisions.keys())


def state(folder: Path) -> State:
    """How far the work is in a store folder."""
    try:
        found = State(**json.loads((folder / STATE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return State()
    except (OSError, ValueError, TypeError):
        return State(error="進度讀不出來 (the progress cannot be read)")
    with (folder / LOCK).open("a") as lock:
        if _held(lock.fileno()):
            return State(True, found.what, found.done, found.of)
    if found.running:  # its process is gone
        return State(error="套用中斷，請再試一次 (it was interrupted; try again)")
    return found


def start(folder: Path) -> bool:
    """Begins the work; False where it is under way already. Raises StoreError where the folder cannot be written."""
    try:
        with (folder / LOCK).open("a") as lock:
            if not _taken(lock.fileno()):
                return False
            _note(folder, State(True))
            # the lock is the open file's: it lasts until the process ends, however it ends
            process = subprocess.Popen(
                [sys.executable, "-m", "kg.web.applying", str(folder), str(lock.fileno())],
                pass_fds=[lock.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True, env=os.environ | {"KG_TOKEN": ""},
            )
    except OSError as error:
        raise StoreError(f"{folder}：無法寫入，請檢查權限 (cannot be written: {error.strerror})") from error
    threading.Thread(target=process.wait, daemon=True).start()
    return True


def _taken(descriptor: int) -> bool:
    """Takes the lock; False where a process at work holds it. Who only looks holds it for a moment, shared."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOOK)
        else:
            return True
    return False


def _held(descriptor: int) -> bool:
    """Does a process at work hold the lock?"""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _note(folder: Path, now: State) -> None:
    hidden = folder / f".{STATE}.new"
    hidden.write_text(json.dumps(asdict(now), ensure_ascii=False), encoding="utf-8")
    hidden.replace(folder / STATE)


def main(folder: Path) -> int:
    """Builds and publishes a version with the decisions of a store folder; 1 where that failed."""
    from kg.build import build

    noted = 0.0

    def progress(what: str, done: int, of: int) -> None:
        nonlocal noted
        if time.monotonic() - noted > _STEP:
            noted = time.monotonic()
            _note(folder, State(True, what, done, of))

    # a decision that came while the version was being made goes into the next one
    error = ""
    try:
        report = build((), VersionedStore(folder), add=True, progress=progress)
        error = "\n".join(report.failed)
    except StoreError as failed:
        error = str(failed)
    except Exception as failed:
        error = f"建置失敗，請執行 kg link --apply 查看 (it failed: {type(failed).__name__}; run kg link --apply)"
        raise
    finally:
        with contextlib.suppress(OSError):
            _note(folder, State(error=error))
    return int(bool(error))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
