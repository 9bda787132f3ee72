"""How long a build takes, step by step, and how much memory.

    python bench/build.py FOLDER [--runs 3]

Each run is a process of its own: one from nothing, one with nothing changed. Prints medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def once(folder: Path, store: str) -> tuple[float, float, dict[str, float]]:
    """Seconds (whole process), peak memory in MB, and seconds per step of one build."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "build", str(folder), "--store", store, "--json", "--quiet"],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[1],
    )
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode == 2:
        raise SystemExit("the build failed")
    return seconds, usage.ru_maxrss / 1024, json.loads(output)["seconds"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    folder = args.folder.resolve()
    first, again = [], []
    for _ in range(args.runs):
        with tempfile.TemporaryDirectory() as store:
            first.append(once(folder, store))
            again.append(once(folder, store))
    characters = sum(len(p.read_text(encoding="utf-8", errors="replace")) for p in folder.rglob("*.txt"))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, {characters:,} characters")
    for name, runs in (("from nothing", first), ("nothing changed", again)):
        whole = statistics.median(r[0] for r in runs)
        print(f"{name:<16} {whole:6.2f} s   peak {statistics.median(r[1] for r in runs):5.0f} MB")
        for step in runs[0][2]:
            median = statistics.median(r[2].get(step, 0.0) for r in runs)
            print(f"  {step:<14} {median:6.2f} s   {100 * median / whole:4.0f} %")
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
