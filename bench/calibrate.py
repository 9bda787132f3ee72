"""Precision of the name finder by rule and by confidence, on passages with hand-made answers.

    python -m bench.calibrate FILE.jsonl ...

A record of a file: {"id", "text", "publisher", "entities": [{"type", "surface", "canonical", "alt", "optional"}],
"indicators": [{"value", "unit", "year"}]}. A name counts as right if its label or its surface is
one that the answers accept; a figure if value and unit agree. Names that the answers call
optional are left out of the count.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from extract.entities import default_finder
from kg.ids import key
from kg.model import Mention

_KINDS = {
    "MINISTRY": "body", "AGENCY": "body", "PROGRAM": "Program", "REGULATION": "Regulation", "INDUSTRY": "Industry",
}
_BANDS = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.0)


def _kind(mention: Mention) -> str:
    return "body" if mention.kind in ("Ministry", "Agency", "GovernmentBody") else mention.kind


def _names(record: dict[str, Any], kind: str, optional: bool) -> set[str]:
    entities = (e for e in record["entities"] if _KINDS.get(e["type"]) == kind)
    chosen = [e for e in entities if bool(e.get("optional") or e.get("borderline")) == optional]
    return {key(n) for e in chosen for n in (e["canonical"], e["surface"], *e.get("alt", ()), *e.get("accept", ()))}


def verdict(mention: Mention, record: dict[str, Any]) -> bool | None:
    """Right, wrong, or None where the answers leave it open."""
    if mention.kind == "Provision":
        printed = " ".join(str(e.get("provision")) for e in record["entities"])
        return key(mention.label) in key(printed)
    if mention.kind == "Target":
        q = mention.quantity
        listed = [*record.get("indicators", ()), *record.get("parameters", ()), *record.get("funding", ())]
        return q is not None and any(_same(q.value, q.unit, x) for x in listed)
    kind = _kind(mention)
    if {key(mention.label), key(mention.surface)} & _names(record, kind, False):
        return True
    return None if {key(mention.label), key(mention.surface)} & _names(record, kind, True) else False


def _same(value: Decimal, unit: str, answer: dict[str, Any]) -> bool:
    values = [answer["value"], answer.get("value_max")]
    return any(v is not None and Decimal(str(v)) == value for v in values) and (
        (answer["unit"] or unit).removeprefix("每").startswith(unit) or unit.startswith(answer["unit"] or unit)
    )


def main(files: Iterable[str]) -> None:
    """Prints right/all by rule and confidence, and by band of confidence."""
    by_rule: dict[tuple[str, str, float], list[int]] = defaultdict(lambda: [0, 0])
    by_band: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    finder = default_finder()
    for file in files:
        with open(file, encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines if line.strip()]
        for record in records:
            speaker = finder.resolver.body(record["publisher"]) if record.get("publisher") else None
            for m in finder.find(record["text"], publisher=speaker.iri if speaker else None):
                right = verdict(m, record)
                if right is None:
                    continue
                band = next(b for b in _BANDS if m.confidence >= b)
                for counts in (by_rule[_kind(m), m.extractor, m.confidence], by_band[band]):
                    counts[0] += right
                    counts[1] += 1
    for (kind, rule, confidence), (good, total) in sorted(by_rule.items()):
        print(f"{kind:11} {rule:22} {confidence:.2f}  {good:4}/{total:4}  {good / total:.3f}")
    for band in _BANDS:
        good, total = by_band[band]
        if total:
            print(f"confidence >= {band:.2f}  {good:4}/{total:4}  {good / total:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
