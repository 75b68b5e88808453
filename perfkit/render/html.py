"""Blocks to an HTML fragment that survives sanitisers: no style element, script, id or svg; inline styles only of the
properties and colour forms that JupyterLab lets untrusted output keep; translucent colours over inherited ones, so
that light and dark pages both read well. Classes are offered to pages of our own."""

from __future__ import annotations

from perfkit.render.blocks import (
    Block,
    Blocks,
    Branch,
    Cell,
    Code,
    Column,
    Details,
    Facts,
    Heading,
    Panel,
    Paragraph,
    Row,
    Span,
    Table,
    Text,
    Tone,
)
from perfkit.render.escape import for_html

_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
_QUIET = "opacity:0.72"

_SPAN: dict[Tone, tuple[str, str]] = {
    "muted": ("span", _QUIET),
    "strong": ("strong", ""),
    "code": ("code", f"{_MONO};font-size:0.92em;background-color:transparent;color:inherit;padding:0"),
    "bar": ("span", "color:rgb(192,122,60);letter-spacing:0;font-size:0.85em"),
    "good": ("span", "background-color:rgba(46,160,90,0.18);border-radius:3px;padding:0 0.3em"),
    "warn": ("span", "background-color:rgba(217,140,20,0.20);border-radius:3px;padding:0 0.3em"),
    "bad": ("span", "background-color:rgba(214,60,60,0.20);border-radius:3px;padding:0 0.3em"),
}
_BADGE: dict[Tone, str] = {
    "good": "rgba(46,160,90,0.20)",
    "warn": "rgba(217,140,20,0.22)",
    "bad": "rgba(214,60,60,0.22)",
}
_BADGE_OTHER = "rgba(128,128,128,0.18)"
_EDGE: dict[Tone, str] = {
    "good": "rgba(46,160,90,0.75)",
    "warn": "rgba(217,140,20,0.80)",
    "bad": "rgba(214,60,60,0.80)",
}
_EDGE_OTHER = "rgba(128,128,128,0.45)"
_ROW: dict[Tone, str] = {
    "good": "background-color:rgba(46,160,90,0.10)",
    "warn": "background-color:rgba(217,140,20,0.10)",
    "bad": "background-color:rgba(214,60,60,0.10)",
    "muted": _QUIET,
}
NO_MATH = "mathjax_ignore"
"""A class without which JupyterLab sets what stands between $1 and $2 as a formula."""

_RULE = "1px solid rgba(128,128,128,0.25)"


def write_html(blocks: Blocks, kind: str = "value") -> str:
    """The blocks as one ``div``; ``kind`` becomes part of its class."""
    body = "\n".join(_block(block) for block in blocks)
    return f'<div class="perfkit perfkit-{for_html(kind)} {NO_MATH}" style="line-height:1.45;text-align:left">\n{body}\n</div>'


def write_html_page(blocks: Blocks, title: str) -> str:
    """The blocks as a document that needs nothing but itself, in the reader's own light or dark."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{for_html(title)}</title>\n"
        "<style>:root { color-scheme: light dark } body { font-family: system-ui, sans-serif; background: Canvas; color: CanvasText; max-width: 54em;"
        " margin: 2.5em auto; padding: 0 1.2em }</style>\n"
        f"</head>\n<body>\n{write_html(blocks, 'page')}\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            level = min(max(block.level, 1), 6)
            return f'<h{level} class="perfkit-heading">{for_html(block.text)}</h{level}>'
        case Paragraph():
            return f'<p class="perfkit-line" style="margin:0.35em 0">{_text(block.text)}</p>'
        case Code():
            return _code(block)
        case Facts():
            return _facts(block)
        case Table():
            return _table(block)
        case Details():
            inner = (*block.blocks, Paragraph(text=block.elsewhere)) if block.elsewhere else block.blocks
            return (
                '<details class="perfkit-details" style="margin:0.35em 0">'
                f'<summary style="cursor:pointer">{_text(block.summary)}</summary>\n'
                f'<div style="padding:0.2em 0 0.2em 1em">{_blocks(inner)}</div></details>'
            )
        case Panel():
            edge = _EDGE.get(block.tone, _EDGE_OTHER)
            return (
                f'<div class="perfkit-panel perfkit-{for_html(block.kind)} perfkit-{block.tone}" '
                f'style="border-left:3px solid {edge};padding:0.1em 0 0.1em 0.9em;margin:0.9em 0">\n'
                f'<p class="perfkit-head" style="margin:0 0 0.3em 0">{_text(block.head)}</p>\n'
                f"{_blocks(block.blocks)}\n</div>"
            )


def _blocks(blocks: Blocks) -> str:
    return "\n".join(_block(block) for block in blocks)


def _text(text: Text) -> str:
    return "".join(_link(span) if span.href else _span(span.text, span.tone, span.badge) for span in text)


def _link(span: Span) -> str:
    return f'<a href="{for_html(span.href)}">{for_html(span.text)}</a>'


def _span(text: str, tone: Tone, badge: bool) -> str:
    escaped = for_html(text)
    if not escaped:
        return ""
    if badge:
        colour = _BADGE.get(tone, _BADGE_OTHER)
        style = f"background-color:{colour};border-radius:3px;padding:0.05em 0.45em;white-space:nowrap"
        return f'<span class="perfkit-badge perfkit-{tone}" style="{style}">{escaped}</span>'
    if tone == "plain":
        return escaped
    element, style = _SPAN[tone]
    attribute = f' style="{style}"' if style else ""
    return f'<{element} class="perfkit-{tone}"{attribute}>{escaped}</{element}>'


def _code(block: Code) -> str:
    style = (
        f"{_MONO};font-size:0.9em;line-height:1.4;background-color:rgba(128,128,128,0.10);border-radius:4px;"
        "padding:0.6em 0.8em;margin:0.4em 0;white-space:pre-wrap;overflow-wrap:break-word;word-wrap:break-word"
    )
    name = f"perfkit-code language-{for_html(block.language)}"
    return f'<pre class="{name}" style="{style}">{for_html(block.text)}</pre>'


def _facts(block: Facts) -> str:
    name_style = f"text-align:left;vertical-align:top;padding:0.05em 1em 0.05em 0;font-weight:normal;{_QUIET};white-space:nowrap"
    value_style = (
        "text-align:left;vertical-align:top;padding:0.05em 0;overflow-wrap:break-word;word-wrap:break-word"
    )
    rows = "".join(
        f'<tr style="background-color:transparent"><th style="{name_style}">{for_html(name)}</th>'
        f'<td style="{value_style}">{_text(value)}</td></tr>\n'
        for name, value in block.pairs
    )
    return (
        '<table class="perfkit-facts" style="border-collapse:collapse;border:none;margin:0.3em 0;font-size:0.92em">'
        f"<tbody>\n{rows}</tbody></table>"
    )


def _table(table: Table) -> str:
    heads = "".join(_head(column) for column in table.columns)
    styles = [_cell_style(column) for column in table.columns]
    rows = "".join(_row(row, styles) for row in table.rows)
    name = f"perfkit-{for_html(table.kind)}{' perfkit-list' if table.is_list else ''}"
    return (
        f'<div class="perfkit-scroll" style="overflow-x:auto;margin:0.4em 0"><table class="{name}" '
        'style="border-collapse:collapse;border:none;margin:0;font-size:0.9em;font-variant-numeric:tabular-nums">\n'
        f'<thead><tr style="background-color:transparent;border-bottom:{_RULE}">{heads}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody></table></div>"
    )


def _head(column: Column) -> str:
    title = f' title="{for_html(column.note)}"' if column.note else ""
    style = (
        f"text-align:{column.align};vertical-align:bottom;padding:0.15em 0.5em;font-weight:normal;{_QUIET};"
        f"white-space:nowrap;border-bottom:{_RULE}"
    )
    # a head without a word is no heading to a screen reader
    element = "th" if column.title else "td"
    return f'<{element}{title} style="{style}">{for_html(column.title)}</{element}>'


def _cell_style(column: Column) -> str:
    wrap = "normal;min-width:14em" if column.wraps else "nowrap"
    return f"text-align:{column.align};vertical-align:top;padding:0.12em 0.5em;white-space:{wrap}"


def _row(row: Row, styles: list[str]) -> str:
    cells = "".join(
        f'<td style="{style}">{_cell(cell)}</td>' for cell, style in zip(row.cells, styles, strict=True)
    )
    style = _ROW.get(row.tone, "background-color:transparent")
    if style == _QUIET:
        # two opacities multiply, and the words would be too pale to read
        cells = cells.replace(f' style="{_QUIET}"', "").replace(f"{_QUIET};", "")
    return f'<tr class="perfkit-row perfkit-{row.tone}" style="{style}">{cells}</tr>\n'


def _cell(cell: Cell) -> str:
    if not isinstance(cell, Branch):
        return _text(cell)
    # a flex box, so that a label that wraps hangs beside its guide
    more = '<span style="opacity:0.4"> ⋯</span>' if cell.details else ""
    label = f'<span style="display:flex">{_guide(cell.guide)}<span>{_text(cell.label)}{more}</span></span>'
    if cell.details:
        first = (
            f'<details><summary style="cursor:pointer;list-style:none;white-space:nowrap">{label}</summary>'
            f'<div style="padding:0.1em 0 0.3em 2.5em;white-space:normal;max-width:60em">{_blocks(cell.details)}</div></details>'
        )
    else:
        first = label
    notes = "".join(
        f'<div style="display:flex;white-space:normal;max-width:52em;min-width:22em;line-height:1.35">{_guide(cell.under)}'
        f'<span style="{_QUIET};font-size:0.9em;min-width:14em">{_text(note)}</span></div>'
        for note in cell.notes
    )
    return first + notes


def _guide(guide: str) -> str:
    if not guide:
        return ""
    return f'<span class="perfkit-guide" style="{_MONO};opacity:0.45">{for_html(guide).replace(" ", "&nbsp;")}</span>'
