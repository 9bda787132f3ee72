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
from extract.plan_inline_bodies import stated_bodies
from extract.plan_layout import Line, join, layout, paragraphs
from extract.plan_responsibility import Claim, Table
from extract.plan_tables import TableReader
from extract.plan_tree import Node, TreeReader, action_label, is_goal_line
from kg import ids
from kg.model import Ref
from kg.records import Records, period_attributes
from kg.resolve import Named
from kg.text.clean import Clean
from kg.text.numerals import chinese_number
from kg.text.outline import Marker, marker

GENRE = "national-plan"

_STRATEGY_LINE = re.compile(r"^[\s*#]*[（(]?[一二三四五六七八九十\d]{0,3}[)）、.]?\s*"
                            r"策略\s*[一二三四五六七八九十\d]{1,3}\s*[：:、.．]", re.M)
_GOAL_LINE = re.compile(r"^[\s*#]*目標\s*[一二三四五六七八九十\d]{1,3}\s*[：:、](?!.*[.…]{3,}\s*\d+\s*$)", re.M)
_TABLE_HEAD = re.compile(r"^[^\n。]*目標[^\n。]*\t[^\n。]*策略[^\n。]*\t[^\n。]*(?:部會|機關)", re.M)
_COUNTS = re.compile(r"([\d一二三四五六七八九十百]+)\s*(?:項|個|大)\s*(?:重要|與策略相關之|主要|推動)*"
                     r"(子目標|目標|策略|措施|部、?會、?(?:署|局|處|及|等)*|部會署?|機關|單位)")
_ASIDE = re.compile(r"^\s*(?:資料來源|單位\s*[：:]|註\s*[：:]?|(?:圖|表)\s*[\d一二三四五六七八九十]+[\s：:、.])")
_LONGEST_HEADING = 60
_SECTION_KINDS = ("formal", "chapter", "chinese", "chinese-paren", "arabic", "arabic-paren", "decimal")
_FORMER_NAME = 0.9
_PREDICATE = {True: "pol:leadBy", False: "pol:partneredBy"}


def score(text: str) -> float:
    """How surely is the text a national plan, 0..1: goals and strategies by name, and the responsibility table."""
    goals = min(len(_GOAL_LINE.findall(text)), 3) / 3
    strategies = min(len(_STRATEGY_LINE.findall(text)), 4) / 4
    table = 1.0 if _TABLE_HEAD.search(text) else 0.0
    return round(0.4 * goals + 0.4 * strategies + 0.2 * table, 3) if strategies else 0.0


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
        #: measures whose own text names the bodies that answer for them
        self.answered: set[str] = set()
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
        self._front(read_front(cover.lines))
        if chapters:
            for line in cover.lines:
                records.read(line.piece)
        else:
            chapters = [cover]
        table = Table([chapter.lines for chapter in chapters],
                      lambda name: records.resolver.body(name, table=True) is not None)
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
            elif body_goals.are_in(chapter, records):
                self._running(body_goals.read(content, records, self.plan, section), section)
            else:
                self._sections(content, section)
        self._responsibility(table)
        self._declared([line for chapter in chapters for line in chapter.lines])

    # -- front matter

    def _front(self, front: Front) -> None:
        records = self.records
        if front.issued is not None:
            self.day = date.fromisoformat(front.issued)
        elif front.period is not None and front.period.start is not None:
            self.day = date(front.period.start, 1, 1)
        publisher = None
        if front.approved is not None:
            publisher = records.body("行政院", front.approved, "plan-approval")
            records.publisher = publisher
        # a text without its cover page is called by its file's name
        places = [front.title] if front.title is not None else []
        title = front.title.text if front.title is not None else records.document.file_name
        records.add("pol:PolicyDocument", records.iri, title, places, "plan-title", attributes={
            "dcterms:title": title, "dcterms:issued": front.issued,
            "dcterms:publisher": Ref(publisher) if publisher else None,
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
        for line in content:
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
        tree = TreeReader(content, table.titles)
        self._sections(tree.preface, chapter)
        printed = table.measure_titles
        for goal in tree.goals:
            for node in goal.walk():
                for piece in (p for part in node.body for p in part if p.text):
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
            self.answered.add(iri)
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
        printed = (records.resolver.body(n.text, table=True) for p in table.pages for _, x in p.lists for n in x.names)
        self.in_table = {body.iri for body in printed if body is not None}
        claims = table.claims([node for node, _ in self.strategies], self.upper, self._body_now)
        for index, (node, strategy) in enumerate(self.strategies):
            found = claims.get(index) or self._stated(node)
            if not found and table.pages:
                records.unresolved("responsible body", node.title, node.heading)
            for claim in found:
                body = self._claim(strategy, claim)
                for measure in self.measures.get(strategy, ()):
                    if measure not in self.answered:
                        records.derive(measure, _PREDICATE[claim.leads], body, "measure-inherits-strategy-bodies")

    def _stated(self, node: Node) -> list[Claim]:
        """The bodies that the text below a strategy or measure names as responsible."""
        def known(name: str) -> bool:
            return self.records.resolver.body(name, table=True) is not None

        return [Claim(self._body_now(name.text), leads, (paragraph,), (name.text,), 1.0)
                for paragraph in node.paragraphs() for name, leads in stated_bodies(paragraph, known) or ()]

    def _body_now(self, name: str) -> str:
        """What identifies the body that a printed name means on the plan's day; the name itself if unknown.

        A former name means the successor if the change came before the plan's day, or if the table
        names the successor elsewhere (a plan approved before a change, but printed after it).
        """
        resolver = self.records.resolver
        body = resolver.body(name, table=True)
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
            if not any(records.resolver.body(name, table=True) is known for name in claim.printed):
                # only a former name is printed: its successor is meant, less surely
                confidence *= _FORMER_NAME
            thing = Named(known.iri, known.cls, known.label, True)
            body = records.named(thing, claim.places, "responsible-body", confidence)
        self.bodies.add(body)
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

