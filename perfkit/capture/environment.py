"""What surrounds a capture: version, settings, extensions, the data set's mark."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from perfkit import __version__
from perfkit.capture.values import Dataset, Environment
from perfkit.catalog import Catalog
from perfkit.db.session import Session


def read_environment(session: Session, catalog: Catalog) -> Environment:
    """Version, settings that somebody set, extensions, and which data set this is. Two short catalog queries."""
    row = session.rows(
        "select shobj_description(d.oid, 'pg_database') as comment,"
        " (select jsonb_object_agg(extname, extversion) from pg_extension) as extensions"
        " from pg_database d where d.datname = current_database()"
    )[0]
    extensions = row["extensions"]
    return Environment(
        server_version=session.server_version,
        server_version_num=session.server_version_num,
        database=catalog.database,
        settings={
            s.name: _with_unit(s.value, s.unit)
            for s in catalog.settings
            if s.source not in ("default", "override")
        },
        extensions={str(k): str(v) for k, v in extensions.items()} if isinstance(extensions, dict) else {},
        perfkit_version=__version__,
        captured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dataset=read_mark(row["comment"]),
    )


def _with_unit(value: str, unit: str | None) -> str:
    """
    >>> _with_unit("512", "8kB"), _with_unit("100", "ms"), _with_unit("on", None)
    ('512 × 8kB', '100 ms', 'on')
    """
    if unit is None:
        return value
    return f"{value} × {unit}" if unit[0].isdigit() else f"{value} {unit}"


def read_mark(comment: object) -> Dataset | None:
    """The data set that a comment names; any other comment is somebody else's.

    >>> read_mark('{"perfkit_dataset": "tracker", "scale": 0.1, "seed": 1, "version": "1"}')
    Dataset(name='tracker', scale=0.1, seed=1, version='1')
    >>> read_mark("the shop's own database")
    """
    try:
        mark = json.loads(str(comment))
        return Dataset(
            name=str(mark["perfkit_dataset"]),
            scale=float(mark["scale"]),
            seed=int(mark["seed"]),
            version=str(mark["version"]),
        )
    except (ValueError, TypeError, LookupError):
        return None
