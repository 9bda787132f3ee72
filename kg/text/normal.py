"""Normal forms for comparing what is printed in many ways."""

from __future__ import annotations

import re
import unicodedata

from kg.ids import key

_PUNCTUATION = re.compile(r"[\s、，,。．.；;：:（）()\[\]【】「」『』《》〈〉‧·・\-—–─_/／!！?？]+")


def loose(text: str) -> str:
    """For comparing titles: NFKC, 台 as 臺, lower case, no blanks and no punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).replace("台", "臺")).lower()


__all__ = ["key", "loose"]
