"""How far the gate can be trusted: false alarms when nothing changed, with load on the machine, and faults that it finds.

python -m tests.bench.gate [counters] [seeded] [timing] [--rounds 200] [--load 4] [--scale 0.05] [--turns 15]

counters  every query of the data set and fifteen well-served ones against its own baseline, again and again
seeded    faults of tests/bench/gate_seeds.py, each on a clone of its own, by counters alone
timing    a query against itself, and against one that does a quarter more, in turns
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from perfkit.dataset import load
from perfkit.dataset.description import describe
from perfkit.dataset.query import slow_queries
from perfkit.db.clone import clone
from perfkit.db.servers import server as server_named
from perfkit.db.session import Session
from perfkit.db.target import Target
from perfkit.gate.observe import gate_session
from perfkit.gate.queries import GateQuery
from perfkit.gate.report import GateReport
from perfkit.gate.timing import time_in_turns
from perfkit.gate.update import update
from perfkit.lab import Lab
from tests.bench.gate_load import loaded
from tests.bench.gate_seeds import EVENTS, FRESH, QUERIES, SEEDS, Seed
from tests.bench.process import say

DATABASE = "gate_bench"


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help="counters, seeded, timing; all where none is named")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument(
        "--load", type=int, default=4, help="processes that keep the machine and the server busy"
    )
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--turns", type=int, default=15)
    given = parser.parse_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = server_named().start()
    load("tracker", server.conninfo, scale=given.scale, database=DATABASE)
    target = Target(conninfo=server.conninfo(DATABASE), is_scratch=True)
    say(
        f"PostgreSQL {server.provider.version()}, tracker at scale {given.scale:g}, {given.load} processes of load"
    )
    for part in given.parts or ("counters", "seeded", "timing"):
        with tempfile.TemporaryDirectory() as folder:
            PARTS[part](target, Path(folder), given)


def counters(target: Target, folder: Path, given: argparse.Namespace) -> None:
    """Baselines once, then the gate again and again; whatever is not ok is a false alarm."""
    _write(folder, {**QUERIES, **_shipped()})
    lab = Lab(target)
    alarms: Counter[str] = Counter()
    judged = rounds = 0
    with loaded(target, given.load):
        update(folder / "baseline", lab.gate(folder).results)
        for number in range(1, given.rounds + 1):
            report = lab.gate(folder)
            if not number % 20:
                say(f"  {number} rounds, {sum(alarms.values())} false alarms so far")
            judged += len(report.results)
            wrong = [one for one in report.results if one.verdict != "ok"]
            rounds += bool(wrong)
            for one in wrong:
                alarms[
                    f"{one.verdict} {one.query}: {'; '.join(c.text for c in (*one.worse, *one.better))}"
                ] += 1
    say(
        f"counters: {sum(alarms.values())} false alarms in {judged} verdicts of {given.rounds} A/A runs; {rounds} runs had one"
    )
    for said, count in alarms.most_common():
        say(f"  {count} × {said}")


def seeded(target: Target, folder: Path, given: argparse.Namespace) -> None:
    """Each fault on a clone of its own; found where every query that it hurts has regressed."""
    _write(folder, QUERIES)
    _baselines(target, folder)
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    with loaded(target, given.load, is_reading=False):
        for seed in SEEDS:
            report = _with(target, folder, seed)
            verdicts = {one.query: one.verdict for one in report.results}
            for query in seed.hurts:
                wanted[seed.kind] += 1
                found[seed.kind] += verdicts.get(query) == "regressed"
                if verdicts.get(query) != "regressed":
                    say(f"  not found: {seed.kind}, {seed.name}: {query} is {verdicts.get(query)}")
    for kind, count in wanted.items():
        say(f"seeded: {kind}: {found[kind]} of {count} found by counters")
    say(f"seeded: {sum(found.values())} of {sum(wanted.values())} found by counters")


def timing(target: Target, folder: Path, given: argparse.Namespace) -> None:
    """The same work on both sides, and a quarter more on one; statements of a few and of some ten milliseconds."""
    tally: dict[str, Counter[str]] = {"A/A": Counter(), "+25 %": Counter()}
    with clone(target, DATABASE) as same, clone(target, DATABASE) as more:
        for place, factor in ((same, 1.0), (more, 1.25)):
            with Session.open(place) as session:
                for sql in _work(factor):
                    session.change(sql)
        with (
            loaded(target, given.load, is_reading=False),
            gate_session(same) as one,
            gate_session(more) as other,
        ):
            for _ in range(given.rounds):
                for text in WORK:
                    query = GateQuery(name="work", source="folder", text=text)
                    for name, candidate in (("A/A", one), ("+25 %", other)):
                        times = time_in_turns(one, candidate, query, turns=given.turns)
                        tally[name][times.verdict] += 1
    for name, verdicts in tally.items():
        said = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.most_common())
        say(f"timing: {name}: {said} ({sum(verdicts.values())} in all)")


WORK = (
    "select spin(40000)",
    "select spin(400000)",
    "select sum(hashtext(body)) from sample",
    "select count(distinct id % 7919) from sample",
)
"""CPU alone in PL/pgSQL, short and long; a scan and a sort of a table."""


def _work(factor: float) -> Iterator[str]:
    yield (
        "create function spin(rounds integer) returns integer language plpgsql stable as 'declare n integer := 0;"
        f" begin for i in 1..rounds * {factor:g} loop n := n + 1; end loop; return n; end'"
    )
    rows = round(16_000 * factor)
    yield f"create table sample as select id, body from notes where id <= {rows}"
    yield "vacuum analyze sample"


def _shipped() -> dict[str, str]:
    shipped = slow_queries(describe("tracker"))
    return {one.name: one.text for one in shipped if not one.parameters}


def _write(folder: Path, queries: dict[str, str]) -> None:
    for name, text in queries.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")


def _baselines(target: Target, folder: Path) -> None:
    update(folder / "baseline", Lab(target).gate(folder).results)


def _with(target: Target, folder: Path, seed: Seed) -> GateReport:
    """The gate on a clone in which the fault has been made; stale statistics have a baseline of their own."""
    with tempfile.TemporaryDirectory() as own:
        queries = folder
        if seed.text is not None or seed.kind == "stale statistics":
            queries = Path(own)
            name = seed.hurts[0]
            _write(queries, {name: seed.text or FRESH})
        baseline = folder / "baseline"
        if seed.kind == "stale statistics":
            baseline = queries / "baseline"
            with _changed(target, (*EVENTS, seed.statements[-1], "vacuum analyze bench_events")) as good:
                update(baseline, Lab(good).gate(queries).results)
        before = EVENTS if seed.kind == "stale statistics" else ()
        with _changed(target, (*before, *seed.statements)) as bad:
            return Lab(bad).gate(queries, baseline=baseline)


@contextmanager
def _changed(target: Target, statements: Sequence[str]) -> Iterator[Target]:
    with clone(target, DATABASE) as place:
        with Session.open(place) as session:
            database = str(session.rows("select current_database() as name")[0]["name"])
            for sql in statements:
                session.change(sql.replace("{database}", database))
        yield place


PARTS: dict[str, Callable[[Target, Path, argparse.Namespace], None]] = {
    "counters": counters,
    "seeded": seeded,
    "timing": timing,
}

if __name__ == "__main__":
    main(sys.argv[1:])
