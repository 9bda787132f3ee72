"""Quantities and provisions of the gold and of the graph in one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from kg.evaluate.match import Record, optional, plain
from kg.text.numerals import MULTIPLIERS, chinese_number

#: a value, its unit ("" for none, None where the gold leaves it open)
Quantity = tuple[Decimal, str | None]
_CURRENCY = re.compile(r"^(?:新臺幣|NT\$|NTD)")
#: stands for "any year" in the keys of a figure
ANY = "any"

_RANKS = {"編": 0, "章": 1, "節": 2, "條": 3, "點": 3, "項": 4, "款": 5, "目": 6}
_NUMBER = r"(?:\d+|[〇零一二三四五六七八九十百千]+)"
_PART = re.compile(rf"第?({_NUMBER})(?:-(\d+))?([{''.join(_RANKS)}])?((?:之{_NUMBER})*)|([、,;及和與])")


def quantity(value: Any, unit: str | None) -> Quantity:
    """A value with its unit's multiplier multiplied out: 2.66 兆元 -> 2660000000000 元, 2 成 -> 20 %.

    A bare 億 or 兆 is money.

    >>> quantity(2.5, "億元"), quantity("2", "成"), quantity(3, "個百分點")
    ((Decimal('250000000'), '元'), (Decimal('20'), '%'), (Decimal('3'), '百分點'))
    """
    number = Decimal(str(value).replace(",", ""))
    if unit is None:
        return _shortest(number), None
    unit = _CURRENCY.sub("", plain(unit))
    unit = "百分點" if unit == "個百分點" else unit
    if unit == "成":
        return _shortest(number * 10), "%"
    multiplier = next((m for m in sorted(MULTIPLIERS, key=len, reverse=True) if unit.startswith(m)), "")
    if not multiplier or unit.startswith("百分"):
        return _shortest(number), unit
    return _shortest(number * MULTIPLIERS[multiplier]), unit.removeprefix(multiplier) or (
        "元" if multiplier[-1] in "億兆" else ""
    )


def _shortest(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def figure(record: Mapping[str, Any], with_year: bool = True, open_: bool = False) -> Record:
    """A figure of the gold as an answer."""
    years: set[Any] = {record.get("year"), *(record[k] for k in ("year_from", "year_start") if record.get(k))}
    if record.get("within_years") or not with_year:
        years = {ANY}
    values = [quantity(v, record["unit"]) for v in (record["value"], record.get("value_max")) if v is not None]
    shown = f"{record['value']} {record['unit'] or ''} {record.get('year') or '-'} ({record.get('what', '')})"
    return Record(shown, frozenset((*v, y) for v in values for y in years), optional=open_ or optional(record))


def figure_keys(quantities: Iterable[Quantity], years: Iterable[int | None]) -> frozenset[tuple[Any, ...]]:
    """The keys of a claimed figure: with its unit and with any, in its years and in any."""
    when = {*(set(years) or {None}), ANY}
    return frozenset((value, u, y) for value, unit in quantities for u in (unit, None) for y in when)


def provisions(printed: str | None) -> set[str]:
    """The single provisions of a printed reference.

    >>> sorted(provisions("第3點第4、6款及第十二條之三"))
    ['第12條之3', '第3點第4款', '第3點第6款']
    """
    text = unicodedata.normalize("NFKC", printed or "").replace(" ", "")
    groups: list[list[tuple[str, str, str]]] = [[]]
    for number, dashed, unit, behind, separator in _PART.findall(text):
        if separator:
            groups.append([])
        else:
            more = (f"之{dashed}" if dashed else "") + re.sub(_NUMBER, lambda m: _arabic(m[0]), behind)
            groups[-1].append((_arabic(number), unit, more))
    unit = ""
    for group in reversed(groups):  # 第4、6款: the unit stands at the last number
        if group and not group[-1][1]:
            group[-1] = (group[-1][0], unit, group[-1][2])
        unit = group[-1][1] if group else unit
    found: set[str] = set()
    last: list[tuple[str, str, str]] = []
    for group in groups:
        named = [p for p in group if p[1]]
        if not named:
            continue
        rank = _RANKS[named[0][1]]
        if rank > _RANKS["條"]:  # 第1項及第2項: of the same article
            named = [p for p in last if _RANKS[p[1]] < rank] + named
        found.add("".join(f"第{n}{u}{more}" for n, u, more in named))
        last = named
    return found


def _arabic(number: str) -> str:
    return number if number.isdigit() and number.isascii() else str(chinese_number(number))
