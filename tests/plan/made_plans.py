"""Plans that no server gave: generated trees for properties, deep and wide ones for limits."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_NAMES = st.sampled_from(["issue", "comment", "project"])
_MS = st.floats(0, 1000, allow_nan=False).map(lambda ms: round(ms, 3))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
_SCANS = st.sampled_from(["Seq Scan", "Index Scan", "CTE Scan", "Function Scan", "Result", "Custom Scan"])
_STEPS = st.sampled_from(
    ["Nested Loop", "Hash Join", "Hash", "Sort", "Aggregate", "Gather", "Append", "Limit", "Memoize"]
)
_ROLES = st.sampled_from(["Outer", "Inner", "Member", "SubPlan", "InitPlan", "Subquery"])


@st.composite
def _properties(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        found |= {
            "Startup Cost": 0.0,
            "Total Cost": draw(_MS),
            "Plan Rows": draw(st.integers(0, 99)),
            "Plan Width": 4,
        }
    if draw(st.booleans()):
        found |= {"Actual Startup Time": 0.0, "Actual Total Time": draw(_MS)}
    if draw(st.booleans()):
        found |= {"Actual Rows": draw(st.integers(0, 99) | _MS), "Actual Loops": draw(st.integers(0, 9))}
    if draw(st.booleans()):
        found |= {
            "Shared Hit Blocks": draw(st.integers(0, 99)),
            "Shared Read Blocks": draw(st.integers(0, 99)),
        }
    if draw(st.booleans()):
        found |= {"I/O Read Time": draw(_MS), "Temp Read Blocks": draw(st.integers(0, 9))}
    if draw(st.booleans()):
        found["Filter"] = draw(st.sampled_from(["(a > $0)", "((InitPlan 1).col1 = b)", "true"]))
    if draw(st.booleans()):
        found["Output"] = draw(st.lists(st.text(max_size=5), max_size=2) | _JSON)
    if draw(st.booleans()):
        found["Workers"] = draw(
            st.lists(
                st.fixed_dictionaries({"Worker Number": st.integers(0, 3), "Actual Loops": st.just(1)}),
                max_size=2,
            )
            | _JSON
        )
    for key in draw(
        st.lists(st.sampled_from(["Index Name", "Disabled", "Cache Hits", "Novelty"]), max_size=2)
    ):
        found[key] = draw(_JSON)
    return found


@st.composite
def _scan(draw: st.DrawFn) -> dict[str, Any]:
    found = {"Node Type": draw(_SCANS), **draw(_properties())}
    if draw(st.booleans()):
        found |= {"Relation Name": draw(_NAMES), "Alias": draw(_NAMES)}
    if draw(st.booleans()):
        found |= {"CTE Name": draw(st.sampled_from(["x", "y"]))}
    return found


@st.composite
def _step(draw: st.DrawFn, below: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    found = {"Node Type": draw(_STEPS), **draw(_properties())}
    children = []
    for child in draw(st.lists(below, max_size=3)):
        role = draw(_ROLES)
        named = draw(st.sampled_from(["CTE x", "CTE y", "InitPlan 1", "InitPlan 2 (returns $0)"]))
        children.append(
            {**child, "Parent Relationship": role, **({"Subplan Name": named} if "Plan" in role else {})}
        )
    return {**found, "Plans": children}


def documents() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Documents of EXPLAIN (FORMAT JSON), right in form and often odd in content."""
    trees = st.recursive(_scan(), lambda below: _step(below), max_leaves=8)
    return st.builds(
        lambda root, more: [{"Plan": root, **more}],
        trees,
        st.fixed_dictionaries(
            {},
            optional={
                "Planning Time": _MS | _JSON,
                "Execution Time": _MS,
                "Total Runtime": _MS,
                "Planning": st.fixed_dictionaries({}, optional={"Shared Hit Blocks": st.integers(), "New": _JSON}) | _JSON,
                "Triggers": st.lists(st.fixed_dictionaries({"Trigger Name": st.text(max_size=3), "Calls": st.integers(), "Time": _MS})) | _JSON,
                "JIT": st.fixed_dictionaries({"Functions": st.integers()}, optional={"Timing": _JSON}) | _JSON,
                "Settings": st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2) | _JSON,
                "Query Identifier": st.integers() | _JSON,
                "Query Text": st.text(max_size=5),
                "Serialization": st.fixed_dictionaries({"Output Volume": st.integers(), "Format": st.just("text")}) | _JSON,
                "Novelty": _JSON,
            },
        ),
    )  # fmt: skip


def deep_text(levels: int) -> str:
    """JSON of a plan with one node under the other; too deep for json.dumps to write."""
    head = '{"Node Type": "Limit", "Actual Total Time": 1.0, "Actual Rows": 1, "Actual Loops": 1, "Plans": ['
    return '[{"Plan": ' + head * levels + '{"Node Type": "Result"}' + "]}" * levels + "}]"
