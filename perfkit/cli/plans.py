"""Several plans in one input: where each stands, one of them, or all in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from perfkit.errors import UsageError

if TYPE_CHECKING:
    from perfkit.comparison.observed import Observed

MOST_NAMED = 12
"""Plans that are named in an error; a log may hold hundreds."""


def chosen(text: str, name: str, number: int | None) -> Observed:
    """The only plan of the text, or the one asked for; with its surroundings where perfkit saved them.

    UsageError names the plans with their places when there are several and none was asked for. PlanParseError as for
    ``parse_plans``.
    """
    from perfkit.comparison.observed import read_observed

    found = read_observed(text, name)
    if number is not None and number > len(found):
        raise UsageError(f"--plan {number}: the input holds {_counted(len(found))}")
    if number is None and len(found) > 1:
        names = [_name(place, one) for place, one in enumerate(found, 1)]
        more = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        raise UsageError(
            f"the input holds {_counted(len(found))}: {', '.join(names[:MOST_NAMED])}{more};"
            " choose one with --plan N, or show all with --all"
        )
    return found[(number or 1) - 1]


def answer_all(text: str, name: str, form: str, as_json: bool) -> None:
    """Print every plan that can be read under a heading; what cannot is told on stderr and raised at the end."""
    from perfkit.comparison.observed import collect_observed

    found, errors = collect_observed(text, name)
    if not found:
        raise errors[0]
    if as_json:
        from perfkit.document import dumps

        plans = list(map(as_document, found))
        click.echo(dumps({"schema": "perfkit.plans/1", "plans": plans}), nl=False)
    else:
        for place, one in enumerate(found, 1):
            where = f", line {one.line}" if one.line else ""
            title = f"Plan {place} of {len(found)}{where}"
            head = {"text": title, "markdown": f"## {title}", "html": f"<h2>{title}</h2>"}[form]
            click.echo(f"{head}\n\n{shown(one, form)}\n")
    for error in errors[1:]:
        click.echo(f"perfkit: {error}", err=True)
    if errors:
        raise errors[0]


def shown(found: Observed, form: str) -> str:
    """A plan and what it shows amiss as text, Markdown or an HTML fragment, without the newline at its end."""
    from perfkit.render import to_html, to_markdown, to_text

    render = {"text": to_text, "markdown": to_markdown, "html": to_html}[form]
    parts = [found.capture or found.plan, *filter(None, [found.findings()])]
    return "\n\n".join(render(part).rstrip("\n") for part in parts)


def as_document(found: Observed) -> dict[str, object]:
    """A bare plan for JSON: as EXPLAIN gives it, with what it shows amiss."""
    from perfkit.document import to_document
    from perfkit.plan import dump_json

    return {
        "plan": dump_json(found.plan),
        "findings": [to_document(finding) for finding in found.findings()],
    }


def _counted(count: int) -> str:
    return f"{count:,} {'plan' if count == 1 else 'plans'}"


def _name(place: int, one: Observed) -> str:
    return f"{place} {one.plan.root.label}" + (f" (line {one.line})" if one.line else "")
