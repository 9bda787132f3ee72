"""The authority files of government bodies: well-formed, free of conflicts, true in spot checks."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.authority import Authority, Body, data_dir, load, read_turtle, stands_free
from kg.ids import key, named
from kg.names import expand

FILES = sorted((data_dir() / "authority").glob("bodies-*.ttl"))
#: organs that have no body above them
ROOTS = {"總統府", "行政院", "立法院", "司法院", "考試院", "監察院"}


@pytest.fixture(scope="module")
def authority() -> Authority:
    return load()


def body(authority: Authority, name: str) -> Body:
    return authority.bodies[named("pol:Agency", name)]


def is_local(b: Body) -> bool:
    return b.cls == "pol:GovernmentBody" and b.label[2:3] in "縣市" and b.label.endswith(("政府", "議會"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_both_parsers_read_the_same(path: Path) -> None:
    graph = rdflib.Graph().parse(path, format="turtle")
    statements = read_turtle(path)
    assert len(graph) == len(statements) > 0
    assert {str(s) for s in graph.subjects()} == {s for s, _, _ in statements}


def test_every_body_stands_in_one_place() -> None:
    described = Counter(s for path in FILES for s, p, _ in read_turtle(path) if p == expand("rdf:type"))
    assert [s for s, n in described.items() if n > 1] == []


def test_iris_are_made_from_the_label(authority: Authority) -> None:
    assert [b.iri for b in authority.bodies.values() if b.iri != named(b.cls, b.label)] == []


def test_classes_and_parents(authority: Authority) -> None:
    assert {b.cls for b in authority.bodies.values()} == {"pol:Ministry", "pol:Agency", "pol:GovernmentBody"}
    no_parent = {b.label for b in authority.bodies.values() if b.parent is None and not is_local(b)}
    assert no_parent == ROOTS
    assert [b.label for b in authority.bodies.values() if b.parent and b.parent not in authority.bodies] == []


def test_no_body_is_above_itself(authority: Authority) -> None:
    for b in authority.bodies.values():
        above, seen = b.parent, {b.iri}
        while above:
            assert above not in seen, b.label
            seen.add(above)
            above = authority.bodies[above].parent


def test_years_are_in_order(authority: Authority) -> None:
    for b in authority.bodies.values():
        assert b.start_year is None or b.end_year is None or b.start_year <= b.end_year, b.label
        for later in b.successors:
            after = authority.bodies[later.iri]
            assert after.start_year is None or after.start_year <= later.year, (b.label, after.label)
            assert b.end_year is None or later.year <= b.end_year, b.label
        if b.end_year and b.successors:
            assert any(later.year == b.end_year for later in b.successors), b.label


def descendants(authority: Authority, iri: str) -> set[str]:
    found: set[str] = set()
    todo = [iri]
    while todo:
        for later in authority.bodies[todo.pop()].successors:
            if later.iri not in found:
                found.add(later.iri)
                todo.append(later.iri)
    return found


def test_a_name_means_one_body_and_its_predecessors(authority: Authority) -> None:
    conflicts = []
    for name, iris in authority.body_names.items():
        current = [i for i in iris if authority.bodies[i].end_year is None]
        line = {i: descendants(authority, i) | {i} for i in iris}
        related = all(b in line[a] or a in line[b] for a in iris for b in iris)
        if len(current) > 1 or not related:
            conflicts.append((name, iris))
    assert conflicts == []


def test_a_hidden_name_is_not_also_a_plain_name_of_the_body(authority: Authority) -> None:
    both = [(b.label, n) for b in authority.bodies.values() for n in b.hidden_labels
            if b.iri in authority.body_names.get(key(n), ())]
    assert both == []


def test_labels_are_clean(authority: Authority) -> None:
    for b in authority.bodies.values():
        names = [key(n) for n in (b.label, *b.alt_labels, *b.hidden_labels)]
        assert all(names) and len(set(names)) == len(names), b.label
        assert b.english == b.english.strip() and b.english.isascii(), b.label


def test_events_have_dates_labels_and_known_bodies(authority: Authority) -> None:
    statements = [t for path in FILES for t in read_turtle(path)]
    events = {s for s, p, o in statements if p == expand("rdf:type") and o.value == expand("org:ChangeEvent")}
    assert len(events) > 150
    for event in events:
        about = [(p, o) for s, p, o in statements if s == event]
        linked = [o.value for p, o in about if p.startswith(expand("org:")) and p.endswith("Organization")]
        assert len(linked) > 1 and all(iri in authority.bodies for iri in linked), event
        assert {o.language.lower() for p, o in about if p == expand("rdfs:label")} == {"zh-hant", "en"}, event
        [when] = [o for p, o in about if p == expand("dcterms:date")]
        assert when.datatype.value == expand("xsd:date" if len(when.value) == 10 else "xsd:gYear"), event


@pytest.mark.parametrize(("former", "present", "day"), [
    ("行政院農業委員會", "農業部", "2023-08-01"),
    ("行政院環境保護署", "環境部", "2023-08-22"),
    ("行政院原子能委員會", "核能安全委員會", "2023-09-27"),
    ("經濟部工業局", "經濟部產業發展署", "2023-09-26"),
    ("經濟部中央地質調查所", "經濟部地質調查及礦業管理中心", "2023-09-26"),
    ("行政院衛生署食品藥物管理局", "衛生福利部食品藥物管理署", "2013-07-23"),
    ("行政院經濟建設委員會", "國家發展委員會", "2014-01-22"),
    ("科技部", "國家科學及技術委員會", "2022-07-27"),
    ("行政院資通安全處", "數位發展部資通安全署", "2022-08-27"),
    ("教育部體育署", "運動部", "2025-09-09"),
])
def test_reorganisations(authority: Authority, former: str, present: str, day: str) -> None:
    old, new, when = body(authority, former), body(authority, present), date.fromisoformat(day)
    assert authority.successor(old.iri, when) == new.iri == authority.successor(old.iri)
    assert authority.successor(old.iri, date(when.year - 1, 12, 31)) == old.iri


def test_successor_follows_a_chain_and_stops_at_a_split(authority: Authority) -> None:
    council = body(authority, "行政院國家科學委員會").iri
    assert authority.successor(council, date(2013, 1, 1)) == council
    assert authority.successor(council, date(2020, 1, 1)) == body(authority, "科技部").iri
    assert authority.successor(council) == body(authority, "國家科學及技術委員會").iri
    for lasting in ("行政院新聞局", "內政部營建署", "國家通訊傳播委員會", "財政部"):
        assert authority.successor(body(authority, lasting).iri) == body(authority, lasting).iri
    with pytest.raises(KeyError):
        authority.successor("https://w3id.org/policy-kg/id/body/無此機關")


@pytest.mark.parametrize(("name", "label"), [
    ("經部產發署", "經濟部產業發展署"),
    ("經濟部產發署", "經濟部產業發展署"),
    ("衛福部食藥署", "衛生福利部食品藥物管理署"),
    ("國發會經濟處", "國家發展委員會經濟發展處"),
    ("農委會漁業署", "行政院農業委員會漁業署"),
    ("行政院農委會漁業署", "行政院農業委員會漁業署"),
    ("經濟部水利署十河分署", "經濟部水利署第十河川分署"),
    ("台電公司", "台灣電力股份有限公司"),
    ("臺灣電力公司", "台灣電力股份有限公司"),
    ("經濟部中油公司", "台灣中油股份有限公司"),
    ("NCC", "國家通訊傳播委員會"),
    ("貿協", "財團法人中華民國對外貿易發展協會"),
    ("台北市環保局", "臺北市政府環境保護局"),
    ("信保基金", "財團法人中小企業信用保證基金"),
    ("竹科管理局", "國家科學及技術委員會新竹科學園區管理局"),
    ("數位部", "數位發展部"),
    ("環保署", "行政院環境保護署"),
])
def test_names(authority: Authority, name: str, label: str) -> None:
    assert authority.body_names[key(name)][0] == body(authority, label).iri


def test_todays_body_comes_first(authority: Authority) -> None:
    for name in ("國科會", "海巡署", "中油", "移民署", "原民會"):
        first, *others = (authority.bodies[i] for i in authority.body_names[name])
        assert first.end_year is None and others and all(b.end_year for b in others)


def test_names_for_table_cells_only(authority: Authority) -> None:
    cells = {"經處": "國家發展委員會經濟發展處", "央行": "中央銀行", "新竹縣": "新竹縣政府", "大院": "立法院"}
    for name, label in cells.items():
        assert name not in authority.body_names
        assert body(authority, label).iri in authority.hidden_names[name]


def test_local_governments(authority: Authority) -> None:
    present = [b for b in authority.bodies.values() if b.end_year is None and is_local(b)]
    governments = [b for b in present if b.label.endswith("政府")]
    assert len(governments) == 22
    assert {b.cls for b in governments} == {"pol:GovernmentBody"}


@pytest.mark.parametrize(("text", "name", "free"), [
    ("各目的事業主管之經濟部門", "經濟部", False),
    ("全臺電力需求", "臺電", False),
    ("平臺電子化", "臺電", False),
    ("簽署經貿協定", "貿協", False),
    ("召開工程會議", "工程會", False),
    ("完成數位部署", "數位部", False),
    ("其中油品占比", "中油", False),
    ("STAFF", "TAF", False),
    ("參考美國環保署規範", "環保署", False),
    ("該工程會影響交通", "工程會", False),
    ("中油公司法務人員", "中油公司", True),
    ("促進我國環境部與地方合作", "環境部", True),
    ("試驗食品所需", "食品所", False),
    ("由內政部落實", "內政部", True),
    ("國科會計畫", "國科會", True),
    ("由臺電辦理", "臺電", True),
    ("教育部分年補助", "教育部", True),
    ("與貿協合辦", "貿協", True),
    ("經TAF認證", "TAF", True),
    ("中油", "中油", True),
])
def test_names_cut_out_of_words(text: str, name: str, free: bool) -> None:
    start = text.index(name)
    assert stands_free(text, start, start + len(name)) is free


@given(st.sampled_from(sorted(load().body_names)))
def test_every_name_stands_free_between_marks(name: str) -> None:
    assert stands_free(f"，{name}。", 1, 1 + len(name))
    assert key(name) == name


def test_loading_is_quick() -> None:
    best = 9.9
    for _ in range(3):
        load.cache_clear()
        began = time.perf_counter()
        load()
        best = min(best, time.perf_counter() - began)
    assert best < 0.5  # 50 ms alone on the machine; the limit allows for other work on it


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="install the package"):
        load(tmp_path)
    (tmp_path / "bodies-x.ttl").write_text("<http://a/b> a <http://a/C> .", encoding="utf-8")
    with pytest.raises(ValueError, match="prefLabel"):
        load(tmp_path)
    (tmp_path / "bodies-x.ttl").write_text("<http://a/b> a [] .", encoding="utf-8")
    with pytest.raises(ValueError, match="blank node"):
        load(tmp_path)
