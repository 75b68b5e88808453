"""Record the plans of scenarios.sql on every major from 12, each on a server of its own that is removed afterwards.

    PERFKIT_HOME=/tmp/recording python tests/plan/record_majors.py DIRECTORY [KEPT]

DIRECTORY/<major>/<scenario> gets what ``record.py`` gives, DIRECTORY/<major>/<set>/<scenario> one plan in all four
formats. That is 20 MB; ``keep`` copies what the repository holds into KEPT, never over a recording that is there.
Fetches the servers with npm.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from record import FORMATS, STEADY, main, prepared, record_formats, scenarios

from perfkit.db.servers import Server, known_majors
from perfkit.db.servers.home import home
from perfkit.db.servers.majors import npm_provider

LONGEST_JSON_BYTES = 12_000
"""What is longer repeats itself: plans of many partitions and workers, which one major shows as well as seven."""

FORMAT_MAJORS = (13, 18)
"""The four formats changed little between majors; these are the oldest with every field of today's, and the newest."""

LONGEST_FORMATS_BYTES = 24_000

RECORDED_AT_THE_TOP = 18
"""Its plans stand in the top folder."""


def record_major(major: int, directory: Path) -> None:
    here = home()
    server = Server(name="recording", provider=npm_provider(major, here), home=here)
    try:
        dsn = server.start().conninfo("postgres")
        main(dsn, directory)
        with prepared(dsn) as connection:
            for name, options in STEADY.items():
                for scenario in scenarios():
                    texts = record_formats(connection, scenario, options)
                    for suffix, text in (texts or {}).items():
                        path = directory / name / f"{scenario.name}.{suffix}"
                        path.parent.mkdir(exist_ok=True)
                        path.write_text(text)
    finally:
        server.remove()


def keep(recorded: Path, kept: Path) -> None:
    """Copy the telling recordings: short plans of every older major, and the formats of every other scenario in turn."""
    for major in map(int, sorted(path.name for path in recorded.iterdir())):
        if major != RECORDED_AT_THE_TOP:
            for path in sorted((recorded / str(major)).glob("*.json")):
                if path.stat().st_size <= LONGEST_JSON_BYTES:
                    _copy((path, path.with_suffix(".txt")), kept / str(major))
        if major in FORMAT_MAJORS:
            names = [scenario.name for scenario in scenarios()]
            for number, name in enumerate(names):
                chosen = list(STEADY)[number // 2 % len(STEADY)]
                if number % 2 == FORMAT_MAJORS.index(major):
                    paths = [recorded / str(major) / chosen / f"{name}.{suffix}" for suffix in FORMATS]
                    if all(path.exists() for path in paths) and (
                        sum(path.stat().st_size for path in paths) <= LONGEST_FORMATS_BYTES
                    ):
                        _copy(tuple(paths), kept / str(major) / chosen)
    for path in sorted(recorded.glob("*/generic/*")):
        _copy((path,), kept / path.parent.relative_to(recorded))


def _copy(paths: tuple[Path, ...], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / paths[0].name).exists():
        for path in paths:
            shutil.copyfile(path, folder / path.name)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for one in known_majors():
        record_major(one, target / str(one))
    if len(sys.argv) > 2:
        keep(target, Path(sys.argv[2]))
