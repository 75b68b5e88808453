"""The table of a diff adds up to the difference of the plans, also when lines are left out."""

from __future__ import annotations

import shown_examples as examples
from test_render_plan import wide

from perfkit.plan import diff
from perfkit.render import to_text
from perfkit.render.blocks import Branch, Cell, Table
from perfkit.render.diff import diff_blocks


def word(cell: Cell) -> str:
    return "".join(span.text for span in (cell.label if isinstance(cell, Branch) else cell))


def column(table: Table, place: int) -> list[float]:
    cells = [word(row.cells[place]).replace(",", "").replace("−", "-") for row in table.rows]
    return [float(cell or 0) for cell in cells]


def table_of(blocks: tuple[object, ...]) -> Table:
    return next(block for block in blocks if isinstance(block, Table))


def test_differences_add_up_to_the_whole() -> None:
    table = table_of(diff_blocks(diff(examples.slow_plan(), examples.fast_plan())))
    titles = [one.title for one in table.columns]
    for place in [number for number, title in enumerate(titles) if title == "Δ"]:
        *parts, whole = column(table, place)
        assert abs(sum(parts) - whole) < 0.5, "but for the rounding of what is shown"


def test_lines_left_out_are_summed_up() -> None:
    shown = diff(wide(3_000), examples.slow_plan())
    table = table_of(diff_blocks(shown))
    assert len(table.rows) < 300
    assert "more lines not shown" in to_text(shown)
    place = [one.title for one in table.columns].index("Δ")
    *parts, whole = column(table, place)
    assert abs(sum(parts) - whole) < 0.1 * len(parts)


def test_each_kind_of_edit_has_a_word() -> None:
    text = to_text(diff(examples.slow_plan(), examples.fast_plan()))
    assert "~ changed" in text
    assert "− removed" in text
    assert "sort method: external merge → top-N heapsort" in text
    assert "work_mem  256kB → –" in text


def test_estimates_alone_are_compared_by_cost() -> None:
    text = to_text(diff(examples.estimated_plan(), examples.bare_plan()))
    assert "not executed: shapes and estimates are compared" in text
    assert "cost before" in text
