"""Rows that a page shows or reckons with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.show import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Shown):
    """What a query returned. ``rows[0]["name"]`` is a value, ``rows.column("name")`` all of one column."""

    rows: tuple[dict[str, object], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, object]]:
        return iter(self.rows)

    def __getitem__(self, place: int) -> dict[str, object]:
        return self.rows[place]

    def column(self, name: str) -> list[object]:
        return [row[name] for row in self.rows]
