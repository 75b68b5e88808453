"""A report with every verdict, and names and texts that no format likes."""

from __future__ import annotations

from perfkit.capture.causes import Cause
from perfkit.capture.values import Dataset
from perfkit.gate.baseline import Baseline, NamedFinding, RelationThen, Surroundings
from perfkit.gate.report import Change, GateReport, Result, Times, TitledFinding
from perfkit.plan import Plan, read_json

HOSTILE = "<b>&\"'|`*_%0A::error::]]>\x1b[31m\x00\ufffe\r\n\u2028 end"


def plan(node: str, blocks: int, rows: int, removed: int = 0) -> Plan:
    scan = {
        "Node Type": node,
        "Schema": "public",
        "Relation Name": "orders",
        "Alias": "orders",
        "Actual Rows": rows,
        "Actual Loops": 1,
        "Rows Removed by Filter": removed,
        "Filter": "(customer_id = ?)",
        "Shared Hit Blocks": blocks,
    }
    if node == "Index Scan":
        scan["Index Name"] = "orders_customer_id_idx"
    return read_json([{"Plan": scan}])


def baseline(query: str, shown: Plan, *findings: NamedFinding) -> Baseline:
    return Baseline(
        query=query,
        source="folder",
        fingerprint="0123456789abcdef",
        statement="select ? from orders where customer_id = ?",
        values="fedcba9876543210",
        plan=shown,
        findings=findings,
        surroundings=Surroundings(
            server_major=18, dataset=None, relations={"public.orders": RelationThen(rows=40_000.0)}
        ),
    )


def result(query: str, verdict: str, **given: object) -> Result:
    values = {
        "source": "folder",
        "path": f"queries/{query}.sql",
        "line": 3,
        "fingerprint": "0123456789abcdef",
        "statement": "select ? from orders where customer_id = ?",
        **given,
    }
    return Result(query=query, verdict=verdict, **values)  # type: ignore[arg-type]


def example() -> GateReport:
    good, bad = plan("Index Scan", 24, 20), plan("Seq Scan", 540, 20, 39_980)
    finding = TitledFinding(
        id="missing-index-filter",
        severity="critical",
        title="orders is read whole, 40,000 rows, to keep 20: no index leads with customer_id",
        node="Seq Scan on public.orders",
        is_new=True,
    )
    return GateReport(
        results=(
            result(
                "broken", "failed", worse=(Change(kind="failed", text='column "nothing" does not exist'),)
            ),
            result(
                "orders_of_customer",
                "regressed",
                before=baseline("orders_of_customer", good),
                after=baseline(
                    "orders_of_customer", bad, NamedFinding(id="missing-index-filter", severity="critical")
                ),
                worse=(
                    Change(
                        kind="shape",
                        text="Index Scan using orders_customer_id_idx on orders became Seq Scan on orders",
                        subject="Index Scan using orders_customer_id_idx on orders became Seq Scan on orders",
                    ),
                    Change(
                        kind="blocks", text="shared blocks 24 → 540 (22×), 10 % more is allowed", ratio=22.5
                    ),
                    Change(
                        kind="finding",
                        text=f"missing-index-filter: {finding.title}",
                        subject="missing-index-filter",
                    ),
                ),
                findings=(finding,),
                causes=(
                    Cause(
                        kind="index",
                        subject="orders_customer_id_idx",
                        before="CREATE INDEX orders_customer_id_idx ON public.orders USING btree (customer_id)",
                        after=None,
                    ),
                ),
                remedies=(
                    "the baseline's plan reads the index orders_customer_id_idx, which is gone; create it again:"
                    " CREATE INDEX orders_customer_id_idx ON public.orders USING btree (customer_id)",
                ),
            ),
            result(
                f"hostile {HOSTILE}",
                "regressed",
                path=f"queries/{HOSTILE}.sql",
                before=baseline("hostile", good),
                after=baseline("hostile", bad),
                worse=(Change(kind="blocks", text=f"shared blocks {HOSTILE}", ratio=2.0),),
                causes=(Cause(kind="setting", subject=HOSTILE, before=HOSTILE, after=None),),
                notes=(HOSTILE,),
            ),
            result(
                "other_data",
                "not comparable",
                before=baseline("other_data", good),
                after=baseline("other_data", bad),
                notes=("public.orders had 40,000 rows and has 140,000: what it reads cannot be compared",),
            ),
            result(
                "restless",
                "too noisy",
                before=baseline("restless", good),
                after=baseline("restless", good),
                times=Times(
                    verdict="too noisy to tell",
                    reason="two runs of the same database are 30 % apart",
                    before_ms=10.0,
                    after_ms=12.0,
                    ratio=1.2,
                    noise=0.3,
                    before=(10.0, 13.0),
                    after=(12.0, 12.5),
                ),
            ),
            result(
                "log-00112233",
                "new",
                source="log",
                path="postgresql.log",
                line=17,
                after=baseline("log-00112233", bad),
                findings=(finding,),
            ),
            result("forgotten", "gone", path="", before=baseline("forgotten", good)),
            result(
                "quicker",
                "improved",
                before=baseline("quicker", bad),
                after=baseline("quicker", good),
                better=(Change(kind="blocks", text="shared blocks 540 → 24 (1/22)", ratio=0.044),),
            ),
            result("same", "ok", before=baseline("same", good), after=baseline("same", good)),
        ),
        server_version="18.6",
        database="shop",
        dataset=Dataset(name="tracker", scale=0.05, seed=1, version="1"),
        notes=("the log holds 4 query shapes, 1 of them never seen before",),
    )
