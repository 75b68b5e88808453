"""The contents of a page: its headings, as they ended up in HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

_LEVELS = {"h2": 2, "h3": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    id: str
    text: str
    level: int


def chapters_of(html: str) -> tuple[Chapter, ...]:
    """Headings of the second and third level that can be linked to.

    >>> chapters_of('<h2 id="a">What <em>was</em> seen</h2><h2>unnamed</h2>')
    (Chapter(id='a', text='What was seen', level=2),)
    """
    reader = _Headings()
    reader.feed(html)
    reader.close()
    return tuple(reader.chapters)


class _Headings(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.chapters: list[Chapter] = []
        self._open: tuple[str, str] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("id")
        if tag in _LEVELS and name:
            self._open, self._text = (tag, name), []

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[0] == tag:
            text = " ".join("".join(self._text).split())
            self.chapters.append(Chapter(id=self._open[1], text=text, level=_LEVELS[tag]))
            self._open = None
