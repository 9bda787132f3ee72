"""The committed front-end bundles are what the manifest, the lock file and the sources say."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
BUNDLES = ROOT / "kg/web/static/bundles"
FRONTEND = ROOT / "frontend"
#: licences under which a package may be given on with ours
LICENCES = {"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0"}
#: compressed bytes of the heaviest first visit
BUDGET = 300_000


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((BUNDLES / "manifest.json").read_text(encoding="utf-8"))["bundles"]
    return found


def test_files_are_those_of_the_manifest(manifest: dict[str, Any]) -> None:
    assert {p.name for p in BUNDLES.iterdir()} == {*manifest, "manifest.json", "LICENSES.txt"}
    for name, told in manifest.items():
        data = (BUNDLES / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (told["size"], told["sha256"]), name


def test_every_source_has_its_bundle(manifest: dict[str, Any]) -> None:
    assert {p.name for p in (FRONTEND / "src").glob("*.js")} == set(manifest)


def test_versions_are_those_of_the_lock_file(manifest: dict[str, Any]) -> None:
    wanted = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    pairs = {(path.rpartition("node_modules/")[2], told["version"]): told for path, told in locked.items() if path}
    for name, told in manifest.items():
        for package in told["packages"]:
            assert pairs[package["name"], package["version"]]["license"] == package["license"], name
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert locked[f"node_modules/{name}"]["version"] == version, f"{name} is not exact in package.json"
    assert all(told.get("integrity") for path, told in locked.items() if path)


def test_licences_allow_giving_on(manifest: dict[str, Any]) -> None:
    texts = (BUNDLES / "LICENSES.txt").read_text(encoding="utf-8")
    for told in manifest.values():
        for package in told["packages"]:
            assert package["license"] in LICENCES, package
            assert f"{package['name']} {package['version']} ({package['license']})" in texts


def test_a_first_visit_stays_light(manifest: dict[str, Any]) -> None:
    """No page loads more than one bundle beside the site's own files."""
    own = sum(len(gzip.compress(p.read_bytes())) for p in BUNDLES.parent.iterdir() if p.is_file())
    assert own + max(told["gzip"] for told in manifest.values()) < BUDGET


@pytest.mark.slow
def test_sources_make_these_bundles(tmp_path: Path) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no node and npm here, which build the bundles")
    copy = tmp_path / "frontend"
    shutil.copytree(FRONTEND, copy, ignore=shutil.ignore_patterns("node_modules"))
    fetched = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=copy, capture_output=True,
        encoding="utf-8", timeout=300,
    )
    if fetched.returncode:
        pytest.skip(f"npm could not fetch the packages: {fetched.stderr[-200:]}")
    built = subprocess.run(
        ["node", "build.mjs", str(tmp_path / "bundles")], cwd=copy, capture_output=True, encoding="utf-8", timeout=120,
    )
    assert built.returncode == 0, built.stderr
    assert _hashes(tmp_path / "bundles") == _hashes(BUNDLES)


def _hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
