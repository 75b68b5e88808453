"""What the lines of a plan in TEXT look like, each taken by itself."""

from __future__ import annotations

import re
from typing import Final

from perfkit.plan import keys

FOOTER: Final = re.compile(r"[ \t]*\(\d+ ?[^\W\d][^()=]{0,30}(?:\([^\W\d]+\))?\.?\)[ \t]*$")
"""``(12 rows)``, in any language."""

FIGURES: Final = re.compile(r"\((?:cost=|actual (?:time|rows)=|never executed\))")
"""Where the figures of a node begin."""

_ALL_FIGURES: Final = re.compile(
    r"(?:\(cost=\S+ rows=\S+ width=[^\s()]+\))?[ \t]*(?:\(actual [^()]*loops=[^\s()]+\)|\(never executed\))?[ \t]*$"
)
_SCANS: Final = (
    r"(?:Seq|Sample|Tid(?: Range)?|Index(?: Only)?|Bitmap Heap|Bitmap Index|Subquery|Function|Table Function|Values"
    r"|CTE|Named Tuplestore|WorkTable|Foreign|Custom) Scan"
)
_STEPS: Final = (
    r"(?:Nested Loop|(?:Hash|Merge|Nested Loop)(?: (?:Left|Right|Full|Semi|Anti))* Join"
    r"|(?:Partial |Finalize )*(?:Group|Hash|Mixed)?Aggregate|(?:Merge )?Append|Gather(?: Merge)?|Result|ProjectSet"
    r"|Recursive Union|BitmapAnd|BitmapOr|Materialize|Memoize|(?:Incremental )?Sort|Group|WindowAgg|Unique|LockRows"
    r"|Limit|Hash|(?:Hash)?SetOp(?: \w+)+)"
)
_FLAGS: Final = r"(?:Parallel |Async |Partial |Finalize )*"
_TARGETS: Final = r"(?:Foreign )?(?:Insert|Update|Delete|Merge) on "
_MOTION: Final = r"(?:Explicit )?(?:Gather|Redistribute|Broadcast) Motion \d+:\d+"
"""Greenplum's."""
_KNOWN_NODE: Final = re.compile(rf"{_FLAGS}(?:{_SCANS}|{_STEPS})\b|{_TARGETS}\S|Custom Scan \(|{_MOTION}")
_IDENTIFIER: Final = r'(?:"(?:[^"]|"")*"|[^\s".:,;()]+)'
_TARGET: Final = rf"(?:{_IDENTIFIER}\.)?{_IDENTIFIER}(?: {_IDENTIFIER})?"
_BARE_NODE: Final = re.compile(
    rf"{_FLAGS}(?:{_SCANS}(?: Backward)?(?: using {_IDENTIFIER})?(?: on {_TARGET})?|{_STEPS}|Custom Scan \(.*\).*)\s*$"
    rf"|{_TARGETS}{_TARGET}\s*$|{_MOTION} {{1,2}}\(slice[^()]*\)\s*$"
)
_FOREIGN: Final = re.compile(r"->|\d:\d\d:\d|[A-Z]: ")
_NODE: Final = re.compile(r"->(?:[ \t]*$|[ \t]*[A-Z*])")
_NODE_WITHIN: Final = re.compile(
    rf"->[ \t]+(?:{_FLAGS}(?:{_SCANS}|{_STEPS})\b|{_TARGETS}\S|Custom Scan \(|[A-Z][^()]*  ?\((?:cost=|actual |never ))"
)
_HEADING: Final = re.compile(
    r"(?:CTE \S.*|(?:InitPlan|SubPlan) \S+(?: \(.*\))?|(?:InitPlan|SubPlan) .*)[ \t]*$"
)
_TARGET_LINE: Final = re.compile(rf"{_TARGETS}{_TARGET}[ \t]*$")
_LABEL: Final = re.compile(r"([A-Z][^\n:'\"=]{0,60}):(?:[ \t]|$)")
_CLOSING: Final = re.compile(
    r"(?:Planning:|Planning [Tt]ime:|Execution [Tt]ime:|Total runtime:|JIT:|Trigger(?:$| RI_\w+| \S+ (?:for|on)\b| \S+: ?(?:(?:time|calls)=|$))|Settings:"
    r"|Query Identifier:|Serialization:|Optimizer:|Slice statistics:|Statement statistics:|Memory used:"
    r"|Generated Plan Advice:|Supplied Plan Advice:|\(slice\d+\) +Executor memory:"
    r"|(?:Storage|Catalog) [A-Z][\w ]*: \d|Peak Memory Usage: \d+ kB)"
)
_SURE_CLOSING: Final = re.compile(
    r"(?:(?:Planning|Execution) [Tt]ime|Total runtime): \d+\.\d+ ms$|Query Identifier: -?\d+$|JIT:$"
    r"|Settings: [\w.]+ = '|Trigger \S.*: (?:time|calls)=\d"
)
_FIGURE_VALUE: Final = re.compile(r"-?\d[\d.,]*(?: ?(?:ms|s|kB|MB|bytes|%))?[ \t]*$|\w+=\S")
_FRAGMENT: Final = re.compile(
    r"\((?:cost=|actual |never executed\))|(?:cost|time|rows|width|loops|calls|read|written|dirtied|hit|write|fpi"
    r"|bytes|lossy|exact|temp|shared|local)=|(?:time|actual|executed\))\b.*\)$"
    r"|(?:Disk|Batches|Memory|Usage|Memory Usage|Disk Usage|Misses|Evictions|Overflows|Sort Methods?|Methods?"
    r"|(?:Average |Peak )(?:Memory|Disk)|Maximum Storage): ?\S"
)
_PROPERTIES: Final = frozenset(keys.NODE) | {
    *(
        "Buckets",
        "Batches",
        "Hits",
        "Full-sort Groups",
        "Pre-sorted Groups",
        "Heap Blocks",
        "Remote SQL",
        "Storage",
    ),
    *(
        "Function Call",
        "Table Function Call",
        "Window",
        "Tuples",
        "Sampling",
        "Relations",
        "Estimates",
        "Buffers",
    ),
    *(
        "Conflict Resolution",
        "Conflict Filter",
        "Conflict Arbiter Indexes",
        "Conflicting Tuples",
        "I/O Timings",
    ),
    *(
        "Tuples Inserted",
        "Params Evaluated",
        "Subplans Removed",
        "Workers Planned",
        "Workers Launched",
        "WAL",
    ),
}
_ALSO_IN_SUMMARY: Final = frozenset({"Buffers", "I/O Timings", "WAL"})
_TEXTS: Final = frozenset(
    {"Output", "Order By", "Remote SQL", "Run Condition", "Window", "Function Call", "Table Function Call"}
)
ELISION: Final = re.compile(
    r"[ \t]*[\[(<{]*[ \t]*(?:\.{2,}|…|\*{3,}|snip)[^\w]*(?:snip[^\w]*)?$", re.IGNORECASE
)
"""A line that stands for others which were left out."""


def is_node(words: str) -> bool:
    """Whether the words head a node below another.

    >>> is_node("->  Seq Scan on a"), is_node("-> 'key'::text) = 1)")
    (True, False)
    """
    return _NODE.match(words) is not None


def holds_node(text: str) -> bool:
    """Whether a node below another stands somewhere in the line.

    >>> holds_node("x | ->  Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)"), holds_node("a -> 'Seq Scan'")
    (True, False)
    """
    return "->" in text and _NODE_WITHIN.search(text) is not None


def has_all_figures(words: str) -> bool:
    """Whether the words end with whole figures, masked ones included.

    >>> has_all_figures("Limit  (cost=0.1..0.2 rows=N width=4) (never executed)"), has_all_figures("Limit (cost=0.1")
    (True, False)
    """
    begin = FIGURES.search(words)
    return begin is not None and _ALL_FIGURES.match(words, begin.start()) is not None


def is_known_node(words: str) -> bool:
    """Whether the words begin as a node of PostgreSQL's does."""
    return _KNOWN_NODE.match(words) is not None


def may_be_node(words: str) -> bool:
    """Whether the words may be a node of an extension's: they begin as one, and neither as another's nor as a log does.

    >>> may_be_node("Gather Motion 3:1  (slice1; segments: 3)"), may_be_node("Nov 24 00:32:17 db1 postgres[1]: ->  Hash")
    (True, False)
    """
    return words[:1].isupper() and _FOREIGN.search(words) is None


def is_bare_node(words: str) -> bool:
    """Whether the words are a whole node without figures.

    >>> is_bare_node("Seq Scan on app.issue i"), is_bare_node("Seq Scan on the big table"), is_bare_node("Limit")
    (True, False, True)
    """
    return _BARE_NODE.match(words) is not None


def is_heading(words: str) -> bool:
    """Whether the words may name a subplan, whose node comes next."""
    return words.startswith(("CTE ", "InitPlan ", "SubPlan ")) and _HEADING.match(words) is not None


def is_target(words: str) -> bool:
    """Whether the words name one of several tables that a node writes."""
    return _TARGET_LINE.match(words) is not None


def label_of(words: str) -> str | None:
    """The label the words begin with, None when there is none."""
    found = _LABEL.match(words)
    return found[1] if found else None


def is_property(label: str) -> bool:
    """Whether only nodes have the label."""
    return label in _PROPERTIES or label.startswith("Worker ")


def is_closing(words: str) -> bool:
    """Whether the words stand beside the tree."""
    return _CLOSING.match(words) is not None


def is_only_in_tree(label: str) -> bool:
    """Whether only nodes have the label, and no line of the summary has it inside."""
    return is_property(label) and label not in _ALSO_IN_SUMMARY


def takes_text(label: str) -> bool:
    """Whether a constant below the label may run over several lines."""
    return label.endswith(("Filter", "Cond", "Key")) or label in _TEXTS


def is_surely_of_plan(text: str) -> bool:
    """Whether the line is a property or a part of the summary, in PostgreSQL's form.

    >>> is_surely_of_plan("Execution Time: 5.120 ms"), is_surely_of_plan("Execution time: too long")
    (True, False)
    """
    words = text.strip()
    label = label_of(words)
    if label is not None and text[:1].isspace() and is_property(label):
        return True
    return _SURE_CLOSING.match(words) is not None


def is_figure(words: str) -> bool:
    """Whether what stands behind the label is a figure."""
    return _FIGURE_VALUE.match(words.partition(":")[2].strip()) is not None


def is_fragment(words: str) -> bool:
    """Whether the words are the rest of a line that was broken, and nothing else."""
    return _FRAGMENT.match(words) is not None
