"""Measures of a network's nodes, as columns for Gephi and for pages.

networkx computes them; a faster backend for it (``NETWORKX_BACKEND_PRIORITY``) needs no change
here. Cheap measures are always exact. Costly ones are exact up to a stated size and sampled, or
computed by a cheaper method, beyond it: ``Network.methods`` says which, and so do the columns'
titles and the file's description.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx

from kg.describe import Describer
from kg.layout import place
from kg.network import Network, described

SEED = 20250101
#: betweenness is exact in forests, and while nodes × edges, summed over the connected parts, is at most this (about
#: one second); else it is estimated from as many starting nodes as this allows (Brandes and Pich 2007)
EXACT_BETWEENNESS = 1_300_000
FEWEST_SAMPLES = 10
#: communities are Louvain's (Blondel et al. 2008) up to so many edges, beyond it those of label propagation
#: (Raghavan, Albert and Kumara 2007)
LARGEST_LOUVAIN = 100_000
#: the kind of an edge whose body leads; the share of such edges is the lead share
LEAD = "主辦"
#: kinds of edges that say what part a body has
ROLES = (LEAD, "協辦", "負責")


def numbered(network: Network) -> tuple[Any, list[str]]:
    """The network as a networkx graph over 0, 1, 2 … and the nodes' ids in that order.

    Numbers, because sets of text are walked in another order in every process, and Louvain's
    result depends on the order.
    """
    ids = list(network.nodes)
    index = {n: i for i, n in enumerate(ids)}
    g: Any = nx.DiGraph() if network.directed else nx.Graph()
    g.add_nodes_from(range(len(ids)))
    weights: dict[tuple[int, int], float] = {}
    for e in network.edges:
        s, t = index[e.source], index[e.target]
        pair = (s, t) if network.directed or s < t else (t, s)
        weights[pair] = weights.get(pair, 0.0) + e.weight
    g.add_weighted_edges_from((s, t, w) for (s, t), w in weights.items())
    return g, ids


def measure(network: Network) -> Network:
    """Fills in measures, methods and positions; returns the same network.

    Direction counts for degrees (in, out) and PageRank only; betweenness, cores and communities
    are of the undirected network.
    """
    g, ids = numbered(network)
    columns: dict[str, dict[int, float]] = {
        "degree": dict(g.degree()), "weighted_degree": dict(g.degree(weight="weight")),
    }
    methods = {"degree": "exact", "weighted_degree": "exact"}
    if network.directed:
        columns |= {"in_degree": dict(g.in_degree()), "out_degree": dict(g.out_degree())}
        methods |= {"in_degree": "exact", "out_degree": "exact"}
    plain = g.to_undirected(as_view=False) if network.directed else g
    if ids:
        columns["betweenness"], methods["betweenness"] = _betweenness(plain)
        columns["pagerank"], methods["pagerank"] = nx.pagerank(g, weight="weight"), "exact"
        columns["k_core"], methods["k_core"] = nx.core_number(plain), "exact"
        columns["community"], methods["community"] = _communities(plain)
        columns["participation"] = participation(plain, columns["community"])
        methods["participation"] = "exact"
    shares = lead_shares(network)
    for i, name in enumerate(ids):
        network.measures[name] = {column: float(values[i]) for column, values in columns.items()}
        if name in shares:
            network.measures[name]["lead_share"] = shares[name]
    if shares:
        methods["lead_share"] = "exact"
    network.methods = methods
    for name, method in methods.items():
        if method not in ("exact", "louvain"):
            network.notes.append(f"{name} 為估計值（{method}） ({name} is estimated: {method})")
    network.positions = place(ids, [(e.source, e.target, e.weight) for e in network.edges])
    return network


def _betweenness(g: Any) -> tuple[dict[int, float], str]:
    """Freeman's betweenness, normalised, unweighted; and how it was computed."""
    n, m = g.number_of_nodes(), max(g.number_of_edges(), 1)
    parts = [g.subgraph(part) for part in nx.connected_components(g)]
    if m == n - len(parts):
        return _forest_betweenness(g), "exact"
    if sum(part.number_of_nodes() * part.number_of_edges() for part in parts) <= EXACT_BETWEENNESS:
        return nx.betweenness_centrality(g), "exact"
    k = min(n, max(FEWEST_SAMPLES, EXACT_BETWEENNESS // m))
    return nx.betweenness_centrality(g, k=k, seed=SEED), f"sample{k}"


def _forest_betweenness(g: Any) -> dict[int, float]:
    """Betweenness where paths are unique: the pairs of nodes in different branches of a node, counted in one walk."""
    n = g.number_of_nodes()
    found = dict.fromkeys(g, 0.0)
    known: set[int] = set()
    for root in g:
        if root in known:
            continue
        below = {root: 1}
        edges = list(nx.dfs_edges(g, root))
        for _, child in edges:
            below[child] = 1
        known |= below.keys()
        # Σ of squared branches below a node; children are met before their parents from the end
        squares = dict.fromkeys(below, 0)
        for parent, child in reversed(edges):
            below[parent] += below[child]
            squares[parent] += below[child] ** 2
        others = below[root] - 1
        for node, size in below.items():
            pairs = (others**2 - squares[node] - (others + 1 - size) ** 2) / 2
            found[node] = pairs * 2 / ((n - 1) * (n - 2)) if n > 2 else 0.0
    return found


def _communities(g: Any) -> tuple[dict[int, float], str]:
    """Number of each node's community, the largest is 1; and by which method."""
    if g.number_of_edges() <= LARGEST_LOUVAIN:
        parts, method = list(nx.community.louvain_communities(g, weight="weight", seed=SEED)), "louvain"
    else:
        parts = list(nx.community.fast_label_propagation_communities(g, weight="weight", seed=SEED))
        method = "label_propagation"
    ordered = sorted(parts, key=lambda part: (-len(part), min(part)))
    return {node: float(number) for number, part in enumerate(ordered, 1) for node in part}, method


def participation(g: Any, community: dict[int, float]) -> dict[int, float]:
    """Participation coefficient, 1 - Σ (links into a community ÷ all links)² (Guimerà and Amaral 2005, eq. 2).

    0 = all links within one community; nodes without links have 0.
    """
    out: dict[int, float] = {}
    for node in g:
        links = Counter(community[other] for other in g[node])
        total = sum(links.values())
        out[node] = 1.0 - sum((k / total) ** 2 for k in links.values()) if total else 0.0
    return out


def lead_shares(network: Network) -> dict[str, float]:
    """Share of a body's responsibilities in which it leads: by the kinds of the edges, or as the network's
    two-mode source has handed it on."""
    handed_on = {
        i: float(share) for i, n in network.nodes.items()
        if isinstance(share := n.attributes.get("lead_share"), (int, float))
    }
    if handed_on:
        return handed_on
    roles: dict[str, Counter[bool]] = {}
    for e in network.edges:
        if e.kind in ROLES:
            roles.setdefault(e.source, Counter())[e.kind == LEAD] += 1
    return {body: found[True] / found.total() for body, found in roles.items()}


def of_network(network: Network, describer: Describer) -> Network:
    """Described by the graph and measured."""
    return measure(described(network, describer))
