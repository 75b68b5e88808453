"""SARIF 2.1.0, which code scanning reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from perfkit import __version__
from perfkit.errors import UsageError
from perfkit.render.ci.complaint import Complaint, complaints

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_RULES: Final = {
    "gate-failed": "The query cannot be run",
    "gate-shape": "Another plan, that reads an index no more, spills or is not parallel any more",
    "gate-blocks": "The query touches more blocks than its baseline",
    "gate-temp": "The query writes more to temporary files than its baseline",
    "gate-rows": "The query returns more rows than its baseline",
    "gate-rows-removed": "The query reads and throws away more rows than its baseline",
    "gate-time": "The query is slower than on the database it was run in turns with",
    "gate-not-comparable": "The baseline is from another environment",
    "gate-too-noisy": "Times vary too much to tell",
    "gate-gone": "A baseline without its query",
}

MOST_RESULTS: Final = 5000
"""What code scanning takes of one file."""


def write_sarif(report: GateReport) -> str:
    """One run; its rules are those that have a result."""
    found = list(complaints(report))[:MOST_RESULTS]
    rules = sorted({one.rule for one in found})
    run = {
        "tool": {
            "driver": {
                "name": "perfkit",
                "semanticVersion": __version__,
                "rules": [{"id": rule, "shortDescription": {"text": _title(rule)}} for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, rules.index(one.rule)) for one in found],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _title(rule: str) -> str:
    from perfkit.findings.page import page_of

    if rule in _RULES:
        return _RULES[rule]
    try:
        return page_of(rule).title
    except UsageError:
        return rule


def _result(one: Complaint, place: int) -> dict[str, object]:
    found: dict[str, object] = {
        "ruleId": one.rule,
        "ruleIndex": place,
        "level": one.level,
        "message": {"text": one.message},
        "partialFingerprints": {"perfkitGate/v1": one.fingerprint},
    }
    if one.path:
        found["locations"] = [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(one.path)},
                    "region": {"startLine": one.line},
                }
            }
        ]
    return found


def _uri(path: str) -> str:
    """
    >>> _uri("queries/a b.sql"), _uri("/srv/a.sql")
    ('queries/a%20b.sql', 'file:///srv/a.sql')
    """
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)
