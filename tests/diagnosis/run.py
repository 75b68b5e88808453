"""Make a case's database, investigate its statement through the front door, and score what came."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from perfkit import connect, document
from perfkit.dataset import load
from perfkit.db.servers import Server
from perfkit.errors import PerfkitError
from perfkit.investigation import SCHEMA
from tests.diagnosis.case import Case
from tests.diagnosis.clock import database_clock
from tests.diagnosis.score import Score, score

DATABASE = "diagnosis"
BUDGET_SECONDS = 60.0


def run(case: Case, server: Server, *, keep: bool = False) -> Score:
    """One case from an empty database to its score; the database is dropped afterwards."""
    database = made(case, server)
    found, error = None, None
    started, spent = time.perf_counter(), 0.0
    try:
        with _blocking(case, server.conninfo(database)), database_clock() as clock:
            started = time.perf_counter()
            try:
                found = _investigate(case, server.conninfo(database))
            except PerfkitError as problem:
                error = str(problem)
            spent = clock.seconds
        seconds = time.perf_counter() - started
    finally:
        if not keep:
            with psycopg.connect(server.conninfo("postgres"), autocommit=True) as session:
                session.execute(f"drop database if exists {database} with (force)")
    return score(case, found, seconds, spent, error)


def made(case: Case, server: Server) -> str:
    """The name of a fresh database with what the case wants in it."""
    source = (
        load("tracker", server.conninfo, scale=case.scale).database
        if case.database == "tracker"
        else "template1"
    )
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as session:
        session.execute(f"drop database if exists {DATABASE} with (force)")
        session.execute(f"create database {DATABASE} template {source}")
    if case.setup:
        with psycopg.connect(server.conninfo(DATABASE), autocommit=True) as session:
            for statement in statements(case.setup):
                session.execute(statement.encode())
    return DATABASE


def statements(script: str) -> Iterator[str]:
    """The statements of a script, which VACUUM and its like want to be sent one by one."""
    from perfkit.sql.outline import parts
    from perfkit.sql.tokens import scan

    for tokens in parts(scan(script)):
        yield script[tokens[0].start : tokens[-1].end]


def _investigate(case: Case, conninfo: str) -> Any:
    lab = connect(conninfo, scratch=True, progress=False)
    more: dict[str, Any] = {}
    if case.session:
        more["setup"] = case.session
    if case.param_sets:
        more["parameter_sets"] = case.param_sets
    found = lab.investigate(
        case.log or case.sql,
        case.params,
        allow_writes=case.allow_writes,
        budget_seconds=BUDGET_SECONDS,
        **more,
    )
    return json.loads(document.dumps(document.to_document(found, SCHEMA)))


@contextmanager
def _blocking(case: Case, conninfo: str) -> Iterator[None]:
    """Another session that has run the case's blocker and stays in its transaction."""
    if not case.blocker:
        yield
        return
    with psycopg.connect(conninfo) as session:
        for statement in statements(case.blocker):
            session.execute(statement.encode())
        try:
            yield
        finally:
            session.rollback()
