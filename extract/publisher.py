"""Who speaks in a document, and when it was issued: read from its first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from extract.federations import known, registered_name
from kg import ids
from kg.records import Records
from kg.resolve import Named
from kg.text.clean import Clean, joined, nfkc
from kg.text.years import gregorian, plausible

RULE = "speaking-body"
_BODY_END = "部會院署局處府所司庫校心"
_LONGEST_NAME = 20
#: a body that the authority files do not know: what stands before the year or the kind of document
_UNKNOWN = re.compile(r"^[\u4e00-\u9fff]{2,18}?[部會院署局處府](?=(?:民國)?\d{2,4}年|業務|施政|工作|公告|函|令)")
_UNKNOWN_CONFIDENCE = 0.7
_COUNTY = re.compile(r"[\u4e00-\u9fff]{2}[縣市]")
_DATE = re.compile(r"(?:^|日期[:：])(?:中華)?(?:民國)?(\d{2,4})年(\d{1,2})月(\d{1,2})日")
_AS_OF = re.compile(r"截至(?:民國)?(\d{2,4})年")


def speaking_body(records: Records, text: Clean) -> str | None:
    """The body whose name stands in a title: the longest known name, the last of equals; failing
    that, what is formed like a body's name before the year or the kind of document.

    Returns its IRI and makes it an entity; None if no name stands there.
    """
    found: list[tuple[int, int]] = []
    for end in range(2, len(text.text) + 1):
        if text.text[end - 1] not in _BODY_END:
            continue
        for start in range(max(0, end - _LONGEST_NAME), end - 1):
            if records.resolver.body(text.text[start:end]) is not None or known(text.text[start:end]):
                found.append((start, end))
                break
    if not found:
        county = _COUNTY.match(text.text)
        if county and records.resolver.body(county[0], table=True) is not None:
            # 嘉義縣106年度施政計畫, 臺東縣…自治條例
            return records.body(county[0], text.span(0, county.end()), RULE, table=True)
        m = _UNKNOWN.match(text.text)
        return records.body(m[0], text.span(0, m.end()), RULE, _UNKNOWN_CONFIDENCE) if m else None
    start, end = max(found, key=lambda x: (x[1] - x[0], x[0]))
    return speaker(records, text[start:end], RULE)


def speaker(records: Records, name: Clean, rule: str) -> str:
    """The IRI of the body or federation of that printed name, made an entity; a federation has its registered name."""
    if not known(name.text):
        return records.body(name.text, name, rule)
    label = registered_name(name.text)
    thing = Named(ids.named("pol:GovernmentBody", label), "pol:GovernmentBody", label, True)
    return records.named(thing, name, rule, surface=name.text)


def issued(records: Records, lines: Sequence[Clean]) -> str | None:
    """The date of issue as an ISO date, if one of the lines is a date or gives one after 日期; its line is read."""
    for line in lines:
        m = _DATE.search(nfkc(joined(line)).text)
        if m:
            year, month, day = gregorian(int(m[1])), int(m[2]), int(m[3])
            if plausible(year) and 1 <= month <= 12 and 1 <= day <= 31:
                records.read(line)
                return f"{year:04d}-{month:02d}-{day:02d}"
    return None


def state_year(text: str) -> int | None:
    """The year up to which a text reports: the most frequent one of 截至…年; None if it says none."""
    years = Counter(gregorian(int(m[1])) for m in _AS_OF.finditer(re.sub(r"\s+", "", text)))
    known = {y: n for y, n in years.items() if plausible(y)}
    return max(known, key=lambda y: (known[y], y)) if known else None
