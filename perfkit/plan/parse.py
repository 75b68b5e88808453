"""The text of a plan, as people copy it, into a Plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from perfkit.errors import PlanParseError
from perfkit.plan import json_text, xml_text, yaml_text
from perfkit.plan.model import Plan
from perfkit.plan.read_json import read_json, read_json_text
from perfkit.plan.strip import Block, blocks, hard_wrap
from perfkit.plan.strip.line import Line, lines_of, refused

_NOTHING: Final = "found no plan; expected the output of EXPLAIN as TEXT, JSON, YAML or XML"
_ODD_LINE: Final = re.compile(r"^(?!\s*->|\s*[A-Z][^\n]*(?:[:)]|$)|\s*\n|\s*\Z)", re.MULTILINE)
"""A line that clean TEXT never has."""
_MARKS: Final = (" \n", ".\n", "+\n", "…", "↵")
"""What psql may have put at the ends of lines."""
_LATER_ROOT: Final = re.compile(r"\n\S[^\n]*\((?:cost=|actual |never )|\n[ \t]*\n|QUERY PLAN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What could be read of a text, and why the rest could not."""

    plans: tuple[Plan, ...]
    errors: tuple[PlanParseError, ...]


def parse_plan(text: str) -> Plan:
    """Read one plan, in any format of EXPLAIN and whatever a client, a log or a person put around it.

    PlanParseError says where the text stops being a plan; also when it holds several, for which there is
    ``parse_plans``.

    >>> parse_plan('[{"Plan": {"Node Type": "Result", "Actual Rows": 1, "Actual Loops": 1}}]').root.total_rows
    1
    >>> parse_plan('{"Plan": 7}')
    Traceback (most recent call last):
    perfkit.errors.PlanParseError: the JSON object has no "Plan"; is it the answer to EXPLAIN (FORMAT JSON)?
    """
    found = parse_plans(text)
    if len(found) > 1:
        raise PlanParseError(
            f"the text holds {len(found)} plans; pass one of them, or read all with parse_plans"
        )
    return found[0]


def parse_plans(text: str) -> tuple[Plan, ...]:
    """Read all plans of a text in their order; PlanParseError when there is none or one cannot be read."""
    found = collect_plans(text)
    if found.errors:
        raise found.errors[0]
    return found.plans


def collect_plans(text: str) -> Collected:
    """Read what can be read of a text, with an error for each plan that cannot; never raises for what is in it."""
    if not text.strip("\ufeff \t\r\n"):
        return _failed(PlanParseError("the text is empty, expected the output of EXPLAIN"))
    quick = _quick(text)
    if quick is not None:
        return quick
    plans: list[Plan] = []
    errors: list[PlanParseError] = []
    for block in blocks(text):
        try:
            plans += _read(block)
        except PlanParseError as error:
            errors.append(error)
    if not plans and not errors:
        return _failed(_nothing(text))
    return Collected(plans=tuple(plans), errors=tuple(errors))


def _failed(error: PlanParseError) -> Collected:
    return Collected(plans=(), errors=(error,))


def _nothing(text: str) -> PlanParseError:
    lines = lines_of(text)
    first = next((place for place, line in enumerate(lines, 1) if line.text.strip()), 1)
    text = lines[first - 1].text
    return refused(_NOTHING, lines, first, len(text) - len(text.lstrip()) + 1)


def _quick(text: str) -> Collected | None:
    """A text without any decoration, which spares the search for it."""
    body = text.lstrip("\ufeff \t\r\n")
    try:
        if body[0] in "[{":
            plan = read_json_text(body)
            return Collected(plans=(plan,) if plan else tuple(_plans_in(json_text.loads(body))), errors=())
        if (
            body[0].isupper()
            and "\r" not in text
            and not any(mark in text for mark in _MARKS)
            and not _LATER_ROOT.search(body)
            and not _ODD_LINE.search(body)
        ):
            from perfkit.plan.text import read_text

            return Collected(plans=(read_text(text),), errors=())
    except json.JSONDecodeError:
        return None
    except PlanParseError as error:
        return _failed(error) if body[0] in "[{" and '"duration: ' not in text else None
    return None


def _read(block: Block) -> list[Plan]:
    if block.refusal is not None:
        raise block.refusal
    try:
        if block.kind == "text":
            return [_read_lines(block)]
        if block.kind == "yaml":
            return list(_plans_in(yaml_text.loads(block.text)))
        if block.kind == "xml":
            return list(_plans_in(xml_text.loads(block.text)))
        return list(_plans_in(_load_json(block)))
    except PlanParseError as error:
        raise refused(_message(error), block.lines, error.line, error.column) from None


def _load_json(block: Block) -> object:
    text = block.text
    try:
        return json_text.loads(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Invalid control character"):
            for between in ("", " "):
                try:
                    return json_text.loads(between.join(line.text for line in block.lines))
                except json.JSONDecodeError:
                    continue
        message = error.msg[:1].lower() + error.msg[1:]
        raise PlanParseError(f"not JSON: {message}", line=error.lineno, column=error.colno) from None


def _read_lines(block: Block) -> Plan:
    from perfkit.plan.text import read_text

    plan = None
    first: PlanParseError | None = None
    for lines in _ways(block.lines):
        try:
            plan = read_text("\n".join(line.text for line in lines))
            break
        except PlanParseError as error:
            first = first or error
    if plan is None:
        assert first is not None
        raise first
    if block.query_text:
        plan = replace(plan, query_text=block.query_text)
    if block.parameters:
        plan = replace(plan, extra={**plan.extra, "Query Parameters": block.parameters})
    return plan


def _ways(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines as they are and as they were before something broke them at a width, likeliest first."""
    likely = hard_wrap.betweens(lines)
    if not likely:
        yield lines
    for between in likely or (" ", ""):
        yield hard_wrap.unwrapped(lines, between)
    if likely:
        yield lines


def _message(error: PlanParseError) -> str:
    message = str(error)
    if error.excerpt:
        message = message.removesuffix(f": {error.excerpt}")
    if error.line is not None:
        message = message.removesuffix(f" (line {error.line}, column {error.column})")
    return message


def _plans_in(document: object) -> Iterator[Plan]:
    """The plans of a document: EXPLAIN's own, or rows of a client with EXPLAIN's column in them."""
    if (
        isinstance(document, list)
        and len(document) > 1
        and all(isinstance(entry, dict) for entry in document)
    ):
        rows: list[Any] = [entry.get("QUERY PLAN") for entry in document]
        if all(isinstance(row, str) for row in rows):
            yield from parse_plans("\n".join(rows))
            return
        for entry in document:
            yield read_json(entry if _row_of(entry) is None else _row_of(entry))
        return
    inner = document[0] if isinstance(document, list) and len(document) == 1 else document
    row = _row_of(inner)
    if isinstance(row, str):
        yield from parse_plans(row)
    elif row is not None:
        yield read_json(row)
    elif isinstance(inner, list) and inner:
        yield read_json(inner)
    else:
        yield read_json(document)


def _row_of(entry: object) -> object:
    """What a client's row has in EXPLAIN's column; None when it is no such row."""
    return entry.get("QUERY PLAN") if isinstance(entry, dict) else None
