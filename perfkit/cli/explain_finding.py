"""perfkit explain-finding: what an id means, how it looks in a plan, what cures it, and when it is fine."""

from __future__ import annotations

import shutil

import click

from perfkit.cli.options import json_option

WIDEST = 96
"""Prose on longer lines is hard to read."""


@click.command("explain-finding")
@click.argument("id", required=False)
@click.option("--list", "is_list", is_flag=True, help="Name every finding with its title.")
@click.option("--markdown", "form", flag_value="markdown", help="Print the page as Markdown.")
@click.option("--html", "form", flag_value="html", help="Print the page as an HTML page of its own.")
@json_option
def command(id: str | None, is_list: bool, form: str | None, as_json: bool) -> None:
    """Say what the finding ID means, how it looks in a plan, what cures it, and when it needs no cure.

    \b
    Example:
      perfkit explain-finding sort-spill
      perfkit explain-finding --list

    Exit status: 0 fine, 2 there is no such finding.
    """
    if (id is None) != is_list:
        raise click.UsageError("give either the ID of a finding or --list")
    if as_json and form:
        raise click.UsageError("--json, --markdown and --html exclude each other")
    if is_list and form:
        raise click.UsageError("--list is printed as text or, with --json, as JSON")
    if is_list:
        _list(as_json)
    elif id is not None:
        click.echo(_page(id, "json" if as_json else form or "text"), nl=False)


def _list(as_json: bool) -> None:
    from perfkit.document import dumps
    from perfkit.findings import VOCABULARY
    from perfkit.findings.page import page_of

    titles = {id: page_of(id).title for id in VOCABULARY}
    if as_json:
        findings = [{"id": id, "title": title} for id, title in titles.items()]
        click.echo(dumps({"schema": "perfkit.findings/1", "findings": findings}), nl=False)
        return
    width = max(map(len, titles))
    for id, title in titles.items():
        click.echo(f"{id:{width}}  {title}")


def _page(id: str, form: str) -> str:
    from perfkit.findings.page import SCHEMA, page_of
    from perfkit.render.finding_page import page_blocks
    from perfkit.render.html import write_html_page
    from perfkit.render.text import write_text

    page = page_of(id)
    match form:
        case "json":
            from perfkit.document import dumps, to_document

            return dumps(to_document(page, SCHEMA))
        case "markdown":
            return page.markdown
        case "html":
            return write_html_page(page_blocks(page), page.title)
    columns = min(shutil.get_terminal_size().columns, WIDEST)
    return write_text(page_blocks(page), columns) + "\n"
