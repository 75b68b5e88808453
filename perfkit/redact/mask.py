"""Texts without their literals: each value gets a number, the same one wherever it stands, ``'•1'`` or ``•2``.

What stays: names, ``$1``, 0 and 1, empty strings, LIMIT and OFFSET, places in ORDER BY and GROUP BY, lengths of types, and
what SET gives to a setting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from perfkit.errors import UsageError
from perfkit.sql.tokens import Token, scan

MARK = "•"

SHORTEST = 4
"""Characters of a value that is also struck where it stands without quotes: shorter ones are parts of common words."""

_STANDS = frozenset({"", "0", "1"})
_COUNTS = frozenset({"limit", "offset", "first", "next", "subplan", "initplan"})
"""A number after one of these tells of the statement's form, not of the data."""
_SIZED = frozenset(
    {"varchar", "character", "varying", "char", "bpchar", "bit", "numeric", "decimal", "timestamp", "time",
     "interval", "float", "timestamptz", "with", "set"}
)  # fmt: skip
"""Words before a parenthesis whose numbers are sizes or storage parameters."""
_LISTS = frozenset({"asc", "desc", "nulls", "first", "last"})
_SETTING = frozenset({"set", "reset", "show", "analyze", "vacuum", "reindex"})
_DEFINING = frozenset({"create", "alter", "drop", "comment"})
_READING = frozenset(
    {"select", "with", "insert", "update", "delete", "merge", "values", "execute", "prepare", "explain"}
)

# an apostrophe within or after a word is one of English
_QUOTED = re.compile(r"(?<![\w'])'((?:[^']|'')+)'(?!\w)")
_WORD = re.compile(r"[a-z]{4,}")
_MASKED = re.compile(rf"{MARK}\d*")
_CUT = re.compile(r"(?<![\w'])'[^']*…")


Fate = Literal["masked", "masked if known", "stays"]


class Mask:
    """The values that were seen, each with its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: set[str] = set()
        self._bare: tuple[int, int, re.Pattern[str] | None] = (-1, -1, None)

    def __len__(self) -> int:
        return len(self._numbers) + len(self._names)

    def value(self, text: str) -> str:
        """What stands for a value: ``•3``. Anything masked before stays as it is."""
        if text in _STANDS or _MASKED.fullmatch(text):
            return text
        return f"{MARK}{self._numbers.setdefault(text, len(self._numbers) + 1)}"

    def learn(self, sql: str) -> None:
        """Remember the values and the names of a statement or condition."""
        self.sql(sql)
        for token in _tokens(sql) or ():
            if token.kind in ("word", "quoted"):
                self._names.add(token.name.lower())

    def learn_name(self, name: str) -> None:
        """A name that may be equal to a value somewhere, and stays."""
        self._names.add(name.lower())

    def sql(self, text: str) -> str:
        """A statement, script or condition with its literals masked; comments lose the values that are known.

        >>> Mask().sql("select * from users where name = 'Ann' and age > 40 and boss <> 'Ann' limit 20")
        "select * from users where name = '•1' and age > •2 and boss <> '•1' limit 20"
        """
        tokens = _tokens(text)
        if tokens is None:
            return self.prose(re.sub(r"'[^']*\Z", f"'{MARK}", text))
        pieces: list[str] = []
        position = 0
        for token, fate in zip(tokens, _fates(tokens), strict=True):
            pieces += [self.prose(text[position : token.start]), self._token(token, fate)]
            position = token.end
        return "".join(pieces) + self.prose(text[position:])

    def _token(self, token: Token, fate: Fate) -> str:
        if token.kind not in ("string", "number") or fate == "stays":
            return token.text
        text = _content(token.text) if token.kind == "string" else token.text
        if fate == "masked if known" and text not in self._numbers:
            return token.text
        return f"'{self.value(text)}'" if token.kind == "string" else self.value(text)

    def prose(self, text: str) -> str:
        """A sentence: what stands in quotes as SQL puts them is masked, and known values wherever they stand.

        >>> mask = Mask()
        >>> mask.learn("name = 'ACME-77'")
        >>> mask.prose("most of the users' rows hold ACME-77; (name = 'ACME-77')")
        "most of the users' rows hold •1; (name = '•1')"
        """
        text = _QUOTED.sub(lambda match: f"'{self.value(match[1].replace(chr(39) * 2, chr(39)))}'", text)
        text = _CUT.sub(f"'{MARK}…", text)
        return self.known(text)

    def known(self, text: str) -> str:
        """The text without the values that are known, quotes or not."""
        pattern = self._pattern()
        return pattern.sub(lambda match: self.value(_line(match[0])), text) if pattern else text

    def bare(self) -> Iterator[str]:
        """The values that no text may hold, quoted or not: long enough, and equal neither to a name nor to a word of perfkit's."""
        return (text for text in self._numbers if len(text) >= SHORTEST and not self._is_known_word(text))

    def _is_known_word(self, text: str) -> bool:
        parts = text.lower().split(".")
        return all(part in self._names for part in parts) or text.lower() in own_words()

    def _pattern(self) -> re.Pattern[str] | None:
        sizes = (len(self._numbers), len(self._names))
        if self._bare[:2] != sizes:
            texts = sorted(
                {form for text in self.bare() for form in (text, _line(text))}, key=len, reverse=True
            )
            for text in texts:
                self._numbers.setdefault(text, self._numbers.get(text, len(self._numbers) + 1))
            union = "|".join(map(re.escape, texts))
            pattern = re.compile(rf"(?<!\w)(?:{union})(?!\w)") if texts else None
            self._bare = (len(self._numbers), len(self._names), pattern)
        return self._bare[2]

    def save(self, path: Path) -> None:
        """Write the table; it holds the values themselves, so only into a private folder."""
        temporary = path.with_suffix(".part")
        temporary.write_text(
            json.dumps({"values": self._numbers, "names": sorted(self._names)}), encoding="utf-8"
        )
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> Mask:
        """The table as it was saved; an empty one where there is none."""
        mask = cls()
        if path.is_file():
            found = json.loads(path.read_text(encoding="utf-8"))
            mask._numbers, mask._names = dict(found["values"]), set(found["names"])
        return mask


@cache
def own_words() -> frozenset[str]:
    """The words that perfkit's own sentences are made of: such a value cannot be told from them unless it is quoted."""
    sources = Path(__file__).parents[1].rglob("*.py")
    return frozenset(
        word for source in sources for word in _WORD.findall(source.read_text(encoding="utf-8").lower())
    )


def is_statement(text: str) -> bool:
    """Whether a text reads as SQL rather than as a path or a name."""
    tokens = _tokens(text) or ()
    return len(tokens) > 1 and tokens[0].is_word(*_READING, *_SETTING, *_DEFINING)


def _tokens(text: str) -> tuple[Token, ...] | None:
    try:
        return scan(text)
    except UsageError:
        return None


def _fates(tokens: Sequence[Token]) -> Iterator[Fate]:
    """For each token what becomes of a literal there: is it a value of somebody's?"""
    opening: list[str] = []
    verb, before, is_place = "", None, False
    for token in tokens:
        if not verb and token.kind == "word":
            verb = token.name
        if token.text == "(":
            opening.append(before.name if before is not None and before.kind == "word" else "")
        elif token.text == ")" and opening:
            opening.pop()
        if token.text == ";":
            verb = ""
        if before is not None and before.is_word("by"):
            is_place = True
        elif token.kind == "word" and token.name not in _LISTS:
            is_place = False
        tells_form = before is not None and (
            before.is_word(*_COUNTS)
            or (is_place and (before.is_word("by") or before.text == ","))
            or bool(opening and opening[-1] in _SIZED)
        )
        if verb in _SETTING or (token.kind == "number" and tells_form):
            yield "stays"
        else:
            yield "masked if known" if token.kind == "number" and verb in _DEFINING else "masked"
        before = token


def _content(literal: str) -> str:
    """What a string literal of any spelling holds."""
    if literal.startswith("$"):
        tag = literal[: literal.index("$", 1) + 1]
        return literal[len(tag) : -len(tag)]
    return literal[literal.index("'") + 1 : -1].replace("''", "'")


def _line(text: str) -> str:
    return " ".join(text.split())
