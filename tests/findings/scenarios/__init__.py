"""What is recorded for the rules; see ``scenario``."""

from tests.findings.scenarios import access, further, pasted, running, statements
from tests.findings.scenarios.scenario import BASE as BASE
from tests.findings.scenarios.scenario import Scenario as Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *access.INDEXES,
    *access.LIMITS,
    *access.JOINS,
    *statements.PREDICATES,
    *statements.SHAPES,
    *running.ESTIMATES,
    *running.MEMORY,
    *running.WRITES,
    *running.PARTITIONS,
    *running.OVERHEADS,
    *further.GROUPS,
    *further.LISTS,
    *further.SPECIAL_INDEXES,
    *further.UPKEEP,
    *further.WORKERS,
    *pasted.FORMS,
    *pasted.HEALTHY,
)
