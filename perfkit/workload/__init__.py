"""What sessions did: read from a server's log or an SQL script, grouped, and searched for patterns between statements."""

from perfkit.workload.groups import Group as Group
from perfkit.workload.groups import grouped as grouped
from perfkit.workload.log import looks_like_log as looks_like_log
from perfkit.workload.log import read_log as read_log
from perfkit.workload.n_plus_one import Repetition as Repetition
from perfkit.workload.n_plus_one import repetitions as repetitions
from perfkit.workload.recording import Recording as Recording
from perfkit.workload.recording import Run as Run
from perfkit.workload.row_by_row import RowByRow as RowByRow
from perfkit.workload.row_by_row import row_by_row as row_by_row
from perfkit.workload.script import read_script as read_script
