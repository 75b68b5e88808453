"""Several plans in one input: where each stands, one of them, or all in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from perfkit.errors import UsageError

if TYPE_CHECKING:
    from perfkit.capture.values import Capture
    from perfkit.plan import Plan

MOST_NAMED = 12
"""Plans that are named in an error; a log may hold hundreds."""


def chosen(text: str, name: str, number: int | None) -> Plan | Capture:
    """The only plan of the text, or the one asked for; with its surroundings where perfkit saved them.

    UsageError names the plans with their places when there are several and none was asked for. PlanParseError as for
    ``parse_plans``.
    """
    from perfkit.comparison.observed import read_observed

    found = read_observed(text, name)
    if number is not None and number > len(found):
        raise UsageError(f"--plan {number}: the input holds {_counted(len(found))}")
    if number is None and len(found) > 1:
        placed = _placed(text, [one.plan for one in found])
        names = [_name(place, plan, line) for place, (plan, line) in enumerate(placed, 1)]
        more = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        raise UsageError(
            f"the input holds {_counted(len(found))}: {', '.join(names[:MOST_NAMED])}{more};"
            " choose one with --plan N, or show all with --all"
        )
    one = found[(number or 1) - 1]
    return one.capture or one.plan


def answer_all(text: str, name: str, form: str, as_json: bool) -> None:
    """Print every plan that can be read under a heading; what cannot is told on stderr and raised at the end."""
    from perfkit.comparison.observed import read_saved
    from perfkit.plan import Collected, collect_plans, dump_json

    saved = read_saved(text, name)
    if saved is None:
        found = collect_plans(text)
    else:
        found = Collected(plans=tuple(one.plan for one in saved), errors=())
    if not found.plans:
        raise found.errors[0]
    if as_json:
        from perfkit.document import dumps

        click.echo(
            dumps({"schema": "perfkit.plans/1", "plans": [dump_json(plan) for plan in found.plans]}), nl=False
        )
    else:
        for place, (plan, line) in enumerate(_placed(text, found.plans), 1):
            where = f", line {line}" if line else ""
            title = f"Plan {place} of {len(found.plans)}{where}"
            head = {"text": title, "markdown": f"## {title}", "html": f"<h2>{title}</h2>"}[form]
            click.echo(f"{head}\n\n{written(plan, form)}\n")
    for error in found.errors[1:]:
        click.echo(f"perfkit: {error}", err=True)
    if found.errors:
        raise found.errors[0]


def written(value: object, form: str) -> str:
    """A value as text, Markdown or an HTML fragment, without the newline at its end."""
    from perfkit.render import to_html, to_markdown, to_text

    return {"text": to_text, "markdown": to_markdown, "html": to_html}[form](value).rstrip("\n")


def _counted(count: int) -> str:
    return f"{count:,} {'plan' if count == 1 else 'plans'}"


def _name(place: int, plan: Plan, line: int | None) -> str:
    return f"{place} {plan.root.label}" + (f" (line {line})" if line else "")


def _placed(text: str, plans: Sequence[Plan]) -> list[tuple[Plan, int | None]]:
    """Each plan with the line it begins in; None where one document holds several."""
    from perfkit.plan.strip import blocks

    found = blocks(text)
    if len(found) != len(plans):
        return [(plan, None) for plan in plans]
    return [(plan, block.lines[0].number) for plan, block in zip(plans, found, strict=True)]
