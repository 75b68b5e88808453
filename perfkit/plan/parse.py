"""The text of a plan, as people copy it, into a Plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from perfkit.errors import PlanParseError
from perfkit.plan import json_text, merge_counters, xml_text, yaml_text
from perfkit.plan.model import Plan
from perfkit.plan.read_json import read_json, read_json_text
from perfkit.plan.strip import Block, blocks, forms, loose_json, rows
from perfkit.plan.strip.line import Line, lines_of, refused
from perfkit.plan.strip.text_span import LEAST_TERMINAL

_NOTHING: Final = "found no plan; expected the output of EXPLAIN as TEXT, JSON, YAML or XML"
_ODD_YAML_LINE: Final = re.compile(r'\n(?! *(?:- )*(?:[A-Z][\w/ -]*:(?: |$)|["\[]))', re.MULTILINE)
_ODD_MARKS: Final = ("\xa0", "…", "↵", "→")
_CONTROLS: Final = ("\r", "\x1b")
_TAIL: Final = 1000
"""Characters at the end of a text among which its last word is."""
_ODD_ENTITY: Final = re.compile(r"&(?:[lg]t|#\w+|apos);")
_IS_TEXT_INSIDE: Final = re.compile(r'"duration: |QUERY PLAN')
_MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What could be read of a text, and why the rest could not."""

    plans: tuple[Plan, ...]
    lines: tuple[int, ...]
    """For each plan the line of the text in which it begins, from 1."""
    errors: tuple[PlanParseError, ...]


def parse_plan(text: str) -> Plan:
    """Read one plan, in any format of EXPLAIN and whatever a client, a log or a person put around it.

    PlanParseError says where the text stops being a plan; also when it holds several, for which there is
    ``parse_plans``.

    >>> parse_plan('[{"Plan": {"Node Type": "Result", "Actual Rows": 1, "Actual Loops": 1}}]').root.total_rows
    1
    >>> parse_plan('{"Plan": 7}')
    Traceback (most recent call last):
    perfkit.errors.PlanParseError: the JSON object has no "Plan"; is it the answer to EXPLAIN (FORMAT JSON)? (line 1, column 1): {"Plan": 7}
    """
    found = collect_plans(text)
    if len(found.plans) + len(found.errors) > 1:
        raise _several(found)
    if found.errors:
        raise found.errors[0]
    return found.plans[0]


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
    places: list[int] = []
    errors: list[PlanParseError] = []
    lines = lines_of(text)
    for block in blocks(lines):
        try:
            read = _read(block)
        except PlanParseError as error:
            # a traceback keeps the frames alive, and with them all that they hold
            error.__context__ = None
            errors.append(error.with_traceback(None))
            continue
        plans += read
        places += [block.lines[0].number] * len(read)
    if not plans and not errors:
        return _failed(_nothing(lines))
    return Collected(plans=tuple(plans), lines=tuple(places), errors=tuple(errors))


def _several(found: Collected) -> PlanParseError:
    """The error for a text of which one plan was wanted, at the second of them."""
    failed = [error.line or 1 for error in found.errors]
    begins = sorted([*found.lines, *failed])
    named = ", ".join(map(str, begins[:_MOST_NAMED])) + (", …" if len(begins) > _MOST_NAMED else "")
    unread = f", of which {len(failed)} cannot be read" if failed else ""
    if failed:
        error = found.errors[0]
        unread += f" ({_message(error)} in line {error.line or 1})"
    return PlanParseError(
        f"the text holds {len(begins)} plans{unread}, in lines {named}; pass one of them, or read all with parse_plans",
        line=begins[1],
        column=1,
    )


def _failed(error: PlanParseError) -> Collected:
    return Collected(plans=(), lines=(), errors=(error,))


def _nothing(lines: list[Line]) -> PlanParseError:
    first = next((place for place, line in enumerate(lines, 1) if line.text.strip()), 1)
    text = lines[first - 1].text
    return refused(_NOTHING, lines, first, len(text) - len(text.lstrip()) + 1)


def _quick(text: str) -> Collected | None:
    """A text without any decoration, which spares the search for it."""
    body = text.lstrip("\ufeff \t\r\n")
    if not body:
        return None
    first = text.count("\n", 0, len(text) - len(body)) + 1
    try:
        if body[0] in "[{":
            plan = read_json_text(body)
            plans = _plans_in(json_text.loads(body), None) if plan is None else [plan]
            return Collected(plans=tuple(plans), lines=(first,) * len(plans), errors=())
        document = _quick_document(body)
        if document is not None:
            plans = _plans_in(document, None)
            return Collected(plans=tuple(plans), lines=(first,) * len(plans), errors=())
        root = body[: body.find("\n")] if "\n" in body else body
        if (
            forms.is_known_node(root)
            and (forms.has_all_figures(root) or forms.is_bare_node(root))
            and not _is_marked(body)
        ):
            from perfkit.plan.text import read_clean_text

            clean = read_clean_text(body)
            return None if clean is None else Collected(plans=(clean,), lines=(first,), errors=())
    except json.JSONDecodeError:
        return None
    except PlanParseError as error:
        if body[0] not in "[{" or _IS_TEXT_INSIDE.search(body):
            return None
        return _failed(refused(_message(error), lines_of(text), error.line or first, error.column or 1))
    return None


def _is_marked(body: str) -> bool:
    """Whether the text has characters that clients put into one."""
    if not body.isascii() and any(mark in body for mark in _ODD_MARKS):
        return True
    if any(mark in body for mark in _CONTROLS) or body[-_TAIL:].rstrip().endswith(("...", "…")):
        return True
    return "&" in body and _ODD_ENTITY.search(body) is not None


def _quick_document(body: str) -> object:
    """What YAML or XML says that has no line too many; None for any other text."""
    if body.startswith("- Plan:") and not _ODD_YAML_LINE.search(body.rstrip()):
        return yaml_text.loads(body)
    if body.startswith("<explain") and body.count("</explain>") == 1 and body.rstrip().endswith("</explain>"):
        return xml_text.loads(body)
    return None


def _read(block: Block) -> list[Plan]:
    if block.refusal is not None:
        raise block.refusal
    if block.kind == "text":
        return [_read_lines(block)]
    try:
        if block.kind == "yaml":
            document = yaml_text.loads(block.text)
        elif block.kind == "xml":
            document = xml_text.loads(block.text)
        else:
            document = _load_json(block)
        return _plans_in(document, block)
    except PlanParseError as error:
        raise refused(_message(error), block.lines, error.line, error.column) from None


def _load_json(block: Block) -> object:
    text = block.text
    try:
        return json_text.loads(text)
    except json.JSONDecodeError as error:
        for other in _other_readings(block, error.msg):
            try:
                return json_text.loads(other)
            except json.JSONDecodeError:
                continue
        message = error.msg[:1].lower() + error.msg[1:]
        raise PlanParseError(f"not JSON: {message}", line=error.lineno, column=error.colno) from None


def _other_readings(block: Block, message: str) -> Iterator[str]:
    """The text as it may have been before lines were broken within strings, and in other notations."""
    if message.startswith("Invalid control character"):
        is_cut = max(line.end for line in block.lines) >= LEAST_TERMINAL
        for between in ("", " ") if is_cut else (" ", ""):
            yield between.join(line.text.rstrip() if between else line.text for line in block.lines)
    yield merge_counters.in_json(block.text)
    yield loose_json.strict(block.text)


def _read_lines(block: Block) -> Plan:
    from perfkit.plan.text import read_text
    from perfkit.plan.text.check import first_loss

    plans: list[Plan] = []
    first: PlanParseError | None = None
    for lines in block.ways:
        text = "\n".join(line.text for line in lines)
        try:
            plan = read_text(text)
            loss = first_loss(text, plan)
            if loss is not None:
                raise PlanParseError(
                    "this line would be lost; is it part of the plan?", line=loss + 1, column=1
                )
            plans.append(plan)
        except PlanParseError as error:
            first = first or refused(_message(error), lines, error.line, error.column)
        if plans and block.doubtful is None:
            break
    if not plans:
        assert first is not None
        raise first
    if len(plans) > 1 and block.doubtful is not None:
        raise refused("cannot tell whether a line was broken within a word here", [block.doubtful], 1, 1)
    plan = plans[0]
    if block.query_text:
        plan = replace(plan, query_text=block.query_text)
    if block.parameters:
        plan = replace(plan, extra={**plan.extra, "Query Parameters": block.parameters})
    return plan


def _message(error: PlanParseError) -> str:
    message = str(error)
    if error.excerpt:
        message = message.removesuffix(f": {error.excerpt}")
    if error.line is not None:
        message = message.removesuffix(f" (line {error.line}, column {error.column})")
    return message


def _plans_in(document: object, block: Block | None) -> list[Plan]:
    """The plans of a document: EXPLAIN's own, or rows of a client with EXPLAIN's column in them."""
    found: list[Plan] = []
    inside: list[object] = list(rows.contents(document))
    for content in inside or [document]:
        if not isinstance(content, str):
            found.append(read_json(content))
            continue
        nested = collect_plans(content)
        if nested.errors:
            error = nested.errors[0]
            raise PlanParseError(_message(error), line=_line_of(error.excerpt, block), column=1)
        found += nested.plans
    return found


def _line_of(excerpt: str | None, block: Block | None) -> int:
    """The line of the block, from 1, in which a text stands that the document holds as a string."""
    words = json.dumps(excerpt or "", ensure_ascii=False)[1:-1]
    lines = block.lines if block is not None else []
    return next((place for place, line in enumerate(lines, 1) if words in line.text), 1)
