"""Positions: the same for the same network, in a file, in a picture and in the browser.

Up to ``LAID_OUT`` nodes with two or more neighbours are placed by the forces of ForceAtlas2
(Jacomy, Venturini, Heymann and Bastian 2014: repulsion by degree, linear attraction,
gravity), computed densely with numpy from a start on a sunflower spiral, without chance.
Nodes with one neighbour fan out around it, which is where forces would put them, at
a hundredth of the cost. Larger networks stand on the spiral by degree.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

#: nodes (leaves not counted) that are placed by forces; beyond it they stand on a spiral by degree
LAID_OUT = 1500
#: positions lie about between minus this and this: Gephi's units
EXTENT = 1000.0
#: pair forces computed at most: more nodes get fewer steps
_WORK = 40_000_000
#: places on the spiral that are tried at once
_TRIED = 1024
_GOLDEN = math.pi * (3 - math.sqrt(5))

Point = tuple[float, float]
Floats = NDArray[np.float64]


def spiral(n: int) -> Floats:
    """``n`` points of a sunflower (Vogel 1979), about one unit apart, the first in the middle."""
    i = np.arange(n)
    r, angle = 0.6 * np.sqrt(i + 0.5), i * _GOLDEN
    return np.column_stack((r * np.cos(angle), r * np.sin(angle)))


def place(nodes: Sequence[str], edges: Sequence[tuple[str, str, float]]) -> dict[str, Point]:
    """x and y of each node; ``edges`` are source, target and weight. No chance is involved."""
    neighbours: dict[str, set[str]] = {n: set() for n in nodes}
    for s, t, _ in edges:
        neighbours[s].add(t)
        neighbours[t].add(s)
    # a pair of two leaves is a component of its own: its first node stays in the core
    leaves: dict[str, str] = {}
    for n in nodes:
        if len(neighbours[n]) == 1:
            (other,) = neighbours[n]
            if other not in leaves and (len(neighbours[other]) > 1 or n > other):
                leaves[n] = other
    core = [n for n in nodes if n not in leaves]
    if not core:
        return {}
    hung: dict[str, list[str]] = {}
    for leaf, hub in leaves.items():
        hung.setdefault(hub, []).append(leaf)
    #: the radius that a node's leaves take up
    radius = np.array([0.75 * math.sqrt(len(hung.get(n, ()))) for n in core])
    degree = np.array([len(neighbours[n]) for n in core], dtype=float)
    if len(core) <= LAID_OUT:
        points = _parts(core, degree, radius, edges)
    else:
        points = np.empty((len(core), 2))
        points[np.argsort(-degree, kind="stable")] = spiral(len(core)) * 2
    out = dict(zip(core, points.tolist(), strict=True))
    for hub, around in hung.items():
        x, y = out[hub]
        out |= {leaf: [x + px, y + py] for leaf, (px, py) in zip(around, _fan(x, y, len(around)), strict=True)}
    return _scaled({n: out[n] for n in nodes})


def _fan(x: float, y: float, n: int) -> list[Point]:
    """``n`` points around a hub: on rings, the first one on the side away from the middle."""
    first = math.atan2(y, x) if (x, y) != (0.0, 0.0) else 0.0
    points: list[Point] = []
    ring = 0
    while len(points) < n:
        ring += 1
        r = 0.55 + 0.6 * ring
        room = min(max(1, int(2 * math.pi * r / 0.8)), n - len(points))
        for i in range(room):
            # alternately left and right of the outward direction
            angle = first + (-1) ** i * ((i + 1) // 2) * (2 * math.pi / max(room, 6))
            points.append((r * math.cos(angle), r * math.sin(angle)))
    return points


def _parts(core: list[str], degree: Floats, radius: Floats, edges: Sequence[tuple[str, str, float]]) -> Floats:
    """Each connected part by itself, then the parts packed as discs around the largest one."""
    index = {name: i for i, name in enumerate(core)}
    within = [(s, t, w) for s, t, w in edges if s in index and t in index]
    root = list(range(len(core)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for s, t, _ in within:
        a, b = find(index[s]), find(index[t])
        root[max(a, b)] = min(a, b)
    parts: dict[int, list[int]] = {}
    for i in range(len(core)):
        parts.setdefault(find(i), []).append(i)
    edges_of: dict[int, list[tuple[str, str, float]]] = {}
    for edge in within:
        edges_of.setdefault(find(index[edge[0]]), []).append(edge)
    points = np.zeros((len(core), 2))
    sizes: dict[int, float] = {}
    for part, members in parts.items():
        own = _forces([core[i] for i in members], degree[members], radius[members], edges_of.get(part, []))
        own -= (own.min(axis=0) + own.max(axis=0)) / 2
        points[members] = own
        sizes[part] = float((np.hypot(own[:, 0], own[:, 1]) + radius[members]).max()) + 1.0
    ordered = sorted(parts, key=lambda p: (-sizes[p], p))
    for part, at in zip(ordered, _packed([sizes[p] for p in ordered]), strict=True):
        points[parts[part]] += at
    return points


def _packed(radii: list[float]) -> Floats:
    """Places of discs (in falling size) that do not overlap: outwards on the sunflower's spiral until there is room."""
    at = np.zeros((len(radii), 2))
    r = np.array(radii)
    first = 0
    for k in range(1, len(radii)):
        # nothing is free where the largest disc, in the middle, lies
        first = max(first, int(((r[0] + r[k]) / (r[-1] * 0.5)) ** 2))
        while True:
            step = np.arange(first, first + _TRIED)
            away, angle = r[-1] * 0.5 * np.sqrt(step), step * _GOLDEN
            tried = np.column_stack((away * np.cos(angle), away * np.sin(angle)))
            gaps = np.hypot(tried[:, None, 0] - at[None, :k, 0], tried[:, None, 1] - at[None, :k, 1]) - r[:k] - r[k]
            free = (gaps >= 0).all(axis=1)
            if free.any():
                at[k] = tried[free.argmax()]
                # a smaller disc may fit where this one did not, but hardly far inside
                first = int(step[free.argmax()] * 0.6)
                break
            first += _TRIED
    return at


def _forces(core: list[str], degree: Floats, radius: Floats, edges: Sequence[tuple[str, str, float]]) -> Floats:
    """ForceAtlas2's equilibrium, then nodes (with their leaves) moved apart."""
    n = len(core)
    if n == 1:
        return np.zeros((1, 2))
    index = {name: i for i, name in enumerate(core)}
    weights: dict[tuple[int, int], float] = {}
    for s, t, w in edges:
        if s in index and t in index:
            pair = (min(index[s], index[t]), max(index[s], index[t]))
            weights[pair] = weights.get(pair, 0.0) + w
    a = np.array([p[0] for p in weights], dtype=int)
    b = np.array([p[1] for p in weights], dtype=int)
    # the logarithm keeps one heavy edge from pulling its ends into one point
    pull = 1 + np.log(np.array(list(weights.values())) + 1e-12).clip(-1, 3) / 4 if weights else np.empty(0)
    mass = degree + 1
    outer = mass[:, None] * mass[None, :]
    points = np.empty((n, 2))
    points[np.argsort(-degree, kind="stable")] = spiral(n) * (2 + radius.mean())
    steps = int(np.clip(_WORK / (n * n), 40, min(300, 40 + 2 * n)))
    speed = 0.0
    for step in range(steps):
        # all pairs by matrix products: Σ p (x_i - x_j) = x_i Σ p - Σ p x_j
        length2 = (points * points).sum(axis=1)
        square = points @ (-2.0 * points.T)
        square += length2[:, None]
        square += length2[None, :]
        push = outer / np.maximum(square, 1e-3, out=square)
        np.fill_diagonal(push, 0.0)
        force = points * push.sum(axis=1)[:, None] - push @ points
        if len(a):
            # an edge between two hubs pulls less: without it hubs gather in one clump (dissuade hubs)
            along = (points[b] - points[a]) * (pull * 3.0)[:, None]
            np.add.at(force, a, along)
            np.add.at(force, b, -along)
        distance = np.hypot(points[:, 0], points[:, 1]) + 1e-9
        force -= points * (mass * 1.0 / distance)[:, None] * (1 + 0.05 * distance)[:, None]
        length = np.hypot(force[:, 0], force[:, 1]) + 1e-9
        # the farthest a node may move shrinks to nothing: the layout always comes to rest
        speed = 0.1 * math.sqrt(n) * (1 - step / steps) ** 1.5 + 0.01
        points += force / length[:, None] * np.minimum(length / mass, speed)[:, None]
    return _apart(points, 0.5 + radius)


def _apart(points: Floats, radius: Floats) -> Floats:
    """Moves discs that overlap away from each other along the line between them."""
    spread = max(float(np.abs(points).max()), 1e-9)
    wanted = 1.4 * math.sqrt(float((radius**2).sum()))
    points = points * max(1.0, wanted / spread)
    for _ in range(60):
        pairs = cKDTree(points).query_pairs(2.1 * float(radius.max()), output_type="ndarray")
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        i, j = pairs[:, 0], pairs[:, 1]
        delta = points[i] - points[j]
        distance = np.hypot(delta[:, 0], delta[:, 1])
        lack = (radius[i] + radius[j]) * 1.05 - distance
        close = lack > 0
        if not close.any():
            break
        i, j, delta, distance, lack = i[close], j[close], delta[close], distance[close], lack[close]
        # two in the same point part sideways
        delta[distance < 1e-6] = (1e-6, 0.0)
        move = delta / np.maximum(distance, 1e-6)[:, None] * (lack * 0.45)[:, None]
        np.add.at(points, i, move)
        np.add.at(points, j, -move)
    return points


def _scaled(points: dict[str, list[float]]) -> dict[str, Point]:
    """Positions around 0 that fill the extent, rounded."""
    values = np.array(list(points.values()))
    values -= (values.min(axis=0) + values.max(axis=0)) / 2
    largest = float(np.abs(values).max())
    values *= EXTENT / largest if largest else 0.0
    return {n: (round(float(x), 2), round(float(y), 2)) for n, (x, y) in zip(points, values, strict=True)}
