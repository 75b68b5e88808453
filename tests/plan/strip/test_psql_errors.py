"""An error inside a table tells line and column of what was pasted, not of the plan taken out of it."""

from __future__ import annotations

import json

import pytest
from psql_forms import PASTED, forms

from perfkit.errors import PlanParseError
from perfkit.plan import collect_plans, parse_plan

_TEXT = json.loads((PASTED / "psql_forms.text.json").read_text())["forms"]
_JSON = json.loads((PASTED / "psql_forms.json.json").read_text())["forms"]
WHOLE = [form for form in sorted(forms()) if "wrapped" not in form]


@pytest.mark.parametrize("form", WHOLE)
def test_a_line_that_cannot_be_read_is_found_where_it_was_pasted(form: str) -> None:
    pasted = f"shop=# explain select 1;\n{_TEXT[form].replace('Filter:', 'Filter;')}"
    with pytest.raises(PlanParseError) as caught:
        parse_plan(pasted)
    error = caught.value
    assert error.line and error.column and error.excerpt
    assert pasted.split("\n")[error.line - 1][error.column - 1 :].startswith("Filter; (")


@pytest.mark.parametrize("form", WHOLE)
def test_a_number_that_is_none_is_found_where_it_was_pasted(form: str) -> None:
    pasted = _JSON[form].replace("false", "f@lse", 1)
    assert pasted != _JSON[form]
    with pytest.raises(PlanParseError) as caught:
        parse_plan(pasted)
    error = caught.value
    assert error.line and error.column
    assert pasted.split("\n")[error.line - 1][error.column - 1 :].startswith("f@lse")


@pytest.mark.parametrize("style", ["ascii", "unicode"])
@pytest.mark.parametrize("border", [0, 1, 2])
def test_an_error_behind_a_break_is_found_on_the_line_below_it(style: str, border: int) -> None:
    printed = _JSON[f"format=wrapped columns=60 linestyle={style} border={border}"]
    lines = printed.split("\n")
    begun = next(place for place, line in enumerate(lines) if "One-Time Filter" in line)
    place = next(place for place in range(begun + 1, len(lines)) if '" ' in lines[place])
    lines[place] = lines[place].replace('" ', '"@')
    with pytest.raises(PlanParseError) as caught:
        parse_plan("\n".join(lines))
    error = caught.value
    assert error.line == place + 1
    assert error.column and lines[place][error.column - 1] == "@"


def test_a_plan_that_cannot_be_known_does_not_hide_the_next() -> None:
    broken = _TEXT["format=aligned linestyle=ascii border=2"].replace("Filter", "Filter|\n", 1)
    whole = _TEXT["format=aligned linestyle=ascii border=1"]
    found = collect_plans(f"{broken}\n{whole}")
    assert len(found.plans) == 1
    assert [error.line for error in found.errors] == [7]
    assert "frame" in str(found.errors[0])
