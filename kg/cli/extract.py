"""``kg extract``: the names and targets of a text, without a graph."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import IO, Any

import click

from kg.model import Mention


def run_extract(stdin: IO[str], stdout: IO[str], stderr: IO[str] | None = None, publisher: str | None = None) -> int:
    """Reads text or JSONL records, writes one JSON record per name or target found; returns the exit status.

    A record is ``{"id", "text", "publisher"}``; ``publisher`` (a body's name) says who 本部 is. If
    the first character that is no blank is not ``{``, the whole input is one text with the id "text". A
    line that is no such record is reported on ``stderr`` and the others are answered; status 1 then.
    """
    from extract.entities import default_finder

    errors = sys.stderr if stderr is None else stderr
    finder = default_finder()
    status = 0
    for number, record in _records(stdin.read()):
        if isinstance(record, str):
            print(f"line {number} of the input: {record}", file=errors)
            status = 1
            continue
        speaker = record.get("publisher") or publisher
        body = finder.resolver.body(speaker) if speaker else None
        for mention in finder.find(record["text"], publisher=body.iri if body else None):
            print(json.dumps(as_record(record["id"], mention), ensure_ascii=False), file=stdout)
    return status


def as_record(identifier: Any, mention: Mention) -> dict[str, Any]:
    """A mention as the JSON record that ``kg extract`` prints; empty fields are left out."""
    out: dict[str, Any] = {
        "id": identifier, "type": mention.kind, "label": mention.label, "surface": mention.surface,
        "start": mention.start, "end": mention.end,
    }
    q = mention.quantity
    if q is not None:
        out |= {"value": _number(q.value), "unit": q.unit, "year": mention.year}
        if q.value_max is not None:
            out["value_max"] = _number(q.value_max)
        out |= {k: v for k, v in (("comparator", q.comparator), ("kind", mention.target_kind)) if v}
    if mention.law:
        out["law"] = mention.law
    if mention.period is not None:
        out |= {"period": mention.period.text, "start_year": mention.period.start, "end_year": mention.period.end}
    return out | {"extractor": mention.extractor, "confidence": mention.confidence}


def _number(value: Any) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _records(content: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The records with their line numbers; a string in place of a record says what is wrong with the line."""
    if not content.lstrip("\ufeff \t\r\n").startswith("{"):
        if content.strip():
            yield 1, {"id": "text", "text": content}
        return
    for number, line in enumerate(content.lstrip("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            yield number, f'no JSON ({error.msg} at character {error.colno}); write one {{"id", "text"}} per line'
            continue
        if not isinstance(record, dict) or not isinstance(record.get("text"), str):
            yield number, 'the record has no "text"; write one {"id", "text"} per line'
            continue
        if not isinstance(record.get("publisher"), str | None):
            yield number, '"publisher" is not a body\'s name; write for example "經濟部"'
            continue
        yield number, {"id": record.get("id", number), **{k: v for k, v in record.items() if k != "id"}}


@click.command("extract")
@click.option("--publisher", metavar="NAME", help="The body that speaks, so that 本部 is known (經濟部).")
def extract(publisher: str | None) -> None:
    """Names and targets of a text (or of JSONL records) on standard input, as JSONL."""
    status = run_extract(sys.stdin, sys.stdout, publisher=publisher)
    if status:
        raise SystemExit(status)


if __name__ == "__main__":
    extract()
