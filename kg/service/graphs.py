"""SPARQL 1.1 Graph Store HTTP Protocol at ``/rdf-graph-store?default`` and ``?graph=IRI``."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from kg.service import write
from kg.service.http import CORS, GRAPHS, Answer, Request, content_type, negotiate
from kg.service.pool import Failed
from kg.service.problem import Problem
from kg.service.protocol import Ask

if TYPE_CHECKING:
    from kg.service.service import Service

PATH = "/rdf-graph-store"
_ALLOW = ("allow", "DELETE, GET, HEAD, OPTIONS, POST, PUT")
#: formats of graphs; those of datasets are no answer to one graph
_OFFERS = tuple(m for m, name in GRAPHS.items() if name not in ("nq", "trig"))
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]*")


def _name(request: Request) -> str:
    """The graph's IRI; empty for the default graph. Raises Problem."""
    arguments = request.arguments()
    names = [v for k, v in arguments if k == "graph"]
    default = any(k == "default" for k, _ in arguments)
    if len(names) + default != 1:
        raise Problem(400, "which-graph", "請用 ?default 或 ?graph=IRI 指定一個圖",
                      "Name one graph by ?default or ?graph=IRI.")
    if names and not _IRI.fullmatch(names[0]):
        raise Problem(400, "bad-parameter", "graph 不是完整的 IRI", "graph is no absolute IRI.")
    return names[0] if names else ""


async def answer(service: Service, request: Request) -> Answer:
    """Answers a request to the graph store. Raises Problem, Refused or StoreError."""
    if request.method == "OPTIONS":
        return Answer(204, [_ALLOW, ("access-control-allow-methods", _ALLOW[1]),
                            ("access-control-allow-headers", "Accept, Authorization, Content-Type"), *CORS])
    if request.method not in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        raise Problem(405, "http-405", "這個網址不接受這種方法", "This method is not allowed here.", headers=[_ALLOW])
    name = _name(request)
    base = request.headers.get("x-kg-base", "") + PATH
    if request.method not in ("GET", "HEAD"):
        write.allow(request)
        existed = await asyncio.to_thread(write.put_graph, service.versions, service.limits, request, name, base)
        return Answer(204 if existed else 201, [*CORS])
    media = negotiate(request.accept, _OFFERS)
    limits = service.limits
    if name:
        test = Ask(f"ASK {{ GRAPH <{name}> {{ ?s ?p ?o }} }}", (), (), "", limits.seconds, limits.rows)
        found = await service.table(test, 1)
        if not found["boolean"]:
            raise Problem(404, "no-graph-of-that-name", "沒有這個圖", "There is no such graph.")
    pattern = f"GRAPH <{name}> {{ ?s ?p ?o }}" if name else "?s ?p ?o"
    asked = Ask(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", (), (), "", limits.seconds, limits.rows)
    job, about = service.job(asked)
    job |= {"form": GRAPHS[media], "gzip": request.gzip}
    result = await service.run(job, asked, about)
    headers = [("content-type", content_type(media)), ("vary", "Accept, Accept-Encoding"), *CORS]
    if not result.complete:
        if job["gzip"]:
            headers.append(("content-encoding", "gzip"))
        return Answer(200, headers, result)
    try:
        body = b"".join([chunk async for chunk in result])
    except Failed as failed:
        raise service.problem(failed, asked) from None
    if body[:2] == b"\x1f\x8b":
        headers.append(("content-encoding", "gzip"))
    return Answer(200, headers, body)
