"""Any value of perfkit's with its texts masked: a walk over its frozen dataclasses, each text by what its field holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from perfkit.redact.mask import Mask

T = TypeVar("T")

_SQL = frozenset(
    {"sql", "safe_sql", "undo_sql", "values_sql", "definition", "predicate", "expression", "view_definition", "body",
     "bound", "migration", "undo", "query_text", "filter", "join_filter", "index_condition", "recheck_condition",
     "hash_condition", "merge_condition", "one_time_filter", "tid_condition", "run_condition", "order_by", "output",
     "sort_key", "presorted_key", "group_key", "cache_key", "statement", "holder_statement", "last_statement",
     "statements", "query", "text", "constraints"}
)  # fmt: skip
"""Fields that hold a statement, a condition or a list of them."""

_NAMES = frozenset(
    {"name", "schema", "relation", "table", "index", "alias", "cte", "function", "column", "columns", "included",
     "referenced_schema", "referenced_table", "referenced_columns", "subplan_name", "collation", "operator_class",
     "node_type", "search_path", "database", "extensions", "available_extensions", "partition_of"}
)  # fmt: skip
"""Fields that hold names: these stay, and a value that is equal to one is not struck out of sentences."""

_KEPT = frozenset(
    {"id", "fingerprint", "type", "settings", "version", "server_version", "perfkit_version", "captured_at", "unit",
     "kind", "level", "keys", "cures", "advice", "value", "source", "mode", "shape", "line", "options", "href", "tone"}
)  # fmt: skip
_PROSE_TEXTS = frozenset({"Regression", "Span", "Heading", "Code", "Page"})
"""Classes whose ``text`` is no SQL."""


class Redactor:
    """Masks values with one table; a value that was masked before is given back the same, so that shared parts stay shared."""

    def __init__(self, mask: Mask) -> None:
        self.mask = mask
        self._done: dict[int, tuple[object, object]] = {}

    def redacted(self, value: T) -> T:
        """The value without its literals."""
        kept = self._done.get(id(value))
        if kept is not None:
            return kept[1]  # type: ignore[return-value]
        self._learn(value, "", set())
        return self._masked(value, "")  # type: ignore[no-any-return]

    def _learn(self, value: Any, name: str, seen: set[int]) -> None:
        if isinstance(value, str):
            if name in _NAMES:
                self.mask.learn_name(value)
            elif name == "parameters":
                self.mask.value(value)
            elif name in _SQL:
                self.mask.learn(value)
        elif is_dataclass(value) and not isinstance(value, type):
            if id(value) not in seen:
                seen.add(id(value))
                for one in fields(value):
                    self._learn(getattr(value, one.name), _role(value, one.name), seen)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self._learn(item, name or str(key), seen)
        elif isinstance(value, tuple | list):
            for item in value:
                self._learn(item, name, seen)

    def _masked(self, value: Any, name: str) -> Any:
        if isinstance(value, str):
            return self._text(value, name)
        if is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value)
        if isinstance(value, Mapping):
            items = {key: self._masked(item, name or str(key)) for key, item in value.items()}
            return value if all(items[key] is item for key, item in value.items()) else items
        if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
            parts = [self._masked(item, name) for item in value]
            same = all(new is old for new, old in zip(parts, value, strict=True))
            return value if same else type(value)(parts)
        return value

    def _dataclass(self, value: Any) -> Any:
        kept = self._done.get(id(value))
        if kept is not None:
            return kept[1]
        if hasattr(value, "known_findings") and value.known_findings is None:
            # looked for while the conditions still say what they compare with
            value = replace(value, known_findings=value.findings())
        changed = {}
        for one in fields(value):
            if one.init:
                old = getattr(value, one.name)
                new = self._masked(old, _role(value, one.name))
                if new is not old:
                    changed[one.name] = new
        new = replace(value, **changed) if changed else value
        self._done[id(value)] = (value, new)
        self._done[id(new)] = (new, new)
        return new

    def _text(self, text: str, name: str) -> str:
        if name in _NAMES or name in _KEPT:
            return text
        treat: Callable[[str], str] = self.mask.prose
        if name == "parameters":
            treat = self.mask.value
        elif name in _SQL:
            treat = self.mask.sql
        new = treat(text)
        return text if new == text else new


def _role(value: Any, name: str) -> str:
    """What a field holds, by its name, but for the few whose neighbour tells."""
    kind = type(value).__name__
    if name in ("before", "after") and kind == "Difference":
        return str(value.field)
    if name in ("before", "after") and kind == "Cause":
        if value.kind == "parameters" and value.subject == "parameters":
            return "parameters"
        return "sql" if value.kind in ("statement", "parameters") else ""
    if name == "extra":
        return "sql"
    if name == "text" and kind in _PROSE_TEXTS:
        return ""
    if name == "verdict" and kind in ("Investigation", "IndexAdvice"):
        return "prose"
    return name
