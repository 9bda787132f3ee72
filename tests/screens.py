"""Takes the pictures of the main pages in docs/screens, of the sample documents: ``python tests/screens.py``.

Needs Playwright, a Chromium and Pillow, which makes the pictures small (256 colours are enough for pages).
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import chromium  # noqa: E402
from live import serving  # noqa: E402

from kg.build import build  # noqa: E402
from kg.names import ID, sparql_prefixes  # noqa: E402
from kg.store import VersionedStore  # noqa: E402

#: the thing of a class that is told most of
_MOST = "SELECT ?s (COUNT(*) AS ?n) { ?s a pol:%s ; ?p ?o } GROUP BY ?s ORDER BY DESC(?n) ?s LIMIT 1"
_QUERY = "SELECT ?ministry (COUNT(?m) AS ?n) WHERE {\n  ?m a pol:Measure ; pol:leadBy ?ministry\n} " \
         "GROUP BY ?ministry ORDER BY DESC(?n)"
WIDE, NARROW = (1280, 800), (390, 844)


def pages(store: VersionedStore) -> dict[str, tuple[str, tuple[int, int], str]]:
    """Picture -> address, size of the window, colour scheme."""
    graph = store.open()

    def thing(cls: str) -> str:
        return "/id/" + next(iter(graph.query(sparql_prefixes() + _MOST % cls)))[0].value.split("/id/", 1)[1]

    plan = next(d["key"] for d in store.require().report()["documents"] if d["genre"] == "national-plan")
    sentence = next(iter(graph.query(sparql_prefixes() + f"""SELECT ?start ?end {{ ?e pol:start ?start ; pol:end ?end ;
        pol:inDocument <{ID}document/{plan}> . ?a pol:evidence ?e ; rdf:predicate pol:leadBy }}
        ORDER BY ?start LIMIT 1""")))
    source = f"/source/{plan}?start={sentence[0].value}&end={sentence[1].value}#here"
    return {
        "home": ("/", WIDE, "light"), "search": ("/search?q=輔具", WIDE, "light"),
        "ministry": ("/id/body/" + quote("經濟部"), WIDE, "light"), "ministry-english": (
            "/id/body/" + quote("經濟部") + "?lang=en", WIDE, "dark"),
        "measure": (thing("Measure"), NARROW, "light"), "source": (source, WIDE, "light"),
        "source-narrow": (source, NARROW, "dark"),
        "query": ("/queries/ministries-sharing-industry#result", WIDE, "light"),
        "sparql": (f"/sparql?query={quote(_QUERY)}", WIDE, "light"),
        "explorer": ("/explore?entity=" + quote("https://w3id.org/policy-kg/id/body/農業部"), WIDE, "light"),
        "review": ("/review?kind=facts", WIDE, "light"),
    }


def main() -> None:
    """Writes every picture anew."""
    with tempfile.TemporaryDirectory() as folder:
        store = VersionedStore(Path(folder) / "store")
        if not build(sorted((ROOT / "samples").glob("*.txt")), store).ok:
            raise SystemExit("the samples could not be read; run kg build samples/*.txt to see why")
        with serving(store.folder) as address, chromium() as browser:
            for name, (path, (width, height), theme) in pages(store).items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
                )
                page = context.new_page()
                page.goto(address + path, wait_until="networkidle")
                page.wait_for_timeout(1500)
                picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                file = ROOT / "docs" / "screens" / f"{name}.png"
                picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(file, optimize=True)
                context.close()


if __name__ == "__main__":
    main()
