"""Values of a statement and of the data masked, so that a report can be given away: equal ones stay recognisably equal."""

from perfkit.redact.mask import Mask as Mask
from perfkit.redact.mode import TABLE_FILE as TABLE_FILE
from perfkit.redact.mode import learn as learn
from perfkit.redact.mode import redacted as redacted
