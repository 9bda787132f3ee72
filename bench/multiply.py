"""A graph many times as large: copies of what the documents say, over the same bodies, industries and laws.

The things of a copy have the copy's number in their IRIs; what documents of one government have in common
(bodies, industries, laws, concepts and what is said between these alone) is there once.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pyoxigraph as ox

from kg.names import CLASSES, ID, PREFIXES

COMMON = ("body", "industry", "regulation", "provision", "change-event")
_OWN = "|".join(sorted({re.escape(name) for name in CLASSES.values()} - {re.escape(name) for name in COMMON}))
_OWN_IRI = re.compile(rf"<{re.escape(ID)}(?:{_OWN})/[^>]*".encode())
#: stands for a copy's number
_MARK = b"\x00"


def multiply(store: ox.Store, times: int, folder: Path) -> ox.Store:
    """The multiplied graph, written to a folder, or read from it where an earlier run has written it."""
    target = folder / f"times-{times}"
    if target.exists():
        return ox.Store.read_only(str(target))
    kept = _common_assertions(store)
    shared: list[bytes] = []
    copied: list[bytes] = []
    for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        line = f"{quad.triple} .\n".encode()
        marked = _OWN_IRI.sub(lambda m: m[0] if m[0] in kept else m[0] + _MARK, line)
        (copied if _MARK in marked else shared).append(marked)
    template = b"".join(copied)
    made = ox.Store(str(target))
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".nt") as file:
        file.writelines(shared)
        for number in range(times):
            file.write(template.replace(_MARK, b"-copy-%d" % number))
        file.flush()
        made.bulk_load(path=file.name, format=ox.RdfFormat.N_TRIPLES)
    made.optimize()
    made.flush()
    return made


def _common_assertions(store: ox.Store) -> set[bytes]:
    """What `_OWN_IRI` finds of the assertions between common things."""
    rdf = PREFIXES["rdf"]
    ends: dict[str, int] = {}
    for verb in ("subject", "object"):
        for quad in store.quads_for_pattern(None, ox.NamedNode(rdf + verb), None, ox.DefaultGraph()):
            if not _OWN_IRI.match(str(quad.object).encode()):
                ends[str(quad.subject)] = ends.get(str(quad.subject), 0) + 1
    return {iri.removesuffix(">").encode() for iri, common in ends.items() if common == 2}
