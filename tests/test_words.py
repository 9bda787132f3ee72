"""The segmentation of administrative prose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from extract.words import tokenizer


def test_names_stay_whole() -> None:
    assert list(tokenizer(["產業創新條例"]).cut("依產業創新條例辦理", HMM=False)) == ["依", "產業創新條例", "辦理"]


def test_the_first_import_warns_of_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    """An installer may leave modules uncompiled: compiling jieba's source gives warnings, errors in a strict run."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", f"pycache_prefix={tmp_path}", "-c",
         "from extract.words import tokenizer; tokenizer([])"],
        capture_output=True, encoding="utf-8", env=environment, timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
