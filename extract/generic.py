"""Any other text: its section tree by outline markers, what its sections mention, its targets.

Official letters and announcements carry unnumbered headings as well (行政院「文書處理手冊」:
主旨、說明、辦法; 依據、公告事項); these become sections of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from extract.publisher import issued, speaking_body, state_year
from extract.section_records import LETTER_PART, read_units, write_sections
from extract.sections import STOPS, Layout, Unit, join, titled
from kg.model import Ref
from kg.records import Records
from kg.text.clean import Clean, joined
from kg.text.outline import RANK
from kg.text.years import single_year

GENRE = "generic"
RULE = "generic"
_LONGEST_TITLE = 60
_OPENING_LINES = 15


def score(text: str) -> float:
    """Below the registry's threshold for any text: this is what is left when no other genre fits."""
    return 0.1 if text.strip() else 0.0


def extract(records: Records) -> None:
    """Reads the text of ``records``: document, sections, mentions, targets."""
    # the articles of laws too
    units, form = read_units(records, tuple(RANK))
    if not units:
        return
    opening = [line for unit in units for line in (unit.place, *unit.lines[1:])][:_OPENING_LINES]
    title = _title(units[0], form)
    publisher = records.publisher = _publisher(records, title, opening)
    label = title.text[:_LONGEST_TITLE].rstrip(STOPS)
    records.add("pol:PolicyDocument", records.iri, label, title, RULE, attributes={
        "dcterms:title": label, "dcterms:publisher": Ref(publisher) if publisher else None,
        "dcterms:issued": issued(records, opening),
    })
    records.year = state_year(records.document.text) or single_year(join(opening).text)
    write_sections(records, _with_letter_parts(units), form, RULE)


def _title(first: Unit, form: Layout) -> Clean:
    """The first line; with the next one if the title was wrapped there."""
    lines = list(first.lines) if first.marker is None else [first.place]
    title = join(lines[:1])
    if len(lines) > 1 and form.width and form.unfinished(lines[0]) and titled(join(lines[:2]).text):
        title = join(lines[:2])
    return title


def _publisher(records: Records, title: Clean, opening: Sequence[Clean]) -> str | None:
    """The body in the title, else in a short line of the opening (sender, signature)."""
    found = speaking_body(records, title)
    for line in opening:
        if found is not None:
            break
        text = joined(line)
        if titled(text.text) and len(text.text) <= 24:
            found = speaking_body(records, text)
    return found


def _with_letter_parts(units: Sequence[Unit]) -> list[Unit]:
    """The units, those without a marker cut where a letter's unnumbered parts begin.

    Numbered units that follow a part stay beside it: the parents' indices are moved, not changed.
    """
    found: list[Unit] = []
    moved: dict[int, int] = {-1: -1}
    for i, unit in enumerate(units):
        parent = moved[unit.parent]
        at = 0
        cuts = [k for k, line in enumerate(unit.lines) if k and LETTER_PART.match(line.text)]
        if unit.marker is not None or not cuts:
            moved[i] = len(found)
            found.append(Unit(unit.marker, parent, unit.level, unit.lines, unit.place, unit.certain))
            continue
        for cut in [*cuts, len(unit.lines)]:
            found.append(Unit(None, parent, unit.level, unit.lines[at:cut], unit.lines[at], unit.certain))
            at = cut
        moved[i] = len(found) - 1
    return found
