"""A real psql prints recorded plans in all its forms, and each is read as the plan it shows."""

from __future__ import annotations

import pytest
from psql_forms import RECORDED, forms, printed, psql

from perfkit.db.servers import Server
from perfkit.errors import PlanParseError
from perfkit.plan import parse_plan

PLANS = (
    "18/verbose/parallel_append.txt",
    "18/costs_off/odd_names.txt",
    "13/buffers/bitmap_and.txt",
    "18/verbose/cte_recursive.yaml",
    "13/plain/sub_plan_parallel.xml",
    "13/buffers/io_timing.json",
)
ODD = (
    'Seq Scan on "a | b" "+"  (cost=0.00..1.00 rows=1 width=4)\n'
    "  Filter: ((c = 'line one\n\n  ->  line three +'::text) AND (d <> 'a \"quoted\" \\ & <b>.'::text))\n"
    "Planning Time: 0.1 ms"
)
"""A constant with newlines, an empty line in it, and psql's own marks at the ends of lines."""


@pytest.fixture(scope="module")
def shown(server: Server) -> dict[tuple[int, str], str]:
    program = psql()
    if program is None:
        pytest.skip("there is no psql beside the server's programs and none on the path")
    return printed(program, server.conninfo("postgres"), map(rows_of, texts()), forms())


def texts() -> list[str]:
    return [*((RECORDED / name).read_text().rstrip("\n") for name in PLANS), ODD]


def rows_of(text: str) -> list[str]:
    """EXPLAIN gives TEXT as a row for each line, and the other formats as one row."""
    return [text] if text.startswith(("[", "- ", "<")) else text.split("\n")


@pytest.mark.server
@pytest.mark.parametrize("number", range(len(PLANS) + 1))
def test_each_form_of_psql_gives_the_plan_it_shows(number: int, shown: dict[tuple[int, str], str]) -> None:
    expected = parse_plan(texts()[number])
    refused = {}
    for form in forms():
        try:
            found = parse_plan(shown[number, form])
        except PlanParseError as error:
            refused[form] = str(error)
        else:
            assert found == expected, form
    assert all("old-ascii" in form and "cannot tell" in message for form, message in refused.items())
    assert len(refused) < len(forms()) / 10
