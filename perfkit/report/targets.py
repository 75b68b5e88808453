"""The databases of a fleet: a file that names them, or a folder with a file for each. No password stands in it.

In TOML a table for each target, in YAML or JSON an object; a plain list holds names of services::

    [orders]
    service = "orders-replica"          # of libpq's service file
    [shop]
    dsn_variable = "SHOP_DSN"           # environment variable with the connection string
    [trial]
    parameters = {dataset = "tracker", scale = 0.01}
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfkit.errors import UsageError
from perfkit.report.secrets import holds_password

_SUFFIXES = (".toml", ".yaml", ".yml", ".json")
_KEYS = ("service", "dsn_variable", "parameters")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTarget:
    """One database by name, how it is reached, and what its run is told beyond the others'."""

    name: str
    service: str = ""
    dsn_variable: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_targets(path: Path) -> tuple[FleetTarget, ...]:
    """The targets of a file, or of a folder whose files are named for them. UsageError says what cannot be used."""
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix in _SUFFIXES)
        found = [_target(file.stem, read_document(file), file) for file in files]
    else:
        document = read_document(path)
        if isinstance(document, list):
            document = _named(document, path)
        if not isinstance(document, dict):
            raise UsageError(f"{path} names no targets; write a table for each, such as [orders]")
        found = [_target(str(name), given, path) for name, given in document.items()]
    if not found:
        raise UsageError(f"{path} names no targets")
    return tuple(found)


def read_document(path: Path) -> Any:
    """What a TOML, JSON or YAML file holds, by its suffix; YAML by any other. UsageError for what cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
    if path.suffix == ".toml":
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{path} is not TOML: {error}") from None
    if path.suffix == ".json":
        try:
            return json.loads(text)
        except ValueError as error:
            raise UsageError(f"{path} is not JSON: {error}") from None
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{path} is not YAML: {' '.join(str(error).split())}") from None


def _named(listed: list[Any], path: Path) -> dict[str, Any]:
    """A list as an object: of names of services, or of objects with a ``name``."""
    found: dict[str, Any] = {}
    for one in listed:
        given = (
            {"name": one, "service": one}
            if isinstance(one, str)
            else dict(one)
            if isinstance(one, dict)
            else {}
        )
        name = str(given.pop("name", ""))
        if not name:
            raise UsageError(f"{path} lists a target without a name: {one!r}")
        if name in found:
            raise UsageError(f"{path} names {name} twice")
        found[name] = given
    return found


def _target(name: str, given: Any, path: Path) -> FleetTarget:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{path}: {name!r} is no name for a target: its run gets a folder of that name")
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise UsageError(f"{path}: {name} takes {', '.join(_KEYS)}, got {given!r}")
    unknown = next((key for key in given if key not in _KEYS), None)
    if unknown is not None:
        raise UsageError(f"{path}: {name} has no {unknown}; it takes {', '.join(_KEYS)}")
    parameters = given.get("parameters", {})
    if not isinstance(parameters, dict):
        raise UsageError(f"{path}: the parameters of {name} are name = value pairs, got {parameters!r}")
    texts = {key: given.get(key, "") for key in ("service", "dsn_variable")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise UsageError(f"{path}: {key} of {name} is a text, got {value!r}")
        if holds_password(value) or "=" in value or "://" in value:
            raise UsageError(
                f"{path}: {key} of {name} is a connection string; name a service of libpq's service file, or an "
                "environment variable that holds it"
            )
    if all(texts.values()):
        raise UsageError(f"{path}: {name} has a service and a dsn_variable; give one")
    return FleetTarget(name=name, parameters=parameters, **texts)
