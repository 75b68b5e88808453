"""The line that heads a node: its kind, what it works on, and its figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from perfkit.plan.layout import NODE_DEFAULTS, NODE_PLACES

FIGURES: Final = re.compile(
    r" {1,4}(?:\(cost=(\d+\.\d+)\.\.(\d+\.\d+) rows=(\d+) width=(-?\d+)\))?"
    r"(?: {0,4}\((?:actual (?:time=(\d+\.\d+)\.\.(\d+\.\d+) )?rows=(\d+(?:\.\d+)?) loops=(\d+)|(never executed))\))?"
)
"""Startup cost, total cost, rows, width; startup time, total time, rows, loops; never executed."""

_MASKED: Final = re.compile(
    r"(?:\(cost=[^\s()]+ rows=[^\s()]+ width=[^\s()]+\))?"
    r"(?: *\((?:actual (?:time=[^\s()]+ )?rows=[^\s()]+ loops=[^\s()]+|never executed)\))?"
)
"""Figures that were replaced by letters, as in the expected output of regression tests."""

_IDENTIFIER: Final = r'"(?:[^"]|"")*"|[^\s."]+'
_TARGET: Final = re.compile(rf"(?:({_IDENTIFIER})\.)?({_IDENTIFIER})(?: ({_IDENTIFIER}))?", re.DOTALL)
_INDEX: Final = re.compile(rf"(.*?) using ({_IDENTIFIER}) on (.*)", re.DOTALL)
_CUSTOM: Final = re.compile(r"((?:Parallel |Async )*Custom Scan \((.*)\))(?: on (.*))?", re.DOTALL)

_MANGLED: Final = re.compile(r"\d\.\d+\.\d")
"""Not a mask but figures that something broke."""

_UNKNOWN: Final = re.compile(r"(?:[A-Z]|\?\?\?)(?:(?! \((?:cost=|actual |never executed)|->)[^\"'*`\n])*")
"""What an extension or a later server may call a node; two heads in one line, or markup, are none."""

_MOTION: Final = re.compile(r"(?:Explicit )?(?:Gather|Redistribute|Broadcast) Motion \d+:\d+  \(slice.*\)")
"""Greenplum's exchange between segments, the root of most of its plans."""

_JOIN_TYPES: Final = ("Left", "Right", "Full", "Semi", "Anti", "Right Semi", "Right Anti")
_SCANS: Final = (
    *("Seq Scan", "Sample Scan", "Bitmap Heap Scan", "Tid Scan", "Tid Range Scan", "Subquery Scan"),
    *("Function Scan", "Table Function Scan", "Values Scan", "CTE Scan", "Named Tuplestore Scan"),
    *("WorkTable Scan", "Bitmap Index Scan", "Index Scan", "Index Only Scan"),
)
_STEPS: Final = (
    *(
        "Result",
        "ProjectSet",
        "Append",
        "Merge Append",
        "Recursive Union",
        "BitmapAnd",
        "BitmapOr",
        "Nested Loop",
    ),
    *("Gather", "Gather Merge", "Materialize", "Memoize", "Sort", "Incremental Sort", "Group", "WindowAgg"),
    *("Unique", "LockRows", "Limit", "Hash"),
)
NAME_FIELDS: Final = {
    "CTE Scan": "cte",
    "WorkTable Scan": "cte",
    "Function Scan": "function",
    "Bitmap Index Scan": "index",
    "Subquery Scan": "alias",
    "Values Scan": "alias",
}
_NAME_KEYS: Final = {"Table Function Scan": "Table Function Name", "Named Tuplestore Scan": "Tuplestore Name"}
OPERATIONS: Final = ("Insert", "Update", "Delete", "Merge")
_MOST_KINDS: Final = 1024
"""PostgreSQL and its extensions have some hundred; stops hostile input from filling the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the words before the target say of a node."""

    node_type: str
    template: tuple[Any, ...]
    """All fields of a Node in order, with those filled in that the kind decides."""
    name_place: int
    """Field that the target's name fills; -1 when it goes to ``extra`` under ``name_key``."""
    name_key: str | None = None
    provider: str | None = None
    is_known: bool = True


def _kind(node_type: str, *, is_known: bool = True, provider: str | None = None, **fields: object) -> Kind:
    template = list(NODE_DEFAULTS)
    for name, value in {"node_type": node_type, **fields}.items():
        template[NODE_PLACES[name]] = value
    key = _NAME_KEYS.get(node_type)
    return Kind(
        node_type=node_type,
        template=tuple(template),
        name_place=-1 if key else NODE_PLACES[NAME_FIELDS.get(node_type, "relation")],
        name_key=key,
        provider=provider,
        is_known=is_known,
    )


def _known_kinds() -> dict[str, dict[str, Any]]:
    kinds: dict[str, dict[str, Any]] = {name: {"node_type": name} for name in (*_SCANS, *_STEPS)}
    for name in ("Index Scan", "Index Only Scan"):
        kinds[name]["scan_direction"] = "Forward"
        kinds[f"{name} Backward"] = {"node_type": name, "scan_direction": "Backward"}
    for head, name in (("Nested Loop", "Nested Loop"), ("Hash", "Hash Join"), ("Merge", "Merge Join")):
        kinds[name] = {"node_type": name, "join_type": "Inner"}
        for join in _JOIN_TYPES:
            kinds[f"{head} {join} Join"] = {"node_type": name, "join_type": join}
    strategies = {"": "Plain", "Group": "Sorted", "Hash": "Hashed", "Mixed": "Mixed"}
    for prefix, strategy in strategies.items():
        for mode, words in (("Simple", ""), ("Partial", "Partial "), ("Finalize", "Finalize ")):
            kinds[f"{words}{prefix}Aggregate"] = {
                "node_type": "Aggregate",
                "strategy": strategy,
                "partial_mode": mode,
            }
    for prefix, strategy in (("", "Sorted"), ("Hash", "Hashed")):
        for command in ("Except", "Except All", "Intersect", "Intersect All"):
            kinds[f"{prefix}SetOp {command}"] = {
                "node_type": "SetOp",
                "strategy": strategy,
                "command": command,
            }
    kinds["Foreign Scan"] = {"node_type": "Foreign Scan", "operation": "Select"}
    for operation in OPERATIONS:
        kinds[operation] = {"node_type": "ModifyTable", "operation": operation}
        kinds[f"Foreign {operation}"] = {"node_type": "Foreign Scan", "operation": operation}
    return kinds


_KNOWN: Final = _known_kinds()
_kinds: dict[str, Kind] = {}


def kind_of(words: str) -> Kind:
    """The kind of node that the words name; one that PostgreSQL does not have is kept by its words.

    >>> kind = kind_of("Parallel Hash Right Anti Join")
    >>> kind.node_type, kind.is_known, kind_of("Gather Motion 3:1").is_known
    ('Hash Join', True, False)
    """
    found = _kinds.get(words)
    if found is None:
        if len(_kinds) >= _MOST_KINDS:
            _kinds.clear()
        found = _kinds[words] = _new_kind(words)
    return found


def _new_kind(words: str) -> Kind:
    flags: dict[str, Any] = {}
    rest = words
    for prefix, field in (("Parallel ", "is_parallel"), ("Async ", "is_async")):
        if rest.startswith(prefix):
            rest = rest.removeprefix(prefix)
            flags[field] = True
    if rest in _KNOWN:
        return _kind(**_KNOWN[rest], **flags)
    custom = _CUSTOM.fullmatch(rest)
    if custom is not None and custom[3] is None:
        return _kind("Custom Scan", provider=custom[2], **flags)
    return _kind(rest, is_known=_MOTION.fullmatch(rest) is not None, **flags)


def figures_start(text: str) -> int:
    """Where the figures of a head line begin, with the blank before them; -1 when it has none."""
    cut = text.rfind(" (cost=")
    if cut < 0:
        cut = text.rfind(" (actual ")
        if cut < 0:
            cut = text.rfind(" (never executed)")
    if cut < 0 or text[-1] != ")":
        return -1
    return cut


def is_masked(text: str) -> bool:
    """Whether the text is figures made unreadable on purpose.

    >>> is_masked("(cost=N..N rows=N width=N)"), is_masked("(cost=0.00")
    (True, False)
    """
    return bool(text) and _MASKED.fullmatch(text) is not None and _MANGLED.search(text) is None


def fill_name(words: str) -> tuple[Kind, list[Any]] | None:
    """The kind and the fields of a Node that a head without its figures says; None when it makes no sense.

    >>> kind, values = fill_name('Index Scan Backward using "I" on app.issue i')
    >>> [value for value in values if value and isinstance(value, str)]
    ['Index Scan', 'app', 'issue', 'i', 'I', 'Backward']
    """
    index = None
    kind_words, on, target = words.partition(" on ")
    if " using " in kind_words:
        found = _INDEX.fullmatch(words)
        if found is not None and kind_of(found[1]).node_type in ("Index Scan", "Index Only Scan"):
            kind_words, index, target = found[1], _unquoted(found[2]), found[3]
        elif kind_words.startswith(("Index ", "Parallel Index ")):
            return None
    elif "Custom Scan (" in kind_words:
        custom = _CUSTOM.fullmatch(words)
        if custom is None:
            return None
        kind_words, target = custom[1], custom[3] or ""
        if not target:
            return _fields_of(kind_of(kind_words))
    kind = kind_of(kind_words)
    if not kind.is_known and _UNKNOWN.fullmatch(kind_words) is None:
        return None
    if not on or not target:
        return _fields_of(kind) if kind_words == words else None
    if not kind.is_known and _TARGET.fullmatch(target) is None:
        return _fields_of(kind_of(words)) if _UNKNOWN.fullmatch(words) else None
    values = list(kind.template)
    values[INDEX] = index
    return (kind, values) if fill_target(kind, values, target) else None


def _fields_of(kind: Kind) -> tuple[Kind, list[Any]]:
    return kind, list(kind.template)


SCHEMA, RELATION, ALIAS, INDEX, EXTRA = map(
    NODE_PLACES.__getitem__, ("schema", "relation", "alias", "index", "extra")
)


def fill_target(kind: Kind, values: list[Any], target: str) -> bool:
    """Put schema, name and alias into the fields of a node; False when the target is not in that form."""
    if '"' in target:
        found = _TARGET.fullmatch(target)
        if found is None:
            return False
        schema, name, alias = (part and _unquoted(part) for part in found.groups())
    else:
        name, _, alias = target.partition(" ")
        schema, _, name = name.rpartition(".")
        if not name or " " in alias or "." in schema:
            return False
    if schema:
        values[SCHEMA] = schema
    if kind.name_place >= 0:
        values[kind.name_place] = name
        if kind.name_place == INDEX:
            return not alias
    else:
        values[EXTRA] = {kind.name_key: name}
    values[ALIAS] = alias or name
    return True


def _unquoted(identifier: str) -> str:
    return identifier[1:-1].replace('""', '"') if identifier[0] == '"' else identifier
