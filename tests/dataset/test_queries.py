"""The slow queries tell their story in a form that can be read, in words that perfkit knows, and run."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from perfkit.dataset import LoadedDataset, SlowQuery, datasets, describe, slow_queries
from perfkit.dataset.query import KINDS, read_query
from perfkit.db.connection import connect
from perfkit.errors import UsageError
from perfkit.findings.vocabulary import VOCABULARY

QUERIES = [
    query for description in datasets() if not description.benchmark for query in slow_queries(description)
]
BY_NAME = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)


@BY_NAME
def test_a_query_tells_its_story(query: SlowQuery) -> None:
    assert query.title
    assert query.wrong.endswith(".")
    assert query.cure.endswith(".")
    assert query.kind in KINDS
    assert query.text
    assert (query.remedy is None) == (query.kind == "none")


@BY_NAME
def test_findings_are_in_the_vocabulary(query: SlowQuery) -> None:
    assert query.findings
    assert not set(query.findings) - set(VOCABULARY)


@BY_NAME
@pytest.mark.server
def test_a_query_and_its_remedy_are_planned(query: SlowQuery, small_tracker: LoadedDataset) -> None:
    """PostgreSQL accepts the query, its remedy, and the query after the remedy; all of it is rolled back."""
    with closing(connect(small_tracker.conninfo, autocommit=False)) as connection:
        explain(connection, query.text, query)
        if query.kind == "rewrite":
            explain(connection, query.remedy or "", query)
        elif query.remedy:
            connection.execute(query.remedy.encode())
            explain(connection, query.text, query)
        connection.rollback()


def explain(connection: psycopg.Connection[tuple[object, ...]], text: str, query: SlowQuery) -> None:
    cursor = psycopg.RawCursor(connection)
    cursor.execute(f"explain {text}".encode(), list(query.parameters))
    assert cursor.fetchall()


def test_there_are_enough_queries() -> None:
    assert len(slow_queries(describe("tracker"))) >= 18


def test_a_heading_that_lacks_something_is_refused(tmp_path: Path) -> None:
    """The sentence names the file and what it lacks."""
    path = tmp_path / "untold.sql"
    path.write_text("-- title: A query\n-- cure: index: on a\nselect 1;\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"untold\.sql lacks wrong, finding in its heading"):
        read_query(path)
    path.write_text(
        "-- title: A query\n-- wrong: all\n-- cure: luck\n-- finding: x\nselect 1;\n", encoding="utf-8"
    )
    with pytest.raises(UsageError, match="a cure that begins with one of index, rewrite"):
        read_query(path)
