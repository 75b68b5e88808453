"""Which names of the database fit where the cursor stands in a statement that is still being written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfkit.db.names import NamedRelation
from perfkit.errors import UsageError
from perfkit.identifier import quote_identifier
from perfkit.sql.tokens import Token, scan

MOST_OFFERS = 300
"""A longer list is not read; typing one more letter shortens it."""

_TYPED = re.compile(r"""(?:(?P<of>"[^"]*"|[A-Za-z_][\w$]*)\.)?(?P<word>"[^"]*|[A-Za-z_][\w$]*)?\Z""")
_TAKES_RELATION = re.compile(r"\b(?:from|join|update|into|only|table)\s+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    """What may stand at the cursor. ``kind`` is a word for it: column, table, option, …"""

    text: str
    kind: str


def typed_word(before: str) -> str:
    """What of the text before the cursor an offer would replace.

    >>> typed_word("select i.ti"), typed_word("select ")
    ('ti', '')
    """
    match = _TYPED.search(before)
    return (match.group("word") or "") if match else ""


def fitting_names(before: str, after: str, relations: Sequence[NamedRelation]) -> list[Offer]:
    """Columns and relations, the likeliest first, for the word at the end of ``before``; ``after`` is the rest of the
    statement, whose FROM may come later. Empty within a string or comment.

    >>> issues = NamedRelation(schema="public", name="issues", is_visible=True, columns=("id", "Title"))
    >>> fitting_names("select i.", " from issues as i", [issues]), fitting_names("select 1 from is", "", [issues])
    ([Offer(text='id', kind='column'), Offer(text='"Title"', kind='column')], [Offer(text='issues', kind='table')])
    >>> fitting_names("select 'is", "'", [issues])
    []
    """
    match = _TYPED.search(before)
    word = typed_word(before)
    head = before[: match.start()] if match else before
    try:
        scan(head)
        tokens: Sequence[Token] = scan(f"{before} {after}")
    except UsageError:
        tokens = _scanned(head)
        if not tokens:
            return []
    if "--" in head.rpartition("\n")[2]:
        return []
    mentioned = list(_mentioned(tokens, relations))
    qualifier = match.group("of") if match else None
    tables = _relations(word, relations)
    if qualifier:
        names = _below(_folded(qualifier), mentioned, relations)
    elif _TAKES_RELATION.search(head):
        names = tables
    else:
        columns = (Offer(column, "column") for _, relation in mentioned for column in relation.columns)
        aliases = (Offer(alias, "table") for alias, _ in mentioned)
        names = [*columns, *aliases, *tables]
    wanted = word.strip('"').lower()
    written = (
        Offer(one.text if "." in one.text else quote_identifier(one.text), one.kind)
        for one in names
        if one.text.lower().startswith(wanted)
    )
    return list({one.text: one for one in reversed([*written])}.values())[::-1][:MOST_OFFERS]


def _scanned(head: str) -> Sequence[Token]:
    try:
        return scan(head)
    except UsageError:
        return ()


def _mentioned(
    tokens: Sequence[Token], relations: Sequence[NamedRelation]
) -> Iterator[tuple[str, NamedRelation]]:
    """The relations whose names stand in the statement, each under its alias or name."""
    known: dict[str, NamedRelation] = {}
    for relation in relations:
        known.setdefault(relation.name, relation)
        known[f"{relation.schema}.{relation.name}"] = relation
    for place, token in enumerate(tokens):
        if not token.is_identifier or (place and tokens[place - 1].text == "."):
            continue
        end, found = place + 1, known.get(token.name)
        if [one.text for one in tokens[place + 1 : place + 2]] == ["."] and len(tokens) > place + 2:
            end, found = place + 3, known.get(f"{token.name}.{tokens[place + 2].name}")
        if found is None:
            continue
        if tokens[end : end + 1] and tokens[end].is_word("as"):
            end += 1
        alias = tokens[end] if tokens[end : end + 1] and tokens[end].is_identifier else None
        yield (alias.name if alias is not None else found.name), found


def _below(
    qualifier: str, mentioned: Sequence[tuple[str, NamedRelation]], relations: Sequence[NamedRelation]
) -> list[Offer]:
    """What may follow ``qualifier.``: columns of a relation, or relations of a schema."""
    columns = [column for alias, relation in mentioned if alias == qualifier for column in relation.columns]
    within = [relation.name for relation in relations if relation.schema == qualifier]
    if within and not columns:
        return [Offer(name, "table") for name in within]
    named = [column for relation in relations if relation.name == qualifier for column in relation.columns]
    return [Offer(column, "column") for column in columns or named]


def _relations(word: str, relations: Sequence[NamedRelation]) -> list[Offer]:
    """Relations by the name that finds them; the system's own only once their names were begun, as there are hundreds."""
    begun = word.strip('"').lower()
    names = [
        relation.name
        for relation in relations
        if relation.is_visible and (not relation.is_system or begun.startswith("pg_"))
    ]
    hidden = [
        f"{quote_identifier(relation.schema)}.{quote_identifier(relation.name)}"
        for relation in relations
        if not relation.is_visible and not relation.is_system
    ]
    return [Offer(name, "table") for name in (*names, *hidden)]


def _folded(name: str) -> str:
    """The name as the catalog has it."""
    return name[1:-1] if name.startswith('"') else name.lower()
