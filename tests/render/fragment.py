"""Reads an HTML fragment the way a strict sanitiser does, and says what would not survive."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TAGS = frozenset(
    [
        "div",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "span",
        "strong",
        "code",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "a",
    ]
)
ATTRIBUTES = frozenset({"class", "style", "title"})
MANUAL = "https://www.postgresql.org/docs/current/"
"""Where links may lead; none is made from what a plan or statement holds."""

_LENGTH = r"-?\d+(?:\.\d+)?(?:px|em|%)|0"
_COLOUR = r"rgba?\(\d+,\d+,\d+(?:,0\.\d+)?\)|transparent|inherit"
_STYLES = {
    "background-color": _COLOUR,
    "border": rf"none|(?:{_LENGTH}) solid (?:{_COLOUR})",
    "border-bottom": rf"(?:{_LENGTH}) solid (?:{_COLOUR})",
    "border-collapse": "collapse",
    "border-left": rf"(?:{_LENGTH}) solid (?:{_COLOUR})",
    "border-radius": _LENGTH,
    "color": _COLOUR,
    "cursor": "pointer",
    "display": "flex",
    "font-family": r"[\w, -]+",
    "font-size": _LENGTH,
    "font-variant-numeric": "tabular-nums",
    "font-weight": "normal",
    "letter-spacing": _LENGTH,
    "line-height": r"\d\.\d+",
    "list-style": "none",
    "margin": rf"(?:(?:{_LENGTH}) ?)+",
    "max-width": _LENGTH,
    "min-width": _LENGTH,
    "opacity": r"0\.\d+",
    "overflow-wrap": "break-word",
    "overflow-x": "auto",
    "padding": rf"(?:(?:{_LENGTH}) ?)+",
    "text-align": "left|right",
    "vertical-align": "top|bottom",
    "white-space": "normal|nowrap|pre-wrap",
    "word-wrap": "break-word",
}


class Fragment(HTMLParser):
    """Elements, text and faults of a fragment."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        if self._open:
            self.faults.append(f"left open: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)
        if tag not in TAGS:
            self.faults.append(f"element {tag}")
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                if not (value or "").startswith(MANUAL):
                    self.faults.append(f"address {value!r}")
            elif name not in ATTRIBUTES:
                self.faults.append(f"attribute {name} of {tag}")
            if name == "style":
                self._style(value or "")
            if name == "class" and not re.fullmatch(r"[\w -]+", value or ""):
                self.faults.append(f"class {value!r}")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"unbalanced {tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl!r}")

    def _style(self, style: str) -> None:
        for declaration in style.split(";"):
            name, _, value = declaration.partition(":")
            if not re.fullmatch(_STYLES.get(name, "(?!)"), value):
                self.faults.append(f"style {declaration!r}")
