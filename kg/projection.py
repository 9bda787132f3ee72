"""One-mode projections of two-mode networks, and filters on edges.

Gephi's own projection plug-in is unreliable, so the projections come ready-made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations

from kg.describe import Spell, both, overlap, union
from kg.measures import LEAD, lead_shares
from kg.network import Edge, Network

#: how two nodes' edge is weighed: by the number of things shared, or by Newman's sum
WEIGHTS = ("shared", "newman")
#: things shared by more nodes than this are left out: n of them make n²/2 edges, all of which say the same
LARGEST_SHARED = 100


def project(
    network: Network, title: str, *, onto: str = "source", weight: str = "shared", lead_to_partner: bool = False,
    largest: int = LARGEST_SHARED,
) -> Network:
    """The network of one side's nodes, linked by the other side's things that they share.

    Every edge has ``shared`` (number of things k in common) and ``newman``, Σ 1 ÷ (n_k - 1) over those things,
    with n_k the number of nodes that have a part in k (Newman 2001, "Scientific collaboration networks II",
    eq. 2: a thing shared by many ties each pair less). ``weight`` says which is the edge's weight.
    Things shared by more than ``largest`` nodes are left out, and the notes say so.
    With ``lead_to_partner`` the edges go from each body that leads a thing to each that joins in it.
    An edge exists in the years of the things shared; it has no time where one of them has none.
    """
    if weight not in WEIGHTS:
        raise ValueError(f"weight 要是 {'、'.join(WEIGHTS)} (must be one of these, not {weight!r})")
    things: dict[str, dict[str, tuple[bool, tuple[Spell, ...]]]] = {}
    members: dict[str, None] = {}
    for e in network.edges:
        member, thing = (e.source, e.target) if onto == "source" else (e.target, e.source)
        lead, spells = things.setdefault(thing, {}).get(member, (False, e.spells))
        things[thing][member] = (lead or e.kind == LEAD, spells)
        members[member] = None
    pairs: dict[tuple[str, str], tuple[list[float], set[tuple[Spell, ...]]]] = {}
    crowds = 0
    for parts in things.values():
        if len(parts) > largest:
            crowds += 1
        if not 2 <= len(parts) <= largest:
            continue
        share = 1 / (len(parts) - 1)
        for a, b in _leads(parts) if lead_to_partner else combinations(sorted(parts), 2):
            sums, times = pairs.setdefault((a, b), ([0.0, 0.0], set()))
            sums[0] += 1
            sums[1] += share
            times.add(both(parts[a][1], parts[b][1]))
    shares = lead_shares(network)
    found = Network(title, lead_to_partner, notes=list(network.notes))
    if crowds:
        found.notes.append(
            f"{crowds} 項由超過 {largest} 個節點共有，未列入 (things shared by more than {largest} nodes: left out)"
        )
    for member in members:
        node = network.nodes[member]
        more = {"lead_share": shares[member]} if member in shares else {}
        found.nodes[member] = replace(node, attributes={**node.attributes, **more}) if more else node
    for (a, b), ((shared, newman), times) in sorted(pairs.items()):
        spells = () if () in times else union(s for some in times for s in some)
        chosen = shared if weight == "shared" else newman
        found.edges.append(Edge(a, b, chosen, "", {"shared": int(shared), "newman": round(newman, 6)}, spells))
    return linked(found)


def _leads(parts: dict[str, tuple[bool, tuple[Spell, ...]]]) -> Iterable[tuple[str, str]]:
    return [(a, b) for a, (lead, _) in parts.items() if lead for b, (also, _) in parts.items() if a != b and not also]


def linked(network: Network) -> Network:
    """The network without nodes that have no edge."""
    ends = {end for e in network.edges for end in (e.source, e.target)}
    network.nodes = {i: n for i, n in network.nodes.items() if i in ends}
    return network


def keep(network: Network, wanted: Callable[[Edge], bool], reason: str) -> Network:
    """Leaves out edges that are not wanted, and nodes without edges; notes how many and why."""
    edges = [e for e in network.edges if wanted(e)]
    if len(edges) < len(network.edges):
        network.notes.append(f"{reason}：{len(network.edges) - len(edges)} 條邊未列入 (edges left out)")
    network.edges = edges
    return linked(network)


def in_years(network: Network, years: Iterable[int]) -> Network:
    """Only edges that exist in one of the years; edges of unknown time are left out."""
    wanted = sorted(set(years))

    def exists(e: Edge) -> bool:
        return any(overlap(s, (y, y)) for s in e.spells for y in wanted)

    return keep(network, exists, f"年度 years {'、'.join(map(str, wanted))}")


def heavier(network: Network, least: float) -> Network:
    """Only edges of at least a weight."""
    return keep(network, lambda e: e.weight >= least, f"權重至少 weight at least {least:g}")
