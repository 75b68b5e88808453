"""The SQL inside the body of a PL/pgSQL trigger function, with NEW, OLD and variables as parameters.

What is made dynamically (EXECUTE) and what sqlglot cannot read is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfkit.errors import UsageError
from perfkit.sql.parse import parse_statement
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan

_OPENERS = ("begin", "then", "else", "loop")
_QUERIES = ("select", "with", "insert", "update", "delete", "merge")
_EXPRESSIONS = ("if", "elsif", "elseif", "while", "return", "perform", "when")


def statements_of(body: str) -> tuple[Statement, ...]:
    """The statements of the body that read or write tables, in their order.

    >>> body = "declare n int; begin select sum(a) into n from t where k = new.k; if n > 9 then delete from u where b = n; end if; end"
    >>> [statement.text for statement in statements_of(body)]
    ['select sum(a) from t where k = $1', 'delete from u where b = $1']
    """
    try:
        tokens = scan(body)
    except UsageError:
        return ()
    variables = {"new", "old", *_declared(tokens)}
    found = []
    for piece in _pieces(tokens):
        text = _text(_query(piece), body, variables)
        try:
            statement = parse_statement(text) if text else None
        except UsageError:
            continue
        if statement is not None and statement.tree is not None:
            found.append(statement)
    return tuple(found)


def _declared(tokens: Sequence[Token]) -> Iterator[str]:
    """Names of variables, and of the records that FOR loops over."""
    is_declaring = starts = False
    for place, token in enumerate(tokens):
        if is_declaring and starts and token.is_identifier and not token.is_word("begin"):
            yield token.name
        if token.is_word("declare", "begin"):
            is_declaring = token.name == "declare"
        elif token.is_word("for", "foreach") and place + 1 < len(tokens) and tokens[place + 1].is_identifier:
            yield tokens[place + 1].name
        starts = token.text == ";" or token.is_word("declare")


def _pieces(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """What stands between semicolons and words that open a block; THEN and ELSE of a CASE open none."""
    piece: list[Token] = []
    cases = 0
    for token in tokens:
        if token.is_word("case") and piece and not piece[-1].is_word("end"):
            cases += 1
        elif token.is_word("end") and cases:
            cases -= 1
        elif token.text == ";" or (not cases and token.is_word(*_OPENERS)):
            yield piece
            piece, cases = [], 0
            continue
        piece.append(token)
    yield piece


def _query(piece: list[Token]) -> list[str | Token]:
    """The piece as SQL; empty where it is none."""
    if not piece:
        return []
    first = piece[0]
    if first.is_word("for"):
        place = next((number for number, token in enumerate(piece) if token.is_word("in")), len(piece))
        piece = piece[place + 1 :]
    elif first.is_word("return") and len(piece) > 1 and piece[1].is_word("query"):
        piece = piece[2:]
    elif first.is_word(*_EXPRESSIONS):
        return ["select ", *piece[1:]] if _reads(piece) or first.is_word("perform") else []
    elif not first.is_word(*_QUERIES):
        place = next((number for number, token in enumerate(piece) if token.text in (":=", "=")), len(piece))
        return ["select ", *piece[place + 1 :]] if _reads(piece) else []
    return [*_without_into(piece)] if piece and piece[0].is_word(*_QUERIES) else []


def _reads(piece: Sequence[Token]) -> bool:
    return any(token.is_word("select") for token in piece)


def _without_into(piece: Sequence[Token]) -> Iterator[Token]:
    """The query without the variables it puts its row into."""
    skips = False
    for place, token in enumerate(piece):
        if token.is_word("into") and place and not piece[place - 1].is_word("insert", "merge"):
            skips = True
        elif skips and not (
            token.is_word("strict")
            or token.text in (",", ".")
            or (
                token.is_identifier
                and (piece[place - 1].text in (",", ".") or piece[place - 1].is_word("into", "strict"))
            )
        ):
            skips = False
        if not skips:
            yield token


def _text(parts: Sequence[str | Token], body: str, variables: set[str]) -> str:
    """The parts as text with ``$n`` for each variable, ``NEW.x`` and ``OLD.x``."""
    names: list[str] = []
    pieces: list[str] = []
    end: int | None = None
    place = 0
    while place < len(parts):
        part = parts[place]
        if isinstance(part, str):
            pieces.append(part)
            place += 1
            continue
        if end is not None and body[end : part.start]:
            pieces.append(" ")
        width = _variable(parts, place, variables)
        last = parts[place + width - 1] if width else part
        assert isinstance(last, Token)
        if width:
            name = body[part.start : last.end].lower()
            names += [] if name in names else [name]
            pieces.append(f"${names.index(name) + 1}")
        else:
            pieces.append(part.text)
        end = last.end
        place += width or 1
    return "".join(pieces)


def _variable(parts: Sequence[str | Token], place: int, variables: set[str]) -> int:
    """How many tokens from here on name a variable or its field; 0 where none does."""
    token = parts[place]
    before = parts[place - 1] if place else None
    assert isinstance(token, Token)
    if not token.is_identifier and not token.is_word("new", "old"):
        return 0
    if isinstance(before, Token) and (before.text == "." or before.is_word("as")):
        return 0
    if token.name not in variables and not token.name.startswith("tg_"):
        return 0
    following = [part for part in parts[place + 1 : place + 3] if isinstance(part, Token)]
    if len(following) == 2 and following[0].text == "." and following[1].kind in ("word", "quoted"):
        return 3
    return 1
