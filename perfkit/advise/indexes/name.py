"""The name of an index to be: the one PostgreSQL would choose, so that a check and the way back can tell which it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

NAME_BYTES = 63
"""NAMEDATALEN - 1: a longer name is cut by the server, silently."""

_CALL = re.compile(r'"?([a-z_][a-z0-9_$]*)"?\s*\(', re.IGNORECASE)


def index_name(table: str, parts: Sequence[str], taken: Collection[str] = ()) -> str:
    """``issues_project_id_state_idx``, shortened to 63 bytes; with a number where the name is taken.

    As ChooseIndexName and makeObjectName of PostgreSQL do it. ``parts`` are column names, or function names of
    expressions.

    >>> index_name("issues", ("project_id", "state")), index_name("t", ("a",), {"t_a_idx", "t_a_idx1"})
    ('issues_project_id_state_idx', 't_a_idx2')
    """
    addition = "_".join(_numbered(parts))
    for number in range(len(taken) + 1):
        name = _fitted(table, addition, f"idx{number or ''}")
        if name not in taken:
            return name
    return name


def expression_part(expression: str) -> str:
    """What an expression adds to the name: its function, as PostgreSQL has it, else ``expr``.

    >>> expression_part("lower(email)"), expression_part("metadata ->> 'source'")
    ('lower', 'expr')
    """
    call = _CALL.match(expression)
    return call.group(1).lower() if call and expression.endswith(")") else "expr"


def _numbered(parts: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for part in parts:
        count = seen.get(part, 0)
        seen[part] = count + 1
        names.append(f"{part}{count or ''}")
    return names


def _fitted(table: str, addition: str, label: str) -> str:
    """Both parts are cut from the longer one until all fits, at character boundaries."""
    room = NAME_BYTES - len(label) - 2
    while len(table.encode()) + len(addition.encode()) > room:
        if len(table.encode()) > len(addition.encode()):
            table = table[:-1]
        else:
            addition = addition[:-1]
    return f"{table}_{addition}_{label}"
