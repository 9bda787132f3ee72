"""YASGUI, as npm gives it, asks the live endpoint from a page of another origin."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium
from live import serving

from kg.store import VersionedStore

#: the package that the Triply project publishes, and its maintained fork
PACKAGES = ["@triply/yasgui@4.2.28", "@zazuko/yasgui@4.6.2"]
PAGE = """<!doctype html><meta charset="utf-8"><title>YASGUI</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="yasgui.min.css"><div id="here"></div><script src="yasgui.min.js"></script>
<script>new Yasgui(document.getElementById("here"), {requestConfig: {endpoint: "%s", method: "%s"}});</script>"""
QUERY = "SELECT ?measure ?ministry WHERE { ?measure a pol:Measure ; pol:leadBy ?ministry } LIMIT 7"
BAD = "SELECT ?m WHERE { ?m pol:noSuch }"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module", params=PACKAGES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built files of the package."""
    if not shutil.which("npm"):
        pytest.skip("no npm here, which fetches YASGUI")
    place = tmp_path_factory.mktemp("yasgui")
    done = subprocess.run(
        ["npm", "install", "--prefix", str(place), "--no-save", "--ignore-scripts", request.param],
        capture_output=True, encoding="utf-8", timeout=300,
    )
    found = place / "node_modules" / request.param.rpartition("@")[0] / "build"
    if done.returncode or not (found / "yasgui.min.js").is_file():
        pytest.skip(f"npm could not fetch {request.param}")
    return found


@pytest.fixture(scope="module")
def endpoint(sample_store: VersionedStore) -> Iterator[str]:
    with serving(sample_store.folder) as found:
        yield found + "/sparql"


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """The files under an address that is not the endpoint's."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_yasgui_shows_rows_and_errors(site: str, folder: Path, endpoint: str, method: str) -> None:
    (folder / "index.html").write_text(PAGE % (endpoint, method), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_context().new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(site + "/index.html")
        page.wait_for_selector(".yasqe .CodeMirror")
        page.evaluate("q => document.querySelector('.yasqe .CodeMirror').CodeMirror.setValue(q)", QUERY)
        with page.expect_response(lambda r: r.url.startswith(endpoint)) as answer:
            page.click(".yasqe_queryButton")
        assert answer.value.status == 200 and answer.value.request.method == method
        page.wait_for_selector(".yasr table tbody tr")
        assert page.locator(".yasr table tbody tr").count() == 7
        assert page.locator(".yasr table tbody a[href*='policy-kg/id/']").count() > 0
        page.evaluate("q => document.querySelector('.yasqe .CodeMirror').CodeMirror.setValue(q)", BAD)
        with page.expect_response(lambda r: r.url.startswith(endpoint)) as refused:
            page.click(".yasqe_queryButton")
        assert refused.value.status == 400
        page.wait_for_selector(".yasr .errorResult")
        assert "sparql-syntax" in page.inner_text(".yasr .errorResult")
        assert faults == []
