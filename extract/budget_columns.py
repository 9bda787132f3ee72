"""What the columns of a budget table mean, by their heads.

The heads are those of the budget office's forms (歲出機關別預算表, 歲出計畫提要及分支計畫概況表), of its
XML files (BAME5480, BCME3410, BCTDBUDGETDETAIL), of the yearly CSV and of the documented plain CSV.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kg.read.tables import Row
from kg.text.years import gregorian, plausible

#: role -> heads that have it, without blanks, in small letters
_ROLES: dict[str, str] = {
    "year": r"(?:會計)?年度?|西元年|fiscal_?year|year|(?:ba_)?budgetyear",
    "code": r"(?:(?:預算)?科目|工作計畫|業務計畫|計畫)?(?:編號|代碼|代號)|(?:account_?)?code|budgetno_conver",
    "long_code": r"(?:ba_)?budgetno",
    "1": r"款|mh_itemserialno1", "2": r"項|mh_itemserialno2", "3": r"目|mh_itemserialno3", "4": r"節|mh_itemserialno4",
    "1_name": r"款名稱?", "2_name": r"項名稱?", "3_name": r"目名稱?", "4_name": r"節名稱?",
    "ref": r"ref|款項目節",
    "ministry": r"主管(?:機關|部會)?(?:名稱)?|ministry|topname",
    "agency": r"(?:編列|預算|單位預算|執行)?機關(?:名稱)?|單位名稱|agency|depname",
    "work_plan": r"(?:工作|業務)計畫(?:名稱)?(?:及編號)?|work_?plan|depcat",
    "item": r"(?:重要)?(?:計畫)?項目(?:名稱)?|分支計畫(?:名稱)?|item|line|(?:mj_)?subprojectname",
    "branch": r"分支計畫及用途別科目(?:名稱)?(?:及編號)?",
    "item_code": r"分支計畫(?:編號|代碼)|(?:ba_)?subprojectno",
    "object": r"用途別(?:科目)?(?:名稱)?|(?:ba_)?objectno|object",
    "name": r"(?:預算)?(?:科目|項目)?名稱(?:及編號)?|(?:預算)?科目(?:名稱及編號)?|(?:mh_)?budgetname|displayname|name",
    "function": r"政事別(?:科目)?(?:名稱)?|function|cat",
    "unit": r"(?:金額)?單位|unit",
    "phase": r"(?:預算)?階段|phase|stage",
    "account_kind": r"經資門?(?:別|併計)?|經常資本門|account_?kind",
    "budget_kind": r"預算(?:別|種類)|budget_kind",
    "special": r"(?:ba_)?specialbudgetno",
    "direction": r"(?:ba_)?budgettype|歲入歲出別?",
    "category": r"計畫類別|類別|category",
    "note": r"說明|備註|計畫內容|note|remarks?|bc_content",
}
_AMOUNT = re.compile(
    r"預算案?(?:數|金額)|決算數|法定預算|概算數|金額|經費|^(?:合計|總計)$|(?:經常|資本)(?:門|支出)|"
    r"amount|[tlby]year_amt|budgetamt"
)
#: differences, shares, counts: no amounts of an account
_NO_AMOUNT = re.compile(r"比較|增減|百分比|%|占比|比率|成長|^b_amt|編號|說明")
_PHASES = (("決算", "決算"), ("法定", "法定預算"), ("預算案", "預算案"), ("概算", "概算"), ("推估", "推估"))
_UNIT = re.compile(r"(?:新臺幣|新台幣)?((?:十|百)?億元|(?:百|十|千)?萬元|千元|仟元|元)")
_HEAD_ROWS = 40


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """A column of money: of which year (or how many years from the table's), phase, account kind and unit.

    ``official`` says that the head is one of the office's own (本年度預算數), which are in
    thousands where nothing else is said and the figures are not round.
    """

    index: int
    offset: int
    year: int | None
    phase: str | None
    kind: str | None
    unit: str | None
    official: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each role stands, and the columns of money."""

    roles: dict[str, int]
    amounts: tuple[AmountColumn, ...]

    @property
    def has_accounts(self) -> bool:
        """Do the rows tell which account they are of?"""
        return bool(self.roles.keys() & {"code", "long_code", "3", "ref", "work_plan", "branch", "3_name"})


def plain(text: str) -> str:
    """A head without blanks, in small letters and common forms."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold().replace("台", "臺")


def phase_of(text: str) -> str | None:
    """The budget phase that some words name; None where they name none."""
    return next((label for word, label in _PHASES if word in text), None)


def unit_of(text: str) -> str | None:
    """The money unit that some words name."""
    m = _UNIT.search(plain(text))
    return m[1].replace("仟", "千") if m else None


def kind_of(text: str) -> str | None:
    """經常門 or 資本門 where the words name exactly one of them."""
    found = [kind for kind in ("經常", "資本") if kind in text]
    return f"{found[0]}門" if len(found) == 1 else None


def find_head(rows: Sequence[Row], start: int = 0, limit: int = _HEAD_ROWS) -> tuple[int, int, Columns] | None:
    """Index of the first head's first row, how many rows it has (one or two), and its columns."""
    for i in range(start, min(len(rows), start + limit)):
        found = head_at(rows, i)
        if found is not None:
            return i, found[0], found[1]
    return None


def head_at(rows: Sequence[Row], i: int) -> tuple[int, Columns] | None:
    """Number of rows and columns of the head that begins at row ``i``; None if there is none."""
    first = [c.text for c in rows[i]]
    words = [plain(t) for t in first]
    if not any(_AMOUNT.search(w) or w in ("科目", "款") for w in words) or any(_is_figure(t) for t in first):
        return None
    one = columns([(t,) for t in first])
    two: Columns | None = None
    if i + 1 < len(rows) and not any(_is_figure(c.text) for c in rows[i + 1]):
        two = columns(_two_rows(first, [c.text for c in rows[i + 1]]))
    if two is not None and (one is None or _size(two) > _size(one)):
        return 2, two
    return (1, one) if one is not None else None


def _size(found: Columns) -> int:
    return len(found.roles) + 2 * len(found.amounts)


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"-?[\d,]+(?:\.\d+)?", text.strip())) and not re.fullmatch(r"\d{2,4}", text.strip())


def _two_rows(first: list[str], second: list[str]) -> list[tuple[str, ...]]:
    """Heads of two rows; a head over several columns stands over the first of them only."""
    found: list[tuple[str, ...]] = []
    above = ""
    for k in range(max(len(first), len(second))):
        own = first[k] if k < len(first) else ""
        below = second[k] if k < len(second) else ""
        above = own or (above if below else "")
        found.append((above + below, below, above) if below else (above,))
    return found


def columns(heads: Sequence[tuple[str, ...]]) -> Columns | None:
    """The meaning of heads, each in its possible readings; None if they are no budget's."""
    roles: dict[str, int] = {}
    amounts: list[AmountColumn] = []
    for k, readings in enumerate(heads):
        words = [plain(w) for w in readings if w]
        # of two rows the lower one says more: 目 below 科 is 目, and no 科目
        role = next((r for w in words[1:] + words[:1] for r, heads_ in _ROLES.items() if re.fullmatch(heads_, w)), None)
        if role is not None:
            roles.setdefault(role, k)
        elif words and _AMOUNT.search(words[0]) and not _NO_AMOUNT.search(words[0]):
            amounts.append(_amount(k, words[0]))
    if "work_plan" in roles and "name" in roles and "item" not in roles:
        # beside a work plan, a bare name is its item's
        roles["item"] = roles.pop("name")
    who = roles.keys() & {"name", "work_plan", "item", "branch", "code", "long_code", "agency", "ministry",
                          "1_name", "2_name", "3_name", "4_name"}
    if not amounts or not who:
        return None
    if any(a.kind is None and a.official for a in amounts):
        # sums of a row beside the columns of the form are no further amounts
        amounts = [a for a in amounts if a.official or a.kind is not None]
    return Columns(roles, tuple(amounts))


def _amount(index: int, head: str) -> AmountColumn:
    offset = 0
    if "前年度" in head or head.startswith("byear"):
        offset = -2
    elif "上年度" in head or "去年" in head or head.startswith("lyear"):
        offset = -1
    phase = phase_of(head) or ("決算" if head.startswith("byear") else None)
    m = re.search(r"(?<!\d)(\d{2,4})年度?", head)
    year = gregorian(int(m[1])) if m else None
    official = bool(re.search(r"預算案?數|決算數|概算數|法定預算|year_amt", head))
    return AmountColumn(index, offset, year if year and plausible(year) else None, phase, kind_of(head),
                        unit_of(re.sub(r"^.*[(（]", "", head)) if re.search(r"[(（]", head) else None, official)
