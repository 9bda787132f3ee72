"""The explorer's state as its address says it: read, corrected, written.

``entity`` (several) are the things to start from, or ``view`` a ready-made network; ``depth`` steps are walked from
them, at most ``each`` new neighbours per thing; things under ``open`` are walked one step more, things under ``close``
are not walked through; ``class`` and ``relation`` (several) are what is shown, all where none is named; ``to`` is
the other end of a path; ``sort`` orders the tables. Buttons say what changes: ``add`` (a typed name), ``remove``,
``expand``, ``collapse``, ``only`` and ``find`` (a typed name for ``to``); the answer is the address of the new state.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pyoxigraph as ox
from werkzeug.datastructures import MultiDict

from kg.catalog import Parameter
from kg.catalog_types import BadValue, term
from kg.explore import RELATIONS
from kg.export.palette import COLOURS
from kg.export.rows import short_id
from kg.names import ID
from kg.web.entity import find

#: steps and neighbours per thing on offer, the default first
DEPTHS = (1, 2, 3)
EACH = (30, 60, 120, 300)
#: orders of the table of things and of the table of links
NODE_SORTS, EDGE_SORTS = ("name", "class", "links", "more"), ("source", "relation", "target")
#: things in one list of the address at most: longer ones do not fit into an address
_LONGEST = 60
_CLASSES = {*COLOURS, "Thing"}


@dataclass(frozen=True, slots=True)
class State:
    """What the explorer shows; things are IRIs."""

    entities: tuple[str, ...] = ()
    view: str = ""
    depth: int = DEPTHS[0]
    each: int = EACH[0]
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    to: str = ""
    sort: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The state as names and values of an address: what is as by default is left out."""
        out = [("entity", short_id(i)) for i in self.entities]
        out += [("view", self.view)] if self.view else []
        out += [("depth", str(self.depth))] if self.depth != DEPTHS[0] else []
        out += [("each", str(self.each))] if self.each != EACH[0] else []
        out += [("open", short_id(i)) for i in self.opened] + [("close", short_id(i)) for i in self.closed]
        out += [("class", c) for c in self.classes] + [("relation", r) for r in self.relations]
        out += [("to", short_id(self.to))] if self.to else []
        return out + ([("sort", self.sort)] if self.sort else [])


def thing(store: ox.Store, name: str, text: str) -> str:
    """The IRI of a thing given by its short id (``body/經濟部``), its IRI or one of its names. Raises BadValue."""
    printed = text.strip()
    found = find(store, printed.removeprefix(ID)) if "/" in printed else ""
    if not found and not printed.startswith("http"):
        found = term(Parameter(name, {"zh": name, "en": name}, "entity"), printed, store).value
    if not found.startswith(ID):
        raise BadValue(f"參數 {name}：找不到「{printed}」 (nothing of that name or IRI)")
    return found


def read(
    arguments: MultiDict[str, str], store: ox.Store, missing: list[str] | None = None
) -> tuple[State, list[tuple[str, str]]]:
    """The state that an address means, and the names and values by which it is written (with ``lang`` as it was).

    What cannot be found is passed over and put into ``missing`` where that is given. Raises BadValue.
    """
    def things(name: str) -> tuple[str, ...]:
        asked = [v for v in arguments.getlist(name) if v.strip()]
        if len(asked) > _LONGEST:
            raise BadValue(f"參數 {name}：最多 {_LONGEST} 個 (at most {_LONGEST} values)")
        found: dict[str, None] = {}
        for value in asked:
            try:
                found[thing(store, name, value)] = None
            except BadValue:
                if missing is None:
                    raise
                missing.append(value.strip())
        return tuple(found)

    def listed(name: str, known: Collection[str]) -> tuple[str, ...]:
        asked = sorted({v for v in arguments.getlist(name) if v})
        for value in asked:
            if value not in known:
                raise BadValue(f"參數 {name}：沒有「{value}」 (no such value)")
        # a form says which ones it offered: all of them ticked means no choice
        return () if set(arguments.get(f"all-{name}", "").split()) == set(asked) else tuple(asked)

    def number(name: str, offered: tuple[int, ...]) -> int:
        printed = arguments.get(name, "").strip() or str(offered[0])
        if printed not in map(str, offered):
            raise BadValue(f"參數 {name}：要是 {'、'.join(map(str, offered))} 之一 (must be one of those)")
        return int(printed)

    sort = arguments.get("sort", "")
    state = State(
        things("entity"), arguments.get("view", ""), number("depth", DEPTHS), number("each", EACH), things("open"),
        things("close"), listed("class", _CLASSES), listed("relation", RELATIONS), next(iter(things("to")), ""),
        sort if sort in NODE_SORTS + EDGE_SORTS else "",
    )
    asked = {name: things(name) for name in ("add", "remove", "expand", "collapse", "only", "find")}
    state = _changed(state, asked, "unlink" in arguments)
    return state, [*state.pairs(), *(("lang", v) for v in arguments.getlist("lang"))]


def _without(some: tuple[str, ...], out: Collection[str]) -> tuple[str, ...]:
    return tuple(x for x in some if x not in out)


def _changed(state: State, asked: dict[str, tuple[str, ...]], unlink: bool) -> State:
    """The state after what the buttons ask for."""
    if asked["only"]:
        state = replace(state, entities=asked["only"], view="", opened=(), closed=(), to="")
    entities = _without((*state.entities, *_without(asked["add"], state.entities)), asked["remove"])
    opened = _without(state.opened, (*asked["expand"], *asked["collapse"]))
    closed = _without(state.closed, (*asked["expand"], *asked["collapse"]))
    # things of the start are walked from anyway, and with one step only these
    opened += _without(asked["expand"], entities)
    closed += asked["collapse"] if state.depth > 1 else tuple(i for i in asked["collapse"] if i in entities)
    to = "" if unlink else next(iter(asked["find"]), state.to)
    return replace(state, entities=entities, opened=opened, closed=closed, to=to)
