"""JUnit XML: a test case for each query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from perfkit.render.escape import for_text
from perfkit.render.gate import result_panel, what
from perfkit.render.text import write_text

if TYPE_CHECKING:
    from perfkit.gate.report import GateReport, Result

_NO_XML: Final = re.compile(r"[\ufffe\uffff]")
"""Characters beside the control ones that XML 1.0 has no way to write."""


def write_junit(report: GateReport) -> str:
    """One suite. A query that fails the gate is a failure, one that cannot be run an error, one that could not be compared
    skipped. No times: they would be those of the gate, not of the query."""
    results = sorted(report.results, key=lambda one: one.query)
    errors = sum(one.verdict == "failed" for one in results)
    failures = sum(report.fails(one) for one in results) - errors
    skipped = sum(_is_skipped(report, one) for one in results)
    counts = {"tests": str(len(results)), "failures": str(failures), "errors": str(errors)}
    root = ElementTree.Element("testsuites", {"name": "perfkit gate", **counts})
    suite = ElementTree.SubElement(
        root, "testsuite", {"name": "perfkit gate", **counts, "skipped": str(skipped)}
    )
    for result in results:
        _case(suite, report, result)
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, report: GateReport, result: Result) -> None:
    attributes = {"classname": "perfkit.gate", "name": _text(result.query)}
    if result.path:
        attributes["file"] = _text(result.path)
    case = ElementTree.SubElement(suite, "testcase", attributes)
    said = {"message": _text(what(result))}
    if result.verdict == "failed":
        ElementTree.SubElement(case, "error", {**said, "type": "failed"}).text = _body(result)
    elif report.fails(result):
        kind = result.worse[0].kind if result.worse else result.verdict
        ElementTree.SubElement(case, "failure", {**said, "type": kind}).text = _body(result)
    elif _is_skipped(report, result):
        ElementTree.SubElement(case, "skipped", said)
    elif result.verdict != "ok":
        ElementTree.SubElement(case, "system-out").text = _body(result)


def _is_skipped(report: GateReport, result: Result) -> bool:
    return result.verdict in ("not comparable", "too noisy", "gone") and not report.fails(result)


def _body(result: Result) -> str:
    return _text(write_text((result_panel(result),)))


def _text(value: str) -> str:
    return _NO_XML.sub("\ufffd", for_text(value))
