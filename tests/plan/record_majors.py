"""Record the plans of both scenario files on every major from 12, each on a server of its own that is removed afterwards.

    PERFKIT_HOME=/tmp/recording python tests/plan/record_majors.py DIRECTORY [KEPT]

DIRECTORY/<major>/<scenario> gets what ``record.py`` gives, DIRECTORY/<major>/<set>/<scenario> one plan in all four
formats. That is 40 MB; ``keep`` copies what the repository holds into KEPT, never over a recording that is there.
Fetches the servers with npm; they cannot compile, so that plans with JIT come from an installed server, if it can.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from record import FORMATS, STEADY, Scenario, main, prepared, record_formats, scenarios

from perfkit.db.servers import Server, known_majors
from perfkit.db.servers.home import home
from perfkit.db.servers.majors import npm_provider
from perfkit.db.servers.provider import Provider, providers

LONGEST_JSON_BYTES = 12_000
"""What is longer repeats itself: plans of many partitions and workers, which one major shows as well as seven."""

FORMAT_MAJORS = (13, 18)
"""The four formats changed little between majors; these are the oldest with every field of today's, and the newest."""

LONGEST_FORMATS_BYTES = 24_000

RECORDED_AT_THE_TOP = 18
"""Its plans stand in the top folder."""


LONGEST_RARE_JSON_BYTES = 5_000
LONGEST_RARE_FORMATS_BYTES = 4_000
"""The rarer statements are many; their plans are kept where they are short, with JIT always, else the shortest."""


def record_server(provider: Provider, directory: Path, *, only_jit: bool = False) -> None:
    server = Server(name="recording", provider=provider, home=home())
    chosen = [one for one in scenarios() if one.has_jit or not only_jit]
    try:
        dsn = server.start().conninfo("postgres")
        main(dsn, directory, chosen)
        with prepared(dsn) as connection:
            for name, options in STEADY.items():
                for scenario in chosen:
                    texts = record_formats(connection, scenario, options)
                    for suffix, text in (texts or {}).items():
                        path = directory / name / f"{scenario.name}.{suffix}"
                        path.parent.mkdir(exist_ok=True)
                        path.write_text(text)
    finally:
        server.remove()


def keep(recorded: Path, kept: Path) -> None:
    """Copy the telling recordings: short plans of every older major, and the formats of every other scenario in turn."""
    rare = [scenario for scenario in scenarios() if scenario.is_rare]
    rare_names = [scenario.name for scenario in rare]
    for major in map(int, sorted(path.name for path in recorded.iterdir())):
        if major != RECORDED_AT_THE_TOP:
            for path in sorted((recorded / str(major)).glob("*.json")):
                if path.stem not in rare_names and path.stat().st_size <= LONGEST_JSON_BYTES:
                    _copy((path, path.with_suffix(".txt")), kept / str(major))
        if major in FORMAT_MAJORS:
            names = [scenario.name for scenario in scenarios() if not scenario.is_rare]
            for number, name in enumerate(names):
                chosen = list(STEADY)[number // 2 % len(STEADY)]
                if number % 2 == FORMAT_MAJORS.index(major):
                    paths = [recorded / str(major) / chosen / f"{name}.{suffix}" for suffix in FORMATS]
                    if all(path.exists() for path in paths) and (
                        sum(path.stat().st_size for path in paths) <= LONGEST_FORMATS_BYTES
                    ):
                        _copy(tuple(paths), kept / str(major) / chosen)
    for path in sorted(recorded.glob("*/generic/*")):
        if path.stem not in rare_names:
            _copy((path,), kept / path.parent.relative_to(recorded))
    for number, scenario in enumerate(rare):
        _keep_rare(recorded, kept, scenario, number)


def _keep_rare(recorded: Path, kept: Path, scenario: Scenario, number: int) -> None:
    """One plan with everything and one in all formats, from majors and with options that take turns."""
    everything = list(recorded.glob(f"*/{scenario.name}.json"))
    steady = list(recorded.glob(f"*/*/{scenario.name}.json"))
    chosen: list[tuple[Path, ...]] = []
    for path in _in_turn(everything, number):
        if scenario.has_jit or path.stat().st_size <= LONGEST_RARE_JSON_BYTES:
            chosen.append((path, path.with_suffix(".txt")))
            break
    for path in _in_turn(steady, number):
        formats = tuple(path.with_suffix(f".{suffix}") for suffix in FORMATS)
        if sum(one.stat().st_size for one in formats) <= LONGEST_RARE_FORMATS_BYTES:
            chosen.append(formats)
            break
    if not chosen and steady:
        path = min(steady, key=lambda path: path.stat().st_size)
        chosen.append((path, path.with_suffix(".txt")))
    for paths in chosen:
        _copy(paths, kept / paths[0].parent.relative_to(recorded))


def _in_turn(paths: Iterable[Path], number: int) -> list[Path]:
    found = sorted(paths)
    place = number % max(len(found), 1)
    return found[place:] + found[:place]


def _copy(paths: tuple[Path, ...], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / paths[0].name).exists():
        for path in paths:
            shutil.copyfile(path, folder / path.name)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for one in known_majors():
        record_server(npm_provider(one, home()), target / str(one))
    for installed in providers():
        record_server(installed, target / str(installed.major), only_jit=True)
    if len(sys.argv) > 2:
        keep(target, Path(sys.argv[2]))
