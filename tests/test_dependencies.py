"""Known holes in the packages that the program needs, as pip-audit finds them in the advisories of PyPI."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def needed() -> set[str]:
    """Names of the installed packages that the program needs, directly or through others."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: set[str] = set()
    waiting = list(project["dependencies"])
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            waiting += requires(name) or []
        except PackageNotFoundError:
            continue
        found.add(name)
    return found


def test_no_known_holes() -> None:
    pytest.importorskip("pip_audit", reason="no pip-audit (pip install policy-kg[audit])")
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--timeout", "15"],
        capture_output=True, encoding="utf-8", timeout=600,
    )
    if not done.stdout.strip():  # pip-audit gives up at the first request that fails
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        pytest.skip(f"the advisories cannot be reached, so nothing was checked: {reason[:200]}")
    own = needed()
    packages = [p for p in json.loads(done.stdout)["dependencies"] if canonicalize_name(p["name"]) in own]
    if not any("vulns" in p for p in packages):
        pytest.skip(f"the package index holds no advisories, so nothing was checked: {packages[0]['skip_reason']}")
    assert not {p["name"]: [v["id"] for v in p["vulns"]] for p in packages if p.get("vulns")}
