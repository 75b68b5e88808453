"""Plan diagrams built by hand: over one parameter, over two, and one in which nothing flips."""

from __future__ import annotations

from perfkit.capture.plan_diagram import Axis, Cell, Held, PlanDiagram, PlanShape
from perfkit.capture.sensitivity import PlanRun, SetRun, summary

INDEX, TABLE, NEWEST = "1a", "2b", "3c"
PLANS = {
    INDEX: "Bitmap Heap Scan builds, Bitmap Index Scan builds_project_id_idx",
    TABLE: "Seq Scan builds",
    NEWEST: "Index Scan builds_created_at_idx",
}


def diagram(
    axes: tuple[Axis, ...], shapes: str, costs: list[float], runs: dict[int, float | None]
) -> PlanDiagram:
    """A diagram with a shape and a cost for each cell; ``runs`` has the milliseconds of some cells, None for one that timed out."""
    by_letter = dict(zip("itn", (INDEX, TABLE, NEWEST), strict=True))
    down = axes[1].parameters if len(axes) == 2 else (None,)
    values = [(across, below) for below in down for across in axes[0].parameters]
    cells = tuple(
        Cell(
            parameters=(across, below, "20")[: 3 if len(axes) == 2 else 1], shape=by_letter[letter], cost=cost
        )
        for (across, below), letter, cost in zip(values, shapes, costs, strict=True)
    )
    ran = tuple(
        SetRun(
            number=number,
            parameters=cells[place].parameters,
            custom=PlanRun(
                shape=cells[place].shape, plan=PLANS[cells[place].shape], cost=cells[place].cost, ms=ms,
                blocks=None if ms is None else round(ms * 40), rows=None if ms is None else 20.0,
            ),
        )
        for number, (place, ms) in enumerate(runs.items(), 1)
    )  # fmt: skip
    counted = sorted(
        {cell.shape for cell in cells}, key=lambda shape: -sum(cell.shape == shape for cell in cells)
    )
    return PlanDiagram(
        axes=axes,
        held=(Held(number=3, parameters=("20",), reason="taken for LIMIT, as none was given"),) * (len(axes) == 2),
        cells=cells,
        shapes=tuple(
            PlanShape(
                shape=shape, plan=PLANS[shape], cells=sum(cell.shape == shape for cell in cells),
                least_cost=min(cell.cost for cell in cells if cell.shape == shape),
                most_cost=max(cell.cost for cell in cells if cell.shape == shape),
            )
            for shape in counted
        ),
        explains=len(cells) + 9,
        runs=summary(ran, None, left_out=1),
    )  # fmt: skip


def projects() -> Axis:
    return Axis(
        number=1, relation="public.builds", column="project_id", operator="=",
        parameters=("42", "303", "64", "999999999"), shares=(0.31, 0.08, 0.004, 0.0001),
    )  # fmt: skip


def field() -> PlanDiagram:
    statuses = Axis(
        number=2, relation="public.builds", column="status", operator="=",
        parameters=("success", "failed", "running"), shares=(0.77, 0.19, 0.0006),
    )  # fmt: skip
    costs = [9.0, 30.0, 400.0, 8.5, 24.0, 88.0, 120.0, 8.5, 1900.0, 1800.0, 60.0, 8.5]
    return diagram(
        (projects(), statuses), "nniinniittii", costs, {0: 0.2, 1: 0.4, 2: 3.1, 8: 21.0, 4: 190.0, 9: None}
    )


def lines() -> PlanDiagram:
    moments = tuple(f"2024-0{month}-01 00:00:00+00" for month in range(1, 8))
    axis = Axis(
        number=1, relation="public.builds", column="created_at", operator=">",
        parameters=moments, shares=(1.0, 0.8, 0.5, 0.2, 0.06, 0.01, 0.0001),
    )  # fmt: skip
    return diagram(
        (axis,), "tttiiii", [1900.0, 1900.0, 1850.0, 1700.0, 500.0, 90.0, 8.5], {2: 24.0, 3: 160.0, 6: 0.03}
    )


def alike() -> PlanDiagram:
    return diagram((projects(),), "iiii", [400.0, 90.0, 12.0, 8.5], {0: 3.0})
