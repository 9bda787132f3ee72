"""The completeness audit, in the library and as a command."""

from __future__ import annotations

import json

import pytest
import tiny_graph

from kg.audit import GAPS, audit
from kg.decisions import End, Judgement, decide, save
from kg.store import VersionedStore


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> VersionedStore:
    return tiny_graph.publish(tmp_path_factory.mktemp("audit") / "store")


def test_audit_of_the_tiny_graph(store: VersionedStore) -> None:
    version = store.require()
    found = audit(store.open(version), version.report(), version.name)
    (document,) = found.documents
    assert document.title == "測試部115年度施政計畫" and document.read_share == 100.0
    assert [(d["counted"], d["declared"], d["found"], d["difference"]) for d in found.declared] == [("措施", 2, 2, 0)]
    assert found.differing == 0 and set(found.gaps) == set(GAPS)
    (coverage,) = found.coverage
    assert (coverage["measures"], coverage["with_lead"], coverage["with_industry"]) == (2, 2, 2)
    assert found.gaps["measures-without-lead"] == 0 and found.gaps["measures-without-budget-line"] == 2


def test_report_tells_unread_lines_and_names(store: VersionedStore) -> None:
    version = store.require()
    report = version.report()
    report["documents"][0] |= {"lines": 8, "unread_lines": 2, "unread_sample": [{"line": 3, "text": "甲"}],
                               "unresolved": {"某局": 4}}
    (document,) = audit(store.open(version), report).documents
    assert document.read_share == 75.0 and document.unresolved == {"某局": 4} and document.unread_sample == ((3, "甲"),)


def test_command(store: VersionedStore, kg) -> None:  # type: ignore[no-untyped-def]
    done = kg("audit", "--store", store.folder, "--strict")
    assert done.returncode == 0 and "措施" in done.stdout and "未讀" in done.stdout, done.stderr
    assert json.loads(kg("audit", "--store", store.folder, "--json").stdout)["differing"] == 0


def test_decisions_without_their_ends_are_told(store: VersionedStore, kg, tmp_path) -> None:  # type: ignore[no-untyped-def]
    made = decide({}, "pol:fundedBy", End("a" * 20, "不在圖中的措施"), End("b" * 20, "不在圖中的項目"),
                  Judgement("accept", "王小明", "2026-01-05"))
    save(tmp_path / "decisions.jsonl", made)
    arguments = ("audit", "--store", store.folder, "--decisions", tmp_path / "decisions.jsonl")
    assert "不在圖中的措施" in kg(*arguments).stdout
    (orphan,) = json.loads(kg(*arguments, "--json").stdout)["orphans"]
    assert orphan["missing"] == ["subject", "object"] and orphan["namesakes"] == []
