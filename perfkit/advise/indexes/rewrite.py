"""A condition of a statement put into the form that an index serves, with everything else left as its author wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.sql import parse_statement
from perfkit.sql.tokens import Token, scan


def with_condition(text: str, old: Sequence[str], new: str) -> str | None:
    """The statement with ``new`` in the place of the first of the conditions joined by AND, and without the others.

    None where a condition is not found once and only once, or what comes out cannot be read.
    """
    tokens = scan(text)
    spans = [_span(tokens, condition) for condition in dict.fromkeys(old)]
    found = [span for span in spans if span is not None]
    if len(found) < len(spans) or not found:
        return None
    edits = [(tokens[found[0][0]].start, tokens[found[0][1]].end, new)]
    for first, last in found[1:]:
        if first and tokens[first - 1].is_word("and"):
            edits.append((tokens[first - 2].end, tokens[last].end, ""))
        elif last + 1 < len(tokens) and tokens[last + 1].is_word("and"):
            edits.append((tokens[first].start, tokens[last + 2].start, ""))
        else:
            return None
    for start, end, piece in sorted(edits, reverse=True):
        text = text[:start] + piece + text[end:]
    return text if parse_statement(text).parse_error is None else None


def _span(tokens: Sequence[Token], condition: str) -> tuple[int, int] | None:
    wanted = [(token.kind, token.name) for token in scan(condition)]
    names = [(token.kind, token.name) for token in tokens]
    places = [
        start for start in range(len(names) - len(wanted) + 1) if names[start : start + len(wanted)] == wanted
    ]
    return (places[0], places[0] + len(wanted) - 1) if len(places) == 1 and wanted else None


def with_configuration(text: str, configuration: str) -> str:
    """Each ``to_tsvector(x)`` as ``to_tsvector('english', x)``.

    >>> with_configuration("to_tsvector(coalesce(a, '')) @@ to_tsquery($1)", "english")
    "to_tsvector('english', coalesce(a, '')) @@ to_tsquery($1)"
    """
    tokens = scan(text)
    literal = "'" + configuration.replace("'", "''") + "', "
    for place in reversed(range(len(tokens) - 1)):
        is_call = tokens[place].name == "to_tsvector" and tokens[place + 1].text == "("
        if is_call and _has_one_argument(tokens, place + 1):
            end = tokens[place + 1].end
            text = text[:end] + literal + text[end:]
    return text


def _has_one_argument(tokens: Sequence[Token], opening: int) -> bool:
    depth = 0
    for token in tokens[opening:]:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if depth == 0:
            return True
        if depth == 1 and token.text == ",":
            return False
    return False
