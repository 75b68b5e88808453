"""Identifiers written so that SQL reads them back as they are: what quote_ident does, as PostgreSQL 18 does it."""

from __future__ import annotations

import re
from typing import Final

_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_$]*\Z")

# pg_get_keywords() of 18 where catcode is not U: quote_identifier() quotes these
_KEYWORDS_TEXT: Final = """
all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean
both case cast char character check coalesce collate collation column concurrently constraint create
cross current_catalog current_date current_role current_schema current_time current_timestamp
current_user dec decimal default deferrable desc distinct do else end except exists extract false
fetch float for foreign freeze from full grant greatest group grouping having ilike in initially
inner inout int integer intersect interval into is isnull join json json_array json_arrayagg
json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
lateral leading least left like limit localtime localtimestamp merge_action national natural nchar
none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
placing position precision primary real references returning right row select session_user setof
similar smallint some substring symmetric system_user table tablesample then time timestamp to
trailing treat trim true union unique user using values varchar variadic verbose when where window
with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
xmlserialize xmltable
"""
_KEYWORDS: Final = frozenset(_KEYWORDS_TEXT.split())


def quote_identifier(name: str) -> str:
    """The name, in double quotes where SQL would read it as something else.

    >>> [quote_identifier(name) for name in ("issues", "Issues", "order", 'say "hi"')]
    ['issues', '"Issues"', '"order"', '"say ""hi\"""']
    """
    if _PLAIN.match(name) and name not in _KEYWORDS:
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
