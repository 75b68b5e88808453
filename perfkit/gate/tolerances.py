"""How much each query may get worse: ``gate.toml`` beside the queries."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import inf
from pathlib import Path
from typing import Any, Final, Literal, get_args

from perfkit.errors import ConfigError
from perfkit.findings.vocabulary import VOCABULARY

FILE_NAME = "gate.toml"

ShapeRule = Literal["worse", "same", "any"]

_SHARES: Final = ("blocks", "temp", "rows", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What one query may do; shares are parts of the baseline's figure, infinite where any rise is allowed."""

    blocks: float = 0.10
    """A tenth: blocks of one plan on one data set differ by less between runs."""
    temp: float = 0.10
    rows: float = 0.10
    """Rows returned, and rows read and thrown away."""
    time: float = 0.10
    shape: ShapeRule = "worse"
    """``worse``: another plan fails where it reads an index no more, spills or turns serial, and does not read less for it.
    ``same``: any other shape fails. ``any``: none does."""
    findings: tuple[str, ...] = ()
    """Ids that may come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Tolerances of all queries."""

    defaults: Allowed = Allowed()
    by_query: Mapping[str, Allowed] = field(default_factory=dict)

    def of(self, query: str) -> Allowed:
        return self.by_query.get(query, self.defaults)


def read_config(path: Path, queries: Collection[str]) -> Config:
    """``[defaults]`` and ``[query."name"]`` of a TOML file. ConfigError says in one sentence what it does not know, a query that
    is none of ``queries`` included."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    _refuse_unknown(found, ("defaults", "query"), str(path))
    tables = found.get("query", {})
    if not isinstance(tables, dict):
        raise ConfigError(f'{path}: query takes tables, [query."name"]')
    _refuse_unknown(tables, queries, f"{path}, query")
    defaults = _allowed(Allowed(), found.get("defaults", {}), f"{path}, [defaults]")
    return Config(
        defaults=defaults,
        by_query={
            name: _allowed(defaults, table, f'{path}, [query."{name}"]') for name, table in tables.items()
        },
    )


def _allowed(base: Allowed, table: Any, where: str) -> Allowed:
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is no table")
    _refuse_unknown(table, (*_SHARES, "shape", "findings"), where)
    changes: dict[str, Any] = {}
    for name, value in table.items():
        if name in _SHARES:
            changes[name] = _share(value, f"{where}: {name}")
        elif name == "shape":
            if value not in get_args(ShapeRule):
                raise ConfigError(f'{where}: shape takes "worse", "same" or "any", got {value!r}')
            changes[name] = value
        else:
            changes[name] = _ids(value, where)
    return replace(base, **changes)


def _share(value: Any, where: str) -> float:
    if value == "any":
        return inf
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < inf:
        raise ConfigError(
            f'{where} takes a part of the baseline such as 0.1 for a tenth, or "any", got {value!r}'
        )
    return float(value)


def _ids(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f'{where}: findings takes a list of ids such as ["seq-scan-large"], got {value!r}')
    _refuse_unknown(value, VOCABULARY, f"{where}: findings")
    return tuple(value)


def _refuse_unknown(found: Collection[str], known: Collection[str], where: str) -> None:
    for name in found:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it knows {', '.join(sorted(known)[:12])}"
            raise ConfigError(f"{where} does not know {name!r}; {hint}")
