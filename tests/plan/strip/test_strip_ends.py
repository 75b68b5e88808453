"""Where a plan ends, what stands after it, and texts with several."""

from __future__ import annotations

import pytest

from perfkit.errors import PlanParseError
from perfkit.plan import collect_plans, parse_plan, parse_plans

PLAN = """\
Aggregate  (cost=460.35..460.36 rows=1 width=8) (actual time=16.278..16.282 rows=1.00 loops=1)
  ->  Hash Join  (cost=6.99..410.60 rows=19900 width=0) (actual time=0.073..15.534 rows=20000.00 loops=1)
        Hash Cond: (i.project_id = p.id)
        ->  Seq Scan on issue i  (cost=0.00..350.00 rows=20000 width=4) (actual time=0.011..1.924 rows=20000.00 loops=1)
        ->  Hash  (cost=4.50..4.50 rows=199 width=4) (actual time=0.044..0.046 rows=200.00 loops=1)
              ->  Seq Scan on project p  (cost=0.00..4.50 rows=199 width=4) (actual time=0.010..0.024 rows=200.00 loops=1)
                    Filter: (name <> 'x'::text)
"""
OTHER = """\
Limit  (cost=0.00..0.02 rows=1 width=4)
  ->  Seq Scan on issue i  (cost=0.00..350.00 rows=20000 width=4)
Planning Time: 0.100 ms
"""
LINES = PLAN.rstrip("\n").split("\n")


@pytest.mark.parametrize(
    "after",
    [
        " count \n-------\n 20000\n(1 row)\n",
        "Thanks for any help\n",
        "Thanks: Bob\n",
        "any idea?\n",
        "Time: 12.3 ms\n",
        "EDIT: I have added an index\n",
        'Indexes:\n    "issue_pkey" PRIMARY KEY, btree (id)\n',
        "\nit's slow, and I don't know why\n",
        "\nThe slow part is this:\n\n" + LINES[3] + "\n",
        "(7 rows)\n\nTime: 17.020 ms\nshop=# select 1;\n",
        "```\n",
        "LOG:  checkpoint starting: time\n",
    ],
)
def test_what_stands_after_a_plan_is_no_part_of_it(after: str) -> None:
    assert parse_plan(PLAN + after).root == parse_plan(PLAN).root


@pytest.mark.parametrize(
    "words", ["...", "(...)", "[...]", "  ...", "   [snip]", "this is the slow part", "-------"]
)
@pytest.mark.parametrize("place", [1, 3, 5, 6])
def test_foreign_words_within_a_plan_are_refused_with_their_place(words: str, place: int) -> None:
    text = "\n".join([*LINES[:place], words, *LINES[place:]])
    with pytest.raises(PlanParseError) as caught:
        parse_plan(text)
    assert caught.value.line in (place + 1, place + 2)


def test_an_elision_at_the_end_is_refused() -> None:
    for end in ("...", PLAN.rstrip("\n")[-1] + "..."):
        with pytest.raises(PlanParseError, match="cannot read this line as part of the plan"):
            parse_plan(PLAN.rstrip("\n") + "\n" * (end == "...") + end + "\n")


def test_a_plan_without_its_root_is_refused() -> None:
    with pytest.raises(PlanParseError, match="fits no plan above it") as caught:
        parse_plan("\n".join(LINES[1:]))
    assert (caught.value.line, caught.value.column) == (1, 3)


def test_the_rest_of_another_plan_is_not_put_to_the_first() -> None:
    found = collect_plans(OTHER + "\n" + "\n".join(LINES[3:]))
    assert (found.plans, [error.line for error in found.errors]) == ((), [5])


@pytest.mark.parametrize("between", ["", "\n", "With an index:\n", "\nWith an index:\n\n", "-- second\n"])
def test_several_plans_are_told_apart(between: str) -> None:
    text = PLAN + between + OTHER
    found = collect_plans(text)
    second = PLAN.count("\n") + between.count("\n") + 1
    assert found.plans == (parse_plan(PLAN), parse_plan(OTHER))
    assert found.lines == (1, second)
    assert parse_plans(text) == found.plans
    with pytest.raises(PlanParseError, match=rf"the text holds 2 plans, in lines 1, {second};") as caught:
        parse_plan(text)
    assert caught.value.line == second


def test_what_can_be_read_is_collected_with_the_errors() -> None:
    broken = "\n".join([*LINES[:3], "...", *LINES[3:]])
    text = f'```\n{OTHER}```\nand\n```\n{broken}\n```\nand\n```json\n[{{"Plan": {{"Node Type": 7}}}}]\n```\n{PLAN}'
    found = collect_plans(text)
    assert [len(list(plan.walk())) for plan in found.plans] == [2, 5]
    assert [(error.line, error.column, error.excerpt) for error in found.errors] == [
        (11, 1, "..."),
        (19, 1, '[{"Plan": {"Node Type": 7}}]'),
    ]
    with pytest.raises(PlanParseError, match="holds 4 plans, of which 2 cannot be read"):
        parse_plan(text)


def test_a_text_without_a_plan_says_so_at_its_first_line() -> None:
    with pytest.raises(PlanParseError, match="found no plan") as caught:
        parse_plan("\n  [not json]\n{nor this}\nPlan:\n  none\nLimit is what I need\n")
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_prose_before_a_plan_may_look_like_documents() -> None:
    assert parse_plan("[sic] a\n[\n{ not\nPlan:\n\n" + PLAN).root == parse_plan(PLAN).root


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        (
            "so:\n\nGather Motion 3:1  (slice1; segments: 3)\n  ->  Seq Scan on t2\nOptimizer: GPORCA\n\nwhy?",
            2,
        ),
        ("see\n```Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)```\nok", 1),
        ("QUERY PLAN\n----------\nSort\n  Sort Key: a\n  Sort Method: quicksort  Memory: 25kB\n", 1),
        ("<pre>Seq Scan on t\n  Filter: (a &amp;&amp; b)</pre>", 1),
    ],
)
def test_forks_and_hands_write_plans_too(text: str, nodes: int) -> None:
    found = parse_plan(text)
    assert len(list(found.walk())) == nodes
    assert "&amp;" not in (found.root.filter or "")


def test_a_dot_before_a_newline_in_a_constant_is_never_lost() -> None:
    """Without a margin it may be psql's mark of a broken line as well."""
    text = "Result\n  Output: f('\nWater, water, every where ... drop to drink.\nS. T. Coleridge'::text)\n"
    with pytest.raises(PlanParseError, match="cannot tell"):
        parse_plan(text)
