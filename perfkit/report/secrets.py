"""Passwords stay out of reports: refused as parameters, and struck out of whatever a notebook printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

STRUCK = "••••"

# key=value form, with libpq's quoting; also inside a URI's query part. libpq allows spaces around the sign, but so does
# SQL (``where password = $1``), so only what is refused is looked at that widely
_QUOTED = r"""'(?:[^'\\]|\\.)+'|"(?:[^"\\]|\\.)+"|[^\s'"&,;)\\]+"""
_KEYWORD = re.compile(rf"(?i)\b((?:ssl|pg)?password=)(?!•)({_QUOTED})")
_KEYWORD_WIDE = re.compile(rf"(?i)\b((?:ssl|pg)?password\s*=\s*)({_QUOTED})")
# user:password@ of a URI
_URI = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^/\s:@'\"]*:)(?!•)([^@/\s'\"]+)(?=@)")


def holds_password(value: object) -> bool:
    """Whether a text, or a text of a list, carries a password the way connection strings do.

    >>> [holds_password(text) for text in ("host=db user=ann", "host=db password=x", "postgres://ann:x@db/shop")]
    [False, True, True]
    """
    texts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(text, str) and (_KEYWORD_WIDE.search(text) or _URI.search(text)) for text in texts)


def passwords_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Passwords that environment variables hold, the longest first.

    A password that equals its own user's or database's name is left out: striking it would strike those names too, and
    so give it away.
    """
    found: set[str] = set()
    for name, text in environment.items():
        if name in ("PGPASSWORD", "PGSSLPASSWORD"):
            found.add(text)
        for match in (*_KEYWORD_WIDE.finditer(text), *_URI.finditer(text)):
            password = match.group(2).strip("'\"")
            rest = text[: match.start(2)] + text[match.end(2) :]
            if password not in re.split(r"[\s=/:@?&]+", rest):
                found.update((password, unquote(password)))
    names = {environment.get("PGUSER"), environment.get("PGDATABASE"), "postgres", ""}
    return tuple(sorted(found - names, key=len, reverse=True))


def strike(text: str, passwords: Iterable[str] = ()) -> str:
    """The text without passwords: neither those named nor any in a connection string.

    >>> strike("could not reach postgresql://ann:s3cret@db/shop")
    'could not reach postgresql://ann:••••@db/shop'
    """
    for password in passwords:
        text = text.replace(password, STRUCK)
    text = _KEYWORD.sub(lambda match: match.group(1) + STRUCK, text)
    return _URI.sub(lambda match: match.group(1) + STRUCK, text)


def strike_all(value: Any, passwords: tuple[str, ...]) -> Any:
    """A JSON document with every text struck."""
    if isinstance(value, str):
        return strike(value, passwords)
    if isinstance(value, dict):
        return {key: strike_all(item, passwords) for key, item in value.items()}
    if isinstance(value, list):
        return [strike_all(item, passwords) for item in value]
    return value
