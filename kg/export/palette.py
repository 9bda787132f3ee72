"""One colour per class, for files, pages and pictures alike.

Okabe and Ito's palette (2008), which readers with any common colour vision can tell
apart, with a few tints where there are more classes than colours.
"""

from __future__ import annotations

COLOURS: dict[str, str] = {
    "GovernmentBody": "#0072B2", "Ministry": "#0072B2", "Agency": "#56B4E9",
    "Measure": "#009E73", "Strategy": "#66C2A5", "Goal": "#004D40", "Plan": "#1B2A26", "Action": "#A6D8C8",
    "Program": "#E69F00", "Industry": "#D55E00", "IndustryScope": "#F0A07A",
    "Regulation": "#CC79A7", "Provision": "#E3B5CE",
    "Recommendation": "#8C6BB1", "Response": "#BFA6D6",
    "BudgetLine": "#B8A800", "WorkPlan": "#7A6F00", "BudgetAmount": "#D9CF66",
    "Target": "#A6761D", "Section": "#999999", "PolicyDocument": "#555555", "PlanElement": "#009E73",
}
OTHER = "#7F7F7F"


def colour(cls: str) -> str:
    """Hexadecimal colour of a class (local name)."""
    return COLOURS.get(cls, OTHER)


def rgb(cls: str) -> tuple[int, int, int]:
    """Red, green, blue of a class, 0..255."""
    text = colour(cls)
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


#: colours of communities in the order of their size: the palette's eight distinct hues, then grey
COMMUNITIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#8C6BB1")


def community_colour(number: int) -> str:
    """Colour of a community (1 is the largest); all beyond the eighth are grey."""
    return COMMUNITIES[number - 1] if 1 <= number <= len(COMMUNITIES) else OTHER
