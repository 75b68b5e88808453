"""Lines that hold several figures, into the properties EXPLAIN's JSON has for them.

Each reader takes what stands behind the label and gives None when it is not in PostgreSQL's form. A figure that is no
number (a masked one) stays text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from perfkit.plan import keys
from perfkit.plan.model import Buffers
from perfkit.plan.text.expressions import split_list

Facts = dict[str, Any]

_SORT: Final = re.compile(r"(.+?)  ?(Memory|Disk): (\S+)kB")

_HASH: Final = re.compile(
    r"(\S+)(?: \(originally (\S+)\))? {1,2}Batches: (\S+)(?: \(originally (\S+)\))? {1,2}Memory Usage: (\S+)kB"
)
_BATCHES: Final = re.compile(r"(\S+) {1,2}Memory Usage: (\S+)kB(?: {1,2}Disk Usage: (\S+)kB)?")
_PARTITIONS: Final = re.compile(r"(\S+)(?: {1,2}Batches: (.*))?")
_MEMOIZE: Final = re.compile(
    r"(\S+) {1,2}Misses: (\S+) {1,2}Evictions: (\S+) {1,2}Overflows: (\S+) {1,2}Memory Usage: (\S+)kB"
)
_STORAGE: Final = re.compile(r"(Memory|Disk) {1,2}Maximum Storage: (\S+)kB")
_GROUPS: Final = re.compile(
    r"(\S+) {1,2}Sort Methods?: (.*?)((?: {1,2}Average (?:Memory|Disk): \S+kB {1,2}Peak (?:Memory|Disk): \S+kB)*)"
)
_SPACE: Final = re.compile(r"Average (Memory|Disk): (\S+)kB {1,2}Peak \w+: (\S+)kB")
_SAMPLING: Final = re.compile(r"(.+?) \((.*?)\)(?: REPEATABLE \((.*)\))?", re.DOTALL)
_ESTIMATES: Final = re.compile(r"capacity=(\S+) distinct keys=(\S+) lookups=(\S+) hit percent=(\S+)%")

_INTEGER: Final = re.compile(r"-?\d{1,4000}")
_DECIMAL: Final = re.compile(r"-?\d{1,300}\.\d{1,300}")

_COUNTERS: Final = {
    (scope, word): f"{scope}_{word}"
    for scope in ("shared", "local", "temp")
    for word in ("hit", "read", "dirtied", "written")
    if f"{scope}_{word}" in Buffers.__slots__
}
_ONE_CLOCK: Final = "shared/local"
_CLOCKS: Final = {
    (scope, word): f"{scope.partition('/')[0]}_{word}_ms"
    for scope in (_ONE_CLOCK, "shared", "local", "temp")
    for word in ("read", "write")
}
_PARTNERS: Final = {
    f"{scope}_{word}_ms": f"{scope}_{partner}_ms"
    for scope in ("shared", "local", "temp")
    for word, partner in (("read", "write"), ("write", "read"))
}
WAL_WORDS: Final = {
    "records": "WAL Records",
    "fpi": "WAL FPI",
    "bytes": "WAL Bytes",
    "fpi bytes": "WAL FPI Bytes",
    "buffers full": "WAL Buffers Full",
}
TUPLE_WORDS: Final = ("inserted", "updated", "deleted", "skipped")


def number(text: str) -> int | float | str:
    """The number that the text writes, or the text itself.

    >>> number("12"), number("1.50"), number("NN")
    (12, 1.5, 'NN')
    """
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


@lru_cache(maxsize=4096)
def read_buffers(value: str) -> Buffers | None:
    """What ``shared hit=3 read=1, temp written=2`` says; None when it is in no such form.

    Kept, since nodes of one plan often touch equally many blocks: probes of an index, small partitions.
    """
    found: dict[str, int] = {}
    try:
        for part in value.split(", "):
            scope, *words = part.split(" ")
            for word in words:
                name, _, figure = word.partition("=")
                found[_COUNTERS[scope, name]] = int(figure)
    except (KeyError, ValueError):
        return None
    return Buffers(**found)


def read_timings(value: str, buffers: Buffers) -> Buffers | None:
    """The buffers with ``shared read=0.1 write=0.2, temp read=0.3``; None when it is in no such form.

    Of a pair of which one is named the other is zero. Before 15 no scope was named, until 16 shared and local were one.
    """
    found: dict[str, float] = {}
    for part in value.split(", "):
        words = part.split(" ")
        scope = "shared" if "=" in words[0] else words.pop(0)
        for word in words:
            name, _, figure = word.partition("=")
            field = _CLOCKS.get((scope, name))
            if field is None or _DECIMAL.fullmatch(figure) is None:
                return None
            found[field] = float(figure)
            found.setdefault(_PARTNERS[field], 0.0)
        if scope == _ONE_CLOCK:
            found |= {"temp_read_ms": 0.0, "temp_write_ms": 0.0}
    return replace(buffers, **found)  # type: ignore[arg-type]


def has_one_clock(timings: str) -> bool:
    """Whether the timings are of a server before 17, whose JSON has one pair of names for shared and local blocks."""
    return timings.startswith(("read=", "write=", _ONE_CLOCK))


def read_sort(value: str) -> Facts | None:
    found = _SORT.fullmatch(value)
    if found is None:
        return {"Sort Method": value}
    return {"Sort Method": found[1], "Sort Space Used": number(found[3]), "Sort Space Type": found[2]}


def _read_hash(value: str) -> Facts | None:
    found = _HASH.fullmatch(value)
    if found is None:
        return None
    buckets, buckets_before, batches, batches_before, memory = found.groups()
    return {
        "Hash Buckets": number(buckets),
        "Original Hash Buckets": number(buckets_before or buckets),
        "Hash Batches": number(batches),
        "Original Hash Batches": number(batches_before or batches),
        "Peak Memory Usage": number(memory),
    }


def _read_batches(value: str) -> Facts | None:
    found = _BATCHES.fullmatch(value)
    if found is None:
        return None
    return {
        "HashAgg Batches": number(found[1]),
        "Peak Memory Usage": number(found[2]),
        "Disk Usage": number(found[3] or "0"),
    }


def _read_partitions(value: str) -> Facts | None:
    found = _PARTITIONS.fullmatch(value)
    if found is None:
        return None
    batches = _read_batches(found[2]) if found[2] else {}
    return None if batches is None else {"Planned Partitions": number(found[1]), **batches}


def _read_memoize(value: str) -> Facts | None:
    found = _MEMOIZE.fullmatch(value)
    if found is None:
        return None
    names = ("Cache Hits", "Cache Misses", "Cache Evictions", "Cache Overflows", "Peak Memory Usage")
    return dict(zip(names, map(number, found.groups()), strict=True))


def _read_estimates(value: str) -> Facts | None:
    found = _ESTIMATES.fullmatch(value)
    if found is None:
        return None
    names = (
        "Estimated Capacity",
        "Estimated Distinct Lookup Keys",
        "Estimated Lookups",
        "Estimated Hit Percent",
    )
    return dict(zip(names, map(number, found.groups()), strict=True))


def _read_storage(value: str) -> Facts | None:
    found = _STORAGE.fullmatch(value)
    return found and {"Storage": found[1], "Maximum Storage": number(found[2])}


def _read_words(value: str, names: dict[str, str]) -> Facts | None:
    facts: Facts = {}
    for name, figure in re.findall(r"([a-z ]+?)=(\S+) ?", value):
        if name not in names:
            return None
        facts[names[name]] = number(figure)
    written = " ".join(f"{word}={facts[key]}" for word, key in names.items() if key in facts)
    return facts if facts and written == value else None


def _read_heap_blocks(value: str) -> Facts | None:
    facts = _read_words(value, {"exact": "Exact Heap Blocks", "lossy": "Lossy Heap Blocks"})
    return facts and {"Exact Heap Blocks": 0, "Lossy Heap Blocks": 0, **facts}


def _read_wal(value: str) -> Facts | None:
    return _read_words(value, WAL_WORDS)


def _read_tuples(value: str) -> Facts | None:
    names = {word: f"Tuples {word.capitalize()}" for word in TUPLE_WORDS}
    facts = _read_words(value, names)
    return facts and {**dict.fromkeys(names.values(), 0), **facts}


def _read_groups(label: str) -> Callable[[str], Facts | None]:
    def read(value: str) -> Facts | None:
        found = _GROUPS.fullmatch(value)
        if found is None:
            return None
        group: Facts = {"Group Count": number(found[1]), "Sort Methods Used": found[2].split(", ")}
        for kind, average, peak in _SPACE.findall(found[3]):
            group[f"Sort Space {kind}"] = {
                "Average Sort Space Used": number(average),
                "Peak Sort Space Used": number(peak),
            }
        return {label: group}

    return read


def _read_sampling(value: str) -> Facts | None:
    found = _SAMPLING.fullmatch(value)
    if found is None:
        return None
    seed = {} if found[3] is None else {"Repeatable Seed": found[3]}
    return {"Sampling Method": found[1], "Sampling Parameters": list(split_list(found[2])), **seed}


GROUPS: Final[dict[str, Callable[[str], Facts | None]]] = {
    "Sort Method": read_sort,
    "Buckets": _read_hash,
    "Batches": _read_batches,
    "Planned Partitions": _read_partitions,
    "Hits": _read_memoize,
    "Estimates": _read_estimates,
    "Storage": _read_storage,
    "Heap Blocks": _read_heap_blocks,
    "WAL": _read_wal,
    "Tuples": _read_tuples,
    "Full-sort Groups": _read_groups("Full-sort Groups"),
    "Pre-sorted Groups": _read_groups("Pre-sorted Groups"),
    "Sampling": _read_sampling,
}

EXPRESSIONS: Final = frozenset(
    {key for key, (_, kinds) in keys.NODE.items() if kinds is keys.TEXT and key.endswith(("Filter", "Cond"))}
    | {"Order By", "Run Condition", "Cache Key", "Cache Mode", "Function Call", "Table Function Call"}
    | {"Conflict Filter", "Conflict Resolution", "Window", "Remote SQL", "Relations"}
)
"""Labels with text that stays as it is: a quote left open there goes on in the next line."""

LISTS: Final = frozenset({"Output", "Sort Key", "Presorted Key", "Group Key"})
"""Labels with lists that fill a field of Node."""

MORE_LISTS: Final = frozenset({"Conflict Arbiter Indexes", "Params Evaluated"})
"""Labels with lists that are kept in ``extra``."""
