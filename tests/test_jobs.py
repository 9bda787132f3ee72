"""The per-document step: what a document's time is, and what it is not."""

from __future__ import annotations

import subprocess
import sys

READ = """
from kg import jobs
from kg.model import Document
jobs.LEAST_SECONDS = 0.3
(outcome,) = jobs.Inline().run([Document("0" * 16, "short.txt", "0" * 64, "經濟部推動機器人產業。")])
print(outcome.failed)
"""


def test_the_first_document_is_not_charged_with_starting_up(environment: dict[str, str]) -> None:
    """Importing the matchers may take ten seconds where nothing is compiled yet."""
    done = subprocess.run(
        [sys.executable, "-c", READ], capture_output=True, encoding="utf-8", env=environment, timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n", "")
