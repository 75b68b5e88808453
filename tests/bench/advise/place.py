"""Where the bench of index advice works: TPC-H or TPC-DS on a server with HypoPG, under the settings of the published figures."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

from perfkit.advise.selection.ask import Asked, asked
from perfkit.dataset import load
from perfkit.dataset.benchmark import benchmark_queries
from perfkit.db.servers import server
from perfkit.db.session import Session
from perfkit.db.sessions import Sessions
from perfkit.db.target import Limits, Target
from perfkit.progress import Silent
from perfkit.workload.queries import Workload, query_of

SETTINGS = {
    "work_mem": "64MB",
    "effective_cache_size": "6GB",
    "random_page_cost": "4",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
TIMEOUT_SECONDS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    client: float
    server: float

    @property
    def total(self) -> float:
        return self.client + self.server


def target_of(dataset: str, scale: float) -> Target:
    """The loaded data set, settings set for every session and HypoPG made where the server brings it."""
    home = server()
    home.start()
    database = load(dataset, home.conninfo, scale=scale).database
    target = Target(
        conninfo=home.conninfo(database), is_scratch=True, limits=Limits(statement_timeout=TIMEOUT_SECONDS)
    )
    with Session.open(target) as session:
        for name, value in SETTINGS.items():
            session.change(f"alter database {database} set {name} = '{value}'")
        if session.rows("select 1 from pg_available_extensions where name = 'hypopg'"):
            session.change("create extension if not exists hypopg")
    return target


def workload_of(dataset: str) -> Workload:
    return Workload(
        source="folder",
        queries=tuple(
            query_of(f"q{number:02}", text) for number, text in sorted(benchmark_queries(dataset).items())
        ),
    )


def questions_of(session: Session, dataset: str) -> Asked:
    return asked(Sessions(session), workload_of(dataset), (), Silent())


def client_seconds() -> float:
    """CPU of this process."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def cpu(session: Session) -> Cpu:
    """Seconds of this process and of the session's backend on the same machine."""
    stat = Path(f"/proc/{session.backend_pid}/stat").read_text(encoding="ascii")
    fields = stat.rsplit(")", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    return Cpu(client=client_seconds(), server=(int(fields[11]) + int(fields[12])) / ticks)
