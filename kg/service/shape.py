"""A query's shape: its text without comments and without the names of single things.

Tools ask the same question of one thing after another. What is allowed, which prefixes are used and how
expensive a query looks does not depend on which thing it names, so this is found out once for each shape.
"""

from __future__ import annotations

import re

from kg.names import ID

_NAME = r"[^\x00-\x20<>\"{}|^`\\]*"
#: Without backslashes only IRIs, strings and comments hold the signs that begin one of them, so these three,
#: looked for from left to right, are found where kg.service.tokens finds them.
_VARYING = re.compile(
    rf"""\#[^\r\n]* | (<{re.escape(ID)}){_NAME}(>) | (<{_NAME}>
    |\"\"\"(?:(?:\"|\"\")?[^"])*\"\"\"|'''(?:(?:'|'')?[^'])*'''|"[^"\r\n]*"|'[^'\r\n]*')""",
    re.X,
)
#: texts longer than this are not worth keeping
_LONGEST = 20_000


def shape(text: str) -> str | None:
    """The text in which things' names end after the namespace and comments are left out; None if it has no shape.

    Its tokens are those of the text, one by one, but for these names.

    >>> shape("SELECT ?p { <https://w3id.org/policy-kg/id/body/x> ?p '#' } # mine")
    "SELECT ?p { <https://w3id.org/policy-kg/id/> ?p '#' } "
    """
    if "\\" in text or len(text) > _LONGEST:
        return None
    # what stands between, and the groups that were found: as `sub` would put together, in a third of its time
    return "".join(filter(None, _VARYING.split(text)))
