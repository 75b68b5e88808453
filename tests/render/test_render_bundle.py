"""The door that notebooks come through: formats asked for, and no exception whatever happens."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest
import shown_examples as examples

from perfkit.render import mimebundle, sections, to_html, to_markdown, to_text
from perfkit.render.findings import NO_FINDING
from perfkit.render.investigation import TITLES, has_part
from perfkit.show import Shown

FORMATS = {"text/plain", "text/markdown", "text/html"}


@dataclass(frozen=True)
class Unknown(Shown):
    """A value that nobody taught perfkit to show, hostile in its very name."""

    name: str = "<script>alert(1)</script>"


def test_a_value_shows_itself_in_three_formats() -> None:
    plan = examples.slow_plan()
    assert set(plan._repr_mimebundle_()) == FORMATS
    assert set(plan._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}
    assert set(plan._repr_mimebundle_(exclude={"text/html"})) == FORMATS - {"text/html"}
    assert str(plan) == to_text(plan)


def test_a_fault_becomes_one_plain_line() -> None:
    bundle = mimebundle(Unknown())
    assert set(bundle) == {"text/plain"}
    assert bundle["text/plain"] == "perfkit cannot show this Unknown: TypeError: no picture of Unknown"
    assert "<script" not in to_html(Unknown())
    assert to_text(Unknown()) == bundle["text/plain"]
    assert to_markdown(Unknown()).startswith("perfkit cannot show")


def test_parts_come_in_reading_order_and_each_shows_itself() -> None:
    parts = sections(examples.investigation())
    assert [name for name in parts if name not in ("flame", "estimates")] == [
        name for name in TITLES if has_part(examples.investigation(), name)
    ]
    assert list(parts)[5:9] == ["plan", "flame", "estimates", "diff"]
    for name, part in parts.items():
        bundle = part._repr_mimebundle_()
        formats = bundle[0] if isinstance(bundle, tuple) else bundle
        assert formats["text/plain"], name
        assert "cannot show" not in formats["text/plain"], name


def test_empty_parts_say_something_useful() -> None:
    parts = sections(examples.healthy_investigation())
    assert to_text(parts["findings"]) == NO_FINDING
    for name in ("advice", "rejected", "diff"):
        assert to_text(parts[name]).strip(), name


def test_an_interrupted_investigation_says_so_in_its_verdict() -> None:
    from dataclasses import replace

    stopped = replace(examples.investigation(), interrupted="Ctrl-C after two of five candidates")
    assert "● interrupted Ctrl-C after two of five candidates" in to_text(sections(stopped)["verdict"])


@pytest.mark.parametrize("value", [examples.query(), examples.environment(), examples.investigation().before])
def test_values_inside_others_can_be_shown_alone(value: object) -> None:
    assert "cannot show" not in to_text(value)


def test_showing_a_plan_loads_nothing_heavy() -> None:
    code = (
        "import sys, json, perfkit.render as r\n"
        "from perfkit.plan.read_json import read_json\n"
        "assert 'Result' in r.to_html(read_json([{'Plan': {'Node Type': 'Result'}}]))\n"
        "print([n for n in ('psycopg', 'sqlglot', 'matplotlib', 'pandas', 'cattrs') if n in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
