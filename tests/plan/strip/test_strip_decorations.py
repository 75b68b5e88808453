"""A plan in whatever is put around it is the plan, or refused with a place; never another plan."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paste_decorations import ALL, AROUND, BROKEN, LINES, LOGS, WITH_FIGURES, WITHOUT_FIGURES

from perfkit.errors import PlanParseError
from perfkit.plan import Plan, collect_plans, parse_plan
from perfkit.plan.text import read_text

SAMPLE = WITH_FIGURES[::3]
BARE_SAMPLE = [path for path in WITHOUT_FIGURES if "->  " in path.read_text()][::40]
"""A lone node without figures may be refused: in some surroundings it cannot be told from words."""
LEAST_READ = 0.7
"""A single broken line may be unclear by itself; more than a third of real plans must not be."""


@cache
def clean(path: Path) -> Plan:
    return read_text(path.read_text())


def without_query(plan: Plan) -> Plan:
    """A log says the query beside the plan."""
    return replace(plan, query_text=None)


@pytest.mark.parametrize("name", [name for name in ALL if name not in BROKEN])
def test_a_decorated_plan_is_read_as_the_clean_one(name: str) -> None:
    # a log always has costs
    for path in [*SAMPLE, *([] if name in LOGS else BARE_SAMPLE)]:
        text = path.read_text()
        if name in LOGS and "(cost=" not in text:
            continue
        assert without_query(parse_plan(ALL[name](text))) == clean(path), path


@pytest.mark.parametrize("name", BROKEN)
def test_a_plan_in_broken_lines_is_read_as_the_whole_one_or_refused(name: str) -> None:
    read = 0
    for path in SAMPLE:
        try:
            found = parse_plan(BROKEN[name](path.read_text()))
        except PlanParseError as error:
            assert error.line is not None
            continue
        assert found == clean(path), path
        read += 1
    assert read >= LEAST_READ * len(SAMPLE)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(SAMPLE), st.sampled_from(sorted(ALL)), st.sampled_from(sorted(AROUND | LINES)))
def test_two_decorations_give_the_plan_or_a_place(path: Path, inner: str, outer: str) -> None:
    text = ALL[outer](ALL[inner](path.read_text()))
    try:
        found = parse_plan(text)
    except PlanParseError as error:
        assert error.line is not None
        return
    assert without_query(found) == clean(path)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_mutated_paste_is_a_plan_or_a_parse_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SAMPLE)).read_text()
    text = ALL[data.draw(st.sampled_from(sorted(ALL)))](text)
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 40)))
        put = data.draw(
            st.sampled_from(["", "\n", "\n\n", "'", '"', "(", "[", "}", "\t", "\r", "```", "...", "> ", "->"])
        )
        text = text[:begin] + put + text[end:]
    found = collect_plans(text)
    assert found.plans or found.errors
    assert len(found.lines) == len(found.plans)


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=st.sampled_from("[]{}()'\"\\n\n\t :,->QueryPlan=cost#`0123456789.+|")))
def test_any_text_is_a_plan_or_a_parse_error(text: str) -> None:
    found = collect_plans(text)
    assert found.plans or found.errors
