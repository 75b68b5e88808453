"""TPC-DS: does it finish, what does it cost, how large is it, and what do the ten heaviest queries gain."""

from __future__ import annotations

import time

from perfkit.index_advice import Wishes, advise
from perfkit.progress import Lines
from tests.bench.advise.place import client_seconds, target_of, workload_of
from tests.bench.process import say

MOST_BYTES = 1024**3


def run_tpcds(scale: float, seconds: float) -> None:
    target = target_of("tpcds", scale)
    workload = workload_of("tpcds")
    started, before = time.monotonic(), client_seconds()
    found = advise(target, workload, Wishes(most_bytes=MOST_BYTES), seconds=seconds, progress=Lines())
    after = client_seconds()
    say(f"{found.verdict}")
    say(
        f"{time.monotonic() - started:.0f} s wall, {after - before:.1f} s client CPU, {found.what_if_calls} what-if calls,"
        f" {found.options} options, {found.backend}, {found.level}; cost {found.cost_before / 1e6:.3f} →"
        f" {found.cost_after / 1e6:.3f} M, gap {100 * (found.gap or 0):.1f} %, {found.size_bytes / 1024**2:.0f} MB"
    )
    for one in sorted(found.queries, key=lambda one: -one.cost_before)[:10]:
        before_ms = f"{one.before_ms:.0f}" if one.before_ms is not None else "-"
        after_ms = f"{one.after_ms:.0f}" if one.after_ms is not None else "-"
        say(
            f"  {one.name}: cost {one.cost_before:.0f} → {one.cost_after:.0f}, {before_ms} → {after_ms} ms, {one.verdict}"
        )
    say("  stages: " + ", ".join(f"{one.name} {one.seconds:.0f} s" for one in found.stages))
    for note in found.notes:
        say(f"  note: {note}")
