"""The statement a verb works on: a file, standard input or the words themselves, with its parameters."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from perfkit.errors import UsageError


def read_text(source: str) -> str:
    """The text of a file, of standard input (``-``), or ``source`` itself when it reads like SQL rather than a path."""
    if source == "-":
        return sys.stdin.read()
    if not source.strip():
        raise UsageError("the query is empty; give a file, - for standard input, or the SQL itself")
    path = Path(source)
    if any(character.isspace() for character in source.strip()) and path.suffix != ".sql":
        return source
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(
            f"there is no file {source}; give a path, - for standard input, or the SQL in quotes"
        ) from None
    except IsADirectoryError:
        raise UsageError(f"{source} is a folder; give one .sql file") from None
    except UnicodeDecodeError:
        raise UsageError(f"{source} is not UTF-8 text; is it an SQL file?") from None
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror}") from None


def read_query(source: str) -> str:
    """As ``read_text``, for a text that must be one statement: bad input is told before any server is asked."""
    from perfkit.sql import parse_statement

    text = read_text(source)
    parse_statement(text)
    return text


def parse_params(text: str | None) -> list[object]:
    """The values of $1 …, from a JSON array.

    >>> parse_params('[1, "open", null]')
    [1, 'open', None]
    """
    if text is None:
        return []
    try:
        values = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--params takes a JSON array such as '[42, \"open\"]': {error}") from None
    if not isinstance(values, list):
        raise UsageError(f"--params takes a JSON array such as '[42, \"open\"]', not {text}")
    return values


params_option = click.option(
    "--params", metavar="JSON", help="Values of $1 … as a JSON array: '[42, \"open\"]'."
)
writes_option = click.option(
    "--allow-writes", is_flag=True, help="Let INSERT, UPDATE, DELETE and MERGE run; each run is rolled back."
)
runs_option = click.option(
    "--runs", type=click.IntRange(1, 1000), default=5, show_default=True, help="Timed samples."
)
