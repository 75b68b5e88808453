"""The words and marks of a comparison: what happened to a node, what is not the same about it, by how much it moved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from perfkit.plan.edits import Changed, ChangeKind, Difference, Edit, Inserted, Kept, Moved, Removed
from perfkit.render.blocks import Span, Text, Tone, text
from perfkit.render.diff_lines import CLEAR_SHARE, DiffLine
from perfkit.render.escape import one_line, shortened
from perfkit.units import format_count

if TYPE_CHECKING:
    from perfkit.plan.diff import Total

MARKS: dict[type, tuple[str, Tone]] = {
    Kept: ("= kept", "muted"),
    Changed: ("~ changed", "warn"),
    Moved: ("↕ moved", "warn"),
    Inserted: ("+ inserted", "good"),
    Removed: ("− removed", "bad"),
}
KINDS: dict[ChangeKind, str] = {
    "join-order-changed": "⇅ join order",
    "join-sides-swapped": "⇄ sides swapped",
    "join-method-changed": "~ join method",
    "access-method-changed": "~ access method",
    "index-replaced": "~ index",
    "parallelised": "∥ parallel",
    "made-serial": "∣ serial",
    "spills": "▲ spills",
    "fits-in-memory": "▼ fits in memory",
    "condition-changed": "~ condition",
}
"""Short enough for a column."""

_CLEAR_FACTOR = 2
"""Estimates that moved by less lead to no other plan."""

_SHOWN_BY_LABEL = frozenset(
    {"node_type", "index", "relation", "join_type", "is_parallel", "scan_direction", "strategy", "partial_mode", "cte", "function", "operation", "command"}
)  # fmt: skip
"""Differences that can be read from the two labels."""

_VALUE_LENGTH = 120


def mark(edit: Edit) -> Span:
    """What happened, in a sign and a word or two."""
    word, tone = MARKS[type(edit)]
    if isinstance(edit, Changed) and edit.kinds:
        word = _word(edit.kinds[0])
    return Span(word, tone)


def also(edit: Edit) -> tuple[Text, ...]:
    """Further names of the change, which the mark has no room for."""
    rest = edit.kinds[1:] if isinstance(edit, Changed) else edit.kinds
    return (text(", ".join(map(_word, rest))),) if rest else ()


def _word(kind: ChangeKind) -> str:
    return KINDS.get(kind, f"~ {kind}")


def label(line: DiffLine) -> Text:
    """The node of a line as EXPLAIN heads it; how many it stands for where siblings are folded."""
    if line.is_omitted:
        hidden = len(line.edits)
        nodes = f"{hidden:,} {'node' if hidden == 1 else 'nodes'}"
        if all(isinstance(edit, Kept) for edit in line.edits):
            return text(Span(f"… {nodes} kept as they are", "muted"))
        changed = sum(not isinstance(edit, Kept) for edit in line.edits)
        return text(Span(f"… {nodes} not shown, {changed:,} of them not kept", "muted"))
    if line.heads:
        return folded_label([edit.after or edit.before for edit in line.heads])
    node = line.edit.after or line.edit.before
    return text(node.label if node else "")


def folded_label(nodes: Iterable[object]) -> Text:
    """Several siblings in a line: their number, what they are, the first and the last relation.

    >>> from perfkit.plan.model import Node
    >>> "".join(span.text for span in folded_label([Node(number=1, node_type="Seq Scan", relation=f"p{n}") for n in (1, 2)]))
    '2 × Seq Scan on p1 … p2'
    """
    members = [node for node in nodes if node is not None]
    first, last = members[0], members[-1]
    kind = f"{'Parallel ' if getattr(first, 'is_parallel', False) else ''}{getattr(first, 'node_type', '')}"
    names = [getattr(node, "relation", None) for node in (first, last)]
    where = f" on {names[0]} … {names[1]}" if names[0] and names[0] != names[1] else ""
    return text(Span(f"{len(members):,} × ", "strong"), f"{kind}{where}")


def notes(edit: Edit, *, with_label: bool = True) -> tuple[Text, ...]:
    """What is to be said below a node: what it was, and in what the two differ."""
    if isinstance(edit, Inserted | Removed):
        return ()
    was = [text(f"was {edit.before.label}")] if with_label and edit.before.label != edit.after.label else []
    told = [one for one in edit.differences if one.field not in _SHOWN_BY_LABEL]
    if not {"parallelised", "made-serial"}.intersection(edit.kinds):
        # below a Gather the planner counts the rows of one process
        told.extend(one for one in edit.figures if one.field == "planned_rows" and _is_clear(one))
    return (
        *also(edit),
        *_below(edit),
        *was,
        *((Span(f"{one.field.replace('_', ' ')}: "), *change(one)) for one in told),
    )


def _below(edit: Edit) -> tuple[Text, ...]:
    """From below which node to below which a node moved, with their numbers, as joins often have one name."""
    if not isinstance(edit, Moved):
        return ()
    sides = [
        "the top" if node is None else f"{node.number} {node.label}"
        for node in (edit.below_before, edit.below_after)
    ]
    return (text("below ", Span(sides[0], "code"), Span(" → ", "muted"), Span(sides[1], "code")),)


def change(one: Difference) -> Text:
    """The values of both sides."""
    return text(Span(value(one.before), "code"), Span(" → ", "muted"), Span(value(one.after), "code"))


def value(given: object) -> str:
    """One side of a difference on one line; a dash where there is none."""
    if given is None:
        return "–"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, int | float):
        return format_count(given)
    said = ", ".join(str(item) for item in given) if isinstance(given, tuple) else str(given)
    return shortened(one_line(said), _VALUE_LENGTH)


def delta(given: float | None, digits: int, whole: Total) -> Text:
    """A signed difference, coloured where it matters to the whole."""
    if given is None:
        return ()
    rounded = round(given, digits)
    if not rounded:
        return text(Span("0", "muted"))
    large = max(whole.before or 0.0, whole.after or 0.0)
    tone: Tone = "plain"
    if abs(given) >= CLEAR_SHARE * large:
        tone = "bad" if given > 0 else "good"
    return text(Span(f"{'+' if given > 0 else '−'}{abs(rounded):,.{digits}f}", tone))


def _is_clear(one: Difference) -> bool:
    if not isinstance(one.before, int | float) or not isinstance(one.after, int | float):
        return False
    low, high = sorted((max(one.before, 1.0), max(one.after, 1.0)))
    return high >= _CLEAR_FACTOR * low
