"""Quality of a graph and of the name finder, measured against a folder of hand-made answers (gold).

A gold folder holds one JSON file per document (``nstdp.json``, ``whitepaper.json``, ``annual_plan.json``,
``policy_industries.json``, ``moea_report.json``; its ``doc`` is the document's file name) and any number of
``passages_NAME.jsonl``. What is absent is not measured. The graph must hold the documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kg.evaluate.evidence import evidence
from kg.evaluate.graph import Graph
from kg.evaluate.industries import industries
from kg.evaluate.match import Metric
from kg.evaluate.passages import Finder, passages
from kg.evaluate.plans import annual_plan, national_plan
from kg.evaluate.report import business_report
from kg.evaluate.white_paper import white_paper
from kg.store import VersionedStore

_GENRES: dict[str, Callable[[Graph, Mapping[str, Any]], Iterator[Metric]]] = {
    "nstdp": national_plan, "whitepaper": white_paper, "annual_plan": annual_plan,
    "policy_industries": industries, "moea_report": business_report,
}
#: lower ends of the bands of confidence
BANDS = (0.95, 0.9, 0.8, 0.7, 0.5, 0.0)
#: from here on a claim counts as sure
SURE = 0.9
#: facts of the graph; names and figures (with their years) in passages
GROUPS = ("facts", "names", "figures")


class GoldError(Exception):
    """The gold cannot be used. ``str()`` is one sentence: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class Band:
    """What was claimed with a confidence from ``least`` to below the next band."""

    least: float
    right: int
    all: int

    @property
    def share(self) -> float:
        """The share that is right."""
        return self.right / self.all


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The metrics, what could not be measured and why."""

    metrics: tuple[Metric, ...]
    skipped: dict[str, str]

    def figures(self) -> dict[str, dict[str, float]]:
        """Every figure of every metric, the shares right at a confidence of SURE and more included."""
        out = {m.name: m.figures() for m in self.metrics}
        for group in ("all", *GROUPS):
            bands = [b for b in self.calibration(group) if b.least >= SURE]
            if bands:
                out[f"confidence.{group}"] = {"share": sum(b.right for b in bands) / sum(b.all for b in bands)}
        return out

    def calibration(self, group: str) -> list[Band]:
        """Right and all claims per band of confidence, of one of GROUPS or of "all"."""
        judged = [pair for m in self.metrics if group in ("all", _group(m.name)) for pair in m.judged]
        bands, above = [], float("inf")
        for least in BANDS:
            inside = [right for confidence, right in judged if least <= confidence < above]
            above = least
            if inside:
                bands.append(Band(least, sum(inside), len(inside)))
        return bands


def evaluate(gold: Path, store: VersionedStore | None = None, find: Finder | None = None) -> Evaluation:
    """Measures the served graph of a store, and the finder (the program's own), against a gold folder.

    Without a store only passages are measured. Raises GoldError and StoreError.
    """
    if not gold.is_dir():
        raise GoldError(f"{gold}：沒有這個資料夾，請指定標準答案的資料夾 (no such folder; name a folder of gold files)")
    graph = Graph(store.open(), store.text) if store is not None else None
    metrics: list[Metric] = []
    skipped: dict[str, str] = {}
    for name, compare in _GENRES.items():
        path = gold / f"{name}.json"
        if not path.exists():
            skipped[name] = f"{path.name} is not in the gold"
        elif graph is None:
            skipped[name] = "no graph"
        else:
            answers = _json(path, _read(path))
            if not isinstance(answers, dict) or answers.get("doc") not in graph.file.values():
                skipped[name] = f"the graph does not hold the document of {path.name}"
            else:
                metrics += _compared(path, partial(compare, graph, answers))
    if graph is not None:
        metrics += evidence(graph)
    files = sorted(gold.glob("passages_*.jsonl"))
    if not files:
        skipped["passages"] = "no passages_*.jsonl in the gold"
        return _done(metrics, skipped)
    finder = find or _own_finder()
    for path in files:
        records = [_speaking(_json(path, line), graph) for line in _read(path).split("\n") if line.strip()]
        name = path.stem.removeprefix("passages_")
        metrics += _compared(path, partial(passages, name, records, finder))
    return _done(metrics, skipped)


def _done(metrics: list[Metric], skipped: dict[str, str]) -> Evaluation:
    return Evaluation(tuple(m for m in metrics if not m.empty), skipped)


def _group(metric: str) -> str:
    if not metric.startswith("passages."):
        return "facts"
    return "figures" if ".TARGET" in metric else "names"


def _compared(path: Path, compare: Callable[[], Iterable[Metric]]) -> list[Metric]:
    try:
        return list(compare())
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise GoldError(
            f"{path}：標準答案的欄位缺漏或格式不符 {error!r}，請對照 docs/quality.md "
            "(a field of the gold is missing or of another form; compare docs/quality.md)"
        ) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}：讀不出來，請檢查檔案 (cannot be read: {error}; check the file)") from error


def _json(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise GoldError(f"{path}：不是正確的 JSON，請修正後再試 (no valid JSON: {error}; correct it)") from error


def _speaking(record: Any, graph: Graph | None) -> Any:
    """A passage with its speaker: the publisher of the document it is from, where it names none itself."""
    if graph is None or not isinstance(record, dict) or record.get("publisher") or not record.get("doc"):
        return record
    publishers = [
        p for d, f in graph.file.items() if f == record["doc"] for p in graph.objects(d, "dcterms:publisher")
    ]
    return record | {"publisher": graph.show(publishers[0])} if publishers else record


def _own_finder() -> Finder:
    from extract.entities import default_finder

    finder = default_finder()

    def find(text: str, publisher: str | None) -> Any:
        body = finder.resolver.body(publisher) if publisher else None
        return finder.find(text, publisher=body.iri if body else None)
    return find
