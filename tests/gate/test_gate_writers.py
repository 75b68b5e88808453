"""The files for CI: golden texts, the formats' rules, and what hostile text does to them: nothing.

The published schemas of JUnit and SARIF are not copied here. What they demand of the parts that are written is checked by
hand: SARIF by a schema of our own words, JUnit, code quality and workflow commands by their rules, OpenMetrics by the
parser of its reference library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from perfkit import document
from perfkit.gate.report import SCHEMA, Change, GateReport
from perfkit.render import to_html, to_text
from perfkit.render.ci.code_quality import write_code_quality
from perfkit.render.ci.github import MOST_OF_A_KIND, write_annotations
from perfkit.render.ci.junit import write_junit
from perfkit.render.ci.note import NOTE_BYTES, write_note
from perfkit.render.ci.openmetrics import write_openmetrics
from perfkit.render.ci.sarif import write_sarif
from tests.gate.gate_example import example
from tests.golden import REFRESH

GOLDEN = Path(__file__).parent / "golden"

WRITERS: dict[str, Callable[[GateReport], str]] = {
    "junit.xml": write_junit,
    "code_quality.json": write_code_quality,
    "gate.sarif": write_sarif,
    "metrics.txt": write_openmetrics,
    "annotations.txt": write_annotations,
    "note.md": write_note,
    "gate.txt": lambda report: to_text(report) + "\n",
}


@pytest.mark.parametrize("name", WRITERS)
def test_the_files_are_as_they_were(name: str) -> None:
    got = WRITERS[name](example())
    path = GOLDEN / name
    if REFRESH:
        path.write_text(got, encoding="utf-8", newline="")
    assert got == path.read_bytes().decode()


def test_a_stored_report_gives_every_file_again() -> None:
    """Without a server: the JSON document holds all that the writers say."""
    stored = json.loads(document.dumps(document.to_document(example(), SCHEMA)).encode("utf-8", "replace"))
    again = document.from_document(GateReport, stored, SCHEMA)
    for write in WRITERS.values():
        assert write(again) == write(example())


def test_junit_counts_what_it_holds() -> None:
    root = ElementTree.fromstring(write_junit(example()))
    assert root.tag == "testsuites"
    (suite,) = root
    cases = list(suite)
    assert {case.tag for case in cases} == {"testcase"}
    assert int(suite.get("tests") or 0) == len(cases) == len(example().results)
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(kind) or 0) == len(suite.findall(f"testcase/{tag}"))
        assert root.get(kind) in (suite.get(kind), None)
    assert all(case.get("name") and case.get("classname") for case in cases)
    assert len({case.get("name") for case in cases}) == len(cases)
    assert {child.tag for case in cases for child in case} <= {"failure", "error", "skipped", "system-out"}


def test_code_quality_has_what_the_format_demands() -> None:
    found = json.loads(write_code_quality(example()))
    assert found
    for one in found:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert re.fullmatch(r"[0-9a-f]{32}", one["fingerprint"])
        assert one["location"]["path"]
        assert one["location"]["lines"]["begin"] >= 1
    assert len({one["fingerprint"] for one in found}) == len(found)


SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "properties": {
                                                "id": {"type": "string", "minLength": 1},
                                                "shortDescription": {
                                                    "type": "object",
                                                    "required": ["text"],
                                                },
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "ruleId"],
                            "properties": {
                                "ruleId": {"type": "string", "minLength": 1},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "message": {
                                    "type": "object",
                                    "required": ["text"],
                                    "properties": {"text": {"type": "string", "minLength": 1}},
                                },
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "properties": {
                                                            "uri": {
                                                                "type": "string",
                                                                "pattern": r"^[A-Za-z0-9%._~:/?#@!$&()*+,;=-]*$",
                                                            }
                                                        },
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1}
                                                        },
                                                        "additionalProperties": False,
                                                    },
                                                },
                                                "additionalProperties": False,
                                            }
                                        },
                                    },
                                },
                            },
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
}
"""What SARIF 2.1.0 says of the objects that are written, and of no others."""


def test_sarif_keeps_the_rules_of_its_version() -> None:
    found = json.loads(write_sarif(example()))
    jsonschema.validate(found, SARIF)
    (run,) = found["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[one["ruleIndex"]] for one in run["results"]] == [one["ruleId"] for one in run["results"]]
    assert all(one["level"] == "error" for one in run["results"] if one["ruleId"] == "gate-blocks")


def test_openmetrics_is_read_by_the_reference_parser() -> None:
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    families = {one.name: one for one in parser.text_string_to_metric_families(write_openmetrics(example()))}
    blocks = {
        sample.labels["query"]: sample.value for sample in families["perfkit_gate_shared_blocks"].samples
    }
    assert blocks["orders_of_customer"] == 540
    assert families["perfkit_gate_queries"].samples[0].labels == {"verdict": "failed"}


def test_annotations_are_one_line_each_and_inject_nothing() -> None:
    lines = write_annotations(example()).splitlines()
    for line in lines:
        assert re.fullmatch(r"::(error|warning|notice) (?:[a-z]+=[^,:]*,)*title=[^,:]*::.*", line)
    assert sum("::error::" in line.split("::", 2)[1] for line in lines) == 0


def test_no_more_annotations_than_are_shown() -> None:
    many = [
        replace(example().results[1], query=f"q{number}", worse=(Change(kind="blocks", text="more"),))
        for number in range(40)
    ]
    lines = write_annotations(replace(example(), results=tuple(many))).splitlines()
    assert len(lines) == MOST_OF_A_KIND
    assert "31 more" in lines[-1]


def test_a_note_stays_under_its_size_and_keeps_the_worst() -> None:
    many = tuple(replace(example().results[1], query=f"query_number_{number}") for number in range(400))
    note = write_note(replace(example(), results=many))
    assert len(note.encode()) < NOTE_BYTES < 65_536
    assert "**query_number_0**" in note
    assert "are in the table alone" in note


def test_identities_do_not_depend_on_figures() -> None:
    def prints(report: GateReport) -> set[str]:
        return {one["fingerprint"] for one in json.loads(write_code_quality(report))}

    changed = tuple(
        replace(one, worse=tuple(replace(c, text=f"{c.text} 99", ratio=7.0) for c in one.worse))
        for one in example().results
    )
    assert prints(example()) == prints(replace(example(), results=changed))


def test_html_escapes_what_is_hostile() -> None:
    html = to_html(example())
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
