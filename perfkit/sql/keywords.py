"""PostgreSQL's reserved words, as far as reading a statement word by word needs them."""

from __future__ import annotations

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
