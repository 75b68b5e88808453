"""Finding notebooks and queries, and reading a connection from parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.dataset import describe, slow_queries
from perfkit.errors import UsageError
from perfkit.report import available, connection, find, read_query, workload
from perfkit.report.notebooks import heading_of, name_of, read, title_of
from perfkit.workload.queries import Workload

NOTEBOOKS = Path(__file__).parent / "notebooks"


def test_shipped_notebooks_are_found_by_name_and_by_path() -> None:
    for path in available():
        assert find(name_of(path)) == path
        assert find(path) == path


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"called nope; there are .*investigate"):
        find("nope")
    with pytest.raises(UsageError, match=r"there is no notebook nope\.ipynb"):
        find("nope.ipynb")


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.ipynb"
    for text in ("{", "[]", '{"nbformat": 3, "cells": []}'):
        path.write_text(text)
        with pytest.raises(UsageError, match="is no notebook"):
            read(path)


def test_titles() -> None:
    assert title_of(NOTEBOOKS / "fine.ipynb") == "A fine notebook"
    assert title_of(NOTEBOOKS / "exits.ipynb") == "exits"
    assert heading_of("no heading") == ""


def test_a_query_is_read_from_a_file_with_its_values(tmp_path: Path) -> None:
    path = tmp_path / "q.sql"
    path.write_text("select $1, $2", encoding="utf-8-sig")
    assert read_query(str(path), '[1, null, "x"]') == ("select $1, $2", [1, None, "x"])
    assert read_query(str(path)) == ("select $1, $2", [])


def test_a_query_of_a_data_set_comes_with_its_values() -> None:
    for query in slow_queries(describe("tracker")):
        assert read_query(f"tracker/{query.name}") == (query.text, list(query.parameters))
        assert read_query(f"tracker/{query.name}.sql", "[7]") == (query.text, [7])


def test_a_workload_is_the_path_the_data_sets_queries_or_what_the_server_counted() -> None:
    assert workload("queries/", "", "tracker") == "queries/"
    assert workload("", "SHOP_DSN", "tracker") is None
    assert workload("", "", "") is None
    found = workload("", "", "tracker")
    assert isinstance(found, Workload)
    queries = {query.name: query for query in slow_queries(describe("tracker"))}
    assert [one.name for one in found.queries] == list(queries)
    assert all(one.has_values for one in found.queries)
    for one in found.queries:
        assert one.samples[0].parameters == queries[one.name].parameters
    with pytest.raises(UsageError, match=r"no data set xyzzy; there are .*tracker"):
        workload("", "", "xyzzy")


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("tracker/xyzzy", "", "data set tracker has .*, "),
        ("tpch/q23", "", r"did you mean tpch/q\d\d\?"),
        ("nope.sql", "", "there is no file nope.sql; give a path"),
        ("", "", "the query is empty"),
        ("{shipped}", "1", r"JSON list such as \[42, \"open\"\], got 1"),
        ("{shipped}", "[1", "JSON list"),
    ],
)
def test_queries_that_cannot_be_read(name: str, params: str, says: str) -> None:
    shipped = f"tracker/{slow_queries(describe('tracker'))[0].name}"
    with pytest.raises(UsageError, match=says):
        read_query(name.format(shipped=shipped), params)


def test_connections_from_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable goes before the data set, and its value is never in the message."""
    monkeypatch.setenv("SHOP_DSN", "service=shop")
    assert connection("SHOP_DSN", "tracker", 0.1) == {"dsn": "service=shop"}
    assert connection("", "tracker", 0.5) == {"dataset": "tracker", "scale": 0.5}
    assert connection("", "", 0.5) == {}
    monkeypatch.delenv("SHOP_DSN")
    with pytest.raises(UsageError, match="variable SHOP_DSN, named as dsn_variable, is not set"):
        connection("SHOP_DSN", "tracker", 0.1)
