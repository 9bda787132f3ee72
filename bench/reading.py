"""How fast documents are read, after start-up, on one core, beside jieba's own segmentation of the same texts.

    python -m bench.reading [FILE ...] [--least 200000]

Without files it reads the samples. Reading is all of it: recognising the genre, the extractor, names, figures,
the shard. The yardstick is ``jieba.cut`` with its own dictionary over the same characters. Times are of the
processor, so that other work on the machine counts little; start-up is that of a process of its own.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jieba

from extract.entities import default_finder
from kg.pipeline import process
from kg.read import read

ROOT = Path(__file__).resolve().parents[1]
_START = (
    "import time; from extract.entities import default_finder; default_finder().pipeline; "
    "from extract.registry import extractors; extractors(); print(time.process_time())"
)


def speed(work: Callable[[], object], characters: int, least: int) -> float:
    """Characters a second: the work is repeated until at least so many characters are done."""
    done, began = 0, time.process_time()
    while done < least:
        work()
        done += characters
    return done / (time.process_time() - began)


def start_up(runs: int = 3) -> float:
    """Seconds until a new process is ready to read (imports, authority files, matchers); the median."""
    # as installed, where the modules are compiled: the first run may have to do that
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return statistics.median([
        float(subprocess.run([sys.executable, "-c", _START], cwd=ROOT, check=True, capture_output=True,
                             text=True, env=environment).stdout) for _ in range(runs + 1)][1:])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=sorted((ROOT / "samples").glob("*.txt")))
    parser.add_argument("--least", type=int, default=200_000, help="characters to read of each document")
    args = parser.parse_args()
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    # the matchers are made at the first name that is looked for
    default_finder().find("經濟部")
    print(f"{'':<32} {'characters':>11} {'read/s':>9} {'jieba/s':>9} {'ratio':>6}")
    rates, sizes = [], []
    for path in args.files:
        document = read(path)
        size = len(document.text)
        rate = speed(lambda document=document: process(document), size, args.least)
        yardstick = speed(lambda text=document.text: list(jieba.cut(text)), size, args.least)
        print(f"{path.name:<32.32} {size:>11,} {rate:>9,.0f} {yardstick:>9,.0f} {rate / yardstick:>6.2f}")
        rates.append(rate)
        sizes.append(size)
    print(f"all together {sum(sizes) / sum(n / r for n, r in zip(sizes, rates, strict=True)):,.0f} characters a second")
    print(f"start-up {start_up():.2f} s")


if __name__ == "__main__":
    main()
