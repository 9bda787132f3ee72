"""The parts of a white paper with answers, as its lines say them."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.text import outline
from kg.text.clean import Clean, concat, joined
from kg.text.outline import Marker


@dataclass(slots=True)
class Answer:
    """One block: who answers, what, under which laws, with which boxes."""

    respondents: list[Clean]
    text: list[Clean] = field(default_factory=list)
    laws: Clean | None = None
    ticks: Clean | None = None


@dataclass(slots=True)
class Heading:
    """A part or section above the items."""

    marker: Marker
    level: int
    title: Clean
    text: list[Clean] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """One recommendation: title, the federation's paragraphs, the answers."""

    marker: Marker | None
    title: Clean
    text: list[Clean] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


@dataclass(slots=True)
class Layout:
    """The whole document."""

    title: Clean
    units: list[Heading | Item] = field(default_factory=list)
    furniture: list[Clean] = field(default_factory=list)


def paragraphs(rows: list[Clean]) -> list[Clean]:
    """Lines to paragraphs: a line that breaks off in the middle is joined with the next."""
    out: list[Clean] = []
    for row in rows:
        text = row.strip()
        if not text.text:
            continue
        if out and outline.marker(text.text) is None and not _ends(out[-1].text) and len(out[-1].text) >= 16:
            out[-1] = concat((out[-1], text))
        else:
            out.append(text)
    return [joined(p) for p in out]


def _ends(text: str) -> bool:
    return text.rstrip().endswith(tuple("。：:；;！？!?）)」』】"))
