"""Which list of bodies on a page of the responsibility table belongs to which strategy."""

from __future__ import annotations

from dataclasses import dataclass

from kg.text.clean import Clean


@dataclass(frozen=True, slots=True)
class BodyList:
    """A cell's list of bodies: pieces of the text, the first ``leading`` of them lead."""

    place: Clean
    names: tuple[Clean, ...]
    leading: int


def assign(rows: dict[int, set[int]],
            lists: list[tuple[int, BodyList]]) -> list[tuple[int, BodyList, float]]:
    """Assigns a page's lists to its strategies, both in order: as many as possible, as near as possible.

    The alignment is the longest one with the least sum of row distances (dynamic programming).
    Confidence is lower where counts differ or the list stands in another row.
    """
    order = sorted(rows)

    def distance(i: int, j: int) -> int:
        return min(abs(r - lists[j][0]) for r in rows[order[i]])

    n, m = len(order), len(lists)
    # best[i][j]: (matches, -distance, pairs) of the first i strategies and j lists
    best: list[list[tuple[int, int, tuple[tuple[int, int], ...]]]] = [[(0, 0, ())] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            count, cost, pairs = best[i - 1][j - 1]
            taken = (count + 1, cost - distance(i - 1, j - 1), (*pairs, (i - 1, j - 1)))
            best[i][j] = max(taken, best[i - 1][j], best[i][j - 1], key=lambda x: x[:2])
    out = []
    for i, j in best[n][m][2]:
        away = distance(i, j)
        confidence = (1.0 if away == 0 else 0.9) if n == m else (0.85 if away == 0 else 0.6)
        out.append((order[i], lists[j][1], confidence))
    return out


def by_row(rows: dict[int, set[int]],
            lists: list[tuple[int, BodyList]]) -> list[tuple[int, BodyList, float]]:
    """Where a page has more lists than strategies (a cell for each measure): each list to its row's strategy."""
    out = []
    for row, found in lists:
        here = [index for index, own in rows.items() if row in own]
        if len(here) == 1:
            out.append((here[0], found, 0.8))
    return out
