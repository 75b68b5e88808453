"""Values to show, built by hand: a slow first page of issues, its cure, and everything around it."""

from __future__ import annotations

from typing import Any

from perfkit.advise.selection.frontier import FrontierPoint
from perfkit.advise.selection.query_effect import QueryEffect
from perfkit.advise.selection.stages import StageTime
from perfkit.advise.selection.weighing import TableWrites
from perfkit.advise.values import Advice, Price, Proof, Rejected, Step, WriteCost
from perfkit.capture.values import Capture, Counters, Dataset, Environment, Measurement, Query, Samples
from perfkit.catalog import (
    Activity,
    Catalog,
    Column,
    Index,
    IndexKey,
    Relation,
)
from perfkit.findings.finding import Finding
from perfkit.index_advice import IndexAdvice
from perfkit.investigation import Investigation
from perfkit.plan.model import Plan
from perfkit.plan.read_json import read_json

SQL = """select i.id, i.title, p.name
from issues i
join projects p on p.id = i.project_id
where p.namespace_id = $1 and i.state = 'opened' and i.deleted_at is null
order by i.created_at desc
limit 20"""


def node(kind: str, *children: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A node as EXPLAIN (FORMAT JSON) writes it; keywords name its properties with underscores for spaces."""
    document = {"Node Type": kind, "Parallel Aware": False}
    document |= {name.replace("_", " "): value for name, value in properties.items()}
    if children:
        document["Plans"] = [
            {"Parent Relationship": _relationship(kind, place)} | child
            for place, child in enumerate(children)
        ]
    return document


def _relationship(kind: str, place: int) -> str:
    if kind == "Append":
        return "Member"
    return "Outer" if place == 0 else "Inner"


def timed(
    rows: float,
    total_ms: float,
    *,
    loops: int = 1,
    planned: float | None = None,
    cost: float = 100.0,
    hit: int = 0,
    read: int = 0,
    temp: int = 0,
) -> dict[str, Any]:
    """The figures of a node that ran."""
    return {
        "Startup Cost": 0.43,
        "Total Cost": cost,
        "Plan Rows": rows if planned is None else planned,
        "Plan Width": 64,
        "Actual Startup Time": round(total_ms / 20, 3),
        "Actual Total Time": total_ms,
        "Actual Rows": rows,
        "Actual Loops": loops,
    } | buffers(hit=hit, read=read, temp=temp)


def buffers(*, hit: int = 0, read: int = 0, temp: int = 0) -> dict[str, int]:
    """All the counters that EXPLAIN (BUFFERS) writes."""
    counters = {
        f"{kind} {what} Blocks": 0
        for kind in ("Shared", "Local", "Temp")
        for what in ("Hit", "Read", "Dirtied", "Written")
        if kind != "Temp" or what in ("Read", "Written")
    }
    return counters | {
        "Shared Hit Blocks": hit,
        "Shared Read Blocks": read,
        "Temp Read Blocks": temp // 2,
        "Temp Written Blocks": temp - temp // 2,
    }


def slow_plan() -> Plan:
    """A hash join over a whole table, sorted to disk for twenty rows."""
    issues = node(
        "Seq Scan",
        **timed(61_200, 231.4, planned=540, cost=10_664.0, hit=1_204, read=6_960),
        Relation_Name="issues",
        Schema="public",
        Alias="i",
        Filter="((i.deleted_at IS NULL) AND (i.state = 'opened'::text))",
        Rows_Removed_by_Filter=138_800,
        Output=["i.id", "i.title", "i.created_at", "i.project_id"],
    )
    projects = node(
        "Index Scan",
        **timed(40, 0.31, planned=38, cost=61.2, hit=43),
        Relation_Name="projects",
        Schema="public",
        Alias="p",
        Index_Name="index_projects_on_namespace_id",
        Scan_Direction="Forward",
        Index_Cond="(p.namespace_id = '42'::bigint)",
        Rows_Removed_by_Index_Recheck=0,
    )
    hashed = node(
        "Hash",
        projects,
        **timed(40, 0.36, planned=38, cost=61.2, hit=43),
        Hash_Buckets=1024,
        Original_Hash_Buckets=1024,
        Hash_Batches=1,
        Original_Hash_Batches=1,
        Peak_Memory_Usage=11,
    )
    join = node(
        "Hash Join",
        issues,
        hashed,
        **timed(24_480, 268.9, planned=12, cost=10_738.4, hit=1_247, read=6_960),
        Join_Type="Inner",
        Inner_Unique=True,
        Hash_Cond="(i.project_id = p.id)",
    )
    sort = node(
        "Sort",
        join,
        **timed(20, 427.2, planned=12, cost=10_738.6, hit=1_247, read=6_960, temp=1_842),
        Sort_Key=["i.created_at DESC"],
        Sort_Method="external merge",
        Sort_Space_Used=7_368,
        Sort_Space_Type="Disk",
    )
    limit = node(
        "Limit", sort, **timed(20, 427.3, planned=12, cost=10_738.7, hit=1_247, read=6_960, temp=1_842)
    )
    return read_json(
        [
            {
                "Plan": limit,
                "Settings": {"work_mem": "256kB"},
                "Planning": buffers(hit=12),
                "Planning Time": 0.612,
                "Triggers": [],
                "Execution Time": 428.11,
            }
        ]
    )


def fast_plan() -> Plan:
    """The same page read from an index in the order wanted."""
    issues = node(
        "Index Scan",
        **timed(2, 0.021, loops=40, planned=2, cost=8.4, hit=118),
        Relation_Name="issues",
        Schema="public",
        Alias="i",
        Index_Name="issues_project_id_created_at_idx",
        Scan_Direction="Backward",
        Index_Cond="(i.project_id = p.id)",
    )
    projects = node(
        "Index Scan",
        **timed(40, 0.31, planned=38, cost=61.2, hit=43),
        Relation_Name="projects",
        Schema="public",
        Alias="p",
        Index_Name="index_projects_on_namespace_id",
        Scan_Direction="Forward",
        Index_Cond="(p.namespace_id = '42'::bigint)",
    )
    loop = node(
        "Nested Loop", projects, issues, **timed(80, 1.25, planned=76, cost=320.0, hit=161), Join_Type="Inner"
    )
    sort = node(
        "Sort",
        loop,
        **timed(20, 1.37, planned=76, cost=322.0, hit=161),
        Sort_Key=["i.created_at DESC"],
        Sort_Method="top-N heapsort",
        Sort_Space_Used=27,
        Sort_Space_Type="Memory",
    )
    limit = node("Limit", sort, **timed(20, 1.38, planned=20, cost=322.0, hit=161))
    return read_json([{"Plan": limit, "Planning Time": 0.7, "Execution Time": 1.42}])


def parallel_plan() -> Plan:
    """Workers that did not all start, a never executed branch, an InitPlan and a lossy bitmap."""
    bitmap = node(
        "Bitmap Index Scan",
        **timed(90_000, 12.0, hit=250, planned=88_000),
        Index_Name="notes_created_at_idx",
        Index_Cond="(created_at > $0)",
    )
    heap = node(
        "Bitmap Heap Scan",
        bitmap,
        **timed(45_000, 96.0, loops=2, hit=3_250, read=9_000, planned=37_000),
        Relation_Name="notes",
        Alias="notes",
        Recheck_Cond="(created_at > $0)",
        Filter="(body ~~ '%deploy%'::text)",
        Rows_Removed_by_Filter=1_200,
        Rows_Removed_by_Index_Recheck=5_000,
        Exact_Heap_Blocks=4_000,
        Lossy_Heap_Blocks=8_000,
    ) | {"Parallel Aware": True}
    never = node(
        "Index Only Scan",
        **timed(0, 0.0, loops=0, planned=5_000),
        Relation_Name="notes_archive",
        Alias="notes_archive",
        Index_Name="notes_archive_pkey",
    )
    append = node(
        "Append", heap, never, **timed(45_000, 99.0, loops=2, hit=3_250, read=9_000, planned=42_000)
    )
    partial = node(
        "Aggregate",
        append,
        **timed(1, 104.0, loops=2, planned=1, hit=3_250, read=9_000),
        Strategy="Plain",
        Partial_Mode="Partial",
    )
    gather = node(
        "Gather",
        partial,
        **timed(2, 110.5, planned=3, hit=3_253, read=9_000),
        Workers_Planned=2,
        Workers_Launched=1,
    )
    initial = node("Result", **timed(1, 0.05, planned=1, hit=3), Subplan_Name="InitPlan 1 (returns $0)") | {
        "Parent Relationship": "InitPlan"
    }
    top = node(
        "Aggregate",
        initial,
        gather,
        **timed(1, 110.9, planned=1, hit=3_256, read=9_000),
        Strategy="Plain",
        Partial_Mode="Finalize",
    )
    return read_json(
        [
            {
                "Plan": top,
                "Planning Time": 0.3,
                "Execution Time": 113.0,
                "JIT": {
                    "Functions": 9,
                    "Options": {
                        "Inlining": False,
                        "Optimization": False,
                        "Expressions": True,
                        "Deforming": True,
                    },
                    "Timing": {
                        "Generation": 0.4,
                        "Inlining": 0.0,
                        "Optimization": 0.5,
                        "Emission": 1.1,
                        "Total": 2.0,
                    },
                },
            }
        ]
    )


def partitioned_plan(partitions: int = 36) -> Plan:
    """A scan of many partitions, three of them pruned at run time."""
    scans = [
        node(
            "Seq Scan",
            **timed(1_000 + 10 * number, 1.5 + number / 10, hit=90 + number, planned=900),
            Relation_Name=f"events_p{number:02}",
            Alias=f"events_{number}",
            Filter="(kind = 'push'::text)",
            Rows_Removed_by_Filter=500,
        )
        for number in range(1, partitions + 1)
    ]
    whole = sum(1.5 + number / 10 for number in range(1, partitions + 1))
    rows = sum(1_000 + 10 * number for number in range(1, partitions + 1))
    append = node(
        "Append",
        *scans,
        **timed(
            rows,
            round(whole + 4, 3),
            hit=sum(90 + n for n in range(1, partitions + 1)),
            planned=900 * partitions,
        ),
        Subplans_Removed=3,
    )
    return read_json([{"Plan": append, "Execution Time": round(whole + 6, 3)}])


def estimated_plan() -> Plan:
    """Not executed: only the planner's figures."""
    scan = node(
        "Seq Scan",
        Startup_Cost=0.0,
        Total_Cost=10_664.0,
        Plan_Rows=540,
        Plan_Width=64,
        Relation_Name="issues",
        Alias="i",
        Filter="(state = $1)",
    )
    return read_json(
        [{"Plan": node("Limit", scan, Startup_Cost=0.0, Total_Cost=395.0, Plan_Rows=20, Plan_Width=64)}]
    )


def bare_plan() -> Plan:
    """COSTS OFF: a shape and nothing else."""
    scan = node("Seq Scan", Relation_Name="issues", Alias="issues", Filter="(id > 7)")
    return read_json([{"Plan": node("Aggregate", scan, Strategy="Hashed", Group_Key=["state"])}])


def measurement(plan: Plan, samples: tuple[float, ...]) -> Measurement:
    return Measurement(plan=plan, counters=Counters.of(plan), samples=Samples(values=samples))


BEFORE_MS = (431.2, 428.1, 440.9, 427.7, 502.4, 429.0, 433.3, 428.8, 451.6)
AFTER_MS = (1.42, 1.40, 1.61, 1.39, 1.44, 2.70, 1.41, 1.43, 1.40)


def query() -> Query:
    return Query(text=SQL, fingerprint="9f2c41d07a6be3c5", kind="select", parameters=("42",))


def environment() -> Environment:
    return Environment(
        server_version="18.1",
        server_version_num=180001,
        database="tracker",
        settings={"work_mem": "256kB", "random_page_cost": "1.1", "shared_buffers": "128MB"},
        extensions={"plpgsql": "1.0", "pg_stat_statements": "1.12"},
        perfkit_version="0.1.0",
        captured_at="2026-03-05T12:00:00+00:00",
        dataset=Dataset(name="tracker", scale=0.1, seed=1, version="1"),
    )


def catalog() -> Catalog:
    key = IndexKey(column="id", expression=None, operator_class="int8_ops", is_default_class=True)
    primary = Index(
        name="issues_pkey",
        schema="public",
        method="btree",
        keys=(key,),
        is_unique=True,
        is_primary=True,
        enforces_constraint=True,
        size_bytes=4_513_792,
        scans=12,
        definition="CREATE UNIQUE INDEX issues_pkey ON public.issues USING btree (id)",
    )
    issues = Relation(
        schema="public",
        name="issues",
        kind="table",
        rows=200_000.0,
        pages=8_164,
        all_visible_pages=8_000,
        table_bytes=66_879_488,
        columns=(Column(name="id", type="bigint", is_not_null=True),),
        indexes=(primary,),
        activity=Activity(
            live_rows=200_000,
            dead_rows=310,
            modified_since_analyze=61_000,
            inserted_since_vacuum=0,
            last_analyze="2026-03-01T02:00:00+00:00",
            last_vacuum=None,
        ),
    )
    projects = Relation(
        schema="public",
        name="projects",
        kind="table",
        rows=2_000.0,
        pages=40,
        all_visible_pages=40,
        table_bytes=327_680,
    )
    return Catalog(
        server_version_num=180001, database="tracker", search_path=("public",), relations=(issues, projects)
    )


def findings() -> tuple[Finding, ...]:
    return (
        Finding(
            id="row-misestimate",
            severity="info",
            title="Hash Join returned 24,480 rows where 12 were planned",
            node=3,
            node_label="Hash Join",
            evidence={"actual_rows": 24_480, "planned_rows": 12, "estimate_factor": 2_040.0},
        ),
        Finding(
            id="missing-index-filter",
            severity="critical",
            title="Seq Scan on issues reads 200,000 rows to keep 61,200",
            node=4,
            node_label="Seq Scan on issues i",
            evidence={
                "removed_rows": 138_800,
                "kept_rows": 61_200,
                "shared_blocks": 8_164,
                "time_share": 0.54,
                "exclusive_ms": 231.4,
                "column": "state",
            },
            at_stake_ms=231.4,
            advice=("index-1",),
        ),
        Finding(
            id="sort-spill",
            severity="warning",
            title="Sort wrote 7.2 MB to disk for 20 rows",
            node=2,
            node_label="Sort",
            evidence={"disk_bytes": 7_544_832, "work_mem": "256kB", "top_n": True, "limit_rows": 20},
            at_stake_ms=158.3,
        ),
    )


def proof() -> Proof:
    return Proof(
        level="executed",
        verdict="improves",
        before=measurement(slow_plan(), BEFORE_MS),
        after=measurement(fast_plan(), AFTER_MS),
        blocks_ratio=161 / 8_207,
        time_ratio=1.41 / 431.2,
        time_ratio_low=0.0032,
        time_ratio_high=0.0034,
        same_result=True,
        reason="306 times faster, 51 times fewer shared blocks, nothing spilled",
    )


def advice() -> Advice:
    return Advice(
        id="index-1",
        kind="index",
        sql="create index on issues (project_id, created_at) where deleted_at is null and state = 'opened'",
        rationale="issues is filtered by project and by two constants and read in order of created_at; this index holds just those rows in that order.",
        price=Price(
            size_bytes=2_220_032,
            build_ms=141.0,
            safe_sql="set lock_timeout = '5s';\ncreate index concurrently on issues (project_id, created_at)\n  where deleted_at is null and state = 'opened';",
        ),
        proof=proof(),
        cures=("missing-index-filter", "sort-spill"),
    )


def unproven_advice() -> Advice:
    return Advice(
        id="statistics-1",
        kind="statistics",
        sql="create statistics on state, deleted_at from issues; analyze issues",
        rationale="The two columns depend on each other; the planner multiplies their selectivities.",
        price=Price(),
        proof=Proof(level="none", verdict="inconclusive", reason="not tried"),
        steps=(
            Step(kind="create", sql="create statistics on state, deleted_at from issues"),
            Step(kind="analyze", sql="analyze issues"),
        ),
    )


def rejected() -> tuple[Rejected, ...]:
    return (
        Rejected(
            sql="create index on issues (state)",
            kind="index",
            reason="the planner does not use it: state keeps 31 % of the rows",
        ),
        Rejected(
            sql="create index on projects (id, namespace_id)",
            kind="index",
            reason="used, but neither blocks nor time fall",
            proof=Proof(
                level="executed", verdict="neutral", blocks_ratio=0.998, time_ratio=1.02, same_result=True
            ),
        ),
    )


def index_advice() -> IndexAdvice:
    steps = ((0, 8300.0, 0.0, 0), (1_400_000, 1250.0, 4.0, 1), (2_220_032, 610.5, 9.5, 2))
    return IndexAdvice(
        verdict="Create 1 index (2.12 MB): 431 ms → 1.9 ms for the statements they change, 1 of 2 faster, none slower",
        advice=(advice(),),
        rejected=rejected()[:1],
        queries=(
            QueryEffect(
                name="first_page",
                fingerprint="1f",
                sql=SQL,
                weight=120.0,
                cost_before=8000.0,
                cost_after=310.5,
                indexes=("issues_project_id_created_at_idx",),
                verdict="improves",
                before_ms=431.0,
                after_ms=1.9,
            ),
            QueryEffect(
                name="close <all>",
                fingerprint="2f",
                sql="update issues set state = 'closed'",
                weight=1.0,
                cost_before=300.0,
                cost_after=300.0,
                indexes=(),
                verdict="unchanged",
            ),
        ),
        frontier=tuple(
            FrontierPoint(size_bytes=size, cost=cost, write_cost=writes, indexes=number)
            for size, cost, writes, number in steps
        ),
        cost_before=8300.0,
        cost_after=610.5,
        cost_bound=600.0,
        gap=0.017,
        size_bytes=2_220_032,
        options=17,
        writes=(
            TableWrites(
                table="public.issues",
                indexes=2,
                cost=WriteCost(
                    rows=1000,
                    wal_bytes_before=300.0,
                    wal_bytes_after=420.0,
                    ms_before=0.010,
                    ms_after=0.016,
                    hot_share_before=1.0,
                    hot_share_after=0.25,
                ),
            ),
        ),
        what_if_calls=1204,
        unit="cost",
        backend="built",
        level="executed",
        environment=environment(),
        migration="set lock_timeout = '5s';\ncreate index concurrently on issues (project_id, created_at);\n",
        undo="drop index concurrently issues_project_id_created_at_idx;\n",
        notes=("left out: nightly: it calls a function that may write",),
        stages=(
            StageTime(name="plan the workload", seconds=0.4),
            StageTime(name="search for the best set", seconds=12.5),
        ),
    )


def investigation() -> Investigation:
    return Investigation(
        query=query(),
        environment=environment(),
        before=measurement(slow_plan(), BEFORE_MS),
        catalog=catalog(),
        findings=findings(),
        advice=(advice(), unproven_advice()),
        rejected=rejected(),
        verdict="An index on issues (project_id, created_at) makes this statement 306 times faster: 431 ms become 1.4 ms.",
        notes=("track_io_timing is off: time spent reading cannot be told apart.",),
    )


def healthy_investigation() -> Investigation:
    return Investigation(
        query=query(),
        environment=environment(),
        before=measurement(fast_plan(), AFTER_MS),
        catalog=catalog(),
        findings=(),
        advice=(),
        rejected=(),
        verdict="Nothing to improve: 161 shared blocks for 20 rows.",
    )


def capture() -> Capture:
    return Capture(
        query=query(),
        measurement=measurement(slow_plan(), BEFORE_MS),
        environment=environment(),
        catalog=catalog(),
        notes=("SERIALIZE needs PostgreSQL 17.",),
    )
