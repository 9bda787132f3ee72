"""The structure of a SPARQL query: what it asks of the graph, group by group, with positions.

A parser of the grammar of SPARQL 1.1 (section 19.8) that keeps what checks and estimates need and
skips the rest: expressions are read only for their variables and for EXISTS. It never decides
whether a query is valid (the engine does): where it cannot follow a text it raises Unreadable and
nothing is known of the query.
"""

from __future__ import annotations

import functools

from kg.service.structure import Group, Pattern, Query
from kg.service.tokens import KEPT_LENGTH, Token, tokens

_OPENING, _CLOSING = "([{", ")]}"
#: how deep groups may nest before the text is called unreadable
_DEEPEST = 60


class Unreadable(ValueError):
    """The text's structure cannot be followed."""


def parse(text: str) -> Query:
    """The structure of a query. Raises Unreadable. The result must not be changed."""
    return _kept(text) if len(text) <= KEPT_LENGTH else _Parser(tokens(text)).query()


@functools.lru_cache(256)
def _kept(text: str) -> Query:
    return _Parser(tokens(text)).query()


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, found: tuple[Token, ...]) -> None:
        self.tokens = found
        #: what `peek` gives: the tokens and one that ends them
        self.ahead = [*found, Token("end", "", -1)]
        self.at = 0
        self.depth = 0
        self.nodes = 0

    def peek(self) -> Token:
        return self.ahead[self.at]

    def next(self) -> Token:
        token = self.peek()
        if token.kind == "end":
            raise Unreadable("the text ends too early")
        self.at += 1
        return token

    def take(self, *texts: str) -> bool:
        """Takes one of the words or signs if it comes next."""
        token = self.ahead[self.at]
        if token.text in texts or token.word in texts:
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            raise Unreadable(f"{text} is missing")

    def fresh(self, start: int) -> Token:
        self.nodes += 1
        return Token("blank", f"_:kg{self.nodes}", start)

    def query(self) -> Query:
        query = Query(tokens=self.tokens)
        while True:
            if self.take("PREFIX"):
                name, iri = self.next(), self.next()
                query.prefixes[name.text.removesuffix(":")] = iri.text[1:-1]
            elif self.take("BASE"):
                self.next()
            else:
                break
        self.body(query)
        if self.peek().kind != "end":
            raise Unreadable("something follows the query")
        return query

    def body(self, query: Query) -> None:
        """From the form to the solution modifiers."""
        query.form = self.next().word
        if query.form == "SELECT":
            self.projection(query)
        elif query.form == "DESCRIBE":
            while self.peek().kind in ("iri", "prefixed", "variable") or self.peek().text == "*":
                token = self.next()
                query.described += not token.name and token.text != "*"
        elif query.form == "CONSTRUCT":
            if self.peek().text == "{":
                self.skip()
        elif query.form != "ASK":
            raise Unreadable("no SELECT, ASK, CONSTRUCT or DESCRIBE")
        while self.take("FROM"):
            self.take("NAMED")
            self.next()
        if self.take("WHERE") or self.peek().text == "{":
            query.group = self.group()
        self.modifiers(query)

    def projection(self, query: Query) -> None:
        self.take("DISTINCT", "REDUCED")
        while not (self.peek().text == "{" or self.peek().word in ("WHERE", "FROM")):
            token = self.peek()
            if token.text == "*":
                self.next()
                query.star = True
            elif token.text == "(":
                inside = self.skip()
                if len(inside) > 3 and inside[-3].word == "AS":
                    query.made.add(inside[-2].name)
                query.aggregates |= any(
                    t.word in ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT") for t in inside
                )
            elif token.name:
                query.projected.append(self.next())
            else:
                raise Unreadable("no variable")

    def modifiers(self, query: Query) -> None:
        while self.peek().kind != "end" and self.peek().text != "}":
            token = self.next()
            if token.word == "LIMIT":
                number = self.next_number()
                query.limit = number
            elif token.word == "OFFSET":
                self.next_number()
            elif token.word == "ORDER":
                query.ordered = True
            elif token.word == "GROUP":
                query.aggregates = True
            elif token.word == "AS":
                query.made.add(self.next().name)
            elif token.word == "VALUES" and query.group is not None:
                self.values(query.group)
            elif token.text == "(":
                self.at -= 1
                inside = self.skip()
                if len(inside) > 3 and inside[-3].word == "AS":
                    query.made.add(inside[-2].name)

    def next_number(self) -> int:
        digits = ""
        while self.peek().text.isdigit() and (not digits or self.peek().start == self.tokens[self.at - 1].end):
            digits += self.next().text
        if not digits:
            raise Unreadable("no number")
        return int(digits)

    def skip(self) -> tuple[Token, ...]:
        """A bracketed run of tokens, its brackets included."""
        first = self.at
        depth = 0
        while True:
            text = self.next().text
            depth += (text in _OPENING) - (text in _CLOSING)
            if not depth:
                return self.tokens[first: self.at]

    def group(self) -> Group:
        """A group graph pattern."""
        group = Group(start=self.peek().start)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable("nested too deeply")
        self.need("{")
        if self.peek().word == "SELECT":
            group.select = Query(tokens=self.tokens)
            self.body(group.select)
            self.need("}")
        else:
            while not self.take("}"):
                self.element(group)
        self.depth -= 1
        return group

    def element(self, group: Group) -> None:
        token = self.peek()
        if self.take("."):
            return
        if token.text == "{":
            group.parts.append(("group", self.group()))
            if self.peek().word == "UNION":
                union = Group(start=token.start, parts=[("union", group.parts.pop()[1])])
                while self.take("UNION"):
                    union.parts.append(("union", self.group()))
                group.parts.append(("group", union))
        elif self.take("OPTIONAL"):
            group.parts.append(("optional", self.group()))
        elif self.take("MINUS"):
            group.parts.append(("minus", self.group()))
        elif self.take("GRAPH"):
            name = self.next().name
            group.parts.append(("graph", self.group()))
            group.parts[-1][1].given |= {name} - {""}
        elif self.take("FILTER"):
            self.filter(group)
        elif self.take("BIND"):
            inside = self.skip()
            group.given.add(inside[-2].name)
            group.filters.append(inside)
        elif self.take("VALUES"):
            self.values(group)
        elif token.word == "SERVICE":
            raise Unreadable("SERVICE")
        else:
            self.triples(group)

    def filter(self, group: Group) -> None:
        self.take("NOT")
        if self.take("EXISTS"):
            group.parts.append(("exists", self.group()))
            return
        first = self.at
        if self.peek().text != "(":
            self.next()
        inside = self.skip()
        group.filters.append(self.tokens[first: self.at])
        after = self.at
        for n, token in enumerate(inside):
            if token.word == "EXISTS" and inside[n + 1].text == "{":
                self.at = self.tokens.index(inside[n + 1])
                group.parts.append(("exists", self.group()))
        self.at = after

    def values(self, group: Group) -> None:
        if self.peek().name:
            group.given.add(self.next().name)
        else:
            group.given |= {t.name for t in self.skip() if t.name}
        self.skip()

    def triples(self, group: Group) -> None:
        """A subject with its properties."""
        opening = self.peek().text
        subject = self.node(group)
        if opening == "[" and self.peek().text in (".", "}"):
            return
        self.properties(group, subject)

    def properties(self, group: Group, subject: Token) -> None:
        while True:
            start = self.peek().start
            path = self.path()
            found = [self.node(group)]
            while self.take(","):
                found.append(self.node(group))
            span = (start, self.tokens[self.at - 1].end)
            group.triples += [Pattern(subject, path, o, span) for o in found]
            if not self.take(";"):
                return
            while self.take(";"):
                pass
            if self.peek().text in (".", "]", "}"):
                return

    def node(self, group: Group) -> Token:
        """A term; bracketed properties and lists become triples of a blank node of their own."""
        token = self.next()
        if token.text == "[":
            blank = self.fresh(token.start)
            if not self.take("]"):
                self.properties(group, blank)
                self.need("]")
            return blank
        if token.text == "(":
            blank = self.fresh(token.start)
            while not self.take(")"):
                item = self.node(group)
                group.triples.append(Pattern(blank, (Token("list", "()", token.start),), item, (token.start, item.end)))
            return blank
        if token.kind == "string":
            if self.peek().kind == "tag" and self.peek().start == token.end:
                tag = self.next()
                return Token("string", token.text + tag.text, token.start)
            if self.peek().text == "^":
                self.need("^")
                self.need("^")
                self.next()
            return token
        if token.text in "+-." or token.text.isdigit():
            return self.number(token)
        if token.kind in ("iri", "prefixed", "variable", "blank") or token.word in ("TRUE", "FALSE"):
            return token
        raise Unreadable(f"no term: {token.text}")

    def number(self, token: Token) -> Token:
        text = token.text
        while (t := self.peek()).start == token.start + len(text) and (
            t.text.isdigit() or (t.text in ".+-" and self.digit_follows()) or t.word.strip("0123456789") == "E"
        ):
            text += self.next().text
        if not any(c.isdigit() for c in text):
            raise Unreadable("no number")
        return Token("number", text, token.start)

    def digit_follows(self) -> bool:
        after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else self.peek()
        return after.text.isdigit() and after.start == self.peek().end

    def path(self) -> tuple[Token, ...]:
        """A verb: a variable, a name, or a property path."""
        first = self.at
        if self.peek().kind == "variable":
            return (self.next(),)
        while True:
            while self.take("^", "!"):
                pass
            token = self.peek()
            if token.text == "(":
                self.skip()
            elif token.kind in ("iri", "prefixed") or token.text == "a":
                self.next()
            else:
                raise Unreadable(f"no property: {token.text}")
            self.take("*", "+", "?")
            if not self.take("/", "|"):
                return self.tokens[first: self.at]
