"""Sets the project up with nothing but Python 3.11+: ``python3 start.py [run|test|setup]``.

run    (default) environment, then the main job on the samples, then the web server
test   environment, then the tests (further arguments go to pytest)
setup  environment only (with ``--dev``: also the linters and the type checker)

A virtual environment is made in ``.venv``. Debian ships Python without the parts that make
one, so three ways are tried: the standard library's, a system pip, Debian's package.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"


def say(text: str) -> None:
    """A line of progress, on standard error."""
    sys.stderr.write(text + "\n")


def quiet(*command: str | Path) -> bool:
    """Did the command succeed? Its output is kept away."""
    return subprocess.run([str(c) for c in command], capture_output=True, check=False).returncode == 0


def run(*command: str | Path, **environment: str) -> None:
    """Runs a command in the project's folder; ends the program with its status if it fails."""
    done = subprocess.run([str(c) for c in command], cwd=ROOT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def make_environment() -> None:
    """Makes ``.venv`` with pip in it, or says in one sentence what is missing."""
    if PYTHON.exists() and quiet(PYTHON, "-m", "pip", "--version"):
        return
    say("建立虛擬環境 .venv … making the virtual environment")
    shutil.rmtree(VENV, ignore_errors=True)
    if quiet(sys.executable, "-m", "venv", VENV):
        return
    if quiet(sys.executable, "-m", "pip", "--version"):
        shutil.rmtree(VENV, ignore_errors=True)
        if quiet(sys.executable, "-m", "venv", "--without-pip", VENV) and quiet(
            sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip"
        ):
            return
    shutil.rmtree(VENV, ignore_errors=True)
    apt = (["sudo", "-n"] if os.geteuid() else []) + ["apt-get"]
    if shutil.which("apt-get"):
        say("安裝 Debian 套件 python3-venv … installing Debian's python3-venv")
        quiet(*apt, "update")
        if quiet(*apt, "install", "-y", "python3-venv") and quiet(sys.executable, "-m", "venv", VENV):
            return
    raise SystemExit(
        "無法建立虛擬環境，請先安裝 python3-venv (cannot make a virtual environment; install python3-venv first)"
    )


def install(extras: str) -> None:
    """Installs the project and what it needs; skipped where that was done and pyproject.toml has not changed."""
    wanted = extras + (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    say("安裝套件，第一次約一分鐘 … installing packages, about a minute the first time")
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", f".[{extras}]")
    STAMP.write_text(wanted, encoding="utf-8")


def main() -> None:
    """The command line."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
        raise SystemExit("需要 Python 3.11 以上 (Python 3.11 or newer is needed)")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="run", choices=["run", "test", "setup"])
    parser.add_argument("--dev", action="store_true", help="with setup: linters and type checker, too")
    parser.add_argument("--port", default="8000", help="with run: the web server's port")
    parser.add_argument("--no-serve", action="store_true", help="with run: stop after the build")
    args, rest = parser.parse_known_args()
    if rest and args.what != "test":
        parser.error(f"unrecognised: {' '.join(rest)}")
    make_environment()
    install("dev" if args.dev else "test")
    if args.what == "test":
        run(PYTHON, "-m", "pytest", *rest)
    elif args.what == "run":
        run(PYTHON, "-m", "kg", "build", "samples", "--store", "store")
        run(PYTHON, "-m", "kg", "stats", "--store", "store")
        if not args.no_serve:
            say(f"打開 open http://127.0.0.1:{args.port}/")
            run(PYTHON, "-m", "kg", "serve", "--store", "store", "--port", args.port)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
