"""Notations that are nearly JSON: objects as Python and Ruby print them, and figures replaced by bare words."""

from __future__ import annotations

import ast
import json
import re
from typing import Final

_PIECE: Final = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
    r"|(?P<arrow>=>)"
    r"|(?P<comma>,\s*(?=[\]})]))"
    r"|(?P<bracket>[()])"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?=\s*[,\]})]|\s*$))"
    r"|(?P<word>[A-Za-z_?#*<][\w.?#*%<>-]*|\d[\d.]*[\w.?#*]*)"
    r"|.",
    re.DOTALL,
)
_WORDS: Final = {
    **dict.fromkeys(("True", "true"), "true"),
    **dict.fromkeys(("False", "false"), "false"),
    **dict.fromkeys(("None", "nil", "null", "NULL", "undefined"), "null"),
}


def strict(text: str) -> str:
    """The same in JSON; a bare word becomes text, so that a figure it stands for is unknown but kept.

    >>> strict("[({'Plan': {'Actual Rows': N, 'Parallel Aware': False,},},)]")
    '[[{"Plan": {"Actual Rows": "N", "Parallel Aware": false}}]]'
    >>> strict('{"Plan"=>{"Node Type"=>"Result", "Alias"=>nil}}')
    '{"Plan":{"Node Type":"Result", "Alias":null}}'
    """
    return _PIECE.sub(_piece, text)


def _piece(found: re.Match[str]) -> str:
    piece = found[0]
    if piece[0] == "'" and len(piece) > 1:
        return _quoted(piece)
    kind = found.lastgroup
    if kind == "arrow":
        return ":"
    if kind == "comma":
        return ""
    if kind == "bracket":
        return "[" if piece == "(" else "]"
    if kind == "word":
        return _WORDS.get(piece) or json.dumps(piece)
    return piece


def _quoted(piece: str) -> str:
    if "\n" in piece:
        # Python writes no newline into a text, so the line was broken, which cannot be mended here
        return piece
    try:
        return json.dumps(ast.literal_eval(piece))
    except (ValueError, SyntaxError):
        return json.dumps(piece[1:-1])
