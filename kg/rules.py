"""A hash of everything that decides what is read out of a document: the rules.

Shards are kept by the document's bytes and this hash, so an unchanged document is never
read twice and a changed rule never serves an old shard.
"""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import entry_points
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: what decides the content of a shard, relative to the project's root
SOURCES = (
    "extract/*.py", "kg/text/*.py", "kg/read/*.py", "kg/model.py", "kg/records.py", "kg/resolve.py", "kg/ids.py",
    "kg/names.py", "kg/rdf.py", "kg/authority.py", "kg/authority_terms.py", "kg/pipeline.py",
    "ontology/authority/*.ttl",
)
#: what else decides the content of a version: the whole-graph passes and the ontology that is loaded with it
GRAPH_SOURCES = (
    "kg/assemble.py", "kg/authority_graph.py", "kg/derive.py", "kg/accounts.py", "kg/link/*.py", "kg/decisions.py",
    "kg/judged.py",
    "ontology/*.ttl", "ontology/*.json",
)


def data_folder(name: str) -> Path:
    """The folder ``ontology``, ``queries`` or ``samples`` of the checkout or the installed package."""
    return ROOT / name


@functools.cache
def rules_hash() -> str:
    """Hexadecimal hash (12 digits) of all rules, authority files and third-party extractors."""
    state = hashlib.sha256()
    _update(state, SOURCES)
    for point in sorted(entry_points(group="policy_kg.extractors"), key=lambda p: p.name):
        version = point.dist.version if point.dist else ""
        state.update(f"{point.name}={point.value} {version}\0".encode())
    return state.hexdigest()[:12]


@functools.cache
def graph_hash() -> str:
    """Hexadecimal hash (12 digits) of what makes a version out of shards."""
    state = hashlib.sha256()
    _update(state, GRAPH_SOURCES)
    return state.hexdigest()[:12]


def _update(state: hashlib._Hash, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            state.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
