"""The wheel holds all that the program needs: it does the main job without the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built without the network."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True, encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an empty virtual environment with the wheel in it.

    What the project depends on comes from the running environment by a ``.pth`` file. Such
    files inside that environment are not read then, so the checkout stays out of sight.
    """
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    site = Path(subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, encoding="utf-8", check=True,
    ).stdout.strip())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the environment's interpreter in a folder, with nothing of the checkout in its surroundings."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "KG_STORE", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(python), *arguments], cwd=folder, env=clean, capture_output=True, encoding="utf-8", timeout=120
    )


def test_the_wheel_holds_programs_and_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, ending in (
        ("kg", ".py"), ("extract", ".py"), ("ontology", ".ttl"), ("queries", ".rq"), ("kg/web", ".html"),
    ):
        wanted = {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob(f"*{ending}")}
        assert wanted <= names, sorted(wanted - names)[:5]
    assert "server.py" in names
    assert any(n.startswith("samples/") and n.endswith(".txt") for n in names)
    assert not [n for n in names if n.startswith(("tests/", "bench/", ".")) or "__pycache__" in n]
    entry = next(n for n in names if n.endswith("entry_points.txt"))
    assert "kg = kg.cli:main" in zipfile.ZipFile(wheel).read(entry).decode()


def test_the_main_job_runs_from_the_wheel(python: Path, tmp_path: Path, sample_files: list[Path]) -> None:
    work = tmp_path / "work"
    work.mkdir()
    documents = tmp_path / "documents"
    documents.mkdir()
    for path in sample_files:
        shutil.copy(path, documents)

    where = run(python, work, "-c", "import kg, extract.registry as r; print(kg.__file__, r.__file__)")
    assert where.returncode == 0, where.stderr
    assert all(Path(p).is_relative_to(python.parents[1]) for p in where.stdout.split()), where.stdout

    built = run(python, work, "-m", "kg", "build", str(documents), "--json")
    assert built.returncode == 0, built.stderr
    report = json.loads(built.stdout)
    assert [d["file_name"] for d in report["documents"]] == [p.name for p in sample_files]

    asked = run(python, work, "-m", "kg", "query", "SELECT (COUNT(*) AS ?n) { ?s pol:leadBy ?b }", "--format", "csv")
    assert int(asked.stdout.split()[1]) > 10

    listed = run(python, work, "-m", "kg", "ask")
    assert listed.returncode == 0, listed.stderr
    canned = run(python, work, "-m", "kg", "ask", "regulations-cited", "--format", "json")
    assert canned.returncode == 0, canned.stderr
    assert json.loads(canned.stdout)
    assert [p.name for p in work.iterdir()] == ["store"]
