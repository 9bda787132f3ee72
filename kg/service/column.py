"""A result of one variable and IRIs, written as the engine writes it: what a search alone has found.

(But for CSV, where the engine leaves an IRI with a comma without quotes.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.sax.saxutils import escape


def write(name: str, iris: Sequence[str], form: str, more: bool = False) -> bytes:
    """The result in a format of `kg.service.worker.RESULTS`, or a page's ``table`` (are there ``more`` than these?).

    >>> write("x", ["http://x/a,b"], "csv")
    b'x\\r\\n"http://x/a,b"\\r\\n'
    """
    # an IRI holds neither quotes nor angle brackets, braces, backslashes, spaces or control characters
    if form == "json":
        opening, closing = f'{{"{name}":{{"type":"uri","value":"', '"}}'
        inside = opening + f"{closing},{opening}".join(iris) + closing if iris else ""
        return f'{{"head":{{"vars":["{name}"]}},"results":{{"bindings":[{inside}]}}}}'.encode()
    if form == "xml":
        before, after = f'<result><binding name="{name}"><uri>', "</uri></binding></result>"
        inside = before + escape("\n".join(iris), {"'": "&apos;"}).replace("\n", after + before) + after if iris else ""
        return ('<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
                f'<variable name="{name}"/></head><results>{inside}</results></sparql>').encode()
    if form == "csv":
        text = "\r\n".join([name, *iris, ""])
        if "," in text:
            text = "\r\n".join([name, *(f'"{iri}"' if "," in iri else iri for iri in iris), ""])
        return text.encode()
    if form == "tsv":
        return "\n".join([f"?{name}", *(f"<{iri}>" for iri in iris), ""]).encode()
    return json.dumps({"boolean": None, "names": [name], "rows": [[["uri", iri, None]] for iri in iris],
                       "more": more, "graph": False}, ensure_ascii=False).encode()
