"""Loading a data set: into a database of a passing name, which gets its own name when it is complete."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from perfkit.capture.values import Dataset
from perfkit.dataset.benchmark import generated, generator_program
from perfkit.dataset.crew import Crew
from perfkit.dataset.description import DatasetDescription, Step, describe
from perfkit.dataset.mark import PASSING_PREFIX, find_database, write_mark
from perfkit.db.connection import connect, translated
from perfkit.errors import CaptureError, DatasetError, UsageError
from perfkit.progress import Progress, Silent

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[object, ...]]

HOME_DATABASE = "postgres"
"""Where databases are created and dropped from, and where loaders of the same name wait for each other."""

LONGEST_NAME_BYTES = 63
"""PostgreSQL cuts longer names off, and would then take two of them for one."""

LARGEST_SCALE = 100.0
"""Beyond it a typing error is likelier than a wish for 100 GB."""

LARGEST_SEED = 10**9
"""Seeds are multiplied by ten thousand on the server and must stay within a bigint."""

_FEWEST_WORKERS, _MOST_WORKERS = 2, 4
"""Four large tables make up nearly all of the work; a fifth session would have nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDataset:
    """A data set that a database holds."""

    dataset: Dataset
    database: str
    conninfo: str = field(repr=False)
    was_there: bool
    """It was loaded before, equal to what was asked for, and nothing was done now."""
    load_ms: float | None
    """None when it was there."""


def load(
    name: str,
    conninfo_of: Callable[[str], str],
    *,
    scale: float | None = None,
    seed: int = 1,
    database: str | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> LoadedDataset:
    """Create a database holding the data set; one that holds it already is left as it is.

    ``conninfo_of`` gives the connection string for a database of the server. ``scale`` None is the data set's default.
    ``replace`` loads afresh and drops what perfkit loaded under this name before, ending sessions connected to it; a
    database that perfkit did not load is never touched. Raises DatasetError when the name is taken by other data.
    Another process loading the same is waited for. Interrupted, it leaves nothing behind.
    """
    description = describe(name)
    wanted = Dataset(
        name=name,
        scale=_checked_scale(description, description.default_scale if scale is None else scale),
        seed=_checked_seed(description, seed),
        version=description.version,
    )
    database = _checked_name(database or name)
    if description.benchmark:
        generator_program()
    started = time.perf_counter()
    with closing(connect(conninfo_of(HOME_DATABASE), application_name="perfkit dataset")) as keeper:
        with translated():
            keeper.execute("set statement_timeout = 0")
            keeper.execute("set lock_timeout = 0")
        load_ms = None
        if replace or not _is_there(keeper, database, wanted):
            with _alone(keeper, database, progress or Silent()):
                if replace or not _is_there(keeper, database, wanted):
                    _refuse_foreign(keeper, database)
                    _make(keeper, conninfo_of, database, description, wanted, progress or Silent())
                    load_ms = (time.perf_counter() - started) * 1000
    return LoadedDataset(
        dataset=wanted,
        database=database,
        conninfo=conninfo_of(database),
        was_there=load_ms is None,
        load_ms=load_ms,
    )


def drop(conninfo_of: Callable[[str], str], database: str) -> Dataset:
    """Drop a database that holds a data set, ending sessions connected to it; says which data set it was."""
    with closing(connect(conninfo_of(HOME_DATABASE), application_name="perfkit dataset")) as keeper:
        _, dataset = find_database(keeper, database)
        if dataset is None:
            raise DatasetError(
                f"there is no data set in a database {database} on this server, so nothing was dropped"
            )
        with _alone(keeper, database, Silent()), _as_dataset_error(f"dropping database {database}"):
            _drop(keeper, database)
        return dataset


def _checked_scale(description: DatasetDescription, scale: float) -> float:
    if not math.isfinite(scale) or not description.smallest_scale <= scale <= LARGEST_SCALE:
        raise UsageError(
            f"scale {scale:g} is out of range; {description.name} takes {description.smallest_scale:g} to {LARGEST_SCALE:g}"
        )
    return scale


def _checked_seed(description: DatasetDescription, seed: int) -> int:
    if description.benchmark and seed != 1:
        raise UsageError(
            f"{description.name} has the same rows for every user, so there is no seed {seed}; leave the seed out"
        )
    if not 0 <= seed <= LARGEST_SEED:
        raise UsageError(f"seed {seed} is out of range; take a whole number from 0 to {LARGEST_SEED}")
    return seed


def _checked_name(database: str) -> str:
    longest = LONGEST_NAME_BYTES - len(PASSING_PREFIX)
    if len(database.encode()) > longest or "\0" in database:
        raise UsageError(f"database name {database!r} is too long; take at most {longest} bytes")
    return database


def _is_there(keeper: Connection, database: str, wanted: Dataset) -> bool:
    """Whether the database holds exactly this; DatasetError when it holds anything else."""
    exists, found = find_database(keeper, database)
    if exists and found != wanted:
        holds = _described(found) if found else "something that perfkit did not load"
        remedy = "replace it (--replace) or choose" if found else "choose"
        raise DatasetError(
            f"database {database} holds {holds}, not {_described(wanted)}; {remedy} another name (--database)"
        )
    return exists


def _refuse_foreign(keeper: Connection, database: str) -> None:
    exists, found = find_database(keeper, database)
    if exists and found is None:
        raise DatasetError(
            f"database {database} holds something that perfkit did not load, so it is not replaced;"
            " choose another name (--database)"
        )


def _described(dataset: Dataset) -> str:
    return f"{dataset.name} version {dataset.version} at scale {dataset.scale:g} with seed {dataset.seed}"


@contextmanager
def _alone(keeper: Connection, database: str, progress: Progress) -> Iterator[None]:
    """Hold the lock that all loaders and droppers of this name take, in whatever process they are."""
    key = f"perfkit dataset {database}"
    with translated():
        row = keeper.execute("select pg_try_advisory_lock(hashtext(%s), 0)", [key]).fetchone()
        if not (row and row[0]):
            with progress.stage(f"wait for another process that works on database {database}"):
                keeper.execute("select pg_advisory_lock(hashtext(%s), 0)", [key])
    try:
        yield
    finally:
        if not keeper.closed:
            with translated():
                keeper.execute("select pg_advisory_unlock(hashtext(%s), 0)", [key])


def _make(
    keeper: Connection,
    conninfo_of: Callable[[str], str],
    database: str,
    description: DatasetDescription,
    wanted: Dataset,
    progress: Progress,
) -> None:
    passing = f"{PASSING_PREFIX}{database}"
    try:
        with _as_dataset_error(f"loading {_described(wanted)}"):
            _drop(keeper, passing)
            _create(keeper, passing)
            settings = {"generator.seed": str(wanted.seed), "generator.scale": repr(wanted.scale)}
            with Crew.gathered(conninfo_of(passing), _workers(), settings) as crew:
                for step in description.steps():
                    if description.benchmark and step.tables:
                        _fill(crew, step, description.benchmark, wanted, progress)
                    else:
                        with progress.stage(f"{wanted.name}: {step.name}", len(step.scripts)) as advance:
                            crew.run(step.scripts, spread=step.is_spread, advance=advance)
                    crew.report_counters()
            _formatted(keeper, "comment on database %I is %L", passing, write_mark(wanted))
            _drop(keeper, database)
            _formatted(keeper, "alter database %I rename to %I", passing, database)
    except BaseException:
        if not keeper.closed:
            _drop(keeper, passing)
        raise


def _fill(crew: Crew, step: Step, benchmark: str, wanted: Dataset, progress: Progress) -> None:
    with ExitStack() as kept:
        with progress.stage(f"{wanted.name}: generate rows"):
            folder = kept.enter_context(generated(benchmark, wanted.scale))
        with progress.stage(f"{wanted.name}: {step.name}", len(step.tables)) as advance:
            crew.fill({table: folder / f"{table}.csv" for table in step.tables}, advance=advance)


def _workers() -> int:
    return min(_MOST_WORKERS, max(_FEWEST_WORKERS, os.cpu_count() or 1))


def _create(keeper: Connection, database: str) -> None:
    """One locale everywhere, so that the same data sorts, matches and plans the same; template0 allows choosing it."""
    provider = " locale_provider libc" if keeper.info.server_version >= 150000 else ""
    _formatted(
        keeper,
        f"create database %I template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'{provider}",
        database,
    )


def _drop(keeper: Connection, database: str) -> None:
    with translated():
        keeper.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
            [database],
        )
    force = " with (force)" if keeper.info.server_version >= 130000 else ""
    _formatted(keeper, f"drop database if exists %I{force}", database)


def _formatted(keeper: Connection, template: str, *values: str) -> None:
    """Run a statement that takes no parameters, its names and literals quoted by the server."""
    with translated():
        marks = "".join(", %s::text" for _ in values)
        row = keeper.execute(f"select format(%s{marks})", [template, *values]).fetchone()
        if row:
            keeper.execute(str(row[0]).encode())


@contextmanager
def _as_dataset_error(work: str) -> Iterator[None]:
    try:
        yield
    except CaptureError as error:
        raise DatasetError(f"{work} failed: {error}") from error
