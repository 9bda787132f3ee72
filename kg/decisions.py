"""What people decided about proposed links and doubtful facts, in one file that a team keeps in version control.

The file (``decisions.jsonl``) holds one JSON object a line, sorted by the link's key, so that a
difference shows one line per decision. A link's key is made of hashes of what its two ends are
called and belong to, never of IRIs: decisions outlive rebuilds, and a document that is read again
with other line breaks. A fact is a link, too: its kind is its relation (see :mod:`kg.judged`).
Decisions outrank the program; the extracted data are not touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kg import ids
from kg.link.sources import Side
from kg.store import StoreError
from kg.text.normal import loose

FILE = "decisions.jsonl"
#: what can be decided -> notation of the review status
VERDICTS = {"accept": "accepted", "reject": "rejected", "unsure": "unsure"}
#: relations of links that the program proposes; decisions about other relations are about facts
LINK_KINDS = frozenset({"pol:fundedBy", "pol:answeredBy"})
_SAID = {"accept": "接受", "reject": "駁回", "unsure": "未定"}
_GIT_MARKS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")


class DecisionsError(StoreError):
    """The file of decisions cannot be used; ``problems`` has one sentence per fault, with line numbers."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class End:
    """One end of a decided link: its key, and its names for people."""

    key: str
    label: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict: what, who, when (ISO 8601) and why."""

    verdict: str
    who: str
    when: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The judgement in force on a link or a fact, and those before it, oldest first: undoing goes back to them."""

    kind: str
    subject: End
    object: End
    judgement: Judgement
    before: tuple[Judgement, ...] = ()

    @property
    def link(self) -> str:
        """The link's key."""
        return link_key(self.kind, self.subject.key, self.object.key)

    @property
    def status(self) -> str:
        """Notation of the review status: accepted, rejected, unsure."""
        return VERDICTS[self.judgement.verdict]

    @property
    def sentence(self) -> str:
        """What was decided, by whom, when and why, as the graph tells it."""
        j = self.judgement
        return f"人工判定：{_SAID[j.verdict]}（{j.who}，{j.when}）" + (f"：{j.why}" if j.why else "")

    def to_json(self) -> dict[str, Any]:
        """As plain data, the link's key first."""
        return {"link": self.link, **asdict(self)}


Decisions = Mapping[str, Decision]


def link_key(kind: str, subject_key: str, object_key: str) -> str:
    """The key of a link from its predicate ("pol:fundedBy") and the keys of its ends."""
    return ids.digest(kind, subject_key, object_key)


def end(side: Side) -> End:
    """A side as a decision names it."""
    return End(side.key, side.label, " ＜ ".join(side.context))


def decide(decisions: Decisions, kind: str, subject: End, obj: End, judgement: Judgement) -> dict[str, Decision]:
    """The decisions with one more; a former judgement on the link is kept for undoing.

    Raises DecisionsError for an unknown verdict or a judgement without a name.
    """
    _check(judgement, "")
    new = Decision(kind, subject, obj, judgement)
    former = decisions.get(new.link)
    if former is not None:
        new = replace(new, before=(*former.before, former.judgement))
    return {**decisions, new.link: new}


@dataclass(frozen=True, slots=True)
class Orphan:
    """A decision that the graph cannot use, as an end of it is not there, with what is called almost the same."""

    decision: Decision
    #: subject, object or both; "fact" where no reading of the documents says so any more
    missing: tuple[str, ...]
    #: things of the graph with the same name as a missing end, that belong to something else
    namesakes: tuple[str, ...]


def orphans(decisions: Decisions, sides: Iterable[Side]) -> tuple[Orphan, ...]:
    """The decisions about links with an end that is none of the sides, sorted by key.

    Blanks, line breaks and punctuation play no part in a key (see Side.key), so these are ends that are gone or
    whose words, or those of what they belong to, were changed: a person has to look, as the same words in
    another plan or year are another thing.
    """
    there: set[str] = set()
    called: dict[str, list[Side]] = {}
    for side in sides:
        there.add(side.key)
        called.setdefault(loose(side.label), []).append(side)
    found = []
    for _, decision in sorted(decisions.items()):
        if decision.kind not in LINK_KINDS:
            continue
        ends = {"subject": decision.subject, "object": decision.object}
        missing = tuple(name for name, one in ends.items() if one.key not in there)
        if missing:
            alike = [" ＜ ".join((s.label, *s.context)) for name in missing
                     for s in called.get(loose(ends[name].label), ())]
            found.append(Orphan(decision, missing, tuple(dict.fromkeys(alike))))
    return tuple(found)


def undo(decisions: Decisions, link: str) -> dict[str, Decision]:
    """The decisions with a link's last judgement taken back. Raises KeyError where there is none."""
    former = decisions[link]
    rest = {k: d for k, d in decisions.items() if k != link}
    if former.before:
        rest[link] = replace(former, judgement=former.before[-1], before=former.before[:-1])
    return rest


def _check(judgement: Judgement, where: str) -> None:
    if judgement.verdict not in VERDICTS:
        raise DecisionsError([f"{where}判定 {judgement.verdict!r} 不明，可用：{'、'.join(VERDICTS)} (unknown verdict)"])
    if not judgement.who.strip():
        raise DecisionsError([f"{where}缺少判定人 (who decided is missing)"])


def _parse(line: str, where: str) -> Decision:
    """One line of the file. Raises DecisionsError."""
    try:
        read = json.loads(line)
        decision = Decision(
            read["kind"], End(**read["subject"]), End(**read["object"]), Judgement(**read["judgement"]),
            tuple(Judgement(**j) for j in read.get("before", ())),
        )
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise DecisionsError([f"{where}這一行不是一筆判定 (not a decision: {error})"]) from error
    for judgement in (decision.judgement, *decision.before):
        _check(judgement, where)
    if read.get("link") not in (None, decision.link):
        raise DecisionsError([f"{where}連結代號與兩端不符 (the link's key is not that of its ends)"])
    return decision


def loads(text: str, name: str = FILE) -> dict[str, Decision]:
    """The decisions of a file's text by link.

    The same line twice is one decision. Raises DecisionsError that lists, with line numbers, every
    line that cannot be read, marks of an unfinished merge, and links decided in two ways.
    """
    found: dict[str, Decision] = {}
    lines: dict[str, int] = {}
    problems: list[str] = []
    # not splitlines: JSON strings may hold U+2028 and other ends of lines as they are
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        where = f"{name}:{number}："
        if line.startswith(_GIT_MARKS):
            problems.append(
                f"{where}合併未完成，請保留一邊並刪除標記行 (unfinished merge: keep one side, delete the marks)"
            )
            continue
        if not line.strip():
            continue
        try:
            decision = _parse(line, where)
        except DecisionsError as error:
            problems += error.problems
            continue
        other = found.setdefault(decision.link, decision)
        first = lines.setdefault(decision.link, number)
        if other != decision:
            problems.append(
                f"{where}與第 {first} 行對同一連結的判定不同（{_said(other)}／{_said(decision)}），請刪除其中一行 "
                f"(contradicts line {first} on the same link; delete one): "
                f"{decision.subject.label} → {decision.object.label}"
            )
    if problems:
        raise DecisionsError(problems)
    return found


def _said(decision: Decision) -> str:
    j = decision.judgement
    return f"{j.verdict} {j.who} {j.when}"


def dumps(decisions: Decisions) -> str:
    """The file's text: one line per link, sorted by key."""
    return "".join(
        json.dumps(d.to_json(), ensure_ascii=False, sort_keys=False) + "\n" for _, d in sorted(decisions.items())
    )


def load(path: Path) -> dict[str, Decision]:
    """The decisions of a file; none where it does not exist. Raises DecisionsError."""
    try:
        return loads(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise DecisionsError([f"{path}：判定檔讀不出來 (cannot be read: {error})"]) from error


def save(path: Path, decisions: Decisions) -> None:
    """Writes the file whole or not at all. Raises DecisionsError."""
    hidden = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with hidden.open("w", encoding="utf-8", newline="\n") as file:
            file.write(dumps(decisions))
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
    except OSError as error:
        raise DecisionsError([f"{path}：判定檔寫不進去 (cannot be written: {error.strerror})"]) from error


@contextlib.contextmanager
def changing(path: Path) -> Iterator[dict[str, Decision]]:
    """The decisions of a file, to be changed in place; saved at the end unless something went wrong.

    Only one process changes a file at a time. Raises DecisionsError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f".{path.name}.lock").open("w")
    except OSError as error:
        raise DecisionsError([f"{path}：判定檔寫不進去 (cannot be written: {error.strerror})"]) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = load(path)
        former = dict(found)
        yield found
        if found != former:
            save(path, found)
