"""Fixtures shared by the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_graph
from browser import chromium
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from kg.build import build
from kg.store import VersionedStore
from kg.web import create_app

ROOT = Path(__file__).parents[1]

# the same examples on every machine and in every run, however slow it is
settings.register_profile("kg", deadline=None, derandomize=True, database=None)
settings.load_profile("kg")

#: what the program, run as a command, has written and returned
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder with the real documents; a test that needs them is skipped where they are absent."""
    folder = ROOT.parent / "shared" / "seeds"
    if not folder.is_dir():
        pytest.skip(f"no real documents in ../shared/seeds beside {ROOT.name}")
    return folder


@pytest.fixture(scope="session")
def sample_files() -> list[Path]:
    """The sample documents, one of each genre and one of none."""
    return sorted((ROOT / "samples").glob("*.txt"))


@pytest.fixture(scope="session")
def sample_store(sample_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> VersionedStore:
    """A store with the samples, built once; tests read it and leave it as it is."""
    store = VersionedStore(tmp_path_factory.mktemp("samples") / "store")
    report = build(sample_files, store)
    assert report.ok, report.failed
    return store


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with the small made graph."""
    folder = tmp_path_factory.mktemp("tiny") / "store"
    tiny_graph.publish(folder)
    return folder


@pytest.fixture(scope="module")
def app(tiny_folder: Path) -> Flask:
    """The web pages of the small made graph."""
    return create_app(tiny_folder)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks the pages within this process."""
    return app.test_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium, one for a module's tests."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment of a process that runs the program from any folder."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {k: v for k, v in os.environ.items() if k != "KG_STORE"} | {"PYTHONPATH": os.pathsep.join(paths)}


@pytest.fixture(scope="session")
def kg(environment: dict[str, str]) -> Command:
    """Runs ``kg`` with arguments in a process of its own."""
    def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kg", *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=120,
            env=environment, **options,
        )
    return run


#: modules that load the machine or need other servers: run with ``pytest -m slow``
LONG = {
    "test_browser", "test_explorer_browser", "test_faults", "test_remote", "test_scale_build",
    "test_scale_cluster", "test_scale_corpus", "test_workbench", "test_yasgui",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps the default run quick and steady."""
    for item in items:
        if item.path.stem in LONG:
            item.add_marker(pytest.mark.slow)
