"""psql's tables for AsciiDoc, LaTeX and troff."""

from __future__ import annotations

import re
from typing import Final

from perfkit.plan.strip.line import Line, is_blank
from perfkit.plan.strip.replaced import replaced

_ASCIIDOC_HEAD: Final = re.compile(r"\[|\|={3,}\s*$|\^l\||2\+\^?\|")
_ASCIIDOC_CELL: Final = re.compile(r"(?:<l\|QUERY PLAN <l)?\|")
_ASCIIDOC_ESCAPE: Final = re.compile(r"\\\|")
_LATEX_ROW: Final = re.compile(r"^(?:QUERY PLAN & )?(?:\\raggedright\{)?")
_LATEX_END: Final = re.compile(r" (?:\\\\|\\tabularnewline)$")
_LATEX_HEAD: Final = re.compile(r"\\multicolumn|\\textit\{|\\small\\textbf|\\caption")
_LATEX_ESCAPE: Final = re.compile(
    r"\\(?:textbackslash|textbar|textless|textgreater)\{\}|\\[~^]\{\}|\\[#%$&_{}]"
)
_LATEX_MARKS: Final = {
    r"\textbackslash{}": "\\",
    r"\textbar{}": "|",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\^{}": "^",
    r"\~{}": "~",
}
_TROFF_OPTIONS: Final = re.compile(r"center(?: box)?;$|[clrns |]+[.;]$")
_TROFF_ESCAPE: Final = re.compile(r"\\\(rs")


def asciidoc(lines: list[Line]) -> list[Line]:
    """The lines in the cells; a line of a cell that is not its first begins with no bar."""
    found = []
    for line in lines:
        if _ASCIIDOC_HEAD.match(line.text):
            continue
        mark = _ASCIIDOC_CELL.match(line.text)
        inside = line.cut(mark.end()) if mark else line
        # a cell without text is written as a blank
        inside = inside.cut(0, 0) if is_blank(inside) else inside
        found.append(replaced(inside, _ASCIIDOC_ESCAPE, lambda _: "|"))
    return found


def latex(lines: list[Line]) -> list[Line]:
    """The lines in the cells; a newline in a cell is two backslashes, a backslash of its own never is."""
    found = []
    for line in lines:
        text = line.text.rstrip()
        end = _LATEX_END.search(text)
        if end is None or _LATEX_HEAD.match(text):
            continue
        mark = _LATEX_ROW.match(text)
        begin = mark.end() if mark else 0
        last = end.start() - (mark is not None and mark[0].endswith("{"))
        for part in text[begin:last].split(r"\\"):
            found.append(replaced(line.cut(begin, begin + len(part)), _LATEX_ESCAPE, _latex_mark))
            begin += len(part) + 2
    return found


def _latex_mark(escape: str) -> str:
    return _LATEX_MARKS.get(escape, escape[-1])


def troff(lines: list[Line]) -> list[Line]:
    """The lines in the cells, which begin below the layout of the table and stand between requests."""
    found: list[Line] = []
    is_layout = True
    for line in lines:
        text = line.text
        if text in (".TS", ".T&", ".TE"):
            is_layout = True
        elif is_layout and _TROFF_OPTIONS.match(text):
            continue
        elif text != "_" and not (text.startswith("\\fI") and text.endswith("\\fP")):
            is_layout = False
            begin = len("QUERY PLAN\t") if text.startswith("QUERY PLAN\t") else 0
            found.append(replaced(line.cut(begin), _TROFF_ESCAPE, lambda _: "\\"))
    return found
