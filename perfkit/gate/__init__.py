"""The gate: a folder of queries against baselines that are committed beside the code."""

from perfkit.gate.report import GateReport as GateReport
from perfkit.gate.report import Result as Result
