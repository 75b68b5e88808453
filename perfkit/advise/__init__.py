"""Candidates, and the proof that they help. ``perfkit.advise.prove`` holds the verb."""

from perfkit.advise.values import BUDGET_BYTES as BUDGET_BYTES
from perfkit.advise.values import BUDGET_SECONDS as BUDGET_SECONDS
from perfkit.advise.values import Advice as Advice
from perfkit.advise.values import Candidate as Candidate
from perfkit.advise.values import Rejected as Rejected
