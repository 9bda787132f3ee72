"""A network with everything that import faults come from; invented."""

from __future__ import annotations

from kg.measures import measure
from kg.names import ID
from kg.network import Edge, Network, Node

#: names that readers keep for themselves, or that are hard in a header
RESERVED = ("id", "label", "start", "end", "pid", "for", "type", "Id", "adoption status", "2024", "名 稱")
#: labels that break careless writers
LABELS = (
    "測試部", "<甲> & \"乙\" 'x' ]]> --", "控制\x00\x0b\x1f字\ufffe", "𠮷野計畫", "兩行\n與\t跳格", "=1+1", "",
    "a,b;c|d", "很長的名稱" * 30,
)
#: node number -> its years: one year, open at either end, two spells
SPELLS = {0: ((2025, 2025),), 1: ((2025, None),), 2: ((None, 2028),), 3: ((2020, 2021), (2025, 2028))}


def case(*, directed: bool = True) -> Network:
    """Nine nodes, parallel edges of two kinds, spells bounded and open, attributes of mixed types."""
    network = Network("題目 <A&B>", directed, notes=["附註 note"])
    for n, label in enumerate(LABELS):
        iri = f"{ID}measure/測試/{n}" if n % 2 else f"http://example.org/x?a={n}&b=<{n}>"
        attributes = {name: f"{name}{n}" for name in RESERVED}
        attributes |= {"whole": n, "part": n + 0.5, "flag": n % 2 == 0, "mixed": n if n % 2 else "字", "none": None,
                       "sparse": 3 if n == 2 else None, "nan": float("nan")}
        spells = SPELLS.get(n, ())
        network.nodes[iri] = Node(iri, label, ("Ministry", "Measure", "Other")[n % 3], attributes, spells)
    ids = list(network.nodes)
    network.edges = [
        Edge(ids[0], ids[1], 2.0, "主辦", {"scope": "甲 & 乙", "shared": 2}, ((2025, 2025),)),
        Edge(ids[0], ids[1], 1.5, "協辦", {"scope": None, "shared": 1}),
        *(Edge(ids[n], ids[n + 1], n + 0.25, "", {"shared": n}, ((2025, None),) if n % 2 else ()) for n in range(1, 8)),
    ]
    return measure(network)
