"""The parameters cell: what is read, what is refused, and how given values become typed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.errors import UsageError
from perfkit.report.parameters import bind, describe, parse

NOTEBOOKS = Path(__file__).parent / "notebooks"

GOOD = """
# headings between the lines are fine
dsn: str = "host=db port=5432"  # a default may hold = and # signs: "#1"

scale: float = 1  # a whole number is a fine float
depth: int = -3
scratch: bool = False  # true or false
tags: list[str] = ["a", "b"]  # several
"""


def test_reads_names_types_defaults_and_help() -> None:
    found = [(one.name, one.type, one.default, one.help) for one in parse(GOOD)]
    assert found == [
        ("dsn", "str", "host=db port=5432", 'a default may hold = and # signs: "#1"'),
        ("scale", "float", 1.0, "a whole number is a fine float"),
        ("depth", "int", -3, ""),
        ("scratch", "bool", False, "true or false"),
        ("tags", "list[str]", ["a", "b"], "several"),
    ]
    assert isinstance(parse(GOOD)[1].default, float)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a = 1", "write name: type = value"),
        ("a: int", "write name: type = value"),
        ("import os", "write name: type = value"),
        ("a.b: int = 1", "write name: type = value"),
        ("a: dict = {}", "has the type dict"),
        ("a: int | None = None", "has the type int | None"),
        ("a: str = '''x\ny'''", "over several lines"),
        ("a: str = 'x' + 'y'", "is no literal"),
        ("a: str = open('f').read()", "is no literal"),
        ("a: int = True", "says int but its value is True"),
        ("a: int = 1.5", "says int but its value is 1.5"),
        ("a: list[str] = [1]", "says list[str]"),
        ("a: int = 1\na: int = 2", "declares a twice"),
        ("a: int = ", "is not Python"),
    ],
)
def test_refuses_what_is_no_parameter(line: str, says: str) -> None:
    with pytest.raises(UsageError, match="parameters cell of book") as caught:
        parse(line, "book")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "bound"),
    [
        ("dsn", "service=x", "service=x"),
        ("dsn", "", ""),
        ("scale", "0.25", 0.25),
        ("scale", 2, 2.0),
        ("depth", "12", 12),
        ("scratch", "yes", True),
        ("scratch", "False", False),
        ("scratch", True, True),
        ("tags", '["x"]', ["x"]),
        ("tags", ["x", "y"], ["x", "y"]),
    ],
)
def test_given_values_take_the_parameters_type(name: str, given: object, bound: object) -> None:
    value = bind(parse(GOOD), {name: given}, "book")[name]
    assert value == bound
    assert type(value) is type(bound)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("scale", "much", "parameter scale takes a number, got 'much'"),
        ("scale", "nan", "parameter scale takes a number"),
        ("scale", True, "parameter scale takes a number"),
        ("depth", "1.5", "parameter depth takes a whole number"),
        ("depth", 1.5, "parameter depth takes a whole number"),
        ("scratch", "maybe", "parameter scratch takes true or false"),
        ("scratch", 1, "parameter scratch takes true or false"),
        ("tags", "a", "parameter tags takes a JSON list"),
        ("tags", "[1]", "parameter tags takes a JSON list"),
        ("dsn", 5, "parameter dsn takes text, got 5"),
        ("scal", "1", "book has no parameter scal; did you mean scale?"),
        ("zzz", "1", "it takes dsn, scale, depth, scratch, tags"),
    ],
)
def test_refuses_values_that_do_not_fit(name: str, given: object, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        bind(parse(GOOD), {name: given}, "book")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "host=db user=ann password=hunter2",
        "host=db password = 'two words'",
        "postgresql://ann:hunter2@db/shop",
        "postgres://db/shop?sslpassword=hunter2",
    ],
)
def test_a_password_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(UsageError, match="dsn_variable") as caught:
        bind(parse(GOOD), {"dsn": value}, "book")
    assert "hunter2" not in str(caught.value)
    assert "two words" not in str(caught.value)


def test_a_notebook_without_parameters_cell_takes_none() -> None:
    assert describe(NOTEBOOKS / "raises.ipynb") == ()
    with pytest.raises(UsageError, match="takes no parameters, got a"):
        bind((), {"a": 1}, "raises")


def test_two_parameters_cells_are_one_too_many() -> None:
    with pytest.raises(UsageError, match="has 2 cells tagged parameters"):
        describe(NOTEBOOKS / "two_parameter_cells.ipynb")
