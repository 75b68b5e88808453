"""GitLab's code quality report: a JSON list of complaints with their places."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from perfkit.render.ci.complaint import Complaint, complaints

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport

_SEVERITIES = {"critical": "critical", "warning": "minor", "info": "info"}


def write_code_quality(report: GateReport) -> str:
    """Complaints that have a file, worst first."""
    found = [_entry(one) for one in complaints(report) if one.path]
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _entry(one: Complaint) -> dict[str, object]:
    return {
        "description": one.message,
        "check_name": one.rule,
        "fingerprint": one.fingerprint,
        "severity": _severity(one),
        "location": {"path": one.path, "lines": {"begin": one.line}},
    }


def _severity(one: Complaint) -> str:
    if one.rule == "gate-failed":
        return "blocker"
    if one.level == "error" and one.rule.startswith("gate-"):
        return "major"
    return _SEVERITIES[one.severity]
