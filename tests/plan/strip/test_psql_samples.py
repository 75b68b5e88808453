"""What a psql printed, recorded: each form gives the plan it shows or, where it hides something, is refused."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from psql_forms import PASTED, forms

from perfkit.errors import PlanParseError
from perfkit.plan import parse_plan, parse_plans
from perfkit.plan.text import write_text

SAMPLES = sorted(PASTED.glob("psql.*.txt"))
FORMS = sorted(forms())


@cache
def recorded(kind: str) -> tuple[str, dict[str, str]]:
    document = json.loads((PASTED / f"psql_forms.{kind}.json").read_text())
    return document["clean"], document["forms"]


def name_of(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", SAMPLES, ids=name_of)
def test_a_sample_is_the_plan_it_was_made_from(path: Path) -> None:
    kind = path.name.split(".")[1].replace("text", "txt")
    clean = (PASTED / f"join.clean.{kind}").read_text()
    assert parse_plan(path.read_text()) == parse_plan(clean)


def hides_breaks(form: str) -> bool:
    """Whether the form has no mark where psql broke a line."""
    return "format=wrapped" in form and ("linestyle=old-ascii" in form or has_only_a_dot(form))


def has_only_a_dot(form: str) -> bool:
    """Whether nothing but a dot, which may be a constant's own, marks where psql broke a line."""
    return all(part in form for part in ("linestyle=ascii", "border=0", "tuples_only=on"))


def is_cut_without_a_sign(form: str) -> bool:
    """Whether, once blanks are lost, it is like what a terminal cut, where a constant may have newlines."""
    return hides_breaks(form) and "tuples_only=on" in form


@pytest.mark.parametrize("kind", ["text", "json"])
@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_read(kind: str, form: str) -> None:
    clean, printed = recorded(kind)
    try:
        found = parse_plan(printed[form])
    except PlanParseError as error:
        assert hides_breaks(form)
        assert "cannot tell" in str(error)
        assert error.line
    else:
        assert found == parse_plan(clean)
        if kind == "text":
            assert write_text(found) == write_text(parse_plan(clean))


def test_few_forms_hide_too_much() -> None:
    refused = 0
    for kind in ("text", "json"):
        for text in recorded(kind)[1].values():
            try:
                parse_plan(text)
            except PlanParseError:
                refused += 1
    assert refused == 7


@pytest.mark.parametrize("kind", ["text", "json"])
@pytest.mark.parametrize("form", [form for form in FORMS if not is_cut_without_a_sign(form)])
def test_a_copy_without_blanks_at_the_ends_of_lines_is_read_or_refused(kind: str, form: str) -> None:
    clean, printed = recorded(kind)
    copied = "\n".join(line.rstrip() for line in printed[form].split("\n"))
    try:
        found = parse_plan(copied)
    except PlanParseError:
        assert "old-ascii" in form
    else:
        assert found == parse_plan(clean)


@pytest.mark.parametrize("form", FORMS)
def test_an_indented_session_with_a_prompt_and_the_time_is_read(form: str) -> None:
    clean, printed = recorded("json")
    session = f"shop=# explain (format json)\nshop-# select 'x';\n{printed[form]}Time: 1,234 ms\nshop=# \n"
    assert parse_plan(session) == parse_plan(clean)
    indented = "".join(f"    {line}\n" if line else "\n" for line in session.split("\n"))
    assert parse_plan(indented) == parse_plan(clean)


@pytest.mark.parametrize(
    "rows", ["(3 rows)", "(3 Zeilen)", "(3 lignes)", "(3 строки)", "(3 行)", "(3개 행)", "(3 linha(s))"]
)
def test_the_number_of_rows_in_any_language_is_no_line_of_the_plan(rows: str) -> None:
    clean, printed = recorded("text")
    for form in ("format=aligned linestyle=ascii border=0", "format=unaligned fieldsep='|'"):
        assert "(3 rows)" in printed[form]
        assert parse_plan(printed[form].replace("(3 rows)", rows)) == parse_plan(clean)


def test_the_heads_of_records_may_be_in_any_language() -> None:
    clean, printed = recorded("text")
    for border in (0, 1, 2):
        text = printed[f"format=aligned linestyle=unicode border={border} expanded=on"]
        german = text.replace("RECORD", "DATENSATZ").replace("Record", "Datensatz")
        assert german != text
        assert parse_plan(german) == parse_plan(clean)


def test_a_transcript_of_all_forms_gives_all_plans() -> None:
    clean, printed = recorded("text")
    marked = [text for form, text in printed.items() if not hides_breaks(form)]
    transcript = "".join(f"shop=# explain select 1;\n{text}\n" for text in marked)
    assert parse_plans(transcript) == (parse_plan(clean),) * len(marked)
