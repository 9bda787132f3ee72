"""A process that writes one change into a copy of a graph: ``python -m kg.service.editor``, a job as JSON on stdin.

The job: ``source`` and ``target`` (folders of versions), ``update`` (SPARQL) or ``graph`` (operation of the Graph
Store Protocol). The answer is one line of JSON on stdout: ``{"triples": n, "existed": …}`` or ``{"error": …}``.
The served graph is only read, so a change that fails or is killed has no effect.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import search
from kg.names import PREFIXES
from kg.service import vocabulary

FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE, "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML, "application/ld+json": ox.RdfFormat.JSON_LD,
}


def change(job: dict[str, Any]) -> dict[str, Any]:
    """Copies the graph, applies the change, makes counts and search index anew."""
    target = Path(job["target"])
    ox.Store.read_only(str(Path(job["source"]) / "graph")).backup(str(target / "graph"))
    store = ox.Store(str(target / "graph"))
    existed = True
    if "update" in job:
        store.update(job["update"], base_iri=job["base"], prefixes=PREFIXES)
    else:
        existed = _graph(store, job["graph"], job["base"])
    store.flush()
    vocabulary.write(store, target)
    search.build(store, target)
    return {"triples": len(store), "existed": existed}


def _graph(store: ox.Store, operation: dict[str, Any], base: str) -> bool:
    """PUT, POST or DELETE of a graph. Was it there before?"""
    name: ox.NamedNode | ox.DefaultGraph = ox.NamedNode(operation["name"]) if operation["name"] else ox.DefaultGraph()
    existed = isinstance(name, ox.DefaultGraph) or store.contains_named_graph(name)
    if operation["method"] in ("PUT", "DELETE"):
        store.clear_graph(name)
        if isinstance(name, ox.NamedNode):
            store.remove_graph(name)
    if operation["method"] != "DELETE":
        if isinstance(name, ox.NamedNode):
            store.add_graph(name)
        store.load(base64.b64decode(operation["data"]), FORMATS[operation["type"]], base_iri=base, to_graph=name)
    return existed


def main() -> None:
    """Runs the job on standard input."""
    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_DATA, (job["memory"], job["memory"]))
    try:
        answer = change(job)
    except SyntaxError as error:
        answer = {"error": "syntax", "message": str(error)}
    except (ValueError, OSError, RuntimeError) as error:
        answer = {"error": "change", "message": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
