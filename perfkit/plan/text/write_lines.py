"""The lines below a node's head in EXPLAIN's TEXT format, from the properties its JSON has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from perfkit.identifier import quote_qualified
from perfkit.plan import keys
from perfkit.plan.model import Node
from perfkit.plan.text import closing
from perfkit.plan.text.figures import TUPLE_WORDS, WAL_WORDS
from perfkit.plan.text.nodes import MASKED, Repeated

Said = dict[str, Any]
Writer = Callable[[Said], list[str]]

_SCOPES: Final = ("Shared", "Local", "Temp")
_BUFFER_WORDS: Final = ("Hit", "Read", "Dirtied", "Written")
_NOT_SHOWN: Final = frozenset(
    {"Node Type", "Parent Relationship", "Subplan Name", "Strategy", "Partial Mode", "Operation"}
    | {"Parallel Aware", "Async Capable", "Scan Direction", "Index Name", "Relation Name", "Function Name"}
    | {"CTE Name", "Schema", "Alias", "Join Type", "Command", "Table Function Name", "Tuplestore Name"}
    | {"Custom Plan Provider", "Plans", "Workers", MASKED, *keys.ESTIMATE, *keys.ACTUAL}
)
"""What the head line says, or nothing does."""
_WHEN_TRUE: Final = frozenset({"Inner Unique", "Disabled", "Single Copy"})
_WHEN_NOT_ZERO: Final = frozenset(
    {
        *("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck"),
        *("Rows Removed by Conflict Filter", "Subplans Removed"),
    }
)


def figures_of(node: Node) -> str:
    """The figures of a head line, with the blanks before them."""
    words = ""
    if node.estimate is not None:
        cost = node.estimate
        words += f"  (cost={cost.startup_cost:.2f}..{cost.total_cost:.2f} rows={_plain(cost.rows)} width={cost.width})"
    if node.never_executed:
        words += " (never executed)"
    elif node.actual is not None:
        ran = node.actual
        time = "" if ran.total_ms is None else f"time={ran.startup_ms or 0:.3f}..{ran.total_ms:.3f} "
        words += f" (actual {time}rows={_rows(ran.rows)} loops={ran.loops})"
    return words


def _actual(said: Said) -> str:
    time = ""
    if said.get("Actual Total Time") is not None:
        time = f"time={said['Actual Startup Time']:.3f}..{said['Actual Total Time']:.3f} "
    return f"actual {time}rows={_rows(said['Actual Rows'])} loops={said['Actual Loops']}"


def _rows(rows: float) -> str:
    # since 18 rows have two digits, which the readers keep as a float
    return f"{rows:.2f}" if isinstance(rows, float) else str(rows)


def property_lines(said: Said, *, hides_unique: bool) -> tuple[list[str], list[str]]:
    """The lines of a node in the order of its properties, and those that stand after its children."""
    below: list[str] = []
    after: list[str] = []
    done: set[str] = {"Inner Unique"} if hides_unique else set()
    late: list[tuple[int, Said]] = []
    for key, value in said.items():
        if key == "Workers":
            late = _workers(value, below)
        elif key not in done and key not in _NOT_SHOWN and value is not None:
            done.update(_write(key, value, said, below, after))
    for number, part in late:
        lines = _worker_lines(part)
        below += [f"Worker {number}:  {lines[0]}", *("  " + line for line in lines[1:])] if lines else []
    return below, after


def _workers(value: list[Any], below: list[str]) -> list[tuple[int, Said]]:
    """Write what stood before the worker's own times (up to 12), and give the rest."""
    if type(value) is not list or not all(type(part) is dict and "Worker Number" in part for part in value):
        below.append(f"Workers: {value}")
        return []
    rest = []
    for part in value:
        number = part["Worker Number"]
        names = [key for key in part if key != "Worker Number"]
        cut = min((names.index(key) for key in keys.ACTUAL if key in names), default=0)
        below += [
            f"Worker {number}:  {line}" for line in _worker_lines({key: part[key] for key in names[:cut]})
        ]
        rest.append((number, {key: part[key] for key in names[cut:]}))
    return rest


def _worker_lines(part: Said) -> list[str]:
    lines = [_actual(part)] if part.get("Actual Loops") and "Actual Rows" in part else []
    done: set[str] = set(keys.ACTUAL)
    for key, value in part.items():
        if key not in done:
            done.update(_write(key, value, part, lines, lines))
    return lines


def _write(key: str, value: Any, said: Said, below: list[str], after: list[str]) -> tuple[str, ...]:
    """Add the lines of one property, or of the group it is part of; gives the keys that are done with it."""
    try:
        return _write_known(key, value, said, below, after)
    except (AttributeError, KeyError, TypeError, ValueError):
        # in another form than PostgreSQL's, as the document of a newer server may have it
        below.append(f"{key}: {value}")
        return (key,)


def _write_known(key: str, value: Any, said: Said, below: list[str], after: list[str]) -> tuple[str, ...]:
    group = _GROUPS.get(key)
    if group is not None:
        names, writer = group
        if isinstance(value, str) and key in ("Buffers", "WAL"):
            below.append(f"{key}: {value}")
            return (key,)
        below += writer(said)
        return names
    if type(value) is Repeated:
        below += [f"{key}: {one}" for one in value]
    elif closing.starts(key) and key != "JIT":
        first, *inside = str(value).split("\n")
        after += [f"{key}: {first}".rstrip(), *("  " + line for line in inside)]
    elif key == "JIT" and isinstance(value, dict):
        below += ["JIT:", *("  " + line for line in closing.write_jit(value))]
    elif key == "Grouping Sets":
        below += _grouping_sets(value)
    elif key == "Target Tables":
        below += _targets(value, said)
    elif key in ("Full-sort Groups", "Pre-sorted Groups") and isinstance(value, dict):
        below.append(_sort_groups(key, value))
    elif key in _WHEN_TRUE and isinstance(value, bool):
        below += [f"{key}: true"] if value else []
    elif key == "Foreign File Size" and isinstance(value, int):
        below.append(f"{key}: {value} b")
    elif key in _WHEN_NOT_ZERO and value == 0 and isinstance(value, int):
        pass
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        below.append(f"{key}: {', '.join(value)}")
    else:
        below.append(f"{key}: {str(value).lower() if isinstance(value, bool) else _plain(value)}")
    return (key,)


def _plain(value: Any) -> str:
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def buffers_lines(said: Said) -> list[str]:
    """The lines Buffers and I/O Timings, each only if a figure is not zero."""
    lines = []
    parts = []
    for scope in _SCOPES:
        counts = [
            f"{word.lower()}={said[key]}"
            for word in _BUFFER_WORDS
            if said.get(key := f"{scope} {word} Blocks")
        ]
        if counts:
            parts.append(" ".join((scope.lower(), *counts)))
    if parts:
        lines.append(f"Buffers: {', '.join(parts)}")
    parts = []
    # before 15 one clock without a name, until 16 one for shared and local blocks
    one_clock = "shared/local" if "Temp I/O Read Time" in said else ""
    for scope in ("", *_SCOPES):
        times = [
            f"{word.lower()}={said[key]:.3f}"
            for word in ("Read", "Write")
            if said.get(key := f"{scope} I/O {word} Time".lstrip())
        ]
        if times:
            name = scope.lower() or one_clock
            parts.append(" ".join((*([name] if name else []), *times)))
    if parts:
        lines.append(f"I/O Timings: {', '.join(parts)}")
    return lines


def _wal(said: Said) -> list[str]:
    words = [f"{word}={said[key]}" for word, key in WAL_WORDS.items() if said.get(key)]
    return [f"WAL: {' '.join(words)}"] if words else []


def _sort(said: Said) -> list[str]:
    space = ""
    if "Sort Space Type" in said:
        space = f"  {said['Sort Space Type']}: {said.get('Sort Space Used')}kB"
    return [f"Sort Method: {said['Sort Method']}{space}"] if "Sort Method" in said else []


def _hash(said: Said) -> list[str]:
    parts = []
    names = [(f"Hash {what}", f"Original Hash {what}", what) for what in ("Buckets", "Batches")]
    is_grown = any(said.get(name) != said.get(before, said.get(name)) for name, before, _ in names)
    for name, before, what in names:
        grown = f" (originally {said[before]})" if is_grown and before in said else ""
        parts.append(f"{what}: {said.get(name)}{grown}")
    return ["  ".join((*parts, f"Memory Usage: {said.get('Peak Memory Usage')}kB"))]


def _hash_aggregate(said: Said) -> list[str]:
    parts = []
    if said.get("Planned Partitions"):
        parts.append(f"Planned Partitions: {said['Planned Partitions']}")
    if said.get("HashAgg Batches"):
        parts += [f"Batches: {said['HashAgg Batches']}", f"Memory Usage: {said.get('Peak Memory Usage')}kB"]
        if said.get("Disk Usage"):
            parts.append(f"Disk Usage: {said['Disk Usage']}kB")
    return ["  ".join(parts)] if parts else []


def _memoize(said: Said) -> list[str]:
    if not said.get("Cache Misses"):
        return []
    words = ("Hits", "Misses", "Evictions", "Overflows")
    parts = [f"{word}: {said.get(f'Cache {word}')}" for word in words]
    return ["  ".join((*parts, f"Memory Usage: {said.get('Peak Memory Usage')}kB"))]


def _estimates(said: Said) -> list[str]:
    percent = said.get("Estimated Hit Percent")
    return [
        f"Estimates: capacity={said.get('Estimated Capacity')}"
        f" distinct keys={_plain(said.get('Estimated Distinct Lookup Keys'))}"
        f" lookups={_plain(said.get('Estimated Lookups'))}"
        f" hit percent={percent:.2f}%" if isinstance(percent, float | int) else f"{percent}%"
    ]  # fmt: skip


def _heap_blocks(said: Said) -> list[str]:
    names = {"exact": "Exact Heap Blocks", "lossy": "Lossy Heap Blocks"}
    words = [f"{word}={said[key]}" for word, key in names.items() if said.get(key)]
    return [f"Heap Blocks: {' '.join(words)}"] if words else []


def _storage(said: Said) -> list[str]:
    return [f"Storage: {said['Storage']}  Maximum Storage: {said.get('Maximum Storage')}kB"]


def _sampling(said: Said) -> list[str]:
    seed = f" REPEATABLE ({said['Repeatable Seed']})" if "Repeatable Seed" in said else ""
    return [f"Sampling: {said['Sampling Method']} ({', '.join(said.get('Sampling Parameters', ()))}){seed}"]


def _tuples(said: Said) -> list[str]:
    if "Tuples Updated" not in said:
        names = ("Tuples Inserted", "Conflicting Tuples")
        return [f"{name}: {said[name]}" for name in names if name in said]
    words = [f"{word}={said[key]}" for word in TUPLE_WORDS if said.get(key := f"Tuples {word.capitalize()}")]
    return [f"Tuples: {' '.join(words)}"] if words else []


def _sort_groups(key: str, group: Said) -> str:
    methods = group.get("Sort Methods Used", ())
    parts = [f"{key}: {group.get('Group Count')}"]
    parts.append(f"Sort Method{'s' if len(methods) > 1 else ''}: {', '.join(methods)}")
    for kind in ("Memory", "Disk"):
        space = group.get(f"Sort Space {kind}")
        if space is not None:
            parts.append(f"Average {kind}: {space['Average Sort Space Used']}kB")
            parts.append(f"Peak {kind}: {space['Peak Sort Space Used']}kB")
    return "  ".join(parts)


def _grouping_sets(sets: Any) -> list[str]:
    lines = []
    for one in sets:
        indent = ""
        if "Sort Key" in one:
            lines.append(f"Sort Key: {', '.join(one['Sort Key'])}")
            indent = "  "
        for name in ("Hash Keys", "Group Keys"):
            lines += [f"{indent}{name[:-1]}: {', '.join(items) or '()'}" for items in one.get(name, ())]
    return lines


def _foreign_aliases(said: Said) -> Iterator[str]:
    """Aliases of the foreign tables that a node reads: only TEXT says outright which of several targets are foreign."""
    stack = [said]
    while stack:
        one = stack.pop()
        if one.get("Node Type") == "Foreign Scan" and "Alias" in one:
            yield one["Alias"]
        stack.extend(one.get("Plans", ()))


def _targets(tables: Any, said: Said) -> list[str]:
    lines = []
    foreign = set(_foreign_aliases(said))
    for table in tables:
        name, alias = table.get("Relation Name", ""), table.get("Alias")
        words = f"{'Foreign ' if alias in foreign else ''}{said.get('Operation', 'Update')} on "
        words += quote_qualified(table.get("Schema"), name)
        if alias is not None and alias != name:
            words += f" {quote_qualified(None, alias)}"
        lines.append(words)
        shown = ("Schema", "Relation Name", "Alias")
        lines += [f"  {key}: {value}" for key, value in table.items() if key not in shown]
    return lines


def _grouped(names: tuple[str, ...], writer: Writer) -> dict[str, tuple[tuple[str, ...], Writer]]:
    return {name: (names, writer) for name in names}


_PEAK: Final = "Peak Memory Usage"
_GROUPS: Final = {
    **_grouped((*keys.BUFFERS, "Buffers"), buffers_lines),
    **_grouped(tuple(keys.WAL), _wal),
    **_grouped(("Sort Method", "Sort Space Used", "Sort Space Type"), _sort),
    **_grouped(
        ("Hash Buckets", "Original Hash Buckets", "Hash Batches", "Original Hash Batches", _PEAK), _hash
    ),
    **_grouped(("Planned Partitions", "HashAgg Batches", "Disk Usage", _PEAK), _hash_aggregate),
    **_grouped(("Cache Hits", "Cache Misses", "Cache Evictions", "Cache Overflows", _PEAK), _memoize),
    **_grouped(
        (
            *("Estimated Capacity", "Estimated Distinct Lookup Keys"),
            *("Estimated Lookups", "Estimated Hit Percent"),
        ),
        _estimates,
    ),
    **_grouped(("Exact Heap Blocks", "Lossy Heap Blocks"), _heap_blocks),
    **_grouped(("Storage", "Maximum Storage"), _storage),
    **_grouped(("Sampling Method", "Sampling Parameters", "Repeatable Seed"), _sampling),
    **_grouped(
        ("Tuples Inserted", *(f"Tuples {w.capitalize()}" for w in TUPLE_WORDS), "Conflicting Tuples"), _tuples
    ),
}
del _GROUPS[_PEAK]
