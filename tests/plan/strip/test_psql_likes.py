"""Tables of other clients and pages, drawn as they draw them."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from psql_forms import RECORDED

from perfkit.plan import parse_plan
from perfkit.plan.text import write_text

TEXTS = [
    *(RECORDED / "18").rglob("odd_names.txt"),
    *(RECORDED / "13").rglob("bitmap_and.txt"),
    *RECORDED.glob("*union*.txt"),
    *(RECORDED / "18").rglob("update_with_triggers.txt"),
]


def boxed(rows: list[str], *, margin: str = " ", rule: str = "+", below: str = "-") -> str:
    width = max(map(len, (*rows, "QUERY PLAN")))
    long = width + 2 * len(margin)
    edge = f"+{'-' * long}+"
    inner = f"{rule}{below * long}{rule}"
    drawn = [f"|{margin}{row:<{width}}{margin}|" for row in ("QUERY PLAN", *rows)]
    return "\n".join([edge, drawn[0], inner, *drawn[1:], edge, ""])


def pgcli(rows: list[str]) -> str:
    return boxed(rows, rule="|") + "EXPLAIN\nTime: 0.012s\n"


def datagrip(rows: list[str]) -> str:
    return boxed(rows, margin="")


def grid(rows: list[str]) -> str:
    drawn = boxed(rows, below="=").split("\n")
    return "\n".join([*drawn[:3], *(line for row in drawn[3:-2] for line in (row, drawn[0]))])


def dbeaver(rows: list[str]) -> str:
    width = max(map(len, (*rows, "QUERY PLAN")))
    return "\n".join((f"{'QUERY PLAN':<{width}}|", "-" * width + "+", *(f"{row:<{width}}|" for row in rows)))


def padded(rows: list[str]) -> str:
    width = max(map(len, (*rows, "QUERY PLAN")))
    head = f" {'QUERY PLAN':^{width}} \n{'-' * (width + 2)}\n"
    return head + "".join(f" {row:<{width}} \n" for row in rows) + f"({len(rows)} rows)\n"


def markdown(rows: list[str]) -> str:
    escaped = [row.replace("|", "\\|") for row in rows]
    return "\n".join(
        ("The plan:", "", "| QUERY PLAN |", "|---|", *(f"| {row} |" for row in escaped), "", "Why?")
    )


def preformatted(rows: list[str]) -> str:
    return f"<p>The plan:</p>\n<pre><code>{html.escape(chr(10).join(rows))}</code></pre>\n<p>Why?</p>"


def one_line_of_cells(rows: list[str]) -> str:
    cells = (html.escape(row).replace("  ", "&nbsp;&nbsp;") for row in rows)
    return (
        f"<table><tr><th>QUERY PLAN</th></tr>{''.join(f'<tr><td>{cell}</td></tr>' for cell in cells)}</table>"
    )


def preformatted_cells(rows: list[str]) -> str:
    cells = "\n".join(f'<TR><TD class="c"><PRE>{html.escape(row)}</PRE></TD></TR>' for row in rows)
    return f"<TABLE>\n<TR><TD>QUERY PLAN</TD></TR>\n{cells}\n</TABLE>\n<p>(5 rows)<br /></p>"


def pgadmin(rows: list[str]) -> str:
    return "\n".join(f'"{row.replace(chr(34), chr(34) * 2)}"' for row in ("QUERY PLAN", *rows))


CLIENTS = (
    *(boxed, pgcli, datagrip, grid, dbeaver, padded, markdown, pgadmin),
    *(preformatted, one_line_of_cells, preformatted_cells),
)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_client_s_table_is_read(client: Callable[[list[str]], str]) -> None:
    assert len(TEXTS) >= 4
    for path in TEXTS:
        text = path.read_text().rstrip("\n")
        drawn = client(text.split("\n"))
        expected = parse_plan(text)
        for pasted in (drawn, "\n".join(line.rstrip() for line in drawn.split("\n"))):
            assert write_text(parse_plan(pasted)) == write_text(expected)


def test_a_table_of_something_else_in_the_transcript_is_no_plan() -> None:
    plan = "Seq Scan on issue\n  Filter: (id = 3)"
    count = " count \n-------\n 20000\n(1 row)\n"
    framed = "+----+-------+\n| id | state |\n+----+-------+\n| 3  | open  |\n+----+-------+\n"
    drawn = padded(plan.split("\n"))
    assert parse_plan(f"{count}\n{framed}\n{drawn}\n{count}") == parse_plan(plan)
