"""A made-up database of many tables: some large, all with a primary key and nothing else, like an application that nobody tuned."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LARGE_ROWS = 50_000
EVERY_LARGE = 25
"""One table in so many is large."""

SMALL_ROWS = (2_000, 6_000)

_PER_KIND = {
    "int": ("int", "(hashint4(g * {salt}) & 2147483647) % {distinct}"),
    "text": ("text", "'v' || (hashint4(g * {salt}) & 2147483647) % {distinct}"),
    "date": ("date", "date '2023-01-01' + (hashint4(g * {salt}) & 2147483647) % 1000"),
    "timestamp": ("timestamptz", "timestamptz '2023-01-01 00:00+00' + g * interval '7 minutes'"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleColumn:
    name: str
    kind: str
    """int, text, date or timestamp."""
    distinct: int
    salt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleTable:
    name: str
    rows: int
    columns: tuple[ScaleColumn, ...]
    """Besides ``id``."""
    parent: str | None
    """The table whose ``id`` the column ``parent_id`` holds."""


def made_tables(count: int) -> tuple[ScaleTable, ...]:
    """The same for each count."""
    random_ = random.Random(count)
    tables: list[ScaleTable] = []
    for place in range(count):
        rows = LARGE_ROWS if place % EVERY_LARGE == 0 else random_.randint(*SMALL_ROWS)
        parent = random_.choice(tables) if tables else None
        columns = [
            ScaleColumn(
                name=f"{kind}_{number}",
                kind=kind,
                distinct=random_.choice((5, 50, 500, 5_000)),
                salt=random_.randint(3, 999),
            )
            for number, kind in enumerate(
                [
                    "int",
                    "text",
                    "date",
                    "timestamp",
                    *random_.choices(list(_PER_KIND), k=random_.randint(1, 6)),
                ]
            )
        ]
        if parent is not None:
            columns.append(ScaleColumn(name="parent_id", kind="int", distinct=parent.rows, salt=7))
        tables.append(
            ScaleTable(name=f"t{place:03}", rows=rows, columns=tuple(columns), parent=parent and parent.name)
        )
    return tuple(tables)


def statements_of_database(tables: Sequence[ScaleTable]) -> Iterator[str]:
    """CREATE TABLE AS for each, and its primary key; 500 tables take about half a minute."""
    for table in tables:
        values = ", ".join(
            f"({_PER_KIND[one.kind][1].format(salt=one.salt, distinct=one.distinct)})::{_PER_KIND[one.kind][0]}"
            f" as {one.name}"
            for one in table.columns
        )
        yield (
            f"create table {table.name} as select g as id, {values} from generate_series(1, {table.rows}) as g"
        )
        yield f"alter table {table.name} add primary key (id)"
