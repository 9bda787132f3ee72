"""The whole HTTP interface under made-up requests: Schemathesis reads /openapi.json and looks for answers of 500."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tiny_graph
from live import serving

PROGRAM = Path(sys.executable).with_name("schemathesis")
pytestmark = pytest.mark.slow


def test_no_made_up_request_is_a_fault_of_the_server(tmp_path: Path) -> None:
    if not PROGRAM.exists():
        pytest.skip("no schemathesis (pip install policy-kg[fuzz])")
    tiny_graph.publish(tmp_path / "store")
    with serving(tmp_path / "store") as address:
        done = subprocess.run(
            [str(PROGRAM), "run", f"{address}/openapi.json", "--checks", "not_a_server_error", "--max-examples", "6",
             "--phases", "examples,coverage,fuzzing", "--generation-deterministic",
             "--request-timeout", "20", "--no-color"],
            cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=900,
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
