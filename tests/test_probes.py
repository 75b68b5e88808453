"""The probes read, and are as many and as varied as they claim."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.probes_case import FOLDER, Probe, read_probe, read_probes

PROBES = read_probes()


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_is_whole(probe: Probe) -> None:
    """A sentence, one statement, indexes without names, and the extension that an operator class comes from."""
    assert re.fullmatch(r"[A-Z][^\n]+\.", probe.story)
    assert probe.sql and not probe.sql.endswith(";")
    assert all(re.match(r"CREATE INDEX ON \w+ ", sql) for sql in probe.indexes)
    assert bool(probe.indexes) == (probe.kind not in ("nothing", "trap"))
    assert ("pg_trgm" in probe.extensions) == any("trgm" in sql for sql in probe.indexes)


def test_some_need_nothing_some_tempt_some_share() -> None:
    """Restraint and overlap are asked for too."""
    kinds = Counter(probe.kind for probe in PROBES)
    assert kinds["nothing"] >= 4
    assert kinds["trap"] >= 2
    wanted = Counter(sql for probe in PROBES for sql in probe.indexes)
    assert sum(times > 1 for times in wanted.values()) >= 5


def test_all_files_are_read() -> None:
    assert len(PROBES) == len(list(FOLDER.glob("*.toml"))) >= 44


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('story = "A."\nsql = "select 1"\nindexes = []\nclass = "nothing"\nindices = []\n')
    with pytest.raises(ValueError, match="indices"):
        read_probe(path)
