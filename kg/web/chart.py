"""Bars by year as SVG, drawn on the server; colours come from the style sheet by class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

#: pixels of the drawing
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 300, 64, 22, 34
#: bars this wide have their value written above them
_LABELLED = 30.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its group on the axis (a year), its series (a phase), its length."""

    group: str
    series: str
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing and its legend: series with the number of their style."""

    svg: str
    legend: tuple[tuple[str, int], ...]


def ticks(most: float, about: int = 4) -> list[float]:
    """Round numbers from 0 to at least ``most``, at steps of 1, 2, 2.5 or 5 times a power of ten.

    >>> ticks(93)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    if most < 1e-6:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(most / about))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power * about >= most * (1 - 1e-9) or f == 10)
    found = [0.0]
    while found[-1] < most:
        found.append(len(found) * step)
    return found


def bars(data: Sequence[Bar]) -> Chart:
    """Groups of bars side by side, a bar for each series; negative values are drawn as nothing."""
    groups = list(dict.fromkeys(b.group for b in data))
    series = list(dict.fromkeys(b.series for b in sorted(data, key=lambda b: b.series)))
    marks = ticks(max((b.value for b in data), default=0))
    high, wide = _HEIGHT - _TOP - _BOTTOM, _WIDTH - _LEFT - 8
    out = [f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-hidden="true" focusable="false">']
    for mark in marks:
        y = _TOP + high * (1 - mark / marks[-1])
        out.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>'
                   f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{mark:,g}</text>')
    slot = wide / max(1, len(groups))
    bar = min(44.0, slot * 0.8 / max(1, len(series)))
    for n, group in enumerate(groups):
        middle = _LEFT + slot * (n + 0.5)
        mine = [b for b in data if b.group == group]
        for m, b in enumerate(mine):
            height = max(0.0, high * b.value / marks[-1])
            x = middle + (m - len(mine) / 2) * bar
            out.append(
                f'<rect class="series-{series.index(b.series) % 4}" x="{x + 1:.1f}" y="{_TOP + high - height:.1f}" '
                f'width="{bar - 2:.1f}" height="{height:.1f}"><title>{escape(group)} {escape(b.series)}: '
                f'{b.value:,.2f}</title></rect>'
            )
            if bar >= _LABELLED and b.value > 0:
                out.append(f'<text class="value" x="{x + bar / 2:.1f}" y="{_TOP + high - height - 4:.1f}" '
                           f'text-anchor="middle">{b.value:,.{0 if b.value >= 100 else 1}f}</text>')
        out.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(group)}</text>')
    return Chart("".join([*out, "</svg>"]), tuple((s, n % 4) for n, s in enumerate(series)))
