"""Blocks to GitLab- and GitHub-flavoured Markdown. Trees go into a fenced block, where their lines keep aligned."""

from __future__ import annotations

from perfkit.render.blocks import (
    Block,
    Blocks,
    Branch,
    Cell,
    Code,
    Details,
    Facts,
    Heading,
    Panel,
    Paragraph,
    Span,
    Table,
    Text,
)
from perfkit.render.escape import (
    for_html,
    for_markdown,
    markdown_code,
    markdown_fence,
    markdown_line,
    one_line,
)
from perfkit.render.text import table_lines


def write_markdown(blocks: Blocks) -> str:
    """The blocks as Markdown, parts divided by an empty line."""
    return "\n\n".join(part for part in (_block(block) for block in blocks) if part)


def _block(block: Block) -> str:
    match block:
        case Heading():
            return "#" * min(max(block.level, 1), 6) + " " + for_markdown(one_line(block.text))
        case Paragraph():
            return markdown_line(_text(block.text))
        case Code():
            return markdown_fence(block.text, block.language)
        case Facts():
            return "\n".join(
                f"- {markdown_line(for_markdown(one_line(name)))}: {_text(value)}".rstrip()
                for name, value in block.pairs
            )
        case Table():
            return _table(block)
        case Details() if block.elsewhere:
            return markdown_line(_text(block.elsewhere))
        case Details():
            summary = for_html("".join(span.text for span in block.summary)).replace("\n", " ")
            return f"<details><summary>{summary}</summary>\n\n{write_markdown(block.blocks)}\n\n</details>"
        case Panel():
            parts = (markdown_line(_text(block.head)), write_markdown(block.blocks))
            return "\n\n".join(part for part in parts if part)


def _table(table: Table) -> str:
    if any(isinstance(cell, Branch) for row in table.rows for cell in row.cells):
        return markdown_fence("\n".join(table_lines(table)), "text")
    lines = [
        _line([for_markdown(column.title) for column in table.columns]),
        _line(["---:" if column.align == "right" else "---" for column in table.columns]),
        *(_line([_cell(cell) for cell in row.cells]) for row in table.rows),
    ]
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: Cell) -> str:
    return "" if isinstance(cell, Branch) else _text(cell)


def _text(text: Text) -> str:
    return " ".join("".join(_span(span) for span in text).split())


def _span(span: Span) -> str:
    if span.tone == "code":
        return markdown_code(span.text)
    escaped = for_markdown(span.text)
    if span.href:
        return f"[{escaped}]({span.href})"
    if (span.badge or span.tone == "strong") and escaped.strip():
        lead = escaped[: len(escaped) - len(escaped.lstrip())]
        trail = escaped[len(escaped.rstrip()) :]
        return f"{lead}**{escaped.strip()}**{trail}"
    return escaped
