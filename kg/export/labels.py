"""Where labels stand in a picture: beside their node, on no other label and on no other node.

Greedy, the most important first, eight places each (Christensen, Marks and Shieber 1995 compare
this with better and slower ways). A grid finds what is near, so the time grows with the number of labels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

#: places around a node: direction of x and y, and how the text is anchored
_PLACES = ((1, 0, "start"), (-1, 0, "end"), (0, -1, "middle"), (0, 1, "middle"), (1, -1, "start"), (1, 1, "start"),
           (-1, -1, "end"), (-1, 1, "end"))
_CELL = 64.0
Box = tuple[float, float, float, float]


def width(text: str, size: float) -> float:
    """About how wide a text is: full-width characters one em, others a bit more than half."""
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.58 for c in text)


@dataclass(frozen=True, slots=True)
class Disc:
    """A node as drawn, in pixels."""

    x: float
    y: float
    r: float
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A label that has a place; ``anchor`` is SVG's text-anchor, ``y`` the text's middle."""

    text: str
    x: float
    y: float
    anchor: str
    size: float


@dataclass(slots=True)
class _Grid:
    """Boxes by the cells of a grid that they touch."""

    cells: dict[tuple[int, int], list[tuple[int, Box]]] = field(default_factory=dict)

    def _touched(self, box: Box) -> Iterator[tuple[int, int]]:
        for i in range(int(box[0] // _CELL), int(box[2] // _CELL) + 1):
            for j in range(int(box[1] // _CELL), int(box[3] // _CELL) + 1):
                yield i, j

    def add(self, owner: int, box: Box) -> None:
        for cell in self._touched(box):
            self.cells.setdefault(cell, []).append((owner, box))

    def free(self, owner: int, box: Box) -> bool:
        """Whether no box of another owner overlaps."""
        for cell in self._touched(box):
            for other, (x0, y0, x1, y1) in self.cells.get(cell, ()):
                if other != owner and x0 < box[2] and box[0] < x1 and y0 < box[3] and box[1] < y1:
                    return False
        return True


def placed(discs: Sequence[Disc], area: Box, largest: float = 15.0, smallest: float = 9.0) -> list[Label]:
    """Labels of the nodes, the largest nodes first; a label that fits nowhere in any size is left out."""
    grid = _Grid()
    for i, d in enumerate(discs):
        # a little of a small node may be covered, its middle never
        r = d.r * 0.8
        grid.add(i, (d.x - r, d.y - r, d.x + r, d.y + r))
    biggest = max((d.r for d in discs), default=1.0)
    out: list[Label] = []
    for i in sorted(range(len(discs)), key=lambda i: (-discs[i].r, i)):
        d = discs[i]
        if not d.text:
            continue
        wanted = smallest + (largest - smallest) * d.r / biggest
        for size in (wanted, (wanted + smallest) / 2, smallest):
            found = _fits(grid, i, d, size, area)
            if found is not None:
                label, box = found
                grid.add(len(discs) + i, box)
                out.append(label)
                break
    return out


def _fits(grid: _Grid, owner: int, d: Disc, size: float, area: Box) -> tuple[Label, Box] | None:
    w, h = width(d.text, size), size * 1.15
    for dx, dy, anchor in _PLACES:
        gap = d.r + 2.5
        x = d.x + dx * (gap if dy == 0 else gap * 0.6)
        y = d.y + dy * (gap + h / 2 if dx == 0 else gap * 0.6 + h / 2)
        left = x if anchor == "start" else x - w if anchor == "end" else x - w / 2
        box = (left, y - h / 2, left + w, y + h / 2)
        inside = box[0] >= area[0] and box[1] >= area[1] and box[2] <= area[2] and box[3] <= area[3]
        if inside and grid.free(owner, box):
            return Label(d.text, x, y, anchor, size), box
    return None
