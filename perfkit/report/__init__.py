"""Run a parameterised notebook, tell truthfully how it went, and export it as a page."""

from perfkit.query_file import read_query as read_query
from perfkit.report.notebooks import available as available
from perfkit.report.notebooks import connection as connection
from perfkit.report.notebooks import find as find
from perfkit.report.notebooks import workload as workload
from perfkit.report.outcome import Run as Run
from perfkit.report.outcome import read_run as read_run
from perfkit.report.output import rebuild as rebuild
from perfkit.report.output import write_page as write_page
from perfkit.report.parameters import Parameter as Parameter
from perfkit.report.parameters import describe as describe
from perfkit.report.publish import publish as publish
from perfkit.report.publish import require_finished as require_finished
from perfkit.report.run import run_notebook as run_notebook
