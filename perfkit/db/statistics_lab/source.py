"""What of a database is needed beside its dump to plan as it does: lengths of files, settings, rules for text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from perfkit.db.session import Session, stored_query
from perfkit.errors import CaptureError

Name = tuple[str, str]
"""Schema and name."""

_LENGTHS_TOLD = """
select n.nspname::text as schema, c.relname::text as name, c.relpages::bigint as pages
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
left join pg_index as i on i.indexrelid = c.oid
where c.relkind in ('r', 'm', 'i') and coalesce(i.indrelid, c.oid) = any (%(oids)s::oid[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """How text is compared. ``provider`` as pg_database has it: c, i or b."""

    provider: str
    collate: str
    ctype: str
    locale: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    server_version_num: int
    server_version: str
    block_bytes: int
    locale: Locale
    search_path: tuple[str, ...]
    extensions: tuple[Name, ...]
    """Each with its schema, as ``(schema, name)``."""
    collations: tuple[str, ...]
    tables: tuple[Name, ...]
    """Those to copy, and views; without foreign ones, and those this role may not read."""
    pages: Mapping[Name, int]
    settings: Mapping[str, str]

    @property
    def major(self) -> int:
        return self.server_version_num // 10000


def read_source(session: Session, tables: Collection[str]) -> Source:
    """``tables`` as SQL has their names, and what belongs to them. Four queries of the catalog; no lock is kept."""
    with session.transaction():
        database = cast(dict[str, Any], session.rows(stored_query("lab_database"))[0])
        settings = session.rows(stored_query("lab_settings"))
        found = session.rows(stored_query("lab_tables"), {"names": sorted(tables)})
        pages = _pages(session, [int(str(row["oid"])) for row in found])
    return Source(
        server_version_num=session.server_version_num,
        server_version=session.server_version,
        block_bytes=database["block_bytes"],
        locale=Locale(
            provider=database["provider"],
            collate=database["collate"],
            ctype=database["ctype"],
            locale=database["locale"],
        ),
        search_path=tuple(database["search_path"]),
        extensions=tuple((schema, name) for name, schema in database["extensions"]),
        collations=tuple(database["collations"]),
        tables=tuple((str(row["schema"]), str(row["name"])) for row in found),
        pages=pages,
        settings={str(row["name"]): str(row["value"]) for row in settings},
    )


def _pages(session: Session, oids: Sequence[int]) -> dict[Name, int]:
    """On disk now; as the last VACUUM or ANALYZE told them where a lock is in the way."""
    try:
        with session.savepoint():
            rows = session.rows(stored_query("lab_lengths"), {"oids": oids})
    except CaptureError:
        rows = session.rows(_LENGTHS_TOLD, {"oids": oids})
    return {(str(row["schema"]), str(row["name"])): int(str(row["pages"])) for row in rows}
