"""Pages in a real Chromium for tests: Debian's, driven by Playwright; a test is skipped where either is absent."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

#: where the version of axe-core is decided that the pages are checked with
AXE = "axe-core@4.10.3"


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A running browser."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install playwright)")
    path = os.environ.get("KG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("no Chromium here (apt-get install chromium)")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page whose console, faults, refused contents and foreign requests are noted."""

    def __init__(self, context: Any, address: str) -> None:
        self.address = address
        context.set_default_timeout(90_000)  # a loaded machine is no fault of the page
        self.page = context.new_page()
        self.faults: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._requested)

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"foreign request {request.url}")

    def open(self, path: str) -> Any:
        """Goes to a path of the server; gives Playwright's page."""
        self.page.goto(self.address + path, wait_until="load")
        return self.page


@functools.cache
def axe() -> str:
    """The text of axe-core, fetched by npm once per run; skips where it cannot be had."""
    if not shutil.which("npm"):
        pytest.skip("no npm here, which fetches axe-core")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["npm", "install", "--prefix", folder, "--no-save", "--ignore-scripts", AXE], capture_output=True,
            encoding="utf-8", timeout=120, check=False,
        )
        file = Path(folder) / "node_modules/axe-core/axe.min.js"
        if done.returncode or not file.is_file():
            pytest.skip(f"npm could not fetch {AXE}")
        return file.read_text(encoding="utf-8")


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA: rule, place, and why."""
    page.evaluate(axe())
    found = page.evaluate("""() => axe
        .run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        .then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary)))""")
    return [str(x) for x in found]
