"""The one place that makes foreign text harmless: query text, names, conditions and messages are hostile until they
went through here."""

from __future__ import annotations

import html
import re
import unicodedata

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Characters that move a terminal's cursor or turn the reading direction, and lone surrogates that no encoding takes."""

_MARKDOWN = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
"""An underscore within a word starts no emphasis and stays readable."""

_LINE_START = re.compile(r"^(\s*)([#+\-=]|\d+(?=[.)]))", re.ASCII)


def for_text(value: str) -> str:
    """Text for a terminal: control characters become a visible mark, tabs and newlines stay.

    >>> for_text("a\\x1b[31mb")
    'a�[31mb'
    """
    return _CONTROL.sub("�", value.replace("\r\n", "\n"))


def one_line(value: str) -> str:
    """Text for a line or a cell: white space of any kind becomes one space.

    >>> one_line(" select 1\\n  from t ")
    'select 1 from t'
    """
    return " ".join(for_text(value).split())


def shortened(value: str, length: int) -> str:
    """
    >>> shortened("abcdefgh", 5)
    'abcd…'
    """
    return value if len(value) <= length else value[: length - 1].rstrip() + "…"


def for_html(value: str) -> str:
    """Text for an element or a quoted attribute.

    >>> for_html('<img src="x">')
    '&lt;img src=&quot;x&quot;&gt;'
    """
    return html.escape(for_text(value), quote=True)


def for_markdown(value: str) -> str:
    """Text for a Markdown paragraph or table cell: on one line, nothing in it is taken for markup.

    >>> print(for_markdown("a|b <i>*c* node_type _x_"))
    a\\|b &lt;i&gt;\\*c\\* node_type \\_x\\_
    """
    line = for_text(value).replace("\n", " ").replace("\t", " ")
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(lambda match: "\\" + match[0], line)


def markdown_line(value: str) -> str:
    """A line already escaped, kept from being read as a heading, a list item or a rule.

    >>> print(markdown_line("# not a heading"), markdown_line("12. no item"))
    \\# not a heading 12\\. no item
    """
    return _LINE_START.sub(
        lambda match: match[1] + (f"{match[2]}\\" if match[2].isdigit() else f"\\{match[2]}"), value
    )


def markdown_code(value: str) -> str:
    """Text as inline code on one line, safe inside a table cell too.

    >>> print(markdown_code("a = 'x'"), markdown_code("a | `b`"))
    `a = 'x'` <code>a &#124; &#96;b&#96;</code>
    """
    line = one_line(value)
    if not line:
        return ""
    if "`" in line or "|" in line or line.endswith("\\"):
        return (
            "<code>" + re.sub(r"[^\w\s.,;:'()/=-]|_", lambda match: f"&#{ord(match[0])};", line) + "</code>"
        )
    return f"`{line}`"


def markdown_fence(value: str, language: str = "") -> str:
    """Text as a fenced block whose fence is longer than any run of backticks within."""
    body = for_text(value).rstrip("\n")
    runs = [len(run) for run in re.findall(r"`+", body)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def width(value: str) -> int:
    """Columns the text takes in a terminal.

    >>> width("abc"), width("日本")
    (3, 4)
    """
    if value.isascii():
        return len(value)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in value)
    return len(value) + wide - sum(unicodedata.combining(character) > 0 for character in value)
