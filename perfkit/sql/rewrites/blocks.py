"""Where each SELECT of a statement and its clauses stand in the text, so that a rewrite can change one place and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import Expr, exp

from perfkit.sql.scope import local_nodes
from perfkit.sql.tokens import Token, scan

_CLAUSES = ("from", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for")
_JOIN_WORDS = ("natural", "left", "right", "full", "inner", "cross", "join")
_TEXT_ORDER = (
    "with_", "distinct", "expressions", "this", "from_", "joins", "where", "group", "having", "windows", "order",
    "limit", "offset", "locks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    whole: Span
    """With its keyword."""
    body: Span
    tokens: tuple[Token, ...] = field(repr=False)
    """Of the body."""

    def items(self) -> list[Span]:
        """The pieces between commas."""
        return _split(self.tokens, lambda token: token.text == ",")

    def conjuncts(self) -> list[Span]:
        """The pieces between ANDs."""
        return _split(self.tokens, lambda token: token.is_word("and"))

    def on_conditions(self, whole: Span, item: Span) -> list[Span]:
        """The pieces between ANDs of the ON of one ``joined`` item; empty where it has none."""
        tokens = [token for token in self.tokens if item.end <= token.start and token.end <= whole.end]
        return (
            _split(tokens[1:], lambda token: token.is_word("and"))
            if tokens and tokens[0].is_word("on")
            else []
        )

    def joined(self) -> list[tuple[Span, Span]]:
        """Each item of a FROM: its span with the comma or the words of its join (and ON), and that of the item with its alias."""
        found: list[tuple[Span, Span]] = []
        starts = [0]
        levels = list(_levels(self.tokens))
        for place, (token, level) in enumerate(zip(self.tokens, levels, strict=True)):
            if level or not (token.text == "," or token.is_word(*_JOIN_WORDS)):
                continue
            before = self.tokens[place - 1] if place else None
            if before is not None and before.is_word(*_JOIN_WORDS, "outer") and token.text != ",":
                continue
            if place and not (token.is_word("left", "right") and self.tokens[place + 1].text == "("):
                starts.append(place)
        for number, start in enumerate(starts):
            stop = starts[number + 1] if number + 1 < len(starts) else len(self.tokens)
            first = start
            while first < stop and (
                self.tokens[first].text == "," or self.tokens[first].is_word(*_JOIN_WORDS, "outer")
            ):
                first += 1
            last = first
            while last < stop and not (levels[last] == 0 and self.tokens[last].is_word("on", "using")):
                last += 1
            if first >= last:
                return []
            whole = Span(self.tokens[start].start, self.tokens[stop - 1].end)
            found.append((whole, Span(self.tokens[first].start, self.tokens[last - 1].end)))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The text of one SELECT, without parentheses around it and without WITH."""

    span: Span
    selected: Clause
    """The select list, without DISTINCT."""
    clauses: dict[str, Clause]
    """By their first word: ``from``, ``where``, ``group``, …"""


def blocks(text: str, tree: Expr) -> dict[int, Block]:
    """The block of each SELECT by the id of its node; empty where text and tree cannot be brought together."""
    tokens = scan(text)
    found = [_block(tokens, place) for place, token in enumerate(tokens) if token.is_word("select")]
    nodes = list(_selects(tree))
    if len(found) != len(nodes):
        return {}
    matched: dict[int, Block] = {}
    for node, whole in zip(nodes, found, strict=True):
        block = _without_foreign_tail(node, whole)
        if block is None or not _agrees(node, block):
            return {}
        matched[id(node)] = block
    return matched


def write_block(text: str, verb: str) -> Block | None:
    """The block of the DELETE or UPDATE of a statement, with its WHERE; None where the verb does not stand once."""
    tokens = scan(text)
    found = [
        place
        for place, token in enumerate(tokens)
        if token.is_word(verb) and not tokens[place - 1].is_word("for", "on")
    ]
    return _block(tokens, found[0], (*_CLAUSES, "using", "set", "returning")) if len(found) == 1 else None


def _selects(node: Expr) -> Iterator[exp.Select]:
    is_select = isinstance(node, exp.Select)
    names = (
        [*(name for name in _TEXT_ORDER if name in node.args), *node.args]
        if is_select
        else ["with_", *node.args]
    )
    for name in dict.fromkeys(names):
        if is_select and name == "with_":
            yield from _below(node.args[name])
            yield node  # type: ignore[misc]
            is_select = False
            continue
        if is_select:
            yield node  # type: ignore[misc]
            is_select = False
        yield from _below(node.args.get(name))
    if is_select:
        yield node  # type: ignore[misc]


def _below(value: object) -> Iterator[exp.Select]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Expr):
            yield from _selects(item)


def _block(tokens: Sequence[Token], start: int, words: Sequence[str] = _CLAUSES) -> Block:
    stop, depth = start + 1, 0
    opened: list[tuple[str, int, int]] = []
    while stop < len(tokens):
        token = tokens[stop]
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth < 0 or (depth == 0 and (token.text == ";" or token.is_word("union", "intersect", "except"))):
            break
        if depth == 0 and token.is_word(*words) and not _compares(tokens, stop):
            opened.append((token.name, stop, stop + (2 if token.is_word("group", "order") else 1)))
        stop += 1
    clauses: dict[str, Clause] = {}
    for number, (name, keyword, first) in enumerate(opened):
        last = opened[number + 1][1] if number + 1 < len(opened) else stop
        clauses.setdefault(name, _clause(tokens, keyword, first, last))
    first, last = start + 1, opened[0][1] if opened else stop
    if first < last and tokens[first].is_word("all"):
        first += 1
    elif first < last and tokens[first].is_word("distinct"):
        first += 1
        if first < last and tokens[first].is_word("on"):
            first = _closing(tokens, first + 1) + 1
    selected = _clause(tokens, start, first, last)
    return Block(span=Span(tokens[start].start, tokens[stop - 1].end), selected=selected, clauses=clauses)


def _compares(tokens: Sequence[Token], place: int) -> bool:
    """True for the FROM of IS [NOT] DISTINCT FROM."""
    return (
        tokens[place].is_word("from")
        and tokens[place - 1].is_word("distinct")
        and tokens[place - 2].is_word("is", "not")
    )


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth, place = 0, opening
    while place < len(tokens):
        depth += (tokens[place].text in ("(", "[")) - (tokens[place].text in (")", "]"))
        if depth == 0:
            return place
        place += 1
    return len(tokens) - 1


def _clause(tokens: Sequence[Token], keyword: int, first: int, last: int) -> Clause:
    end = tokens[last - 1].end
    start = tokens[first].start if first < last else end
    return Clause(
        whole=Span(tokens[keyword].start, end), body=Span(start, end), tokens=tuple(tokens[first:last])
    )


def _without_foreign_tail(node: exp.Select, block: Block) -> Block | None:
    """The block without the ORDER BY and LIMIT of the UNION whose last SELECT it is; None where clauses do not agree."""
    owned = {
        "from": "from_", "where": "where", "group": "group", "having": "having", "window": "windows", "order": "order",
        "limit": "limit", "offset": "offset", "fetch": "limit", "for": "locks",
    }  # fmt: skip
    foreign = [clause for name, clause in block.clauses.items() if not node.args.get(owned[name])]
    if not foreign:
        return block
    cut = min(clause.whole.start for clause in foreign)
    clauses = {name: clause for name, clause in block.clauses.items() if clause.whole.start < cut}
    if not isinstance(node.parent, exp.SetOperation) or len(clauses) + len(foreign) != len(block.clauses):
        return None
    end = max([block.selected.whole.end, *(clause.whole.end for clause in clauses.values())])
    return Block(span=Span(block.span.start, end), selected=block.selected, clauses=clauses)


def _agrees(node: exp.Select, block: Block) -> bool:
    pieces = (
        piece for item in node.iter_expressions() if item.arg_key != "with_" for piece in local_nodes(item)
    )
    return len(block.selected.items()) == len(node.expressions) and all(
        block.span.start <= piece.meta["start"] < block.span.end
        for piece in pieces
        if "start" in piece.meta and not isinstance(piece, exp.Select)
    )


def _levels(tokens: Sequence[Token]) -> Iterator[int]:
    """How deep each token stands in parentheses and CASE; an opening and its closing have the level inside."""
    depth = 0
    for token in tokens:
        if token.text in ("(", "[") or token.is_word("case"):
            depth += 1
        yield depth
        if token.text in (")", "]") or (token.is_word("end") and depth):
            depth -= 1


def _split(tokens: Sequence[Token], parts: Callable[[Token], bool]) -> list[Span]:
    spans: list[Span] = []
    start, between = 0, False
    for place, (token, level) in enumerate(zip(tokens, _levels(tokens), strict=True)):
        if level:
            continue
        if token.is_word("between"):
            between = True
        elif parts(token):
            if token.is_word("and") and between:
                between = False
                continue
            if place > start:
                spans.append(Span(tokens[start].start, tokens[place - 1].end))
            start = place + 1
    if start < len(tokens):
        spans.append(Span(tokens[start].start, tokens[-1].end))
    return spans
