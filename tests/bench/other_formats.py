"""The large plans as EXPLAIN's YAML and XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from tests.bench.large_plans import json_plan


def yaml_plan(nodes: int) -> str:
    """EXPLAIN (ANALYZE, BUFFERS, FORMAT YAML) of about that many nodes."""
    [document] = json.loads(json_plan(nodes))
    return "\n".join(_yaml(document, 2)).replace("  ", "- ", 1) + "\n"


def xml_plan(nodes: int) -> str:
    """EXPLAIN (ANALYZE, BUFFERS, FORMAT XML) of about that many nodes."""
    [document] = json.loads(json_plan(nodes))
    lines = '<explain xmlns="http://www.postgresql.org/2009/explain">', "  <Query>", *_xml(document, 4)
    return "\n".join((*lines, "  </Query>", "</explain>")) + "\n"


def _yaml(group: dict[str, Any], column: int) -> Iterator[str]:
    blank = " " * column
    for key, value in group.items():
        if isinstance(value, dict):
            yield f"{blank}{key}: "
            yield from _yaml(value, column + 2)
        elif isinstance(value, list):
            yield f"{blank}{key}: "
            for entry in value:
                lines = list(_yaml(entry, column + 4))
                yield f"{blank}  - {lines[0][column + 4 :]}"
                yield from lines[1:]
        else:
            yield f"{blank}{key}: {json.dumps(value)}"


def _xml(group: dict[str, Any], column: int) -> Iterator[str]:
    blank = " " * column
    for key, value in group.items():
        tag = re.sub(r"[^-\w.]", "-", key)
        if isinstance(value, dict):
            yield f"{blank}<{tag}>"
            yield from _xml(value, column + 2)
            yield f"{blank}</{tag}>"
        elif isinstance(value, list):
            yield f"{blank}<{tag}>"
            for entry in value:
                yield f"{blank}  <Plan>"
                yield from _xml(entry, column + 4)
                yield f"{blank}  </Plan>"
            yield f"{blank}</{tag}>"
        else:
            words = json.dumps(value) if not isinstance(value, str) else escape(value)
            yield f"{blank}<{tag}>{words}</{tag}>"
