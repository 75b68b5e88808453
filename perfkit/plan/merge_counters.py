"""MERGE into several tables: PostgreSQL puts its counters into the list of tables, where no format can have them.

Since 15, EXPLAIN ANALYZE of a MERGE whose target is partitioned or inherited writes ``Tuples Inserted`` and the like
before it closes ``Target Tables``: the JSON is none, and the YAML and XML say something else. Here they are moved behind it.
"""

from __future__ import annotations

import re
from typing import Final

_JSON: Final = re.compile(r'((?:,\s*"Tuples \w+": \d+)+)(\s*\])')
_XML: Final = re.compile(r"((?:\s*<Tuples-\w+>\d+</Tuples-\w+>)+)(\s*</Target-Tables>)")
_YAML: Final = re.compile(
    r"^(?P<begin> *Target Tables: *\n(?:(?P<indent> +)- .*\n(?:(?P=indent)  .*\n)*)+)"
    r"(?P<counters>(?:(?P=indent)Tuples \w+: \d+ *(?:\n|\Z))+)",
    re.MULTILINE,
)
_COUNTER: Final = re.compile(r"^  (?= *Tuples )", re.MULTILINE)


def in_json(text: str) -> str:
    """The text with the counters behind the list.

    >>> in_json('{"Target Tables": [{}, "Tuples Inserted": 1, "Tuples Updated": 0], "Plans": []}')
    '{"Target Tables": [{}], "Tuples Inserted": 1, "Tuples Updated": 0, "Plans": []}'
    """
    return _JSON.sub(r"\2\1", text) if '"Tuples Inserted"' in text else text


def in_xml(text: str) -> str:
    """The text with the counters behind the list."""
    return _XML.sub(r"\2\1", text) if "<Tuples-Inserted>" in text else text


def in_yaml(text: str) -> str:
    """The text with the counters indented as the list is."""
    if "Tuples Inserted: " not in text:
        return text
    return _YAML.sub(lambda found: found["begin"] + _COUNTER.sub("", found["counters"]), text)
