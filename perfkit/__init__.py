"""perfkit: a query-performance lab for PostgreSQL.

>>> import perfkit
>>> lab = perfkit.connect(dataset="tracker")       # doctest: +SKIP
>>> lab.investigate("select …")                    # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from perfkit.advise.values import Advice as Advice
    from perfkit.capture.values import Capture as Capture
    from perfkit.comparison import Comparison as Comparison
    from perfkit.comparison import diff as diff
    from perfkit.errors import PerfkitError as PerfkitError
    from perfkit.errors import PlanParseError as PlanParseError
    from perfkit.findings.finding import Finding as Finding
    from perfkit.investigation import Investigation as Investigation
    from perfkit.lab import Lab as Lab
    from perfkit.lab import connect as connect
    from perfkit.plan import Node as Node
    from perfkit.plan import Plan as Plan
    from perfkit.plan import collect_plans as collect_plans
    from perfkit.plan import parse_plan as parse_plan

_HOMES = {
    "Advice": "perfkit.advise.values",
    "Capture": "perfkit.capture.values",
    "Comparison": "perfkit.comparison",
    "Finding": "perfkit.findings.finding",
    "Investigation": "perfkit.investigation",
    "Lab": "perfkit.lab",
    "Node": "perfkit.plan",
    "PerfkitError": "perfkit.errors",
    "Plan": "perfkit.plan",
    "PlanParseError": "perfkit.errors",
    "collect_plans": "perfkit.plan",
    "connect": "perfkit.lab",
    "diff": "perfkit.comparison",
    "parse_plan": "perfkit.plan",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> object:
    """Names are loaded on first use, so that ``import perfkit`` stays light."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'perfkit' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


def load_ipython_extension(shell: object) -> None:
    """``%load_ext perfkit``: the magics %explain, %%explain and %perfkit."""
    from perfkit.jupyter import load

    load(shell)
