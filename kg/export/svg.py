"""A network as a picture: laid out, labelled, with a legend and counts. Needs no Gephi and no browser.

Only presentation attributes, no styles and scripts, so that it may be shown under a strict content
security policy. Fonts are named, not embedded: a viewer takes the first Chinese one it has.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from kg.export import xml
from kg.export.labels import Box, Disc, placed, spread, width
from kg.export.rows import EdgeRow, NodeRow, Sheet

MEDIA_TYPE = "image/svg+xml"
FONTS = (
    "'Noto Sans CJK TC','Noto Sans TC','Source Han Sans TC','PingFang TC','Microsoft JhengHei','Heiti TC',sans-serif"
)
#: nodes that a picture shows at most, those of the largest size first: more cannot be read
LARGEST = 3000
#: nodes that are moved until their labels fit; beyond it labels without room are left out
SPREAD = 800
_MARGIN = 40.0
_HEAD = 74.0
_LINE = 20.0
_INK, _PALE = "#222222", "#5F6B75"
#: what the classes are called in the legend; others are named as they are
CLASSES = {
    "GovernmentBody": "機關 body", "Ministry": "部會 ministry", "Agency": "機關 agency", "Measure": "措施 measure",
    "Strategy": "策略 strategy", "Goal": "目標 goal", "Action": "行動 action", "Program": "計畫 program",
    "Plan": "施政計畫 plan", "Industry": "產業 industry", "IndustryScope": "產業範圍 scope",
    "Regulation": "法規 regulation", "Provision": "條文 provision", "Recommendation": "建議 recommendation",
    "Response": "答復 response", "BudgetLine": "預算項目 budget line", "WorkPlan": "工作計畫 work plan",
    "BudgetAmount": "預算金額 amount", "Target": "目標值 target", "Section": "章節 section",
    "PolicyDocument": "文件 document", "PlanElement": "計畫項目 plan element", "Thing": "其他 other",
}
_DASHES = ("", "7 4", "2 3", "9 3 2 3")


def draw(rows: Sheet) -> str:
    """The picture as SVG text."""
    nodes = list(rows.nodes)
    left_out = max(0, len(nodes) - LARGEST)
    if left_out:
        nodes = sorted(nodes, key=lambda n: -n.size)[:LARGEST]
    known = {n.id for n in nodes}
    edges = [e for e in rows.edges if e.source in known and e.target in known]
    side = min(3600.0, max(1000.0, 420.0 + 100.0 * math.sqrt(len(nodes))))
    legend = _legend(rows, nodes)
    kinds = _kinds(edges)
    area = (6.0, _HEAD - 8, side - 6.0, _HEAD + side * 0.72)
    discs = _discs(nodes, (_MARGIN * 2, _HEAD + 20, side - _MARGIN * 2, _HEAD + side * 0.72 - 20))
    if len(nodes) <= SPREAD:
        discs = spread(discs, area, 12.0)
    labels = placed(discs, area)
    notes = [*rows.notes]
    if left_out:
        notes.append(f"另有 {left_out:,} 個較小的節點未畫出 ({left_out:,} smaller nodes not drawn)")
    named = sum(1 for d in discs if d.text)
    if len(labels) < named:
        notes.append(f"{named - len(labels):,} 個名稱因空間不足未標示 ({named - len(labels):,} labels left out)")
    sizes = f"節點大小 node size：{rows.size_by}；" if rows.size_by else ""
    lines = [x for x in (f"{sizes}線寬：權重 line width: weight", rows.source, *notes) if x]
    # half a line is left below the last one
    foot = _LINE * (len(_wrapped(legend, side)) + (1 if kinds else 0) + len(lines) + 0.5)
    height = _HEAD + side * 0.72 + foot
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {side:.0f} {height:.0f}" font-family={xml.value(FONTS)} role="img">',
        f"<title>{xml.content(rows.title)}</title><desc>{xml.content(rows.description)}</desc>",
        f'<rect width="{side:.0f}" height="{height:.0f}" fill="#FFFFFF"/>',
        _text(rows.title, _MARGIN / 2, 32, 22, weight="bold"),
        _text(_counts(rows, len(nodes) + left_out, len(edges)), _MARGIN / 2, 56, 13, fill=_PALE),
        *_lines(rows, nodes, discs, edges, kinds),
        *(f'<circle cx="{d.x:.1f}" cy="{d.y:.1f}" r="{d.r:.1f}" fill="{n.colour}" stroke="#FFFFFF" stroke-width="1">'
          f"<title>{xml.content(_title(n))}</title></circle>" for d, n in zip(discs, nodes, strict=True)),
        # the white edge first: letters stay readable on lines
        *(f'<text x="{p.x:.1f}" y="{p.y + p.size * 0.36:.1f}" font-size="{p.size:.1f}" text-anchor="{p.anchor}" '
          f'stroke="#FFFFFF" stroke-width="3" stroke-linejoin="round" paint-order="stroke" fill="{_INK}">'
          f"{xml.content(p.text)}</text>" for p in labels),
        *_feet(legend, kinds, lines, side, _HEAD + side * 0.72 + _LINE),
        "</svg>\n",
    ]
    return "\n".join(out)


def _title(node: NodeRow) -> str:
    """The full name where the columns have it, for the pointer to rest on."""
    return str(node.values[1]) if len(node.values) > 1 and node.values[1] else node.label


def _counts(rows: Sheet, nodes: int, edges: int) -> str:
    found = f"{nodes:,} 個節點 nodes · {rows.size[1] if rows.size else edges:,} 條邊 edges"
    kind = "有向 directed" if rows.directed else "無向 undirected"
    return " · ".join(x for x in (found, kind, rows.version, rows.on.isoformat() if rows.on else "") if x)


def _discs(nodes: list[NodeRow], area: Box) -> list[Disc]:
    """Nodes in pixels: positions stretched over the area, sizes by the number of nodes."""
    if not nodes:
        return []
    xs, ys = [n.x for n in nodes], [n.y for n in nodes]
    wide, high = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
    # different scales fill the page; more than half as much again would bend the picture
    sx, sy = (area[2] - area[0]) / wide, (area[3] - area[1]) / high
    sx, sy = min(sx, sy * 1.5), min(sy, sx * 1.5)
    mx, my = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    cx, cy = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
    scale = max(0.28, min(0.8, 9 / math.sqrt(len(nodes))))
    # Gephi's y grows upwards, a picture's downwards
    return [Disc(cx + (n.x - mx) * sx, cy - (n.y - my) * sy, max(2.5, n.size * scale), n.label) for n in nodes]


def _kinds(edges: list[EdgeRow]) -> dict[str, str]:
    """Line pattern of the commonest kinds of edges; empty where there is only one kind."""
    found = Counter(e.kind for e in edges if e.kind)
    return {k: _DASHES[i] for i, (k, _) in enumerate(found.most_common(len(_DASHES)))} if len(found) > 1 else {}


def _lines(
    rows: Sheet, nodes: list[NodeRow], discs: list[Disc], edges: list[EdgeRow], kinds: dict[str, str]
) -> Iterator[str]:
    """Edges, the lightest first; directed ones end in an arrow at the node's rim."""
    at = {n.id: i for i, n in enumerate(nodes)}
    heaviest = max((e.weight for e in edges), default=1.0)
    faint = max(0.12, min(0.5, 12 / math.sqrt(len(edges) + 1)))
    yield '<g fill="none" stroke-linecap="round">'
    for e in sorted(edges, key=lambda e: e.weight):
        a, b = discs[at[e.source]], discs[at[e.target]]
        share = math.sqrt(e.weight / heaviest)
        colour = nodes[at[e.source]].colour
        strength = f'stroke="{colour}" stroke-opacity="{faint + (0.75 - faint) * share * 0.6:.2f}"'
        thick = 0.7 + 3.3 * share if heaviest > 1 else 1.0
        dash = f' stroke-dasharray="{kinds[e.kind]}"' if kinds.get(e.kind) else ""
        length = math.hypot(b.x - a.x, b.y - a.y)
        if length < 1e-6:
            continue
        ux, uy = (b.x - a.x) / length, (b.y - a.y) / length
        ex, ey = b.x - ux * (b.r + 1), b.y - uy * (b.r + 1)
        yield f'<path d="M{a.x:.1f} {a.y:.1f}L{ex:.1f} {ey:.1f}" {strength} stroke-width="{thick:.1f}"{dash}/>'
        if rows.directed and len(edges) <= 4000:
            w = 2.5 + thick
            bx, by = ex - ux * w * 2, ey - uy * w * 2
            yield (
                f'<path d="M{ex:.1f} {ey:.1f}L{bx - uy * w:.1f} {by + ux * w:.1f}L{bx + uy * w:.1f} {by - ux * w:.1f}Z"'
                f' fill="{colour}" fill-opacity="0.55"/>'
            )
    yield "</g>"


def _legend(rows: Sheet, nodes: list[NodeRow]) -> list[tuple[str, str]]:
    """Colour and text of each class, or of each community, with the number of nodes."""
    names = [c.name for c in rows.node_columns]
    classes = Counter((n.colour, str(n.values[names.index("class")]) if "class" in names else "") for n in nodes)
    shared = len({colour for colour, _ in classes}) < len(classes)
    community = next((c for c in names if c.startswith("community")), None)
    if community and shared and _by_community(nodes, names.index(community)):
        groups = Counter((n.colour, n.values[names.index(community)]) for n in nodes)
        merged: dict[str, tuple[str, int]] = {}
        for (colour, number), count in sorted(groups.items(), key=lambda g: int(str(g[0][1] or 0))):
            text, total = merged.get(colour, (f"社群 community {number}", 0))
            merged[colour] = (text if total == 0 else "其他社群 others", total + count)
        return [(colour, f"{text} ({total:,})") for colour, (text, total) in merged.items()]
    named = {cls: CLASSES.get(cls, cls) or "節點 nodes" for _, cls in classes}
    return [(colour, f"{named[cls]} ({count:,})") for (colour, cls), count in classes.most_common()]


def _by_community(nodes: list[NodeRow], column: int) -> bool:
    """Whether colours follow communities: no two colours within one."""
    found: dict[object, set[str]] = {}
    for n in nodes:
        found.setdefault(n.values[column], set()).add(n.colour)
    return all(len(colours) == 1 for colours in found.values())


def _wrapped(legend: list[tuple[str, str]], side: float) -> list[list[tuple[str, str]]]:
    """The legend's entries in lines that are not wider than the picture."""
    out: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for entry in legend:
        wide = 34 + width(entry[1], 13)
        if out[-1] and used + wide > side - _MARGIN:
            out.append([])
            used = 0.0
        out[-1].append(entry)
        used += wide
    return out


def _feet(
    legend: list[tuple[str, str]], kinds: dict[str, str], lines: list[str], side: float, y: float
) -> Iterator[str]:
    for entries in _wrapped(legend, side):
        x = _MARGIN / 2
        for colour, text in entries:
            yield f'<circle cx="{x + 7:.1f}" cy="{y - 5:.1f}" r="6" fill="{colour}"/>'
            yield _text(text, x + 19, y, 13)
            x += 34 + width(text, 13)
        y += _LINE
    if kinds:
        x = _MARGIN / 2
        for kind, dash in kinds.items():
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            yield f'<path d="M{x:.1f} {y - 5:.1f}h34" stroke="{_INK}" stroke-width="1.6"{dashed}/>'
            yield _text(kind, x + 40, y, 13)
            x += 58 + width(kind, 13)
        y += _LINE
    for line in lines:
        yield _text(_cut(line, side - _MARGIN), _MARGIN / 2, y, 12, fill=_PALE)
        y += _LINE


def _cut(line: str, wide: float) -> str:
    """A line of the foot that is not wider than the picture."""
    if width(line, 12) <= wide:
        return line
    while width(line + "…", 12) > wide:
        line = line[: -max(1, len(line) // 50)]
    return line + "…"


def _text(text: str, x: float, y: float, size: float, *, fill: str = _INK, weight: str = "normal") -> str:
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" font-weight="{weight}" fill="{fill}">'
            f"{xml.content(text)}</text>")
