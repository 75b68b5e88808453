"""Candidates, and the proof that they help."""

from perfkit.advise.prove import BUDGET_SECONDS as BUDGET_SECONDS
from perfkit.advise.prove import Outcome as Outcome
from perfkit.advise.prove import prove as prove
from perfkit.advise.values import Advice as Advice
from perfkit.advise.values import Candidate as Candidate
from perfkit.advise.values import Rejected as Rejected
