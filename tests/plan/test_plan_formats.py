"""One plan in four formats gives one model; what each format cannot be wrong about is compared to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_plans import FOUR_FORMATS, formatted
from test_plan_text_recorded import differences

from perfkit.errors import PlanParseError
from perfkit.plan import parse_plan, parse_plans, read_json, xml_text, yaml_text
from perfkit.plan.json_text import loads

APART = Path(__file__).parent / "recorded_apart"


def apart(name: str, suffix: str) -> str:
    with (APART / f"{name}.{suffix}").open(newline="") as file:
        return file.read()


@pytest.mark.parametrize("name", FOUR_FORMATS)
def test_yaml_says_what_json_says(name: str) -> None:
    assert yaml_text.loads(formatted(name, "yaml")) == loads(formatted(name, "json"))


@pytest.mark.parametrize("name", FOUR_FORMATS)
def test_xml_says_what_json_says(name: str) -> None:
    assert xml_text.loads(formatted(name, "xml")) == loads(formatted(name, "json"))


@pytest.mark.parametrize("suffix", ["yaml", "xml"])
@pytest.mark.parametrize("name", FOUR_FORMATS)
def test_a_pasted_plan_is_the_plan_of_json(name: str, suffix: str) -> None:
    """Through the search for plans in a text, with its lines as Windows ends them."""
    assert parse_plan(formatted(name, suffix).replace("\n", "\r\n")) == read_json(
        loads(formatted(name, "json"))
    )


@pytest.mark.parametrize("suffix", ["json", "yaml", "xml", "txt"])
def test_the_statements_of_a_rule_are_plans_of_their_own(suffix: str) -> None:
    whole = parse_plans(apart("rule", "json"))
    found = parse_plans(apart("rule", suffix))
    assert [plan.root.operation for plan in found] == ["Insert", "Update"]
    assert [differences(one, other) for one, other in zip(found, whole, strict=True)] == [[], []]
    with pytest.raises(PlanParseError, match="holds 2 plans"):
        parse_plan(apart("rule", suffix))


@pytest.mark.parametrize("suffix", ["json", "yaml", "xml", "txt"])
def test_auto_explain_says_the_statement(suffix: str) -> None:
    """Its text has lines, quotes, marks of every format and what looks like a property."""
    whole = parse_plan(apart("logged", "json"))
    found = parse_plan(apart("logged", suffix))
    assert found.query_text is not None
    assert found.query_text.splitlines()[:2] == ["select /* <b> & 'quotes' */", '"id",\t\' a: b \' as "#"']
    assert found.query_text == whole.query_text
    assert differences(found, whole) == []
    if suffix in ("yaml", "xml"):
        assert found == whole


@pytest.mark.parametrize("suffix", ["json", "yaml", "xml", "txt"])
def test_a_utility_has_no_plan(suffix: str) -> None:
    with pytest.raises(PlanParseError):
        parse_plan(apart("utility", suffix))
