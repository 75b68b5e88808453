"""Where the plans stand in what somebody pasted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from perfkit.errors import PlanParseError
from perfkit.plan.strip import envelope, forms, hard_wrap, log, quoting, table
from perfkit.plan.strip.documents import Documents
from perfkit.plan.strip.line import Line, indent_of, is_blank, refused, without_edges
from perfkit.plan.strip.text_span import Span, span, width_of

Kind = Literal["text", "json", "yaml", "xml"]

_PLUS: Final = "+↵"
_MOST_ROOTS: Final = 20
"""Lines of one log entry that are tried as root of its plan; the query before it may hold lines like one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that belongs to a plan, or may, but fits into none."""

    lines: list[Line]
    place: int
    """Index of the line."""
    message: str

    def error(self) -> PlanParseError:
        text = self.lines[self.place].text
        return refused(self.message, self.lines, self.place + 1, len(text) - len(text.lstrip()) + 1)


@dataclass(frozen=True, slots=True)
class _Stray:
    """A line of a plan that stands in none, and where that is to be told."""

    words: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one document, free of what was around it."""

    kind: Kind
    lines: list[Line]
    query_text: str | None = None
    parameters: str | None = None
    ways: list[list[Line]] = field(default_factory=list)
    """What the lines of a plan in TEXT may have been before something broke them, the likeliest first."""
    doubtful: Line | None = None
    """A line of which cannot be told how it was broken, if there are two ways to read the plan."""
    refusal: PlanParseError | None = None
    """Why the plan cannot be read whole."""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


def blocks(lines: list[Line]) -> list[Block]:
    """The plans of a text in their order, clean; empty when nothing in it looks like one."""
    found: list[Block] = []
    strays: list[tuple[int, _Stray]] = []
    for part in envelope.unwrapped(lines):
        is_below = False
        for segment in log.segments(part):
            rest = segment.lines
            is_below = is_below or segment.is_entry
            if segment.is_entry:
                block, rest = _logged(without_edges(segment.lines), is_closed=segment.is_closed)
                found += block
            for cells in _tables(envelope.uncommented(rest)):
                if cells.refusal is not None:
                    found.append(Block("text", [], refusal=cells.refusal))
                for block_or_stray in _in_lines(
                    cells.lines, is_table=cells.is_table, is_below=is_below or bool(found)
                ):
                    if isinstance(block_or_stray, Block):
                        found.append(block_or_stray)
                    else:
                        strays.append((len(found), block_or_stray))
    return _with_strays(found, strays)


def _tables(lines: list[Line]) -> Iterator[table.Part]:
    """The insides of tables, and what stands between them."""
    for part in table.parts(lines):
        inside = part.lines if part.is_table else quoting.without_quotes(part.lines, is_table=False)
        if inside is part.lines:
            yield part
        else:
            yield from table.parts(inside)


def _with_strays(found: list[Block], strays: list[tuple[int, _Stray]]) -> list[Block]:
    """The blocks with those lines as faults that stand in none, unless they only repeat a node of one."""
    if not strays:
        return found
    said = {line.text.strip() for block in found for line in block.lines}
    first: dict[int, Fault] = {}
    for count, stray in strays:
        if not (stray.words.startswith("->") and stray.words in said):
            first.setdefault(count, stray.fault)
    made: list[Block] = []
    for count in range(len(found) + 1):
        if count:
            made.append(found[count - 1])
        fault = first.get(count)
        if fault is None:
            continue
        if made and made[-1].kind == "text":
            # the plan above ended too early, or this is a plan without its root: that cannot be told
            made[-1] = made[-1] if made[-1].refusal else replace(made[-1], refusal=fault.error())
        else:
            made.append(Block("text", fault.lines, refusal=fault.error()))
    return made


def _logged(lines: list[Line], *, is_closed: bool) -> tuple[list[Block], list[Line]]:
    """The plan of an auto_explain entry with the query that stands before it in TEXT, and the lines after it."""
    if not lines:
        return [], []
    if not lines[0].text.lstrip().startswith("Query Text:") or Documents(lines).end_of_yaml(0) is not None:
        return [], lines
    roots = [place for place, line in enumerate(lines) if _is_root_in_log(line.text)]
    if not roots:
        if not is_closed:
            return [], lines
        message = "found no plan after the text of the query in this entry of a log"
        return [Block("text", lines, refusal=Fault(lines, 0, message).error())], []
    chosen, whole = roots[0], span(lines, roots[0])
    for root in roots[1:_MOST_ROOTS] if is_closed else ():
        if _is_whole(lines, whole):
            break
        chosen, whole = root, span(lines, root)
    words = "\n".join(line.text for line in lines[:chosen]).lstrip().removeprefix("Query Text:").strip()
    query, _, parameters = words.partition("\nQuery Parameters:")
    block = _text_block(lines, chosen, whole, query_text=query, parameters=parameters.strip() or None)
    after = lines[whole.end :]
    if is_closed and block.refusal is None and not all(map(is_blank, after)):
        message = "cannot read this line of a log's entry as part of its plan"
        block = Block("text", block.lines, refusal=Fault(lines, whole.end, message).error())
        after = []
    return [block], after


def _is_root_in_log(text: str) -> bool:
    return forms.may_be_node(text) and forms.FIGURES.search(text) is not None


def _is_whole(lines: list[Line], found: Span) -> bool:
    return found.odd is None and all(map(is_blank, lines[found.end :]))


def _text_block(
    lines: list[Line],
    begin: int,
    found: Span,
    *,
    query_text: str | None = None,
    parameters: str | None = None,
) -> Block:
    inside = without_edges(lines[begin : found.end])
    refusal = None
    if found.odd is not None:
        refusal = Fault(lines, found.odd, "cannot read this line as part of the plan above it").error()
    ways = [_dedented(way) for way in hard_wrap.ways(found)]
    return Block("text", inside, query_text, parameters, ways, hard_wrap.doubtful(found), refusal)


def _in_lines(lines: list[Line], *, is_table: bool, is_below: bool) -> Iterator[Block | _Stray]:
    documents = Documents(lines)
    width = width_of(lines)
    place = 0
    has_root = not is_table
    below: int | None = 0 if is_below else None
    while place < len(lines):
        words = lines[place].text.strip()
        if not words:
            place += 1
        elif (end := documents.end_of_json(place)) is not None:
            yield Block("json", _without_marks(lines[place:end]))
            place = end
        elif (end := documents.end_of_yaml(place)) is not None:
            yield Block("yaml", _without_marks(lines[place:end]))
            place = end
        elif (end := documents.end_of_xml(place)) is not None:
            yield Block("xml", _without_marks(lines[place:end]))
            place = end
        elif is_head(lines, place) or (not has_root and _is_root_of_table(lines, place)):
            found = span(lines, place, width)
            yield _text_block(lines, place, found)
            place = max(found.end, place + 1) if found.odd is None else max(found.end, found.odd + 1)
            has_root = True
            below = place
        else:
            if below is not None and is_blank(lines[below]):
                below = place
            if _is_stray(words) or (below is not None and forms.is_surely_of_plan(lines[place].text)):
                yield _Stray(words, _fault_of_stray(lines, below, place))
            place += 1


def _fault_of_stray(lines: list[Line], below: int | None, place: int) -> Fault:
    if below is None or below == place:
        return Fault(lines, place, "this line of a plan fits no plan above it")
    return Fault(lines, below, "this is no line of the plan above, yet more of a plan follows")


def is_head(lines: list[Line], place: int) -> bool:
    """Whether the line is, or begins, the root of a plan in TEXT."""
    words = lines[place].text.strip()
    if not words[0].isupper():
        return False
    if place + 1 < len(lines):
        following = lines[place + 1].text
        below = following.strip()
        is_inside = _is_inside(below) and indent_of(following) > indent_of(lines[place].text)
    else:
        below, is_inside = "", False
    if forms.FIGURES.search(words) is not None:
        if forms.has_all_figures(words):
            return forms.is_known_node(words) or (is_inside and forms.may_be_node(words))
        return forms.is_known_node(words) and (words.count("(") > words.count(")") or words.endswith(")"))
    if not forms.is_known_node(words):
        return False
    if forms.is_bare_node(words):
        return is_inside or forms.is_fragment(below) or _stands_alone(lines, place)
    return len(below) > 0 and forms.FIGURES.search(below) is not None and not forms.is_node(below)


def _is_inside(words: str) -> bool:
    return (
        forms.is_node(words)
        or forms.label_of(words) is not None
        or forms.is_heading(words)
        or forms.is_target(words)
    )


def _stands_alone(lines: list[Line], place: int) -> bool:
    """Whether nothing but a summary stands beside the line."""
    return all(
        not words or number == place or forms.is_closing(words)
        for number, words in enumerate(line.text.strip() for line in lines)
    )


def _is_root_of_table(lines: list[Line], place: int) -> bool:
    """Whether a table whose first row this is holds a plan whose root is of an unknown kind."""
    return (
        forms.may_be_node(lines[place].text.strip())
        and all(is_blank(line) for line in lines[:place])
        and any(forms.is_node(line.text.strip()) for line in lines[place:])
    )


def _is_stray(words: str) -> bool:
    if forms.holds_node(words):
        return True
    if words.startswith(('"Node Type":', 'Node Type: "', "<Node-Type>")):
        return True
    return forms.is_known_node(words) and forms.FIGURES.search(words) is not None


def _without_marks(lines: list[Line]) -> list[Line]:
    """The lines without ``+`` at their ends, when all but the last have it."""
    ends = [line.text.rstrip() for line in lines]
    if len(lines) < 2 or not all(end[-1:] and end[-1] in _PLUS for end in ends[:-1]):
        return lines
    return [
        line.cut(0, len(end[:-1].rstrip())) if end[-1:] and end[-1] in _PLUS else line
        for line, end in zip(lines, ends, strict=True)
    ]


def _dedented(lines: list[Line]) -> list[Line]:
    """The lines without the indentation that all of them share."""
    filled = [line.text for line in lines if not is_blank(line)]
    tabs = min(len(text) - len(text.lstrip("\t")) for text in filled)
    if tabs:
        lines = [line.cut(min(tabs, len(line.text))) for line in lines]
        filled = [text[tabs:] for text in filled]
    shared = min(len(text) - len(text.lstrip(" ")) for text in filled)
    return [line.cut(min(shared, len(line.text))) for line in lines] if shared else lines
