"""The search on cost tables in memory: the exact program finds what trying every set finds, and no limit is passed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import inf

import pytest

from perfkit.advise.indexes.shape import Key, Shape
from perfkit.advise.selection import exact, program
from perfkit.advise.selection.costs import Costs, peel
from perfkit.advise.selection.effect import Effect
from perfkit.advise.selection.exact import Bounded, refined
from perfkit.advise.selection.experience import Experience
from perfkit.advise.selection.greedy import exchanged, fitting, steps
from perfkit.advise.selection.option import Option
from perfkit.advise.selection.planned import Answer, Item, Planned
from perfkit.advise.selection.problem import Limits, Problem
from perfkit.advise.selection.program import Choice, Program, solve
from perfkit.advise.selection.select import Ground, select
from perfkit.advise.selection.sparing import sparing
from perfkit.advise.selection.writes import Upkeep, WriteLoad
from perfkit.catalog import Relation

SEEDS = range(30)


class Table:
    """A planner whose statements have plans in a table: each needs its indexes, and the cheapest that may be had is taken."""

    def __init__(self, plans: Sequence[Sequence[tuple[int, float]]]) -> None:
        self.plans = plans
        self.calls = 0
        self.asked: list[tuple[int, int]] = []

    def each(self, work: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
        return [work(item) for item in items]

    def plan(self, place: int, chosen: int) -> Planned:
        self.calls += 1
        self.asked.append((place, chosen))
        cost, used = min((cost, needs) for needs, cost in self.plans[place] if not needs & ~chosen)
        return Planned(cost=cost, used=used)


def option(number: int, table: str = "a", *columns: str) -> Option:
    relation = Relation(
        schema="public", name=table, kind="table", rows=1e6, pages=1000, all_visible_pages=0, table_bytes=None
    )
    keys = tuple(Key(column=name) for name in columns or (f"c{number}",))
    return Option(number=number, shape=Shape(relation=relation, equal=(), then=keys))


def random_plans(dice: random.Random, statements: int, options: int) -> list[list[tuple[int, float]]]:
    """Plans of one to three indexes each, some of them better than their parts."""
    plans = []
    for _ in range(statements):
        scan = dice.uniform(500, 5000)
        found = [(0, scan)]
        for _ in range(dice.randint(3, 9)):
            needs = sum(1 << number for number in dice.sample(range(options), dice.randint(1, 3)))
            found.append((needs, scan * dice.uniform(0.02, 0.95)))
        plans.append(found)
    return plans


def random_problem(seed: int) -> Problem:
    dice = random.Random(seed)
    statements, options = dice.randint(3, 5), dice.randint(6, 9)
    planner = Table(random_plans(dice, statements, options))
    every = (1 << options) - 1
    sizes = {number: float(dice.randint(1, 100)) for number in range(options)}
    loads = [
        WriteLoad(table=table, kind="insert", rows=dice.uniform(0, 300), changed=frozenset())
        for table in "ab"
    ]
    return Problem(
        options={number: option(number, dice.choice("ab")) for number in range(options)},
        sizes=sizes,
        weights=[dice.choice([0.0, 1.0, 1.0, 7.0]) if place else 1.0 for place in range(statements)],
        costs=Costs(planner, [every] * statements),
        limits=Limits(),
        upkeep=Upkeep(loads, sizes, byte_price=dice.uniform(0, 3)),
    )


def random_limits(problem: Problem, seed: int) -> Limits:
    dice = random.Random(seed)
    every = sum(one.bit for one in problem.options.values())
    kind = seed % 4
    return Limits(
        most_bytes=problem.size(every) * dice.uniform(0.1, 0.5) if kind in (0, 3) else None,
        most_per_table=dice.randint(1, 2) if kind == 1 else None,
        most_writes=problem.write_cost(every) * dice.uniform(0.1, 0.5) if kind in (2, 3) else None,
    )


def sets(problem: Problem) -> Iterator[int]:
    return (chosen for chosen in range(1 << len(problem.options)) if problem.is_allowed(chosen))


def true_total(problem: Problem, chosen: int) -> float:
    """As the table has it, past everything that ``Costs`` infers."""
    planner = problem.costs._planner
    reads = sum(weight * planner.plan(place, chosen).cost for place, weight in enumerate(problem.weights))
    return reads + problem.upkeep_cost(chosen)


def best_of_all(problem: Problem) -> float:
    return min(true_total(problem, chosen) for chosen in sets(problem))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_finds_the_best_of_all_sets(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "GAP", 1e-7)
    monkeypatch.setattr(program, "RELATIVE_GAP", 1e-8)
    free = random_problem(seed)
    problem = replace(free, limits=random_limits(free, seed))
    found = refined(problem, 0, seconds=60)
    assert found.is_solved
    assert problem.is_allowed(found.chosen)
    assert found.total == pytest.approx(true_total(problem, found.chosen))
    assert found.total == pytest.approx(best_of_all(problem))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_bound_is_above_the_best_of_all_sets(seed: int) -> None:
    free = random_problem(seed)
    problem = replace(free, limits=random_limits(free, seed))
    seen: list[Bounded] = []
    found = refined(problem, 0, seconds=60, seen=seen.append)
    best = best_of_all(problem)
    assert seen[-1] == found
    assert found.is_solved
    assert found.total * (1 - exact.GAP) <= best <= found.total * (1 + 1e-9)
    assert all(one.bound <= best * (1 + 1e-6) for one in seen)
    assert [one.bound for one in seen] == sorted(one.bound for one in seen)


def test_a_search_without_time_keeps_its_start() -> None:
    problem = random_problem(0)
    found = refined(problem, 0b11, seconds=0)
    everything = sum(option.bit for option in problem.options.values())
    assert (found.chosen, found.is_solved) == (0b11, False)
    assert found.bound == pytest.approx(true_total(problem, everything) - problem.upkeep_cost(everything))
    assert 0 < found.gap < 1


def test_kept_options_are_in_every_set() -> None:
    free = random_problem(1)
    problem = replace(free, limits=Limits(kept=0b101))
    assert next(steps(problem)).chosen == 0b101
    assert all(step.chosen & 0b101 == 0b101 for step in steps(problem))
    found = refined(problem, 0b101, seconds=60)
    assert found.chosen & 0b101 == 0b101
    assert problem.used(0b101) == 0b101
    assert found.total * (1 - exact.GAP) <= best_of_all(problem)


def test_limits_that_allow_no_set_have_no_answer() -> None:
    free = random_problem(1)
    problem = replace(free, limits=Limits(kept=0b1, most_bytes=free.sizes[0] / 2))
    found = refined(problem, 0b1, seconds=60)
    assert (found.chosen, found.is_solved) == (0b1, False)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_step_is_allowed_and_better(seed: int) -> None:
    free = random_problem(seed)
    problem = replace(free, limits=random_limits(free, seed))
    path = list(steps(problem))
    path += exchanged(problem, path[-1])
    assert all(problem.is_allowed(step.chosen) for step in path)
    assert all(step.total == pytest.approx(true_total(problem, step.chosen)) for step in path)
    assert all(later.total < earlier.total for earlier, later in itertools.pairwise(path))
    assert best_of_all(problem) <= path[-1].total * (1 + 1e-9)


def test_an_exchange_leaves_a_trap_of_single_steps() -> None:
    """The first index saves the most for its size, and then leaves no room for the two that save more."""
    plans = [[(0, 1000.0), (0b001, 300.0), (0b010, 100.0)], [(0, 1000.0), (0b001, 700.0), (0b100, 100.0)]]
    sizes = {0: 10.0, 1: 10.0, 2: 10.0}
    problem = Problem(
        options={number: option(number) for number in range(3)},
        sizes=sizes,
        weights=[1.0, 1.0],
        costs=Costs(Table(plans), [0b111, 0b111]),
        limits=Limits(most_bytes=20),
    )
    path = list(steps(problem))
    assert (path[1].chosen, path[-1].total) == (0b001, 400.0)
    last = list(exchanged(problem, path[-1]))[-1]
    assert (last.chosen, last.total, last.size) == (0b110, 200.0, 20.0)


def test_a_wider_index_takes_the_place_of_a_narrower() -> None:
    """Both do not fit; they begin with the same key."""
    options = {0: option(0, "a", "x"), 1: option(1, "a", "x", "y")}
    problem = Problem(
        options=options,
        sizes={0: 10.0, 1: 20.0},
        weights=[1.0],
        costs=Costs(Table([[(0, 1000.0), (0b01, 200.0), (0b10, 100.0)]]), [0b11]),
        limits=Limits(most_per_table=1),
    )
    assert [step.chosen for step in steps(problem)] == [0, 0b01, 0b10]


def test_limits() -> None:
    options = {0: option(0, "a"), 1: option(1, "a"), 2: option(2, "b")}
    upkeep = Upkeep([WriteLoad(table="public.a", kind="insert", rows=100.0, changed=frozenset())])
    problem = Problem(
        options=options,
        sizes={0: 5.0, 1: 7.0, 2: 9.0},
        weights=[],
        costs=Costs(Table([]), []),
        limits=Limits(),
        upkeep=upkeep,
    )

    def allowed(limits: Limits) -> list[int]:
        return list(sets(replace(problem, limits=limits)))

    assert allowed(Limits()) == list(range(8))
    assert allowed(Limits(most_bytes=12)) == [0, 0b001, 0b010, 0b011, 0b100]
    assert allowed(Limits(most_per_table=1)) == [0, 0b001, 0b010, 0b100, 0b101, 0b110]
    assert allowed(Limits(most_writes=100)) == [0, 0b001, 0b010, 0b100, 0b101, 0b110]
    assert allowed(Limits(kept=0b100, most_bytes=14)) == [0b100, 0b101]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_set_is_asked_about_twice(seed: int) -> None:
    problem = random_problem(seed)
    planner = problem.costs._planner
    assert isinstance(planner, Table)
    for _ in range(2):
        refined(problem, 0, seconds=60)
        list(steps(problem))
    assert len(set(planner.asked)) == len(planner.asked) == problem.costs.calls


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_inferred_is_what_would_be_answered(seed: int) -> None:
    """In any order of questions; and the bounds hold before each."""
    problem = random_problem(seed)
    truth = Table(problem.costs._planner.plans)
    questions = [(place, chosen) for place in range(len(problem.weights)) for chosen in range(64)]
    random.Random(seed).shuffle(questions)
    for place, chosen in questions:
        low, high = problem.costs.at_least(place, chosen), problem.costs.at_most(place, chosen)
        answer, true = problem.costs.of(place, chosen), truth.plan(place, chosen)
        assert low <= true.cost <= high
        assert (answer.cost, answer.used) == (true.cost, true.used)
    assert problem.costs.calls < len(questions)


def test_an_unused_index_is_inferred_away() -> None:
    costs = Costs(planner := Table([[(0, 100.0), (0b001, 10.0)]]), [0b111])
    assert costs.of(0, 0b111).used == 0b001
    assert [costs.of(0, chosen).cost for chosen in (0b001, 0b011, 0b101)] == [10.0] * 3
    assert planner.calls == 1
    assert (costs.at_least(0, 0b010), costs.at_most(0, 0b010)) == (10.0, float("inf"))
    assert costs.of(0, 0b110).cost == 100.0
    assert costs.of(0, 0b010).cost == 100.0
    assert planner.asked == [(0, 0b111), (0, 0b110)]


def test_an_option_of_no_use_to_a_statement_is_not_shown_to_it() -> None:
    costs = Costs(planner := Table([[(0, 100.0)], [(0, 100.0), (0b10, 9.0)]]), [0b01, 0b10])
    assert (costs.of(0, 0b11).cost, costs.of(1, 0b11).cost) == (100.0, 9.0)
    assert planner.asked == [(0, 0b01), (1, 0b10)]
    assert (costs.users(0), costs.users(1)) == ([0], [1])
    costs.narrow(0, 0)
    costs.widen(1, 0b110)
    assert costs.of(0, 0b11).cost == 100.0
    assert costs.of(1, 0b110).cost == 9.0
    assert planner.asked[2:] == [(1, 0b110)], "what is known for the empty set of statement 0 is inferred"


def test_peeling_finds_the_second_best_too() -> None:
    plans = [[(0, 100.0), (0b0001, 10.0), (0b0110, 20.0), (0b1000, 99.9)]]
    costs = Costs(Table(plans), [0b1111])
    assert peel(costs, 0, 0b1111, layers=8, least_saving=0.003) == 0b0111
    assert peel(costs, 0, 0b1111, layers=1, least_saving=0.003) == 0b0001


def test_a_program_of_two_statements() -> None:
    """The one index that serves both is dearer than either of the two that serve one."""
    choices = [
        (1.0, [Choice(cost=100, needs=0, excludes=0), Choice(cost=10, needs=0b001, excludes=0), Choice(cost=20, needs=0b100, excludes=0)]),
        (2.0, [Choice(cost=100, needs=0, excludes=0), Choice(cost=10, needs=0b010, excludes=0), Choice(cost=20, needs=0b100, excludes=0)]),
    ]  # fmt: skip
    shared = Program(
        sizes={0: 5.0, 1: 5.0, 2: 8.0},
        upkeep={0: 1.0, 1: 1.0, 2: 1.0},
        writes={},
        tables={0: "a", 1: "a", 2: "a"},
        limits=Limits(),
        choices=choices,
    )
    free = solve(shared, seconds=10)
    assert free is not None
    assert (free.chosen, free.bound) == (0b011, pytest.approx(32))
    small = solve(replace(shared, limits=Limits(most_bytes=9)), seconds=10)
    assert small is not None
    assert (small.chosen, small.bound) == (0b100, pytest.approx(61))
    assert solve(replace(shared, limits=Limits(most_bytes=9, kept=0b011)), seconds=10) is None


def test_a_workload_without_options_is_as_good_as_can_be() -> None:
    problem = Problem(
        options={},
        sizes={},
        weights=[3.0, 1.0],
        costs=Costs(Table([[(0, 100.0)], [(0, 7.0)]]), [0, 0]),
        limits=Limits(most_bytes=5),
    )
    found = refined(problem, 0, seconds=60)
    assert (found.chosen, found.total, found.bound, found.rounds, found.is_solved) == (
        0,
        307.0,
        307.0,
        1,
        True,
    )


def test_a_choice_without_an_option_is_lost_with_it() -> None:
    found = solve(
        Program(
            sizes={0: 1.0},
            upkeep={},
            writes={},
            tables={0: "a"},
            limits=Limits(kept=0b1),
            choices=[(1.0, [Choice(cost=5, needs=0, excludes=0b1), Choice(cost=9, needs=0, excludes=0)])],
        ),
        seconds=10,
    )
    assert found is not None
    assert (found.chosen, found.bound) == (0b1, pytest.approx(9))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_set_that_is_too_large_gives_up_what_saves_the_least_for_its_size(seed: int) -> None:
    free = random_problem(seed)
    problem = replace(free, limits=random_limits(free, seed))
    every = sum(one.bit for one in problem.options.values())
    chosen = fitting(problem, every)
    assert problem.is_allowed(chosen)
    if problem.is_allowed(every):
        assert chosen == every
        return
    lost = {
        number: (problem.total(every & ~one.bit) - problem.total(every)) / problem.sizes[number]
        for number, one in problem.options.items()
    }
    first = [number for number, one in lost.items() if one <= min(lost.values()) + 1e-6]
    assert any(not chosen >> number & 1 for number in first)
    assert fitting(problem, chosen) == chosen


def of_sorts() -> Experience:
    """0, 1 and 2 begin with the same column."""
    plain = option(0, "t", "a").shape
    shapes = [
        option(0, "t", "a", "b").shape,
        plain,
        replace(plain, included=("b",)),
        option(0, "t", "c").shape,
    ]
    experience = Experience()
    for number, shape in enumerate(shapes):
        experience.meet(Option(number=number, shape=shape))
    return experience


def cost_of(experience: Experience, place: int, used: int, *, cost: float = 9.0, alone: int = 0) -> float:
    return experience.cost(place, Planned(cost=cost, used=used, alone=alone))


def test_a_plan_like_one_that_must_not_be_is_not_tried_either() -> None:
    experience = of_sorts()
    experience.ban(5, Planned(cost=9.0, used=0b0001))
    assert [cost_of(experience, 5, 1 << number) for number in range(4)] == [inf, inf, inf, 9.0]
    assert cost_of(experience, 5, 0b0100, alone=0b0100) == 9.0, "one that spares the table is not like it"
    assert cost_of(experience, 5, 0b0010, cost=3.0) == 3.0, "nor is one that is much cheaper"
    assert cost_of(experience, 5, 0b1001) == 9.0
    assert cost_of(experience, 6, 0b0001) == 9.0, "another statement"
    experience.learn(5, Planned(cost=9.0, used=0b0010), 4.0)
    assert cost_of(experience, 5, 0b0010) == 4.0, "what was run is known"
    experience.learn(6, Planned(cost=9.0, used=0b0001), 12.0)
    assert [cost_of(experience, 6, 1 << number) for number in range(4)] == [12.0, 12.0, 12.0, 9.0]
    assert cost_of(experience, 6, 0b0010, cost=13.0) == 13.0


def test_what_two_plans_that_must_not_be_share_is_at_fault_until_it_does_well() -> None:
    experience = of_sorts()
    for number, table in enumerate(("u", "v", "w"), 4):
        experience.meet(option(number, table))
    experience.ban(5, Planned(cost=9.0, used=0b0011001))
    assert cost_of(experience, 5, 0b1001001) == 9.0
    experience.ban(5, Planned(cost=9.0, used=0b0101010))
    assert cost_of(experience, 5, 0b1001001) == inf, "0 and 1 are alike, 3 is in both"
    assert cost_of(experience, 5, 0b1000001) == 9.0, "a part of what they share"
    assert cost_of(experience, 6, 0b1001001) == 9.0, "another statement"
    experience.learn(5, Planned(cost=9.0, used=0b1001001), 2.0)
    assert cost_of(experience, 5, 0b1001001) == 2.0
    assert cost_of(experience, 5, 0b1111001) == 9.0, "what they share is not at fault"


def test_what_the_server_really_does_holds_wherever_it_was_shown() -> None:
    planner = Table([[(0, 100.0), (0b001, 50.0)]])
    costs = Costs(planner, [0b011])
    assert costs.of(0, 0b011).used == 0b001
    costs.correct(0, 0b011, 0b110, 0b100)
    assert costs.useful == [0b111]
    asked = planner.calls
    assert (costs.of(0, 0b011).used, costs.of(0, 0b001).used) == (0b001, 0b001)
    assert planner.calls == asked, "where not all of it was shown the other plan stands"
    costs.correct(0, 0b111, 0b110, 0b100)
    assert costs.of(0, 0b111) == Planned(cost=50.0, used=0b110, alone=0b100)
    assert costs.of(0, 0b110).cost == 50.0
    costs.correct(0, 0b111, 0, 0)
    assert costs.of(0, 0b111) == Planned(cost=100.0, used=0)


def test_a_harmed_statement_is_spared_by_what_the_others_miss_least() -> None:
    """The first is harmed with 0 and 1 in its plan; the second gains by 0, a third by 1 and more."""
    options = {number: option(number, f"t{number}") for number in range(3)}
    plans = [
        [(0, 100.0), (0b011, 50.0)],
        [(0, 100.0), (0b001, 60.0)],
        [(0, 100.0), (0b010, 10.0), (0b100, 5.0)],
    ]
    problem = Problem(
        options=options,
        sizes=dict.fromkeys(options, 1.0),
        weights=[1.0] * 3,
        costs=Costs(Table(plans), [0b111] * 3),
        limits=Limits(),
    )
    for one in options.values():
        problem.experience.meet(one)
    for chosen in range(8):
        problem.total(chosen)
    problem.experience.ban(0, problem.costs.of(0, 0b111))
    harmed = Effect(place=0, used=0b011, proof=None)
    assert sparing(problem, 0b011, [harmed]) == 0b010
    assert sparing(problem, 0b111, [harmed]) == 0b101, "with 2 nobody misses 1"
    assert sparing(problem, 0b111, []) == 0b111
    problem.experience.ban(0, Planned(cost=100.0, used=0))
    assert sparing(problem, 0b111, [harmed]) == 0b100, "harmed with either"


@pytest.mark.parametrize("seed", SEEDS)
def test_however_little_time_there_is_what_each_statement_would_use_is_thought_of(seed: int) -> None:
    problem = random_problem(seed)
    every = sum(one.bit for one in problem.options.values())
    wanted = 0
    for plan in problem.plans(every).values():
        wanted |= plan.used
    ground = Ground(
        planner=problem.costs._planner,
        options=dict(problem.options),
        sizes=dict(problem.sizes),
        costs=problem.costs,
        weights=tuple(problem.weights),
        next_number=len(problem.options),
    )
    found = select(ground, Limits(), seconds=0.0, is_exact=False, upkeep=problem.upkeep)
    assert found.total <= min(problem.total(wanted), problem.total(0))
    assert found.total == pytest.approx(true_total(problem, found.chosen))
