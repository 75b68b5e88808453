"""A made-up workload of any number of different statements on the tables of ``scale_database``; their calls follow Zipf's law."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from perfkit.workload.queries import Workload, WorkloadQuery, query_of
from tests.bench.scale_database import ScaleColumn, ScaleTable

ALL_CALLS = 1_000_000.0


def workload(tables: Sequence[ScaleTable], size: int) -> Workload:
    """The same for each size; a larger one begins with the statements of a smaller."""
    random_ = random.Random(1)
    by_name = {table.name: table for table in tables}
    found: dict[str, WorkloadQuery] = {}
    while len(found) < size:
        table = random_.choice(tables)
        text = random_.choices(list(_KINDS), list(_KINDS.values()))[0](random_, table, by_name)
        query = query_of(f"q{len(found) + 1}", text, calls=ALL_CALLS / (len(found) + 10))
        found.setdefault(query.fingerprint, query)
    return Workload(source="file", queries=tuple(found.values()))


def _columns(random_: random.Random, table: ScaleTable, count: int) -> list[ScaleColumn]:
    return random_.sample(table.columns, min(count, len(table.columns)))


def _value(random_: random.Random, column: ScaleColumn) -> str:
    number = random_.randrange(column.distinct)
    return {
        "int": str(number),
        "text": f"'v{number}'",
        "date": f"date '2023-01-01' + {number % 1000}",
        "timestamp": f"timestamptz '2023-01-01 00:00+00' + interval '{number * 7} minutes'",
    }[column.kind]


def _compared(random_: random.Random, column: ScaleColumn, alias: str = "") -> str:
    value = _value(random_, column)
    if column.kind in ("date", "timestamp"):
        return f"{alias}{column.name} between {value} and {value} + interval '{random_.randint(1, 9)} days'"
    return f"{alias}{column.name} = {value}"


def _conditions(random_: random.Random, table: ScaleTable, most: int = 3, alias: str = "") -> str:
    count = random_.randint(1, most)
    return " and ".join(_compared(random_, one, alias) for one in _columns(random_, table, count))


def _read(random_: random.Random, table: ScaleTable, alias: str = "") -> str:
    if random_.random() < 0.3:
        return f"{alias}*"
    return ", ".join(f"{alias}{one.name}" for one in _columns(random_, table, random_.randint(1, 4)))


_Maker = Callable[[random.Random, ScaleTable, dict[str, ScaleTable]], str]


def _lookup(random_: random.Random, table: ScaleTable, _: dict[str, ScaleTable]) -> str:
    return f"select {_read(random_, table)} from {table.name} where {_conditions(random_, table)}"


def _latest(random_: random.Random, table: ScaleTable, _: dict[str, ScaleTable]) -> str:
    order = _columns(random_, table, 1)[0].name
    return (
        f"select {_read(random_, table)} from {table.name} where {_conditions(random_, table, 2)}"
        f" order by {order} desc limit 20"
    )


def _grouped(random_: random.Random, table: ScaleTable, _: dict[str, ScaleTable]) -> str:
    by = _columns(random_, table, 1)[0].name
    return f"select {by}, count(*) from {table.name} where {_conditions(random_, table, 2)} group by {by}"


def _joined(random_: random.Random, table: ScaleTable, tables: dict[str, ScaleTable]) -> str:
    if table.parent is None:
        return _lookup(random_, table, tables)
    parent = tables[table.parent]
    text = f"{table.name} as a join {parent.name} as b on b.id = a.parent_id"
    if parent.parent is not None and random_.random() < 0.3:
        text += f" join {parent.parent} as c on c.id = b.parent_id"
    condition = _conditions(random_, table, 2, "a.")
    if random_.random() < 0.5:
        condition = _conditions(random_, parent, 2, "b.")
    return f"select {_read(random_, table, 'a.')}, b.id from {text} where {condition}"


def _update(random_: random.Random, table: ScaleTable, _: dict[str, ScaleTable]) -> str:
    column, where = _columns(random_, table, 2)
    return (
        f"update {table.name} set {column.name} = {_value(random_, column)} where {_compared(random_, where)}"
    )


def _insert(random_: random.Random, table: ScaleTable, _: dict[str, ScaleTable]) -> str:
    columns = _columns(random_, table, random_.randint(2, 5))
    names = ", ".join(["id", *(one.name for one in columns)])
    values = ", ".join([str(random_.randint(10**6, 10**8)), *(_value(random_, one) for one in columns)])
    return f"insert into {table.name} ({names}) values ({values})"


_KINDS: dict[_Maker, float] = {
    _lookup: 40,
    _latest: 15,
    _grouped: 10,
    _joined: 20,
    _update: 10,
    _insert: 5,
}
