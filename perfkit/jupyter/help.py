"""The table of %perfkit help."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from perfkit.jupyter.verbs import EXPLAIN, VERBS, Option
from perfkit.render.blocks import Blocks, Column, Paragraph, Row, Span, Table, paragraph, text
from perfkit.render.bundle import chosen
from perfkit.render.html import write_html
from perfkit.render.markdown import write_markdown
from perfkit.render.text import write_text

_ASSIGNED = (
    "name << keeps a result unshown: %explain name << SELECT …, or %%explain name << above the statement."
)
_CHAINED = "What is kept goes on: name.findings, name.diff(other), name.to_frame(). %explain? says more of one magic."


class Help:
    """What the magics can do, shown as a table."""

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        blocks = help_blocks()
        bundle = {
            "text/plain": write_text(blocks),
            "text/markdown": write_markdown(blocks) + "\n",
            "text/html": write_html(blocks, "help"),
        }
        return chosen(bundle, include, exclude)

    def __repr__(self) -> str:
        return write_text(help_blocks())


def help_blocks() -> Blocks:
    """Each verb in a row, its options below it."""
    rows = [row for verb in (EXPLAIN, *VERBS.values()) for row in _rows(verb.usage, verb.says, verb.options)]
    columns = (Column(title="magic"), Column(title="does", wraps=True))
    return (
        Table(columns=columns, rows=tuple(rows), kind="help"),
        paragraph(_ASSIGNED),
        Paragraph(text=text(_CHAINED)),
    )


def _rows(usage: str, says: str, options: Mapping[str, Option]) -> Iterator[Row]:
    yield Row(cells=(text(Span(usage, "strong")), text(says)))
    for name, option in options.items():
        written = f"   --{name}" + (f" {option.value}" if option.value else "")
        yield Row(cells=(text(Span(written, "code")), text(option.says)))
