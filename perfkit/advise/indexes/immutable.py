"""May an expression be indexed: PostgreSQL takes only what depends on nothing but its arguments (IMMUTABLE)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from perfkit.catalog import Column, Function, Relation
from perfkit.sql.tokens import Token, scan

_FUNCTIONS_TEXT = """
lower upper initcap btrim ltrim rtrim trim lpad rpad md5 length char_length octet_length abs sign mod left right substr
substring replace translate reverse strpos position coalesce nullif greatest least round floor ceil ceiling trunc timezone
split_part jsonb_extract_path jsonb_extract_path_text json_extract_path_text jsonb_array_length jsonb_typeof cardinality
array_length string_to_array cast setweight int4range int8range numrange tsrange tstzrange daterange lower_inf upper_inf
isempty regexp_replace regexp_match regexp_count regexp_instr regexp_like regexp_substr normalize starts_with ascii chr repeat
to_hex encode decode sha224 sha256 sha384 sha512 hashtext hashtextextended div power sqrt exp ln log gcd width_bucket
make_date date_bin host network masklen broadcast family abbrev array_position array_positions array_remove array_append
array_prepend array_cat array_replace array_upper array_lower array_ndims jsonb_path_exists jsonb_path_match
jsonb_path_query_first jsonb_path_query_array jsonb_exists range_merge bit_length get_byte strip
"""
_FUNCTIONS = frozenset(_FUNCTIONS_TEXT.split())
_ZONED_FUNCTIONS = frozenset({"date", "date_trunc", "extract", "date_part"})
"""Immutable on timestamp and date; on timestamp with time zone they follow the session's TimeZone."""

_CASTS_TEXT = "integer int int4 bigint int8 smallint int2 numeric decimal text varchar uuid boolean bool"
_CASTS = frozenset(_CASTS_TEXT.split())
_DATE_CASTS = frozenset({"date", "timestamp"})
_OPERATORS = frozenset({"->", "->>", "#>", "#>>", "||", "+", "-", "*", "/", "%"})
_NUMBER_OPERATORS = frozenset({"+", "-", "*", "/", "%"})
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_EXACT_AS_TEXT = ("text", "char", "smallint", "integer", "bigint", "numeric", "uuid", "json", "boolean")
"""Types whose text form depends on no setting."""

_MOMENT_WORDS = (
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_user",
)


def own_immutable(functions: Iterable[Function]) -> frozenset[str]:
    """Names of the user's own functions of which every form is immutable."""
    known = list(functions)
    return frozenset(one.name for one in known) - {one.name for one in known if one.volatility != "immutable"}


def is_immutable(expression: str, relation: Relation, own: Collection[str] = ()) -> bool:
    """Whether PostgreSQL lets the expression be indexed. ``own`` are names of the user's functions that are immutable.

    False also where it cannot be told: a function or a column the catalog does not know.
    """
    tokens = scan(expression)
    columns = columns_in(tokens, relation)
    return bool(columns) and all(_is_fixed(tokens, column, columns, own) for column in columns)


def columns_in(tokens: Sequence[Token], relation: Relation) -> list[Column]:
    """The columns of the relation that the expression names."""
    found = []
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        before = tokens[place - 1].text if place else ""
        if token.kind not in ("word", "quoted") or _is_call(token, following) or before == "::":
            continue
        column = relation.column(token.name)
        if column is not None and column not in found:
            found.append(column)
    return found


def _is_fixed(
    tokens: Sequence[Token], column: Column, columns: Sequence[Column], own: Collection[str]
) -> bool:
    """Whether all that happens to this column depends on it alone."""
    is_zoned = column.type.startswith("timestamp") and column.type.endswith("with time zone")
    is_zoned = is_zoned and "at time zone" not in " ".join(token.name for token in tokens)
    is_moment = column.type.startswith(("timestamp", "date"))
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind == "parameter" or token.is_word(*_MOMENT_WORDS):
            return False
        if token.kind == "operator" and not _is_fixed_operator(token, column, tokens, columns):
            return False
        if token.text == "::" or token.is_word("as"):
            if following is None or not _is_fixed_cast(following, column, is_moment and not is_zoned):
                return False
        elif _is_call(token, following) and not (place and tokens[place - 1].text == "::"):
            allowed = (
                token.name in _FUNCTIONS
                or (token.name in own and _takes_columns(tokens, place))
                or (token.name in _ZONED_FUNCTIONS and is_moment and not is_zoned)
            )
            if not allowed and not _names_configuration(tokens, place):
                return False
    return True


def _takes_columns(tokens: Sequence[Token], place: int) -> bool:
    """Whether a call has no constant among its arguments: a distance from this very point is nobody else's question."""
    depth = 0
    for token in tokens[place + 1 :]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return True
        if token.kind in ("number", "string", "parameter"):
            return False
    return False


def _is_call(token: Token, following: Token | None) -> bool:
    return token.kind in ("word", "quoted") and following is not None and following.text == "("


def _names_configuration(tokens: Sequence[Token], place: int) -> bool:
    """``to_tsvector('english', …)``: without a configuration it follows default_text_search_config."""
    if tokens[place].name != "to_tsvector":
        return False
    after = [token for token in tokens[place + 2 : place + 5] if token.text != "::"]
    return (
        len(after) > 1
        and after[0].kind == "string"
        and (after[1].text == "," or after[1].name == "regconfig")
    )


def _is_fixed_operator(
    token: Token, column: Column, tokens: Sequence[Token], columns: Sequence[Column]
) -> bool:
    if token.text in _NUMBER_OPERATORS:
        if column.type.startswith(_NUMBERS):
            return True
        is_plain = column.type.startswith(("timestamp", "date")) and not column.type.endswith(
            "with time zone"
        )
        is_difference = token.text == "-" and len(columns) == 2 and len(tokens) == 3
        is_alike = all(other.type == column.type for other in columns)
        return token.text in ("+", "-") and is_alike and (is_plain or is_difference)
    if token.text == "||":
        return column.type.startswith(("text", "char", "tsvector", "json"))
    return token.text in _OPERATORS


def _is_fixed_cast(target: Token, column: Column, is_plain_moment: bool) -> bool:
    """Text read as a date follows DateStyle, and a date written as text too."""
    if target.name in _DATE_CASTS:
        return is_plain_moment
    if target.name == "regconfig":
        return True
    if target.name in ("text", "varchar"):
        return column.type.startswith(_EXACT_AS_TEXT)
    return target.name in _CASTS
