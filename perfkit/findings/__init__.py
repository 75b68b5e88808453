"""Diagnoses with their evidence: small pure rules over a plan, its statement and the catalog."""

from perfkit.findings.catalogue import RULES as RULES
from perfkit.findings.examine import examine as examine
from perfkit.findings.finding import Case as Case
from perfkit.findings.finding import Evidence as Evidence
from perfkit.findings.finding import Finding as Finding
from perfkit.findings.finding import Rule as Rule
from perfkit.findings.finding import Severity as Severity
from perfkit.findings.vocabulary import VOCABULARY as VOCABULARY
