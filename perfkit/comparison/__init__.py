"""Any two plans, captures or investigations compared: what changed, what it cost, why, and how sure that is."""

from perfkit.comparison.compare import diff as diff
from perfkit.comparison.comparison import Comparison as Comparison
