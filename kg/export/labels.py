"""Where labels stand in a picture: beside their node, on no other label and on no other node.

Greedy, the most important first, eight places each (Christensen, Marks and Shieber 1995 compare
this with better and slower ways). A grid finds what is near, so the time grows with the number of labels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

#: places around a node: direction of x and y, and how the text is anchored
_PLACES = ((1, 0, "start"), (-1, 0, "end"), (0, -1, "middle"), (0, 1, "middle"), (1, -1, "start"), (1, 1, "start"),
           (-1, -1, "end"), (-1, 1, "end"))
_CELL = 64.0
_ROUNDS = 120
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


def spread(discs: Sequence[Disc], area: Box, size: float) -> list[Disc]:
    """Moves nodes as little as needed until each has room for its label at its right, as Gephi's Label Adjust does.

    Boxes that overlap are pushed apart along the way that is shorter, up to a number of rounds; then what stands
    outside the area is moved in. Time grows with the square of the number of nodes: for some hundreds.
    """
    if len(discs) < 2:
        return list(discs)
    at = np.array([(d.x, d.y) for d in discs])
    r = np.array([d.r for d in discs])
    wide = np.array([width(d.text, size) for d in discs]) + 4
    high = np.maximum(r * 2, size * 1.2) / 2 + 1
    half = (r * 2 + wide) / 2
    for _ in range(_ROUNDS):
        # the box of a node and its label reaches from its left rim to the label's end
        middle = at[:, 0] - r + half
        dx = middle[:, None] - middle[None, :]
        dy = at[:, 1, None] - at[None, :, 1]
        ox = half[:, None] + half[None, :] - np.abs(dx)
        oy = high[:, None] + high[None, :] - np.abs(dy)
        i, j = np.nonzero(np.triu((ox > 0) & (oy > 0), 1))
        if not len(i):
            break
        upright = oy[i, j] <= ox[i, j]
        step = np.where(upright, oy[i, j], ox[i, j]) * 0.3 + 0.2
        sign = np.where(np.where(upright, dy[i, j], dx[i, j]) >= 0, 1.0, -1.0) * step
        move = np.column_stack((np.where(upright, 0.0, sign), np.where(upright, sign, 0.0)))
        total = np.zeros_like(at)
        np.add.at(total, i, move)
        np.add.at(total, j, -move)
        # a node in a crowd is pushed from all sides at once: no more than a label's height in a round
        at += np.clip(total, -size, size)
        at[:, 0] = np.clip(at[:, 0], area[0] + r, area[2] - r - wide)
        at[:, 1] = np.clip(at[:, 1], area[1] + r, area[3] - r)
    return [Disc(float(x), float(y), d.r, d.text) for d, (x, y) in zip(discs, at, strict=True)]


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
