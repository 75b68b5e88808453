"""Plans as PostgreSQL would print them, with names and conditions as bad as SQL allows, for properties.

``documents`` of made_plans are odd in form; these are right in form, so that formats can be compared to the letter.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NASTY = (
    *("", " ", "a", "true", "null", "~", "12", "-1.50", "1e3", "NaN", "#", "- a", "a: b", "? x", "[a", "{a", "*x", "&x"),
    *("%a", "@a", "`a", "!a", "|", ">", "'", '"', "''", '""', "\\", "\\n", "a\nb", "\n", "\ta", "a\t", " a ", "a\rb"),
    *("<script>alert(1)</script>", "</td>", "<!-- -->", "]]>", "&amp;", "&#x41;", "&", "<", "a--b", "$0", "{}", "[]"),
    *("->", "  ->  Seq Scan on x  (cost=0.00..1.00 rows=1 width=4)", "(actual time=1.0..2.0 rows=3 loops=4)"),
    *("日本", "«é»", "\U0001f600", "e\u0301", "\u202e", "\x01", "\x0b", "\x1b[0m", "\x7f", "\x85", "\u2028", "\ufeff"),
    *("javascript:", "onload=x", "`x`", "**x**", "| x |", "$x$", "--", "/* x */", "it's", 'q"q', "x" * 300),
)  # fmt: skip
"""Texts that mean something in YAML, XML, HTML, Markdown or EXPLAIN's own TEXT."""

texts = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
"""Anything PostgreSQL can hold: no zero, no half of a surrogate pair."""

names = texts.filter(bool)
"""Of relations, indexes, columns: anything but nothing."""


def _quoted(mark: str, words: str) -> str:
    return f"{mark}{words.replace(mark, mark * 2)}{mark}"


expressions = st.one_of(
    st.sampled_from(
        ["1", "true", "NULL::text", "-1.5", "$0", "(InitPlan 1).col1", "count(*)", "(hashed SubPlan 3)"]
    ),
    names.map(lambda words: _quoted('"', words)),
    texts.map(lambda words: f"(x = {_quoted(chr(39), words)}::text)"),
    st.tuples(names, texts).map(
        lambda pair: f"({_quoted(chr(34), pair[0])} ->> {_quoted(chr(39), pair[1])}::text)"
    ),
)
"""SQL, in which odd texts stand between quotes."""

_ms = st.integers(0, 10_000_000).map(lambda micro: micro / 1000)
_counts = st.integers(0, 10**9)

_triggers = st.fixed_dictionaries(
    {
        "Trigger Name": st.sampled_from(["note_before", "RI_ConstraintTrigger_c_16400"]),
        "Constraint Name": st.sampled_from(["issue_fkey", "true"]),
        "Relation": st.sampled_from(["issue", "12"]),
        "Time": _ms,
        "Calls": _counts,
    }
)
"""TEXT gives these names no quotes, so that odd ones cannot be told apart in it."""

_PREDICATES = {
    "Seq Scan": "Filter",
    "Index Scan": "Index Cond",
    "Index Only Scan": "Index Cond",
    "Bitmap Heap Scan": "Recheck Cond",
    "Tid Scan": "TID Cond",
    "Hash Join": "Hash Cond",
    "Merge Join": "Merge Cond",
    "Nested Loop": "Join Filter",
    "Result": "One-Time Filter",
}
_SCANS = (
    *("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Tid Scan", "Foreign Scan"),
    *("CTE Scan", "Function Scan", "Values Scan", "WorkTable Scan", "Sample Scan", "Result"),
)
_STEPS = (
    *("Sort", "Limit", "Aggregate", "Hash", "Materialize", "Memoize", "Unique", "WindowAgg", "LockRows"),
    *("Gather", "Gather Merge", "Subquery Scan", "ProjectSet", "Incremental Sort", "ModifyTable"),
)
_JOINS = ("Nested Loop", "Hash Join", "Merge Join")
_MANY = ("Append", "Merge Append", "BitmapAnd", "Recursive Union")


@st.composite
def _node(draw: st.DrawFn, kind: str, *, is_analyzed: bool, is_verbose: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"Node Type": kind, "Parallel Aware": draw(st.booleans()), "Async Capable": False}
    if kind in ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Tid Scan", "Sample Scan"):
        found |= {"Relation Name": draw(names), "Alias": draw(names)}
        if is_verbose:
            found["Schema"] = draw(names)
    if "Index" in kind:
        found |= {"Scan Direction": draw(st.sampled_from(["Forward", "Backward"])), "Index Name": draw(names)}
    if kind in ("CTE Scan", "WorkTable Scan"):
        found |= {"CTE Name": draw(names), "Alias": draw(names)}
    if kind == "Foreign Scan":
        found["Operation"] = "Select"
    if kind == "Function Scan":
        found |= {
            "Function Name": draw(names),
            "Alias": draw(names),
            **({"Schema": "a"} if is_verbose else {}),
        }
    if kind in ("Values Scan", "Subquery Scan"):
        found["Alias"] = draw(names)
    if kind == "Aggregate":
        found |= {
            "Strategy": draw(st.sampled_from(["Plain", "Sorted", "Hashed", "Mixed"])),
            "Partial Mode": "Simple",
        }
    if kind == "ModifyTable":
        found |= {
            "Operation": draw(st.sampled_from(["Insert", "Update", "Delete", "Merge"])),
            "Relation Name": draw(names),
            "Alias": draw(names),
        }
    if kind in _JOINS:
        found |= {
            "Join Type": draw(st.sampled_from(["Inner", "Left", "Full", "Right", "Semi", "Anti"])),
            "Inner Unique": draw(st.booleans()),
        }
    found |= {
        "Startup Cost": draw(_counts) / 100,
        "Total Cost": draw(_counts) / 100,
        "Plan Rows": draw(_counts),
        "Plan Width": draw(st.integers(0, 9999)),
    }
    if is_analyzed:
        loops = draw(st.integers(0, 1000))
        found |= {
            "Actual Startup Time": 0.0,
            "Actual Total Time": draw(_ms) if loops else 0.0,
            "Actual Rows": draw(_counts) if loops else 0,
            "Actual Loops": loops,
            "Shared Hit Blocks": draw(_counts),
            "Shared Read Blocks": draw(_counts),
        }
    if is_verbose:
        found["Output"] = draw(st.lists(expressions, min_size=1, max_size=3))
    if kind in ("Sort", "Gather Merge", "Incremental Sort"):
        found["Sort Key"] = draw(st.lists(expressions, min_size=1, max_size=2))
    if kind in _PREDICATES:
        found[_PREDICATES[kind]] = draw(expressions)
    if is_analyzed and draw(st.booleans()):
        found["Workers"] = [
            {"Worker Number": number, "Actual Rows": draw(_counts), "Actual Loops": 1}
            for number in range(draw(st.integers(1, 3)))
        ]
    if draw(st.booleans()):
        found["Novel Property"] = draw(st.sampled_from(["a", "b c", "<x>"]) | _counts | st.booleans())
    if draw(st.integers(0, 5)) == 0:
        found["Novel Group"] = {
            "Count": draw(_counts),
            "Tasks": [{"Node": "a: <b>", "Rows": 1}, {"Node": "c", "Rows": 2}],
        }
    return found


@st.composite
def _tree(draw: st.DrawFn, room: int, *, is_analyzed: bool, is_verbose: bool) -> dict[str, Any]:
    kinds = _SCANS if room <= 1 else draw(st.sampled_from([_SCANS, _STEPS, _STEPS, _JOINS, _MANY]))
    kind = draw(st.sampled_from(kinds))
    found = draw(_node(kind, is_analyzed=is_analyzed, is_verbose=is_verbose))
    roles: list[tuple[str, str | None]] = []
    if kinds is _STEPS:
        roles = [("Subquery" if kind == "Subquery Scan" else "Outer", None)]
    elif kinds is _JOINS or kind == "Recursive Union":
        roles = [("Outer", None), ("Inner", None)]
    elif kinds is _MANY:
        roles = [("Member", None)] * draw(st.integers(2, 4))
    if room > 2 and draw(st.integers(0, 3)) == 0:
        aside = draw(
            st.sampled_from(["InitPlan 1", "InitPlan 2 (returns $1)", "CTE a", "CTE <b>", "SubPlan 3"])
        )
        roles = [("SubPlan" if aside.startswith("SubPlan") else "InitPlan", aside), *roles]
    children = []
    for relationship, name in roles:
        child = draw(_tree(room // max(2, len(roles)), is_analyzed=is_analyzed, is_verbose=is_verbose))
        head = {"Node Type": child.pop("Node Type"), "Parent Relationship": relationship}
        children.append({**head, **({"Subplan Name": name} if name else {}), **child})
    if children:
        found["Plans"] = children
    return found


@st.composite
def plan_documents(draw: st.DrawFn, room: int = 8) -> list[dict[str, Any]]:
    """EXPLAIN's JSON as PostgreSQL writes it: any node types in any order, figures that need not fit together."""
    is_analyzed, is_verbose = draw(st.booleans()), draw(st.booleans())
    found: dict[str, Any] = {"Plan": draw(_tree(room, is_analyzed=is_analyzed, is_verbose=is_verbose))}
    if is_analyzed:
        found["Plan"]["Actual Loops"] = 1
    if draw(st.booleans()):
        found = {"Query Text": draw(texts), **found}
    if draw(st.booleans()):
        names = st.sampled_from(["work_mem", "enable_seqscan", "search_path", "auto.x"])
        found["Settings"] = draw(st.dictionaries(names, texts, min_size=1, max_size=3))
    if is_analyzed:
        found["Planning"] = {"Shared Hit Blocks": draw(_counts), "Shared Read Blocks": draw(_counts)}
        found["Planning Time"] = draw(_ms)
        found["Triggers"] = draw(st.lists(_triggers, max_size=2))
        found["Execution Time"] = draw(_ms)
    return [found]
