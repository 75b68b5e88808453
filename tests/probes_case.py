"""A probe: a query on the data set tracker, and the indexes that an expert writes for it.

One TOML file each in ``tests/probes/<name>.toml``; README.md there describes the keys.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "probes"
KEYS = frozenset({"story", "sql", "indexes", "class", "extensions"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    name: str
    story: str
    """What the application does, in a sentence."""
    sql: str
    indexes: tuple[str, ...]
    """``CREATE INDEX ON …`` each; empty: the indexes there are right already, or none would help."""
    kind: str
    """The ``class`` of the file: what the query has to teach."""
    extensions: tuple[str, ...] = ()

    @property
    def is_writing(self) -> bool:
        """Whether it leaves dead rows behind, even rolled back."""
        words = self.sql.lower().split()
        return words[0] in ("update", "delete", "insert", "merge") or "for update" in " ".join(words)


def read_probe(path: Path) -> Probe:
    """ValueError for a file that is no probe."""
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    wrong = set(fields) - KEYS | (KEYS - {"extensions"}) - set(fields)
    if wrong:
        raise ValueError(f"{path}: unknown or missing keys {sorted(wrong)}")
    return Probe(
        name=path.stem,
        story=fields["story"],
        sql=fields["sql"].strip(),
        indexes=tuple(fields["indexes"]),
        kind=fields["class"],
        extensions=tuple(fields.get("extensions", ())),
    )


def read_probes() -> tuple[Probe, ...]:
    """All probes in the order of their names."""
    return tuple(read_probe(path) for path in sorted(FOLDER.glob("*.toml")))
