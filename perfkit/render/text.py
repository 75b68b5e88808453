"""Blocks to plain text for terminals, logs and viewers that show nothing else."""

from __future__ import annotations

from collections.abc import Sequence

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
    Row,
    Table,
    Text,
)
from perfkit.render.escape import for_text, one_line, width

WIDTH = 120
"""Fits two plans on a wide screen and one in a CI log."""
_GAP = "  "
_NARROWEST = 24
"""A column of prose below this is no longer readable; the line rather grows beyond ``WIDTH``."""
_NARROWEST_LABEL = 20
"""Room for a node without relation beside its figures; longer labels run over them."""
_COMFORTABLE_LABEL = 34
"""Room for most nodes some levels down; columns that may give way do so for it."""


def write_text(blocks: Blocks, columns: int = WIDTH) -> str:
    """The blocks as lines of at most ``columns`` characters, but for code and figures that cannot be cut."""
    return "\n".join(_lines(blocks, columns)).rstrip("\n")


def plain(text: Text) -> str:
    """The text on one line."""
    return "".join(_clean(span.text) for span in text)


def table_lines(table: Table, columns: int = WIDTH) -> list[str]:
    """The table in aligned columns, with a head and a rule where the columns have titles."""
    table = _narrowed(table, columns)
    widths = _widths(table, columns)
    aligns = [column.align for column in table.columns]
    lines: list[str] = []
    if any(column.title for column in table.columns):
        heads = [[_clean(column.title)] for column in table.columns]
        lines.extend(_beside(heads, widths, aligns))
        lines.append("─" * (sum(widths) + len(_GAP) * (len(widths) - 1)))
    for row in table.rows:
        place = next((number for number, cell in enumerate(row.cells) if isinstance(cell, Branch)), None)
        if place is None:
            cells = [
                _wrapped(plain(cell), size)
                for cell, size in zip(row.cells, widths, strict=True)
                if not isinstance(cell, Branch)
            ]
            lines.extend(_beside(cells, widths, aligns))
        else:
            lines.extend(_branch_lines(row, place, widths, aligns, columns))
    return lines


def _lines(blocks: Blocks, columns: int) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        if lines and isinstance(block, Heading | Panel | Table | Code):
            lines.append("")
        lines.extend(_block(block, columns))
        if isinstance(block, Heading | Panel | Table | Code) and block is not blocks[-1]:
            lines.append("")
    return _without_double_gaps(lines)


def _block(block: Block, columns: int) -> list[str]:
    match block:
        case Heading():
            title = one_line(block.text)
            return [title, ("═" if block.level <= 2 else "─") * width(title)]
        case Paragraph():
            # an address stands on a line of its own, whole, so that it can be followed
            addresses = [f"  {span.href}" for span in block.text if span.href]
            return _wrapped(plain(block.text), columns) + addresses
        case Code():
            return ["    " + line for line in for_text(block.text).expandtabs(4).rstrip().split("\n")]
        case Facts():
            return _facts(block, columns)
        case Table():
            return table_lines(block, columns)
        case Details() if block.elsewhere:
            return _wrapped(plain(block.elsewhere), columns)
        case Details():
            return _wrapped(plain(block.summary), columns) + _indented(block.blocks, columns)
        case Panel():
            return _wrapped(plain(block.head), columns) + _indented(block.blocks, columns)


def _indented(blocks: Blocks, columns: int) -> list[str]:
    return ["  " + line if line else "" for line in _lines(blocks, columns - 2)]


def _facts(block: Facts, columns: int) -> list[str]:
    size = max((width(one_line(name)) for name, _ in block.pairs), default=0)
    lines: list[str] = []
    for name, value in block.pairs:
        body = _wrapped(plain(value), max(columns - size - 2, _NARROWEST)) or [""]
        lines.append(f"{_padded(one_line(name), size, 'left')}  {body[0]}".rstrip())
        lines.extend(" " * (size + 2) + line for line in body[1:])
    return lines


def _branch_lines(row: Row, place: int, widths: list[int], aligns: Sequence[str], columns: int) -> list[str]:
    """A label too long for its column runs over those beside it, and the figures follow on a line below."""
    branch = row.cells[place]
    assert isinstance(branch, Branch)
    before = sum(widths[:place]) + len(_GAP) * place
    room = columns - before
    figures = [[] if isinstance(cell, Branch) else [plain(cell)] for cell in row.cells]
    line = branch.guide + plain(branch.label)
    if width(line) <= widths[place]:
        figures[place] = [line]
        lines = _beside(figures, widths, aligns)
    else:
        first, *rest = _wrapped(plain(branch.label), max(room - width(branch.guide), _NARROWEST))
        head = [*figures[:place], [branch.guide + first]]
        lines = _beside(head, [*widths[:place], widths[place]], aligns[: place + 1])
        lines.extend(" " * before + branch.under + "  " + line for line in rest)
        if any(cell and cell[0] for cell in figures[place + 1 :]):
            under = branch.under.rstrip()[: widths[place]]
            below = [*([] for _ in figures[:place]), [under], *figures[place + 1 :]]
            lines.extend(_beside(below, widths, aligns))
    return lines + [" " * before + note for note in _note_lines(branch, room)]


def _note_lines(branch: Branch, size: int) -> list[str]:
    """Notes have no figures beside them, so they may run below those of their node."""
    room = max(size - width(branch.under), _NARROWEST)
    return [(branch.under + line).rstrip() for note in branch.notes for line in _wrapped(plain(note), room)]


def _natural(cell: Cell) -> int:
    if not isinstance(cell, Branch):
        return width(plain(cell))
    return width(cell.guide) + width(plain(cell.label))


def _narrowed(table: Table, columns: int) -> Table:
    """The table without the columns that give way, as many as it takes to fit."""
    while sum(_widths(table, columns, _COMFORTABLE_LABEL)) + len(_GAP) * (len(table.columns) - 1) > columns:
        place = next((number for number, column in enumerate(table.columns) if column.gives_way), None)
        if place is None:
            return table
        rows = tuple(
            Row(cells=(*row.cells[:place], *row.cells[place + 1 :]), tone=row.tone) for row in table.rows
        )
        table = Table(
            columns=(*table.columns[:place], *table.columns[place + 1 :]), rows=rows, kind=table.kind
        )
    return table


def _widths(table: Table, columns: int, label: int = _NARROWEST_LABEL) -> list[int]:
    """Natural widths where they fit; else the columns that may wrap share what the others leave."""
    widths = [width(_clean(column.title)) for column in table.columns]
    flexible = {number for number, column in enumerate(table.columns) if column.wraps}
    least = [_NARROWEST] * len(widths)
    for row in table.rows:
        for number, cell in enumerate(row.cells):
            widths[number] = max(widths[number], _natural(cell))
            if isinstance(cell, Branch):
                flexible.add(number)
                least[number] = label
    room = columns - len(_GAP) * (len(widths) - 1)
    room -= sum(size for number, size in enumerate(widths) if number not in flexible)
    for left, number in enumerate(sorted(flexible, key=lambda one: widths[one])):
        share = max(room // (len(flexible) - left), least[number])
        widths[number] = min(widths[number], share)
        room -= widths[number]
    return widths


def _beside(cells: list[list[str]], widths: list[int], aligns: Sequence[str]) -> list[str]:
    height = max((len(lines) for lines in cells), default=0)
    return [
        _GAP.join(
            _padded(lines[number] if number < len(lines) else "", size, align)
            for lines, size, align in zip(cells, widths, aligns, strict=True)
        ).rstrip()
        for number in range(height)
    ]


def _padded(line: str, size: int, align: str) -> str:
    gap = " " * max(size - width(line), 0)
    return gap + line if align == "right" else line + gap


def _wrapped(line: str, size: int) -> list[str]:
    """The line cut at spaces, and within a word only where the word alone is too long."""
    if width(line) <= size:
        return [line] if line else []
    lines: list[str] = []
    current = ""
    for word in line.split(" "):
        if current and width(current) + 1 + width(word) > size:
            lines.append(current)
            current = ""
        while width(word) > size:
            lines.append(word[:size])
            word = word[size:]
        current = f"{current} {word}" if current else word
    return [*lines, current] if current else lines


def _clean(value: str) -> str:
    return for_text(value).replace("\n", " ").replace("\t", " ")


def _without_double_gaps(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept
