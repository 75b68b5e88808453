"""The command line: one group, one thin file per verb, loaded when its verb is called."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence

import click

from perfkit import __version__
from perfkit.errors import PerfkitError

VERBS = {
    "investigate": "find out why a statement is slow, and prove what cures it",
    "advise": "choose the indexes for a whole workload, and prove them",
    "workload": "rank the statements of a log, script, folder or server, and save them for advise",
    "explain": "capture how PostgreSQL runs a statement, or read a plan",
    "diff": "compare two plans or captures",
    "gate": "hold a folder of queries against baselines that are committed beside the code",
    "explain-finding": "say what a finding means, how it is cured, and when it is fine",
    "dataset": "load and check the generated data sets",
    "server": "start, stop and list embedded servers",
    "notebook": "list, describe and run the parameterised notebooks",
    "lab": "open JupyterLab on the notebooks",
}
"""Verb → one line of help; ``perfkit.cli.<verb>``, with an underscore for a hyphen, holds its command."""


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"perfkit.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="perfkit")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """A query-performance lab for PostgreSQL.

    Exit status: 0 fine, 1 gate failed or regression found, 2 usage, 3 server or notebook failure.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every expected fault becomes one sentence on stderr and an exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        status = cli.main(args=list(arguments), prog_name="perfkit", standalone_mode=False)
    except click.exceptions.Abort as abort:
        # click makes this of a KeyboardInterrupt, ours among them
        if isinstance(abort.__cause__, _Terminated):
            _stop("terminated", 143)
        _stop("interrupted", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PerfkitError as error:
        if "--debug" in arguments:
            raise
        _stop(str(error), error.exit_status)
    except _Terminated:
        _stop("terminated", 143)
    except KeyboardInterrupt:
        _stop("interrupted", 130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    sys.exit(status if isinstance(status, int) else 0)


class _Terminated(KeyboardInterrupt):
    """SIGTERM, as a time limit in CI sends it: unwound like Ctrl-C, so that statements are cancelled and clones dropped."""


def _terminate(*_: object) -> None:
    raise _Terminated


def _stop(sentence: str, status: int) -> None:
    click.echo(f"perfkit: {sentence}", err=True)
    sys.exit(status)
