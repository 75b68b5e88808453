"""What a rule may not see of partitions that were added up into one node: how many there are."""

from __future__ import annotations

from perfkit.findings import examine
from perfkit.plan import read_json

PARTITIONS = 48


def test_planning_is_weighed_against_every_scan() -> None:
    scan = {"Node Type": "Seq Scan", "Parent Relationship": "Member"}
    ran = {"Actual Startup Time": 0.01, "Actual Total Time": 0.1, "Actual Rows": 1, "Actual Loops": 1}
    members = [
        {**scan, "Relation Name": f"log_{number}", "Alias": f"log_{number}", **ran}
        for number in range(PARTITIONS)
    ]
    root = {"Node Type": "Append", **ran, "Actual Total Time": 5.0, "Plans": members}
    found = examine(read_json([{"Plan": root, "Planning Time": 60.0, "Execution Time": 5.2}]))
    planning = next(finding for finding in found if finding.id == "planning-dominates")
    assert planning.evidence["scans"] == PARTITIONS
    assert planning.title.endswith("the plan has 48 scans")
