"""``python -m bench.corpus``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bench.corpus import make


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.corpus")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first document")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--characters", type=int, default=15_000)
    args = parser.parse_args()
    (args.folder / "gold").mkdir(parents=True, exist_ok=True)
    written = 0
    for number in range(args.first, args.first + args.documents):
        made = make(number, args.seed, args.characters)
        (args.folder / made.name).write_text(made.text, encoding="utf-8")
        gold = json.dumps(made.gold, ensure_ascii=False, indent=1)
        (args.folder / "gold" / made.name.replace(".txt", ".json")).write_text(gold + "\n", encoding="utf-8")
        written += len(made.text)
    print(f"{args.documents} documents, {written:,} characters: {args.folder}")


if __name__ == "__main__":
    main()
