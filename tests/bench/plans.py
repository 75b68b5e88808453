"""Reading and comparing plans: nodes per second of CPU, how that grows, and beside npm's pev2 on the same plans."""

from __future__ import annotations

import gc
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from perfkit.plan import Plan, diff, json_text, parse_plan, read_json
from tests.bench.large_plans import json_plan, text_plan
from tests.bench.other_formats import xml_plan, yaml_plan
from tests.bench.process import say

SIZES = (1_000, 10_000, 100_000)
DIFFED = (1_000, 10_000)
PEV2 = "pev2@1.21.0"
SCRIPT = Path(__file__).with_name("pev2.mjs")
PEV2_LARGEST = 10_000
"""It takes minutes for more."""

LEAST_SECONDS = 1.0
"""CPU given to each figure; the best of its runs counts, as other work on the machine only ever adds."""

KINDS: dict[str, Callable[[int], str]] = {
    "json": json_plan,
    "json, verbose, wal, io": partial(json_plan, is_heavy=True),
    "text": text_plan,
}


def main() -> None:
    say(
        "reading plans and asking every node for its measures: CPU s, nodes per second of CPU, us of CPU a node"
    )
    texts: dict[tuple[str, int], str] = {}
    ours: dict[tuple[str, int], float] = {}
    for kind, make in KINDS.items():
        for nodes in SIZES:
            text = make(nodes)
            ours[kind, nodes] = _read(kind, text)
            if nodes <= PEV2_LARGEST:
                texts[kind, nodes] = text
        smallest, largest = SIZES[0], SIZES[-1]
        growth = ours[kind, smallest] / ours[kind, largest]
        say(f"  {kind:<24} CPU a node at {largest:,} nodes : at {smallest:,} nodes = {growth:.2f}")
    document = json.loads(texts["json, verbose, wal, io", 10_000])
    seconds = best_seconds(partial(read_json, document))
    say(f"  its heavier JSON of 10,000 nodes, already decoded: {10_000 / seconds:,.0f}/s")
    for kind, make in {"yaml": yaml_plan, "xml": xml_plan}.items():
        for nodes in SIZES[:2]:
            _read(kind, make(nodes))
    for nodes in DIFFED:
        _diff(nodes, texts["json", nodes])
    _beside_pev2(texts, ours)


def _read(kind: str, text: str) -> float:
    """Say what it costs to read the text; nodes per second."""
    count = asked(parse_plan(text))
    seconds = best_seconds(lambda: asked(parse_plan(text)))
    floor = ""
    if kind.startswith("json"):
        floor = f"; decoding alone {best_seconds(partial(json_text.loads, text)) / count * 1e6:.1f} us"
    say(
        f"  {kind:<24} {count:>7,} nodes {seconds:8.4f} s {count / seconds:>9,.0f}/s"
        f" {seconds / count * 1e6:>6.1f} us{floor}"
    )
    return count / seconds


def asked(plan: Plan) -> int:
    """How many nodes the plan has, each asked for what perfkit derives for it, so that nothing can be put off."""
    count, sums = 0, [0.0, 0.0, 0.0, 0.0]
    stack = [plan.root]
    while stack:
        node = stack.pop()
        stack += node.children
        measures = node.measures
        own = measures.exclusive_buffers
        sums[0] += measures.total_ms or 0.0
        sums[1] += measures.exclusive_ms or 0.0
        sums[2] += own.shared_hit + own.shared_read if own else 0
        sums[3] += measures.total_rows or 0.0
        count += 1
    return count


def best_seconds(action: Callable[[], object]) -> float:
    """CPU of the quickest of several runs, the first not counted."""
    action()
    times: list[float] = []
    while sum(times) < LEAST_SECONDS or len(times) < 2:
        gc.collect()
        before = time.process_time()
        action()
        times.append(time.process_time() - before)
    return min(times)


def _diff(nodes: int, text: str) -> None:
    before, after = parse_plan(text), _changed(text)
    seconds = best_seconds(partial(diff, before, after))
    say(f"diff of two plans of {nodes:,} nodes: {seconds:.3f} s CPU, {seconds / nodes * 1e6:.1f} us a node")


def _changed(text: str) -> Plan:
    """The plan with every eleventh scan by an index and other figures."""
    document = json.loads(text)
    stack, number = [document[0]["Plan"]], 0
    while stack:
        node = stack.pop()
        number += 1
        node["Actual Rows"] += number % 3
        if node["Node Type"] == "Seq Scan" and number % 11 == 0:
            node["Node Type"] = "Index Scan"
            node["Index Name"] = f"{node['Relation Name']}_at"
        stack.extend(node.get("Plans", ()))
    return parse_plan(json.dumps(document))


def _beside_pev2(texts: dict[tuple[str, int], str], ours: dict[tuple[str, int], float]) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        say("pev2: not compared, there is no npm or no node here")
        return
    with tempfile.TemporaryDirectory(prefix="pev2-") as name:
        folder = Path(name)
        bundle = _installed_bundle(npm, folder)
        if bundle is None:
            return
        say(
            f"{PEV2} (its parser and metrics under Node) on the same plans: nodes per second of CPU, and ours to its"
        )
        for (kind, nodes), text in texts.items():
            if nodes > PEV2_LARGEST:
                continue
            path = folder / "plan"
            path.write_text(text)
            done = subprocess.run([node, SCRIPT, bundle, path],
                                  capture_output=True, text=True, check=False, timeout=600)  # fmt: skip
            answer = (
                json.loads(done.stdout)
                if done.returncode == 0 and done.stdout
                else {"error": done.stderr[-200:].strip()}
            )
            if "error" in answer:
                say(f"  {kind:<24} {nodes:>7,} nodes: pev2 does not read it: {answer['error']}")
                continue
            theirs = answer["nodes"] / answer["ms"] * 1000
            say(
                f"  {kind:<24} {answer['nodes']:>7,} nodes {theirs:>9,.0f}/s  ratio {ours[kind, nodes] / theirs:.1f}"
            )


def _installed_bundle(npm: str, folder: Path) -> Path | None:
    """The published bundle with one line more: it exports only its Vue component, and keeps the parser to itself."""
    command = [npm, "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", PEV2]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    package = folder / "node_modules" / "pev2" / "dist"
    if done.returncode != 0:
        say(f"pev2: not compared, npm cannot install it: {done.stderr.strip().splitlines()[-1:]}")
        return None
    text = (package / "pev2.es.js").read_text()
    found = re.findall(r"^class (\w+) \{(?:(?!^class ).)*?^  createPlan\(", text, re.DOTALL | re.MULTILINE)
    if len(found) != 1:
        say("pev2: not compared, its bundle holds no class with createPlan")
        return None
    copy = package / "perfkit_bench.mjs"
    copy.write_text(f"{text}\nexport {{ {found[0]} as PlanService }};\n")
    return copy
