"""Options several verbs share: how to connect, and how to answer."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Number(click.FloatRange):
    """A number in its range, neither ``nan`` nor ``inf``, which a range lets through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"{value} is no number to count with.", param, ctx)
        return number


def connection_options(function: F) -> F:
    """--dsn, --dataset, --scale, --scratch, --statement-timeout: see ``perfkit.connect`` for what they mean."""
    for option in reversed(
        (
            click.option(
                "--dsn",
                metavar="DSN",
                help="libpq string or URI. Default: PERFKIT_DSN, libpq's environment, else the embedded server.",
            ),
            click.option(
                "--dataset",
                metavar="NAME",
                help="Connect to this data set on the embedded server, loading it first where missing.",
            ),
            click.option("--scale", type=Number(), default=None, help="Scale of --dataset (default 0.1)."),
            click.option(
                "--scratch",
                is_flag=True,
                help="Declare the database one that perfkit may change: advice is then proven on a clone.",
            ),
            click.option(
                "--statement-timeout",
                type=Number(min=0),
                default=60.0,
                show_default=True,
                metavar="SECONDS",
                help="Ends any single statement.",
            ),
        )
    ):
        function = option(function)
    return function


def json_option(function: F) -> F:
    return click.option(
        "--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else there."
    )(function)


def check_folders(*paths: Path | None) -> None:
    """UsageError before any work where a file to be written has no folder to stand in."""
    from perfkit.errors import UsageError

    for path in paths:
        if path is not None and not path.parent.is_dir():
            raise UsageError(f"cannot write {path}: there is no folder {path.parent}")
