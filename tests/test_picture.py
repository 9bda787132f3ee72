"""Pictures: every node drawn, labels that do not overlap, a legend, no scripts; and the command that writes them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from conftest import Command
from export_case import case
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kg.export import png, svg
from kg.export.labels import Disc, placed, spread, width
from kg.export.rows import sheet
from kg.measures import measure
from kg.network import Edge, Network, Node
from kg.store import VersionedStore

SVG = "{http://www.w3.org/2000/svg}"


def big(n: int = 300) -> Network:
    """Three hundred nodes with Chinese names, in a few clusters."""
    chance = random.Random(5)
    network = Network("三百個節點", False)
    for i in range(n):
        network.nodes[str(i)] = Node(str(i), f"第{i}項推動方案", ("Ministry", "Measure", "Industry")[i % 3])
    network.edges = [
        Edge(str(i), str(chance.randrange(i // 30 * 30, i)), 1.0 + i % 4) for i in range(1, n) if i % 30
    ] + [Edge(str(i), str(i - 30)) for i in range(30, n, 30)]
    return measure(network)


def test_three_hundred_nodes_can_be_read() -> None:
    tree = etree.fromstring(svg.draw(sheet(big())).encode())
    texts = [t for t in tree.iter(f"{SVG}text") if t.text and t.text.startswith("第")]
    # at most one name in a hundred finds no room
    assert len(texts) >= 297
    assert min(float(t.get("font-size")) for t in texts) >= 9
    boxes = []
    for t in texts:
        size, x, y = float(t.get("font-size")), float(t.get("x")), float(t.get("y"))
        w = width(t.text, size)
        left = {"start": x, "end": x - w, "middle": x - w / 2}[t.get("text-anchor")]
        boxes.append((left, y - size * 0.9, left + w, y + size * 0.15))
    for i, a in enumerate(boxes):
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in boxes[i + 1:])


def test_legend_counts_and_nothing_active() -> None:
    text = svg.draw(sheet(big(), version="v000001", source="x & y"))
    tree = etree.fromstring(text.encode())
    words = " ".join(t.text or "" for t in tree.iter(f"{SVG}text"))
    for wanted in ("三百個節點", "300 個節點", "部會 ministry (100)", "措施 measure (100)", "v000001", "x & y"):
        assert wanted in words
    assert not any("style" in e.attrib or e.tag == f"{SVG}script" for e in tree.iter())
    assert len([c for c in tree.iter(f"{SVG}circle") if len(c)]) == 300


def test_every_line_of_the_foot_is_within_the_picture() -> None:
    network = big()
    network.notes = [f"附註{n} note" * (n * 30 + 1) for n in range(4)]
    tree = etree.fromstring(svg.draw(sheet(network, version="v000001", source="SELECT " * 100)).encode())
    wide, high = float(tree.get("width")), float(tree.get("height"))
    foot = [t for t in tree.iter(f"{SVG}text") if t.get("text-anchor") is None]
    assert len(foot) >= 2 + 3 + 1 + 1 + 4
    for t in foot:
        size = float(t.get("font-size"))
        assert float(t.get("y")) + size * 0.3 <= high
        assert float(t.get("x")) + width(t.text, size) <= wide


def test_hard_labels_and_communities() -> None:
    tree = etree.fromstring(svg.draw(sheet(case(), colour_by="community")).encode())
    words = " ".join(t.text or "" for t in tree.iter(f"{SVG}text"))
    assert "社群 community" in words and "主辦" in words
    assert etree.fromstring(svg.draw(sheet(measure(Network("空", False)))).encode()) is not None


def test_too_many_nodes_are_said() -> None:
    network = Network("x", False)
    for i in range(svg.LARGEST + 5):
        network.nodes[str(i)] = Node(str(i), "", "X")
    assert "5 個較小的節點未畫出" in svg.draw(sheet(network))


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 700), st.text("計畫ab", max_size=8)), max_size=25))
def test_spread_stays_inside(points: list[tuple[float, float, str]]) -> None:
    area = (0.0, 0.0, 1000.0, 800.0)
    discs = [Disc(x, y, 5.0, t) for x, y, t in points]
    moved = spread(discs, area, 12.0)
    assert len(moved) == len(discs)
    if len(discs) > 1:
        assert all(0 <= d.x <= 1000 and 0 <= d.y <= 800 for d in moved)
    for label in placed(moved, area):
        assert 0 <= label.x <= 1000 and 0 <= label.y <= 800


def test_png() -> None:
    data = png.render(svg.draw(sheet(case())), zoom=0.5)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"


def test_unknown_measure_and_colour() -> None:
    with pytest.raises(ValueError, match="no such measure"):
        sheet(case(), size_by="nothing")
    with pytest.raises(ValueError, match="community"):
        sheet(case(), colour_by="nothing")


@pytest.mark.slow
def test_command(kg: Command, sample_store: VersionedStore, tmp_path: Path) -> None:
    store = sample_store.folder
    assert "body-body" in kg("export").stdout
    for name in ("x.gexf", "x.graphml", "x.json", "x.gml", "x.net", "x.svg", "x.png"):
        done = kg("export", "body-measure", "--store", store, "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name).stat().st_size > 500
    done = kg("export", "body-measure", "--store", store, "-o", tmp_path / "t.csv")
    assert done.returncode == 0 and {p.name for p in tmp_path.glob("t*")} == {"t-nodes.csv", "t-edges.csv"}
    (tmp_path / "q.rq").write_text("SELECT ?source ?target { ?source pol:leadBy ?target }", encoding="utf-8")
    done = kg("export", tmp_path / "q.rq", "--store", store, "--format", "gexf")
    assert done.returncode == 0 and done.stdout.startswith("<?xml")
    etree.fromstring(done.stdout.encode())


@pytest.mark.parametrize(("arguments", "word"), [
    (("nothing",), "kg export"), (("body-body", "-p", "year"), "NAME=VALUE"),
    (("body-body", "-o", "x.doc"), "--format"), (("body-body", "-p", "year=x"), "整數"),
    (("none.rq",), "UTF-8"), (("body-body", "--format", "csv"), "nodes.csv"),
    (("body-body", "-o", "no-such-folder/x.gexf"), "無法寫入"), (("body-body", "--size-by", "x"), "no such measure"),
])
def test_command_errors_are_one_sentence(
    kg: Command, sample_store: VersionedStore, tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    done = kg("export", *arguments, "--store", sample_store.folder, cwd=tmp_path)
    assert done.returncode == 2 and word in done.stderr and "Traceback" not in done.stderr
