"""The statement a verb works on: a file, a data set's query, standard input or the words themselves."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import click


def read_text(source: str) -> str:
    """The text of a file, or of standard input (``-``)."""
    from perfkit.query_file import read_file

    return sys.stdin.read() if source == "-" else read_file(source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks about."""

    text: str
    parameters: list[object]
    sets: list[list[object]]
    """Several sets of parameters; empty where one was given."""
    setup: str


def read_query(source: str, params: str | None) -> tuple[str, list[object]]:
    """One statement with one set of values, without a setup."""
    from perfkit.sql import parse_statement

    asked = read_unchecked(source, params, None)
    parse_statement(asked.text)
    if asked.sets:
        raise click.UsageError("one set of parameters is taken here; perfkit investigate compares several")
    return asked.text, asked.parameters


def read_asked(source: str, params: str | None, setup: str | None) -> Asked:
    """A statement, its values and its setup; bad input is told before any server is asked."""
    return _checked(read_unchecked(source, params, setup))


def _checked(asked: Asked) -> Asked:
    from perfkit.capture.given import read_given
    from perfkit.sql import parse_statement

    parse_statement(read_given(asked.text, asked.parameters, asked.setup).text)
    return asked


def read_session_or_asked(source: str, params: str | None, setup: str | None) -> Asked:
    """A statement as ``read_asked`` gives it, or the text of a script or log; bad input is told at once too."""
    from perfkit.capture.given import is_script
    from perfkit.workload import looks_like_log, read_log, read_script

    asked = read_unchecked(source, params, setup)
    is_log = looks_like_log(asked.text)
    if not is_log and not is_script(asked.text):
        return _checked(asked)
    if asked.sets or asked.parameters:
        raise click.UsageError("params go with one statement; a log or a script has its own values")
    (read_log if is_log else read_script)(asked.text)
    return asked


def read_unchecked(source: str, params: str | None, setup: str | None) -> Asked:
    """The same without reading the statement: the text may be a script or a log.

    ``source`` is read as SQL when it has white space and does not end like a file.
    """
    from perfkit.query_file import read_file, read_parameter_sets, read_query, read_values

    given = (params or "").strip()
    sets = read_parameter_sets(given) if given and not given.startswith(("[", "{")) else []
    values = "" if sets else given
    is_sql = any(character.isspace() for character in source.strip()) and not source.endswith(
        (".sql", ".log")
    )
    if source == "-" or is_sql:
        text, parameters = (source if is_sql else sys.stdin.read()), read_values(values or "[]")
    else:
        text, parameters = read_query(source, values)
    if len(sets) == 1:
        parameters, sets = sets[0], []
    elif sets:
        parameters = sets[0]
    return Asked(text=text, parameters=parameters, sets=sets, setup=read_file(setup) if setup else "")


setup_option = click.option(
    "--setup",
    metavar="FILE",
    help="Statements that the session runs first: SET, PREPARE, EXECUTE, temporary tables.",
)
params_option = click.option(
    "--params",
    metavar="JSON|FILE",
    help="Values of $1 … as a JSON list: '[42, \"open\"]'; or a file of several sets, one JSON object or list a line.",
)
writes_option = click.option(
    "--allow-writes", is_flag=True, help="Let INSERT, UPDATE, DELETE and MERGE run; each run is rolled back."
)
runs_option = click.option(
    "--runs", type=click.IntRange(1, 1000), default=5, show_default=True, help="Timed samples."
)
