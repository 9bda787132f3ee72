"""Bullets of columns whose separation was lost, given back to the columns' headings.

Slides print headings side by side with bullets under each; flattened, all headings come
first and then all bullets, column by column. The order of the columns is kept, columns are
about equally long, and a bullet shares words with its heading: the division that fits best
is found by dynamic programming (a segmentation by lexical cohesion, cf. Hearst 1997).
"""

from __future__ import annotations

import math
import re
from itertools import pairwise

_LENGTH_WEIGHT = 1.2
_LEADING_VERB = re.compile(r"^(?:建立|建置|推動|發展|強化|促進|打造|協助|輔導|掌握|加速|研發|研製|開發|培育|"
                           r"提升|擴大|運用|利用|結合|"
                           r"整合|透過|辦理|落實|完善|健全|鼓勵|針對|因應)")


def divide(headings: list[str], bullets: list[str]) -> list[int]:
    """For each bullet the index of its heading; indices never decrease.

    Every heading gets at least one bullet while there are enough.

    >>> divide(["甲網路", "乙港口"], ["布建甲網路纜線", "整修碼頭", "乙港口岸電"])
    [0, 1, 1]
    """
    if not headings or not bullets:
        return [0] * len(bullets)
    columns = min(len(headings), len(bullets))
    likeness = [[_likeness(b, h, headings) for h in headings] for b in bullets]
    mean = len(bullets) / columns
    # best[(column, end)]: best score of giving the first ``end`` bullets to the first columns, and the cuts
    best: dict[tuple[int, int], tuple[float, list[int]]] = {(0, 0): (0.0, [])}
    for column in range(columns):
        for end in range(column + 1, len(bullets) + 1):
            options = []
            for start in range(column, end):
                if (column, start) in best:
                    score, cuts = best[(column, start)]
                    fit = sum(likeness[i][column] for i in range(start, end))
                    options.append((score + fit - _LENGTH_WEIGHT * (end - start - mean) ** 2, [*cuts, end]))
            if options:
                # where nothing decides, the earlier columns are the longer ones
                best[(column + 1, end)] = max(options, key=lambda o: (round(o[0], 6), *o[1]))
    _, cuts = best[(columns, len(bullets))]
    out = []
    for column, (start, end) in enumerate(pairwise([0, *cuts])):
        out += [column] * (end - start)
    return out


def _grams(text: str) -> set[str]:
    """Characters and pairs of neighbouring characters; punctuation and the verb in front say nothing."""
    words = "".join(c if c.isalnum() else " " for c in _LEADING_VERB.sub("", text))
    return {g for g in {*words, *(a + b for a, b in pairwise(words))} if " " not in g}


def _likeness(bullet: str, heading: str, headings: list[str]) -> float:
    """Shared characters and pairs of characters, weighted by how few headings have them."""
    total = 0.0
    for gram in _grams(bullet) & _grams(heading):
        spread = sum(1 for h in headings if gram in h)
        total += math.log(len(headings) / spread) * (1.0 if len(gram) == 2 else 0.5)
    return total
