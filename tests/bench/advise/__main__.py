"""make bench-advise: index advice for TPC-H against Extend, by what-if cost, by execution; TPC-DS; the probes; the paths; upkeep.

python -m tests.bench.advise what-if [--scale 1] [--seconds 60] [--budgets 250,500,1000,2000,5000]
python -m tests.bench.advise executed [--scale 1] [--budget 1000]
python -m tests.bench.advise probes [--scale 0.2]
python -m tests.bench.advise tpcds [--scale 1] [--seconds 600]
python -m tests.bench.advise paths [--dataset tracker] [--scale 0.2] [--budget 1000] [--seconds 60]
python -m tests.bench.advise upkeep

PERFKIT_POSTGRES names an installation with HypoPG. Prints figures; asserts nothing.
"""

from __future__ import annotations

import argparse

from perfkit.db.session import Session
from tests.bench.advise.executed import run_executed
from tests.bench.advise.paths import run_paths
from tests.bench.advise.place import questions_of, target_of
from tests.bench.advise.probes import run_probes
from tests.bench.advise.tpcds import run_tpcds
from tests.bench.advise.upkeep import run_upkeep
from tests.bench.advise.what_if import MEGABYTE, extend, modelled, search
from tests.bench.process import say

BUDGETS = "250,500,1000,2000,5000"


def run_what_if(scale: float, seconds: float, budgets: list[int]) -> None:
    with Session.open(target_of("tpch", scale)) as session:
        found = questions_of(session, "tpch")
        nothing = sum(plan.root.estimate.total_cost for plan in found.plans if plan.root.estimate)
        say(f"TPC-H scale {scale:g}, {len(found.questions)} queries, no index {nothing / 1e6:.3f} M")
        say(
            "MB | Extend w3: cost M, MB, calls, CPU s | steps alone: cost M, ratio, calls, CPU s |"
            " exact: cost M, ratio, gap, MB, calls, CPU s, wall s"
        )
        for budget in budgets:
            most = budget * MEGABYTE
            theirs, their_cpu = extend(session, found, most)
            quick = search(session, found, most, seconds=seconds, is_exact=False)
            best = search(session, found, most, seconds=seconds, is_exact=True)
            bounded = best.selected.bounded
            say(
                f"{budget} | {theirs.cost / 1e6:.3f}, {theirs.size_bytes / MEGABYTE:.0f}, {theirs.calls}, {their_cpu.total:.1f}"
                f" | {quick.selected.total / 1e6:.3f}, {quick.selected.total / theirs.cost:.3f}, {quick.calls}, {quick.cpu.total:.1f}"
                f" | {best.selected.total / 1e6:.3f}, {best.selected.total / theirs.cost:.3f},"
                f" {100 * bounded.gap if bounded else 0:.1f} %, {best.size_bytes / MEGABYTE:.0f}, {best.calls},"
                f" {best.cpu.total:.1f}, {best.selected.seconds:.0f}"
            )
            if budget == 1000:
                built = search(session, found, most, seconds=seconds, is_exact=True, size_of=modelled(found))
                say(
                    f"{budget} in built megabytes by our model: {built.selected.total / 1e6:.3f} M,"
                    f" {built.selected.total / theirs.cost:.3f} of Extend's"
                )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["what-if", "executed", "probes", "tpcds", "paths", "upkeep"])
    parser.add_argument("--scale", type=float)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--budgets", default=BUDGETS)
    parser.add_argument("--budget", type=int, default=1000)
    parser.add_argument("--dataset", default="tracker", choices=["tracker", "tpch", "tpcds"])
    given = parser.parse_args()
    match given.part:
        case "what-if":
            run_what_if(
                given.scale or 1.0, given.seconds or 60.0, [int(one) for one in given.budgets.split(",")]
            )
        case "executed":
            run_executed(given.scale or 1.0, given.budget, given.seconds or 300.0)
        case "probes":
            run_probes(given.scale or 0.2, given.seconds or 200.0)
        case "tpcds":
            run_tpcds(given.scale or 1.0, given.seconds or 600.0)
        case "paths":
            run_paths(given.dataset, given.scale or 0.2, given.budget, given.seconds or 60.0)
        case "upkeep":
            run_upkeep()


main()
