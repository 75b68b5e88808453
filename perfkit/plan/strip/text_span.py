"""Where a plan in TEXT ends, and which of its lines something broke in two.

PostgreSQL begins a line with a node, a property, the name of a subplan or a label of the summary; only a constant or a
name may hold a newline. Another line either goes on with one that something broke, or stands after the plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from perfkit.plan.strip import forms
from perfkit.plan.strip.constants import depth, open_after
from perfkit.plan.strip.forms import FOOTER
from perfkit.plan.strip.line import Line, indent_of, is_blank
from perfkit.plan.text.expressions import open_quote

_MOST_LINES_OF_A_CONSTANT: Final = 20_000
"""A quote that is not closed until then is a stray one."""
_RULE: Final = re.compile(r"[ \t]*[-+─┼]{3,}[ \t]*$")
"""What psql draws below the names of columns."""
_REST: Final = re.compile(r"[\d.)\]'\"][\w.:)\]'\"]*$")
"""The end of a figure or of a condition that was cut off."""
_WHOLE_ENDS: Final = {"Settings: ": ("'", " NULL"), "Options: ": (" true", " false"), "Timing: ": (" ms",)}
"""How the long lines end that hold several values."""
_UPPER_LABELS: Final = ("JIT", "WAL", "RTI", "I/O")
_MOST_BLANK_LINES: Final = 1
"""What comes after more may be the rest of another plan."""
_MOST_PIECES_OF_A_HEAD: Final = 20
_GOES_ON: Final = (
    ",",
    "->",
    " on",
    " using",
    ":",
    " for",
    " constraint",
    " =",
    " AND",
    " OR",
    " rows",
    " actual",
)
_LEAST_WIDTH: Final = 50
"""No terminal and no mail program breaks lines earlier."""
_LEAST_CUTS: Final = 3
"""So many lines of one length, and none longer, are hardly chance when the next ones begin in no way a plan's do."""
_TERMINALS: Final = (80, 100, 120, 132, 160)
"""A constant with a newline just there was more likely cut by a terminal of that width."""
LEAST_TERMINAL: Final = 80
"""Mail keeps below; terminals have at least so many columns."""


@dataclass(slots=True)
class Logical:
    """What PostgreSQL wrote as one line, in the pieces that are left of it."""

    pieces: list[Line]
    breaks: list[bool] = field(default_factory=list)
    """For each piece but the first, whether something broke the line there; otherwise the newline is a constant's."""


@dataclass(frozen=True, slots=True)
class Span:
    """A plan's lines, and the index of the first line after them."""

    logicals: list[Logical]
    end: int
    odd: int | None
    """Index of a line that belongs to the plan, or may, but makes no sense in it."""

    @property
    def cuts(self) -> list[int]:
        """At which columns lines were broken."""
        return [
            logical.pieces[place].end
            for logical in self.logicals
            for place, is_broken in enumerate(logical.breaks)
            if is_broken
        ]


def width_of(lines: list[Line]) -> int | None:
    """The width at which a terminal may have cut the lines; None when they show none."""
    ends = [line.end for line in lines]
    widest = max(ends, default=0)
    return widest if widest >= _LEAST_WIDTH and ends.count(widest) >= _LEAST_CUTS else None


def span(lines: list[Line], begin: int, width: int | None = None) -> Span:
    """The plan whose root stands at the index ``begin``; ``width`` is where a terminal may have cut its lines."""
    found = _Walk(lines, begin).walked()
    cuts = found.cuts
    if not cuts and found.odd is None and (found.end == len(lines) or is_blank(lines[found.end])):
        return found
    if width is not None:
        hinted = _Walk(lines, begin, width=width, is_cut=True).walked()
        if len(hinted.cuts) >= _LEAST_CUTS and set(hinted.cuts) == {width}:
            return hinted
    if not cuts:
        return found
    # broken lines show the width; with it those are told that show no other sign of being broken
    return _Walk(lines, begin, width=max(cuts), is_cut=is_terminal(cuts)).walked()


def is_terminal(cuts: list[int]) -> bool:
    """Whether lines were cut at one width, whatever stood there, rather than between words.

    Below the columns of a terminal, lines of one length may be broken between words all the same.
    """
    return len(cuts) > 1 and min(cuts) == max(cuts) >= LEAST_TERMINAL


class _Walk:
    def __init__(self, lines: list[Line], begin: int, *, width: int | None = None, is_cut: bool = False):
        self.lines = lines
        self.place = begin
        self.column = indent_of(lines[begin].text)
        self.width = width
        self.is_cut = is_cut
        self.logicals: list[Logical] = []
        self.open = 0
        """Brackets open in the last logical line."""
        self.has_figures = True
        self.inner: int | None = None
        """Column at which what is inside the root begins."""
        self.is_beside = False
        """Whether the summary has begun."""

    def walked(self) -> Span:
        lines = self.lines
        self._begin(lines[self.place].text.strip())
        first = self.logicals[0].pieces[0].text
        self.has_figures = forms.FIGURES.search(first) is not None
        blanks = 0
        while self.place < len(lines):
            line = lines[self.place]
            text = line.text
            words = text.strip()
            if not words:
                blanks += 1
                self.place += 1
                continue
            indent = indent_of(text)
            if self._begins(words, indent, blanks):
                if self._is_late(words, indent, blanks) or (self.open > 0 and self._is_torn()):
                    return self._ended(blanks, self.place)
                if self.inner is None and indent > self.column:
                    self.inner = indent
                self.is_beside = self.is_beside or self._is_of_summary(words, indent)
                self._begin(words)
            elif not blanks and not self._is_root(words, indent) and self._goes_on(words, text):
                self._add(line, words)
            else:
                is_unclear = not blanks and self._is_unclear(words, indent)
                return self._ended(blanks, self.place if is_unclear else None)
            blanks = 0
        return self._ended(blanks, None)

    def _ended(self, blanks: int, odd: int | None) -> Span:
        last = self.logicals[-1].pieces[-1].text.rstrip()
        is_torn = any(
            last.lstrip().startswith(label) and not last.endswith(ends) for label, ends in _WHOLE_ENDS.items()
        )
        if odd is None and (is_torn or last.endswith(("...", "…", *_GOES_ON)) or self.open > 0):
            odd = self.place - blanks - 1
        return Span(self.logicals, self.place - blanks, odd)

    def _is_of_summary(self, words: str, indent: int) -> bool:
        return not words.startswith("->") and (
            indent <= self.column or (forms.is_closing(words) and indent <= self.column + 1)
        )

    def _is_late(self, words: str, indent: int, blanks: int) -> bool:
        """Whether the words are of a tree that has ended: of another plan, or of this one after foreign lines."""
        label = forms.label_of(words)
        if label is not None and not forms.takes_text(label) and forms.holds_node(words):
            return True
        if forms.is_closing(words):
            return False
        if not words.startswith("->") and (label is None or not forms.is_only_in_tree(label)):
            return False
        if not words.startswith("->") and indent <= self.column:
            return True
        is_next_to_root = blanks > 0 and (self.inner is None or indent <= self.inner)
        return self.is_beside or is_next_to_root or blanks > _MOST_BLANK_LINES

    def _is_unclear(self, words: str, indent: int) -> bool:
        """Whether the words that end the plan stand for lines that were left out, or may be the rest of a line."""
        below = self.lines[self.place + 1].text if self.place + 1 < len(self.lines) else ""
        if _RULE.match(below):
            return False
        marked = forms.label_of(words.lstrip("-#/*|>; "))
        if (marked is not None and forms.is_property(marked)) or _REST.match(words):
            return True
        if forms.ELISION.match(words) or indent >= (self.inner or self.column + 2):
            return True
        last = self.logicals[-1].pieces[-1].text
        if last.endswith((")", "'")) and self.open <= 0 and words[0].isalnum():
            return False
        return (
            len(last) >= _LEAST_WIDTH
            and len(last) == max(len(logical.pieces[0].text) for logical in self.logicals)
            and not forms.is_known_node(words)
            and forms.label_of(words) is None
            and FOOTER.match(words) is None
        )

    def _is_torn(self) -> bool:
        """Whether lines were joined to the last one without closing its brackets."""
        return any(self.logicals[-1].breaks)

    def _begins(self, words: str, indent: int, blanks: int) -> bool:
        """Whether the words begin a line of the plan."""
        if words.startswith("->"):
            if not forms.is_node(words):
                return False
            return indent > self.column or not self.open
        is_inside = indent > self.column
        if forms.is_closing(words):
            return True
        if is_inside and not blanks and forms.is_heading(words):
            return self._is_before_node()
        label = forms.label_of(words)
        if label is None:
            return is_inside and not blanks and forms.is_target(words)
        if label == "Time" or (label.isupper() and label not in _UPPER_LABELS):
            return False
        if not is_inside:
            if self.open > 0 or forms.is_fragment(words):
                return False
            if forms.is_property(label):
                return True
            return not blanks and self._is_summary(words)
        if self.is_beside:
            return not blanks
        if self.open > 0 and forms.is_fragment(words):
            return False
        return not blanks or forms.is_property(label)

    def _is_summary(self, words: str) -> bool:
        """Whether a line of an unknown label beside the tree says a figure, or heads lines that are indented below it."""
        if not words.endswith(":"):
            return forms.is_figure(words)
        here, below = self.place, self.place + 1
        return below < len(self.lines) and (
            indent_of(self.lines[below].text) > indent_of(self.lines[here].text)
            and forms.label_of(self.lines[below].text.strip()) is not None
        )

    def _is_root(self, words: str, indent: int) -> bool:
        """Whether another plan begins here."""
        last = self.logicals[-1].pieces[-1].text.strip()
        return (
            indent <= self.column
            and forms.is_known_node(words)
            and forms.has_all_figures(words)
            and not (last.startswith("->") and forms.FIGURES.search(last) is None)
        )

    def _is_before_node(self) -> bool:
        following = self.place + 1
        while following < len(self.lines) and is_blank(self.lines[following]):
            following += 1
        return following < len(self.lines) and forms.is_node(self.lines[following].text.strip())

    def _goes_on(self, words: str, text: str) -> bool:
        """Whether the words go on with the last line, which was broken."""
        logical = self.logicals[-1]
        last = logical.pieces[-1].text
        if self.open > 0 or last.rstrip().endswith((*_GOES_ON, ":")) or forms.is_fragment(words):
            return True
        if last.strip() in ("Planning", "Execution", "Total"):
            return True
        if forms.label_of(words) == "Time":
            return False
        head = logical.pieces[0].text.strip()
        is_head = len(self.logicals) == 1 or head.startswith("->")
        if is_head and self.has_figures and len(logical.pieces) < _MOST_PIECES_OF_A_HEAD:
            whole = " ".join(piece.text.strip() for piece in logical.pieces)
            if forms.FIGURES.search(whole) is None:
                return len(last) >= _LEAST_WIDTH // 2
        if self.width is None or self.width < _LEAST_WIDTH:
            return False
        end = logical.pieces[-1].end
        if self.is_cut:
            return end == self.width
        return end + 1 + len(words.split()[0]) > self.width and not FOOTER.match(text)

    def _begin(self, words: str) -> None:
        self.logicals.append(Logical([]))
        self.open = 0
        self._add(self.lines[self.place], words)

    def _add(self, line: Line, words: str) -> None:
        """Put the line to the last logical line, with those over which a constant in it runs."""
        logical = self.logicals[-1]
        if logical.pieces:
            logical.breaks.append(True)
        logical.pieces.append(line)
        self.place += 1
        text = line.text
        if "'" in text or '"' in text:
            text = self._with_constant(text, words, logical)
        if "(" in text or ")" in text or "[" in text:
            self.open += depth(text)

    def _with_constant(self, text: str, words: str, logical: Logical) -> str:
        quote = open_quote(text)
        if not quote:
            return text
        label = forms.label_of(words)
        if forms.label_of(logical.pieces[0].text.strip()) == "Settings":
            # a setting has no newline, so what opens a quote is a part of the line
            self.open += 1 if len(logical.pieces) == 1 else -1
            return text
        if label is not None and not forms.takes_text(label) and self._is_own_line(text):
            return text
        end = self._end_of_constant(quote)
        if end is None:
            return text
        for place in range(self.place, end + 1):
            logical.breaks.append(self._is_broken_constant(logical.pieces[-1].end, self.lines[place].text))
            logical.pieces.append(self.lines[place])
            text += "\n" + self.lines[place].text
        self.place = end + 1
        return text

    def _is_own_line(self, text: str) -> bool:
        if self.place >= len(self.lines):
            return True
        following = self.lines[self.place].text
        words = following.strip()
        return forms.is_node(words) or (
            forms.label_of(words) is not None and indent_of(following) <= indent_of(text)
        )

    def _end_of_constant(self, quote: str) -> int | None:
        """The index of the line that closes the quote; None when none does in a way that SQL has."""
        for place in range(self.place, min(len(self.lines), self.place + _MOST_LINES_OF_A_CONSTANT)):
            still = open_after(self.lines[place].text, quote)
            if still is None:
                return None
            if not still:
                return place
            quote = still
        return None

    def _is_broken_constant(self, end: int, text: str) -> bool:
        """Whether a newline in a constant is there because the lines were broken at a width."""
        if self.width is None:
            return end in _TERMINALS
        if self.width < _LEAST_WIDTH or not text.strip():
            return False
        if self.is_cut:
            return end == self.width
        return end + 1 + len(text.split()[0]) > self.width
