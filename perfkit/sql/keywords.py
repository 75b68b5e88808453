"""PostgreSQL's reserved words, and identifiers written so that SQL reads them back as they are."""

from __future__ import annotations

import re

_RESERVED_TEXT = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
collation column concurrently constraint create cross current_catalog current_date current_role
current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into
is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on
only or order outer overlaps placing primary references returning right select session_user similar some
symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when
where window with
"""
RESERVED = frozenset(_RESERVED_TEXT.split())
"""Words that cannot name a column or a table unless they are quoted (reserved, or reserved but for functions and types)."""

_VALUE_WORDS_TEXT = """
current_catalog current_date current_role current_schema current_time current_timestamp current_user end
false localtime localtimestamp null session_user system_user true user
"""
VALUE_WORDS = frozenset(_VALUE_WORDS_TEXT.split())
"""Reserved words that end a value, so that an operator may follow them."""

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")

_QUOTED_ANYWAY_TEXT = """
between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout
int integer interval least national nchar none normalize nullif numeric out overlay position precision real
row setof smallint substring time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement
xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
"""
_QUOTED_ANYWAY = frozenset(_QUOTED_ANYWAY_TEXT.split())


def quote_identifier(name: str) -> str:
    """The name as quote_ident gives it: bare where that is safe, else in double quotes.

    >>> [quote_identifier(name) for name in ("issues", "Order", "order", 'say "hi"', "created at")]
    ['issues', '"Order"', '"order"', '"say ""hi\"""', '"created at"']
    """
    if _PLAIN.match(name) and name not in RESERVED and name not in _QUOTED_ANYWAY:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_qualified(schema: str | None, name: str) -> str:
    """``schema.name`` with each part quoted where it must be; the bare name without a schema.

    >>> quote_qualified("public", "Order"), quote_qualified(None, "issues")
    ('public."Order"', 'issues')
    """
    return (
        quote_identifier(name) if schema is None else f"{quote_identifier(schema)}.{quote_identifier(name)}"
    )
