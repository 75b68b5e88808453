"""perfkit diff: compare two plans or captures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from perfkit.cli.options import json_option
from perfkit.cli.query import read_text
from perfkit.errors import UsageError

if TYPE_CHECKING:
    from perfkit.plan import Plan


@click.command("diff")
@click.argument("before")
@click.argument("after")
@json_option
def command(before: str, after: str, as_json: bool) -> None:
    """Compare two plans: BEFORE and AFTER are EXPLAIN (FORMAT JSON) output or files that perfkit saved.

    \b
    Example:
      perfkit diff monday.json tuesday.json

    Exit status: 0 compared, 2 a file cannot be read.
    """
    from perfkit.document import dumps
    from perfkit.plan import diff

    found = diff(_plan(before), _plan(after))
    if as_json:
        click.echo(dumps({"schema": "perfkit.diff/1", **found.to_document()}), nl=False)
    else:
        click.echo(str(found))


def _plan(source: str) -> Plan:
    """The plan in a file: of a capture, of an investigation, or bare."""
    from perfkit.plan import parse_plan, read_json

    text = read_text(source)
    try:
        document = json.loads(text)
    except ValueError:
        return parse_plan(text)
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema is None:
        return parse_plan(text)
    for part in {"perfkit.capture/1": "measurement", "perfkit.investigation/1": "before"}.items():
        if schema == part[0]:
            return read_json(document[part[1]]["plan"])
    if schema == "perfkit.plan/1":
        return read_json(document["plan"])
    raise UsageError(
        f"{source} is a {schema} document and holds no single plan; give a capture, an investigation or EXPLAIN's JSON"
    )
