"""Each probe alone and all of them together: the time with the advised indexes against that with the hand-written ones."""

from __future__ import annotations

import time

import psycopg

from perfkit.db.clone import clone
from perfkit.index_advice import IndexAdvice, advise
from perfkit.lab import connect
from perfkit.progress import Silent
from perfkit.workload.queries import Workload, query_of
from tests.bench.probe_run import lacking, run
from tests.bench.process import say
from tests.probes_case import Probe, read_probes

FACTOR = 2.0
FAST_MS = 1.0


def run_probes(scale: float, seconds: float) -> None:
    """Within twice of the hand-written index, or under a millisecond."""
    lab = connect(dataset="tracker", scale=scale, progress=False)
    with psycopg.connect(lab.target.conninfo, autocommit=True) as connection:
        probes = [probe for probe in read_probes() if not lacking(probe, connection)]
        hand = {probe.name: run(probe, connection) for probe in probes}
        started = time.monotonic()
        together = advise(
            lab.target,
            Workload(source="folder", queries=tuple(query_of(one.name, one.sql) for one in probes)),
            seconds=seconds,
            progress=Silent(),
        )
        say(f"{together.verdict}; {time.monotonic() - started:.0f} s")
    creates = _creates(together)
    right = 0
    sums = [0.0, 0.0, 0.0]
    database = psycopg.conninfo.conninfo_to_dict(lab.target.conninfo)["dbname"]
    with (
        clone(lab.target, str(database)) as copy,
        psycopg.connect(copy.conninfo, autocommit=True) as connection,
    ):
        for sql in creates:
            connection.execute(sql)
        connection.execute("analyze")
        for probe in probes:
            alone = Probe(name=probe.name, story="", sql=probe.sql, indexes=(), kind="")
            before, best = hand[probe.name].ms_without, hand[probe.name].ms_with
            target, now = before if best is None else best, run(alone, connection).ms_without
            is_right = now <= max(FACTOR * target, FAST_MS)
            right += is_right
            sums = [sums[0] + before, sums[1] + target, sums[2] + now]
            if not is_right:
                say(
                    f"  {probe.name} ({probe.kind}): none {before:.2f}, hand {target:.3f}, advised {now:.3f} ms"
                )
    say(f"{right} of {len(probes)} within {FACTOR:g} × of the hand-written index or under {FAST_MS:g} ms")
    say(f"sums: none {sums[0]:.0f}, hand {sums[1]:.1f}, advised {sums[2]:.1f} ms; {len(creates)} indexes")


def _creates(advice: IndexAdvice) -> list[str]:
    return [
        sql
        for one in advice.advice
        for sql in [step.sql for step in one.steps] or [one.sql]
        if sql.upper().startswith("CREATE")
    ]
