"""JSON as clients, languages and people write it, and figures that were made unreadable."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from perfkit.errors import PlanParseError
from perfkit.plan import parse_plan

DOCUMENT = [
    {
        "Plan": {
            "Node Type": "Seq Scan",
            "Parallel Aware": False,
            "Relation Name": 'it\'s "x"',
            "Alias": "x",
            "Startup Cost": 0.0,
            "Total Cost": 12.5,
            "Plan Rows": 3,
            "Plan Width": 4,
            "Filter": "(a = 'b\nc'::text)",
        },
        "Planning Time": 0.5,
    }
]
JSON = json.dumps(DOCUMENT, indent=2)


@pytest.mark.parametrize(
    "form",
    [
        lambda: "\ufeff" + JSON,
        lambda: json.dumps([{"QUERY PLAN": DOCUMENT}]),
        lambda: json.dumps({"rows": [{"QUERY PLAN": DOCUMENT}], "command": "EXPLAIN"}, indent=2),
        lambda: json.dumps([{"QUERY PLAN": JSON}]),
        lambda: json.dumps([[DOCUMENT]]),
        lambda: json.dumps(JSON),
        lambda: repr(JSON),
        lambda: repr(DOCUMENT),
        lambda: repr([(DOCUMENT,)]),
        lambda: json.dumps(DOCUMENT).replace('": ', '"=>').replace("false", "false"),
        lambda: JSON.replace("\n    }", ",\n    }"),
        lambda: '"QUERY PLAN"\n"' + JSON.replace('"', '""') + '"\n',
        lambda: '"' + JSON.replace('"', '""') + '";\n',
        lambda: f"select a[1], '{{}}'\nfrom b;\n{JSON}\nThanks [1]\n",
        lambda: "\n".join("-- " + line for line in JSON.split("\n")),
        lambda: "NOTICE:  " + JSON,
    ],
)
def test_json_is_read_however_it_is_wrapped(form: Callable[[], str]) -> None:
    assert parse_plan(form()) == parse_plan(JSON)


def test_masked_figures_are_unknown_and_kept() -> None:
    text = JSON.replace("12.5", "N.N").replace('"Plan Rows": 3', '"Plan Rows": xxx').replace("0.5", "N.N")
    found = parse_plan(text)
    assert (found.root.estimate, found.planning_ms) == (None, None)
    assert (found.root.extra["Total Cost"], found.root.extra["Plan Rows"]) == ("N.N", "xxx")
    assert found.extra["Planning Time"] == "N.N"
    assert found.root.filter == "(a = 'b\nc'::text)"


@pytest.mark.parametrize(("elided", "line"), [('"Plans": [...],', 4), ("...,", 4)])
def test_elided_json_is_refused_with_its_place(elided: str, line: int) -> None:
    lines = JSON.split("\n")
    lines[3] = elided
    with pytest.raises(PlanParseError, match="not JSON") as caught:
        parse_plan("\n".join(lines))
    assert caught.value.line == line


def test_an_error_in_a_row_is_placed_in_the_pasted_text() -> None:
    rows = ["Limit  (cost=0.00..0.02 rows=1 width=4)", "  ->  Seq Scan on is"]
    with pytest.raises(PlanParseError, match="was the text cut") as caught:
        parse_plan(json.dumps([{"QUERY PLAN": row} for row in rows], indent=1))
    assert caught.value.line == 6
