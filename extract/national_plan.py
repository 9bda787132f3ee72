"""National plans of several years (國家科學技術發展計畫 and its like).

Read are the section tree, the tree of goals, sub-goals, strategies, measures and their parts, the
responsibility table, each body's own goals, budgets and other tables, and the counts that the plan
declares of itself. Chapters are known by what stands in them, not by their number or name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from extract import plan_body_goals as body_goals
from extract.plan_front import Front, read_front
from extract.plan_inline_bodies import bracketed_bodies, stated_bodies
from extract.plan_layout import Line, join, layout, paragraphs
from extract.plan_responsibility import Claim, Table
from extract.plan_signs import signs
from extract.plan_tables import TableReader
from extract.plan_tree import Node, TreeReader, action_label
from extract.plan_words import is_goal_line, speaks_of_subgoals
from kg import ids
from kg.model import Ref
from kg.records import Records, period_attributes
from kg.resolve import Named
from kg.text.clean import Clean
from kg.text.numerals import chinese_number
from kg.text.outline import Marker, marker

GENRE = "national-plan"

_COUNTS = re.compile(r"([\d０-９一二三四五六七八九十百廿卅]+)\s*(?:項|個|大|條|類)\s*"
                     r"(?:重要|與策略相關之|主要|推動|具體|總|重點|執行)*"
                     r"([子次分]目標|目標|策略|措施|部、?會、?(?:署|局|處|及|等)*|部會署?|機關|單位)")
_ASIDE = re.compile(r"^\s*(?:資料來源|單位\s*[：:]|註\s*[：:]?|(?:圖|表)\s*[\d一二三四五六七八九十]+[\s：:、.])")
_LONGEST_HEADING = 60
_SECTION_KINDS = ("formal", "chapter", "chinese", "chinese-paren", "arabic", "arabic-paren", "decimal")
_FORMER_NAME = 0.9
#: bodies in a bracket behind a title that does not say what they do
_IN_BRACKETS = 0.8
_PREDICATE = {True: "pol:leadBy", False: "pol:partneredBy"}


def score(text: str) -> float:
    """How surely is the text a national plan, 0..1 (see :class:`extract.plan_signs.Signs`)?"""
    return signs(text).score


def extract(records: Records) -> None:
    """Reads the document of ``records`` and writes what it finds there."""
    _PlanReader(records).read()


@dataclass(slots=True)
class _Level:
    marker: Marker
    iri: str


class _PlanReader:
    """Reads one plan, chapter by chapter."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.tables = TableReader(records)
        self.plan = ids.iri("pol:Plan", records.document.key)
        self.strategies: list[tuple[Node, str]] = []
        #: strategy -> its measures
        self.measures: dict[str, list[str]] = {}
        #: strategies and measures whose own text or cells name bodies -> these, and whether they lead
        self.answered: dict[str, dict[str, bool]] = {}
        self.upper: list[str] = []
        self.found = {"目標": 0, "子目標": 0, "策略": 0, "措施": 0}
        self.bodies: set[str] = set()
        #: bodies that the responsibility table names
        self.in_table: set[str] = set()
        #: the plan's day: former names of bodies that were renamed before it mean their successors
        self.day: date | None = None

    def read(self) -> None:
        """Everything, in the order that later parts need: the tree before the table before the counts."""
        records = self.records
        plan_layout = layout(records.document.text)
        for place in plan_layout.furniture:
            records.read(place)
        cover, *chapters = plan_layout.chapters
        self._front(read_front(cover.lines), cover.lines)
        if chapters:
            for line in cover.lines:
                records.read(line.piece)
        else:
            chapters = [cover]
        table = Table([chapter.lines for chapter in chapters],
                      self._known)
        for line in table.rows:
            records.read(line.piece)
        rows = set(map(id, table.rows))
        for chapter in chapters:
            section = records.iri
            if chapter.heading is not None and chapter.marker is not None:
                m = chapter.marker
                section = records.section(records.iri, m.text.rstrip("、.．"), str(m.ordinal), chapter.title,
                                          chapter.heading.piece, "plan-chapter")
            content = [line for line in chapter.lines if id(line) not in rows]
            if any(is_goal_line(line.text) for line in content):
                self._tree(content, section, table)
            elif body_goals.are_in(chapter.title, content, records):
                self._running(body_goals.read(content, records, self.plan, section), section)
            else:
                self._sections(content, section)
        self._responsibility(table)
        self._declared([line for chapter in chapters for line in chapter.lines])

    # -- front matter

    def _front(self, front: Front, cover: Sequence[Line]) -> None:
        records = self.records
        if front.issued is not None:
            self.day = date.fromisoformat(front.issued)
        elif front.period is not None and front.period.start is not None:
            self.day = date(front.period.start, 1, 1)
        records.year = self.day.year if self.day else None
        if front.approved is not None:
            records.publisher = records.body("行政院", front.approved, "plan-approval")
        else:
            named = next((line.piece for line in cover[:15] if self._known(line.text)), None)
            records.publisher = records.body(named.text, named, "plan-cover") if named is not None else None
        # a text without its cover page is called by its file's name
        places = [front.title] if front.title is not None else []
        title = front.title.text if front.title is not None else records.document.file_name
        records.add("pol:PolicyDocument", records.iri, title, places, "plan-title", attributes={
            "dcterms:title": title, "dcterms:issued": front.issued,
            "dcterms:publisher": Ref(records.publisher) if records.publisher else None,
        })
        label = title + (f"（{front.period.text}）" if front.period else "")
        records.add("pol:Plan", self.plan, label, places, "plan-title", attributes={
            "dcterms:isPartOf": Ref(records.iri), **(period_attributes(front.period) if front.period else {}),
        })

    # -- chapters of running text

    def _sections(self, content: Sequence[Line], chapter: str) -> None:
        """The numbered headings of a chapter as nested sections, their text and tables."""
        stack: list[_Level] = []
        text: list[Line] = []
        at = 0
        while at < len(content):
            line = content[at]
            at += 1
            m = self._heading(line)
            if m is None:
                text.append(line)
                continue
            self._running(text, stack[-1].iri if stack else chapter)
            text = []
            depth = next((i for i, level in enumerate(stack) if level.marker.kind == m.kind), len(stack))
            del stack[depth:]
            heading = join([line.piece[m.end:]]).strip("*： ")
            parent = stack[-1].iri if stack else chapter
            iri = self.records.section(parent, m.text, str(m.ordinal), heading.text, heading, "plan-section")
            stack.append(_Level(m, iri))
            kinds = {level.marker.kind for level in stack}
            end = next((k for k in range(at, len(content)) if (h := self._heading(content[k])) and h.kind in kinds),
                       len(content))
            if body_goals.are_in(heading.text, content[at:end], self.records):
                text = body_goals.read(content[at:end], self.records, self.plan, iri)
                at = end
        self._running(text, stack[-1].iri if stack else chapter)

    @staticmethod
    def _heading(line: Line) -> Marker | None:
        """The marker of a line that is a numbered heading: short and without a full stop."""
        if "\t" in line.text or len(line.text) > _LONGEST_HEADING or re.search(r"[。；，、：:;,]\**$", line.text):
            return None
        m = marker(line.text, *_SECTION_KINDS)
        return m if m is not None and line.text[m.end:].strip("*： ") else None

    def _running(self, text: Sequence[Line], section: str) -> None:
        """Tables and running text of one section."""
        self.tables.read(text, section)
        prose = []
        for line in text:
            self.records.read(line.piece)
            if "\t" not in line.text and not _ASIDE.match(line.text):
                prose.append(line)
        for paragraph in paragraphs(prose):
            self.records.mentions_in(section, paragraph)

    # -- the strategy chapter

    def _tree(self, content: Sequence[Line], chapter: str, table: Table) -> None:
        tree = TreeReader(content, table.titles, speaks_of_subgoals(self.records.document.text) or None, self._known)
        self._sections(tree.preface, chapter)
        for line in tree.announcing:
            self.records.read(line.piece)
        printed = table.measure_titles
        for goal in tree.goals:
            for node in goal.walk():
                for piece in (node.line, *(p for part in node.body for p in part)):
                    if piece is not None and piece.text:
                        self.records.read(piece)
            self._element(goal, self.plan, chapter, printed)

    def _element(self, node: Node, parent: str, section: str, printed: list[str]) -> None:
        """A goal, sub-goal or strategy as an element and as a section, with all below it."""
        records = self.records
        if node.kind == "measure":
            self._measure(node, parent, printed)
            return
        if node.kind == "action":
            # a numbered part without a measure above it is running text of its section
            for piece in node.paragraphs():
                records.mentions_in(section, piece)
            return
        cls = "pol:Strategy" if node.kind == "strategy" else "pol:Goal"
        level = {"goal": 1, "subgoal": 2}.get(node.kind)
        own = records.section(section, node.number, str(node.ordinal), node.title, node.heading, f"plan-{node.kind}")
        text = [p for p in node.paragraphs() if p.text]
        iri = records.part(cls, parent, str(node.ordinal), node.title, node.heading, f"plan-{node.kind}", attributes={
            "pol:number": node.number, "pol:level": level,
            "dcterms:description": "\n".join(p.text for p in text) or None,
        })
        for piece in [node.heading, *text]:
            records.mentions_in(own, piece)
        self.found[{"goal": "目標", "subgoal": "子目標", "strategy": "策略"}[node.kind]] += 1
        if node.kind == "strategy":
            self.strategies.append((node, iri))
        else:
            self.upper.append(node.title)
        for child in node.children:
            self._element(child, iri, own, printed)

    def _measure(self, node: Node, parent: str, printed: list[str]) -> None:
        records = self.records
        self.found["措施"] += 1
        texts = _texts(node)
        iri = records.part("pol:Measure", parent, str(node.ordinal), _completed(node.title, printed), node.heading,
                           "plan-measure", attributes={
                               "pol:number": node.number,
                               "dcterms:description": "\n".join(t for t, _ in texts) or None,
                           })
        for piece in [node.heading, *(p for _, p in texts)]:
            records.mentions_in(iri, piece)
        self.measures.setdefault(parent, []).append(iri)
        for claim in self._stated(node):
            self._claim(iri, claim)
        for child in node.children:
            self._action(child, iri)

    def _action(self, node: Node, parent: str) -> None:
        own = node.paragraphs()
        if not own:
            return
        label = action_label(own[0].text)
        # a title of its own is not told again
        told = own[1:] if own[0].text.rstrip("。；：:") == label else own
        at = own[0].text.find(label)
        place = own[0][at:at + len(label)] if label and at >= 0 else own[0]
        iri = self.records.part("pol:Action", parent, str(node.ordinal), label or own[0].text, place, "plan-action",
                                attributes={"pol:number": node.number,
                                            "dcterms:description": "\n".join(p.text for p in told) or None})
        for child in node.children:
            self._action(child, iri)

    # -- the responsibility table

    def _responsibility(self, table: Table) -> None:
        """The bodies of each strategy, by the table or else by its text; measures without their own inherit them."""
        records = self.records
        names = {name.text for page in table.pages for _, cell in page.lists for name in cell.names}
        printed = (records.resolver.body(name, table=True, year=records.year) for name in names)
        self.in_table = {body.iri for body in printed if body is not None}
        claims = table.claims([node for node, _ in self.strategies], self.upper, self._body_now)
        for index, (node, strategy) in enumerate(self.strategies):
            measures = self.measures.get(strategy, ())
            for k, measure in enumerate(measures):
                for claim in claims.get((index, k), ()):
                    self._claim(measure, claim)
            found = claims.get((index, None)) or self._stated(node)
            if not found:
                self._from_measures(strategy, measures)
            if not found and table.pages:
                records.unresolved("responsible body", node.title, node.heading)
            for claim in found:
                body = self._claim(strategy, claim)
                for measure in measures:
                    if measure not in self.answered:
                        records.derive(measure, _PREDICATE[claim.leads], body, "measure-inherits-strategy-bodies")

    def _from_measures(self, strategy: str, measures: Sequence[str]) -> None:
        """A strategy that says nothing itself is led and joined by the bodies that its measures name."""
        leads = {body for measure in measures for body, leading in self.answered.get(measure, {}).items() if leading}
        for body in {body: None for measure in measures for body in self.answered.get(measure, {})}:
            self.records.derive(strategy, _PREDICATE[body in leads], body, "strategy-bodies-from-measures")

    def _known(self, name: str) -> bool:
        return self.records.resolver.body(name, table=True, year=self.records.year) is not None

    def _stated(self, node: Node) -> list[Claim]:
        """The bodies that the text below or behind the title of a strategy or measure names as responsible."""
        found = [(paragraph, stated_bodies(paragraph, self._known) or [], 1.0) for paragraph in node.paragraphs()]
        if node.tail is not None:
            behind = bracketed_bodies(node.tail, self._known)
            found.append((node.tail, behind[1] if behind else [], _IN_BRACKETS))
        return [Claim(self._body_now(name.text), leads, (place,), (name.text,), sure)
                for place, names, sure in found for name, leads in names]

    def _body_now(self, name: str) -> str:
        """What identifies the body that a printed name means on the plan's day; the name itself if unknown.

        A former name means the successor if the change came before the plan's day, or if the table
        names the successor elsewhere (a plan approved before a change, but printed after it).
        """
        resolver = self.records.resolver
        body = resolver.body(name, table=True, year=self.records.year)
        if body is None:
            return name
        today = resolver.authority.successor(body.iri)
        return today if today in self.in_table else resolver.authority.successor(body.iri, self.day)

    def _claim(self, subject: str, claim: Claim) -> str:
        """Writes that the body leads or joins a strategy or measure; returns the body's IRI."""
        records = self.records
        predicate = _PREDICATE[claim.leads]
        known = records.resolver.authority.bodies.get(claim.body)
        confidence = claim.confidence
        if known is None:
            body = records.body(claim.body, claim.places[0], "responsible-body", confidence, table=True)
        else:
            if not any(records.resolver.body(name, table=True, year=records.year) is known for name in claim.printed):
                # only a former name is printed: its successor is meant, less surely
                confidence *= _FORMER_NAME
            thing = Named(known.iri, known.cls, known.label, True)
            body = records.named(thing, claim.places, "responsible-body", confidence)
        self.bodies.add(body)
        self.answered.setdefault(subject, {})[body] = claim.leads
        records.relate(subject, predicate, body, claim.places, "responsible-body", confidence)
        return body

    # -- declared counts

    def _declared(self, content: Sequence[Line]) -> None:
        """The sentence that counts most of goals, strategies, measures and bodies (the first of equals)."""
        best: list[tuple[str, int, Clean]] = []
        for paragraph in paragraphs([x for x in content if "\t" not in x.text and re.search(r"策略|措施", x.text)]):
            counts: dict[str, tuple[str, int, Clean]] = {}
            for m in _COUNTS.finditer(paragraph.text):
                label = m[2] if m[2] in self.found else "部會署"
                number = int(m[1]) if m[1].isdigit() else chinese_number(m[1])
                if number is not None:
                    counts.setdefault(label, (label, number, paragraph[m.start():m.end()]))
            if len(counts) >= 3 and len(counts) > len(best):
                best = list(counts.values())
        found = {**self.found, "部會署": len(self.bodies)}
        for label, number, place in best:
            self.records.declare(label, number, found[label], place, "plan-declared-count", self.plan)


def _texts(node: Node) -> list[tuple[str, Clean]]:
    """The paragraphs of a measure and its parts in order, each as text with its number and as a piece."""
    found = [(p.text, p) for p in node.paragraphs()]
    for child in node.children:
        for below in child.walk():
            for i, p in enumerate(below.paragraphs()):
                found.append((f"{below.number} {p.text}" if i == 0 else p.text, p))
    return found


def _completed(title: str, printed: Sequence[str]) -> str:
    """A title that lost its first one or two characters in print, as the responsibility table gives it whole."""
    for other in printed:
        if other != title and other.endswith(title) and len(other) - len(title) <= 2 and len(title) >= 8:
            return other
    return title

