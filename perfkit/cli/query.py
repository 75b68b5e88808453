"""The statement a verb works on: a file, a data set's query, standard input or the words themselves."""

from __future__ import annotations

import sys

import click


def read_text(source: str) -> str:
    """The text of a file, or of standard input (``-``)."""
    from perfkit.query_file import read_file

    return sys.stdin.read() if source == "-" else read_file(source)


def read_query(source: str, params: str | None) -> tuple[str, list[object]]:
    """One statement with the values of its ``$1`` …; bad input is told before any server is asked.

    ``source`` is read as SQL when it has white space and does not end like a file.
    """
    from perfkit.query_file import read_query, read_values
    from perfkit.sql import parse_statement

    is_sql = any(character.isspace() for character in source.strip()) and not source.endswith(".sql")
    if source == "-" or is_sql:
        text, values = (source if is_sql else sys.stdin.read()), read_values(params or "[]")
    else:
        text, values = read_query(source, params or "")
    parse_statement(text)
    return text, values


params_option = click.option(
    "--params", metavar="JSON", help="Values of $1 … as a JSON list: '[42, \"open\"]'."
)
writes_option = click.option(
    "--allow-writes", is_flag=True, help="Let INSERT, UPDATE, DELETE and MERGE run; each run is rolled back."
)
runs_option = click.option(
    "--runs", type=click.IntRange(1, 1000), default=5, show_default=True, help="Timed samples."
)
