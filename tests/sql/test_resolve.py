"""What each occurrence of a table is asked for, by golden cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import Case, check, read_cases
from issue_catalog import tracker

from perfkit.sql import OrderKey, Predicate, TableUse, parse_statement
from perfkit.sql.usage import resolve

CASES = read_cases(Path(__file__).parent / "cases")


def describe(sql: str) -> list[str]:
    statement = parse_statement(sql)
    assert statement.parse_error is None
    return [line for use in resolve(statement, tracker()) for line in _use(use)]


def _use(use: TableUse) -> list[str]:
    flags = ["unknown"] * (not use.is_known) + ["target"] * use.is_target + ["outer"] * use.is_outer
    flags += [f"depth {use.depth}"] * bool(use.depth) + ["correlated"] * use.is_correlated
    flags += ["distinct"] * use.is_distinct + ["grouped"] * use.is_grouped
    flags += [f"beside {use.siblings}"] * bool(use.siblings)
    lines = [f"{use.relation} {use.alias}" + (f" [{', '.join(flags)}]" if flags else "")]
    lines += [f"  {_predicate(predicate)}" for predicate in use.predicates]
    if use.order:
        lines.append(
            "  order " + ", ".join(map(_order, use.order)) + ("" if use.is_order_complete else ", …")
        )
    if use.group:
        lines.append("  group " + ", ".join(use.group) + ("" if use.is_group_complete else ", …"))
    if use.window:
        lines.append("  window " + ", ".join(map(_order, use.window)))
    if use.limit or use.offset:
        lines.append(f"  limit {use.limit and use.limit.sql} offset {use.offset and use.offset.sql}")
    if not use.selects_star:
        selected = f"; selected {', '.join(use.selected)}" if use.selected else ""
        lines.append(f"  columns {', '.join(use.columns)}{selected}")
    return lines


def _predicate(item: Predicate) -> str:
    marks = ["literal"] * item.is_literal + ["constant"] * (item.is_constant and not item.is_literal)
    marks += [f"join {item.other.alias}.{item.other.column}" if item.other else "join"] * item.is_join
    marks += [f"wrapped by {item.wrapped_by}"] * (item.wrapped_by is not None)
    marks += [item.clause] * (item.clause != "where")
    marks += [f"arm {item.or_arm + 1} of {item.or_arms} in {item.or_group}"] * item.is_under_or
    marks += [f"row {item.row_columns}"] * bool(item.row_columns)
    condition = " ".join(filter(None, (item.expression, item.operator, item.value)))
    return f"{item.column}: {item.use} | {condition} | {', '.join(marks) or 'varying'}"


def _order(key: OrderKey) -> str:
    direction = "desc" if key.is_descending else "asc"
    return f"{key.expression} {direction} nulls {'first' if key.nulls_first else 'last'}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_resolve(case: Case) -> None:
    check(case, describe)


def test_a_statement_without_tree_has_no_uses() -> None:
    statement = parse_statement("select from where")
    assert statement.tree is None
    assert resolve(statement, tracker()) == ()


def test_resolving_leaves_the_tree_alone() -> None:
    statement = parse_statement(
        "with x as (select * from issues) select * from x where lower(x.title) = 'a' or id in (1)"
    )
    assert statement.tree is not None
    before = statement.tree.sql()
    first = resolve(statement, tracker())
    assert statement.tree.sql() == before
    assert resolve(statement, tracker()) == first


def test_a_long_list_is_counted_not_quoted() -> None:
    values = ", ".join(map(str, range(5000)))
    (use,) = resolve(parse_statement(f"select 1 from issues where id in ({values})"), tracker())
    assert use.predicates[0].value == "(5000 values)"
    assert use.predicates[0].sql == "id IN (5000 values)"


def test_a_chain_of_many_conditions_is_read() -> None:
    conditions = " and ".join(f"priority > {number}" for number in range(300))
    (use,) = resolve(parse_statement(f"select 1 from issues where {conditions}"), tracker())
    assert len(use.predicates) == 300
