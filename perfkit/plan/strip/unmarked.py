"""Lines that psql broke without a mark, in its old-ascii style, put together by what a plan's lines look like.

The style shows neither that a line was broken nor that a cell has another line. A line that was broken fills the
table; whether one that fills it was broken, the next must tell, and where both readings give a plan it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from perfkit.plan.strip.columns import columns_of
from perfkit.plan.strip.line import Line, refused
from perfkit.plan.strip.pieces import Piece, joined, open_quote, padded

EITHER: Final = (
    "cannot tell whether a new line begins here or psql broke the one above; print the plan again with "
    "\\pset linestyle ascii or \\pset format unaligned"
)
_MOST_BLANKS: Final = 2
"""Between the words of a plan's line stand at most two, so a broken line ends at most two short of the width."""
_CLOSING: Final = re.compile(
    r"(?:Planning|Execution)(?: Time)?:|Total runtime:|Trigger \S|Settings: |JIT:|Query Identifier: |Serialization: "
)
_MAYBE_CLOSING: Final = re.compile(r"[A-Z]\w+(?: \w+)*: ")
_NODE: Final = re.compile(r"->  [A-Z]")
_PROPERTY: Final = re.compile(r"[A-Z][\w /()-]*:(?: |$)|(?:InitPlan|SubPlan|CTE) \S")
_INSIDE: Final = re.compile(
    r"(?:(?:Average |Peak |Maximum )?(?:Memory|Storage)(?: Usage)?|Batches|Disk(?: Usage)?|Misses|Evictions"
    r"|Overflows|Sort Methods?): "
)
"""Properties that stand behind others in a line, after two blanks."""
_CONSTANT: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_ESCAPED: Final = re.compile(r"\\.|'")
_YAML_LINE: Final = re.compile(r'\s*(?:- )*(?:[\w./ ()-]+:(?: (?:".*"|-?[\d.]+|true|false))?|".*")$')
_YAML_BEGIN: Final = re.compile(r"\s*(?:- |[\w./ ()-]+:(?: |$))")


def resolved(pieces: list[Piece], columns: int) -> list[Line]:
    """The lines of a table ``columns`` wide; PlanParseError where two readings are left."""
    if all(piece.goes_on is not None for piece in pieces):
        return joined(pieces)
    first = next((piece.line.text.lstrip() for piece in pieces if piece.line.text.strip()), "")
    document = next((judge for marks, judge in _DOCUMENTS.items() if first.startswith(marks)), None)
    pieces = _document(pieces, columns, document) if document else _text(pieces, columns)
    return joined(pieces)


_Judge = Callable[[str, str, bool], bool | None]


def _document(pieces: list[Piece], columns: int, judge: _Judge) -> list[Piece]:
    found = []
    begun = ""
    for place, piece in enumerate(pieces):
        goes_on = piece.goes_on
        whole = padded(piece.line, columns)
        begun += whole.text
        if goes_on is None:
            following = pieces[place + 1].line if place + 1 < len(pieces) else Line("", piece.line.number)
            goes_on = judge(begun.rstrip(), following.text.rstrip(), _is_full(piece, columns))
            if goes_on is None:
                raise refused(EITHER, [following], 1, 1)
        if not goes_on:
            begun = ""
        found.append(Piece(whole if goes_on else piece.line, goes_on))
    return found


def _text(pieces: list[Piece], columns: int) -> list[Piece]:
    found: list[Piece] = []
    unsure: Line | None = None
    begun = quote = ""
    is_broken = columns > max(columns_of(piece.line.text.rstrip()) for piece in pieces)
    for place, piece in enumerate(pieces):
        whole = padded(piece.line, columns)
        begun += whole.text
        goes_on = piece.goes_on
        following = pieces[place + 1].line if place + 1 < len(pieces) else None
        if goes_on is None:
            is_full = _is_full(piece, columns)
            if following is None:
                goes_on = False
            elif open_quote(begun, quote):
                # a constant may have newlines of its own; a break after many blanks of one is seen nowhere else
                unsure = unsure or following
                goes_on = False
                if is_full and columns_of(piece.line.text.rstrip()):
                    raise refused(EITHER, [following], 1, 1)
            else:
                goes_on = is_full and continues(begun.rstrip(), following.text.rstrip())
                if goes_on is None:
                    raise refused(EITHER, [following], 1, 1)
        is_broken |= goes_on
        if not goes_on:
            quote = open_quote(begun, quote)
            begun = ""
        found.append(Piece(whole if goes_on else piece.line, goes_on))
    if is_broken and unsure is not None:
        raise refused(EITHER, [unsure], 1, 1)
    return found


def _is_full(piece: Piece, columns: int) -> bool:
    text = piece.line.text.rstrip()
    return not text or columns_of(text) >= columns - _MOST_BLANKS


def continues(begun: str, following: str) -> bool | None:
    """Whether a line of TEXT, as wide as the table and outside a constant, goes on in the next; None for either.

    >>> continues("Hash Join  (cost=1.00..2.00 rows=3", "width=4)")
    True
    >>> continues("  Hash Cond: (a.id = b.id)", "  ->  Seq Scan on a")
    False
    """
    words = following.lstrip(" ")
    indent = len(following) - len(words)
    if not begun:
        return indent > 0 or words.startswith("->") or _PROPERTY.match(words) is not None
    if begun.endswith((",", "->")) or _depth(begun) > 0:
        return True
    if indent == 0:
        if _CLOSING.match(words) or not words:
            return False
        return None if _MAYBE_CLOSING.match(words) and not _INSIDE.match(words) else True
    if indent % 2:
        return True
    if words.startswith("->"):
        return _NODE.match(words) is None
    if _INSIDE.match(words) and indent == _MOST_BLANKS:
        return True if len(begun) - len(begun.lstrip(" ")) > indent else None
    return _PROPERTY.match(words) is None


def _depth(text: str) -> int:
    text = _CONSTANT.sub("", text)
    return text.count("(") - text.count(")")


def _in_json(begun: str, following: str, is_full: bool) -> bool | None:
    return is_full or open_quote(_ESCAPED.sub("", begun)) != ""


def _in_yaml(begun: str, following: str, is_full: bool) -> bool | None:
    if open_quote(_ESCAPED.sub("", begun)):
        return True
    return is_full and not (_YAML_LINE.match(begun) and _YAML_BEGIN.match(following))


def _in_xml(begun: str, following: str, is_full: bool) -> bool | None:
    end = begun.rfind(">")
    if end > begun.rfind("<") and open_quote(begun[end + 1 :].replace("&quot;", '"')):
        return None
    return is_full and not (begun.endswith(">") and following.lstrip().startswith("<"))


_DOCUMENTS: Final[dict[tuple[str, ...], _Judge]] = {("[", "{"): _in_json, ("<",): _in_xml, ("- ",): _in_yaml}
