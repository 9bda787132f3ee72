"""Brings the pages' English catalogue up to date: ``python -m kg.web.messages`` (``--check`` changes nothing).

Texts are found by Babel in the templates and modules of this folder: the first argument of ``_``, ``both`` and
``N_``. A text without English stays empty in ``messages.po`` and is told; the ``.mo`` beside it is what the pages
read. Babel is a tool of development: the program reads the catalogue with the standard library.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from kg import __version__
from kg.web.language import DOMAIN, FOLDER

WEB = Path(__file__).parent
PO = FOLDER / "en" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"_": None, "both": None, "N_": None}
_HEADER = "# English texts of the pages; brought up to date by python -m kg.web.messages"
_METHODS = [("templates/**.html", "jinja2"), ("*.py", "python")]


def extracted() -> dict[str, list[str]]:
    """Every text of the pages with the files that have it, in the order of the texts."""
    found: dict[str, list[str]] = {}
    for file, _, text, _, _ in extract_from_dir(
        WEB, _METHODS, {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}, KEYWORDS
    ):
        places = found.setdefault(str(text), [])
        if file not in places:
            places.append(file)
    return {text: sorted(found[text]) for text in sorted(found)}


def catalogue() -> Catalog:
    """The texts as extracted with the English that the committed catalogue has for them."""
    with PO.open("rb") as file:
        known = pofile.read_po(file, locale="en")
    fresh = Catalog(
        locale="en", project="policy-kg", version=__version__, charset="utf-8", fuzzy=False, header_comment=_HEADER,
        msgid_bugs_address="-", last_translator="-", language_team="English",
        creation_date=known.creation_date, revision_date=known.creation_date,
    )
    for text, files in extracted().items():
        message = known.get(text)
        fresh.add(text, str(message.string) if message else "", locations=[(f, 0) for f in files])
    return fresh


def texts(catalog: Catalog) -> dict[str, str]:
    """What a catalogue says, without its header."""
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string}


def printed(catalog: Catalog) -> bytes:
    """A catalogue as the text of a ``.po`` file."""
    out = io.BytesIO()
    pofile.write_po(out, catalog, width=110, omit_header=False, sort_output=True, include_lineno=False)
    return out.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """A catalogue as a ``.mo`` file."""
    out = io.BytesIO()
    mofile.write_mo(out, catalog)
    return out.getvalue()


def stale() -> list[Path]:
    """The committed files that do not say what the pages and the ``.po`` say."""
    with PO.open("rb") as po, MO.open("rb") as mo:
        written, read = texts(pofile.read_po(po, locale="en")), texts(mofile.read_mo(mo))
    fresh = texts(catalogue())
    return [file for file, found in ((PO, written), (MO, read)) if found != fresh]


def main(check: bool) -> int:
    """Writes the ``.po`` and ``.mo``, or only compares; 1 where a text lacks English or a file is not up to date."""
    fresh = catalogue()
    missing = [str(m.id) for m in fresh if m.id and not m.string]
    for text in missing:
        sys.stderr.write(f"no English in {PO.name}: {text}\n")
    old = stale() if check else []
    for file in old:
        sys.stderr.write(f"{file.name} is not up to date; run python -m kg.web.messages\n")
    if not check:
        PO.write_bytes(printed(fresh))
        MO.write_bytes(compiled(fresh))
    return int(bool(missing or old))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
