"""PostgreSQL's TEXT format of EXPLAIN: read into the same Plan as the other formats, and written from any Plan."""

from perfkit.plan.text.build import read_clean_text, read_text, stands_alone
from perfkit.plan.text.write import write_text

__all__ = ["read_clean_text", "read_text", "stands_alone", "write_text"]
