"""An empty database for what comes from another one: text compared as there, its extensions, its settings."""

from __future__ import annotations

from contextlib import suppress

from perfkit.db.session import Session, stored_query
from perfkit.db.statistics_lab.source import Locale, Source
from perfkit.errors import CaptureError, PerfkitError
from perfkit.identifier import quote_identifier

ROLE = "perfkit_planner"
"""Owns the databases; it stays on our server, and may do nothing elsewhere."""

_UNDEFINED_LOCALE = Locale(provider="c", collate="C.UTF-8", ctype="C.UTF-8", locale=None)
"""Not C in the planner's eyes, as no other one is: LIKE then needs an operator class of its own to use an index."""


def create(session: Session, name: str, locale: Locale) -> list[str]:
    """An empty database of the role's own; a note where text is compared in another way there."""
    if not session.rows("select from pg_roles where rolname = %s", [ROLE]):
        with suppress(CaptureError):  # somebody else was as quick
            session.change(f"create role {ROLE} login")
    statement = f"create database {quote_identifier(name)} template template0 owner {ROLE} "
    notes = []
    try:
        session.change(statement + _clauses(locale))
    except CaptureError:
        session.change(statement + _clauses(_UNDEFINED_LOCALE))
        notes.append(
            f"the copy compares text by its bytes, as {locale.locale or locale.collate} is not known there"
        )
    # the keeper is a superuser among objects of others
    session.change(f"alter database {quote_identifier(name)} set search_path = pg_catalog")
    return notes


def _clauses(locale: Locale) -> str:
    told = {"c": "libc", "i": "icu", "b": "builtin"}[locale.provider]
    own = "" if locale.provider == "c" else f" {told}_locale {_literal(locale.locale or '')}"
    return (
        f"encoding UTF8 locale_provider {told}{own}"
        f" lc_collate {_literal(locale.collate)} lc_ctype {_literal(locale.ctype)}"
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def install(session: Session, source: Source) -> list[str]:
    """The source's extensions, which the role may not install; a note of those that our server does not have."""
    missing = []
    for schema, name in source.extensions:
        try:
            if schema not in ("pg_catalog", "public"):
                session.change(f"create schema if not exists {quote_identifier(schema)} authorization {ROLE}")
            session.change(
                f"create extension if not exists {quote_identifier(name)} schema {quote_identifier(schema)} cascade"
            )
        except CaptureError:
            missing.append(name)
    for collation in source.collations:
        with suppress(CaptureError):
            session.change(
                f"create collation if not exists pg_catalog.{quote_identifier(collation)}"
                f" (provider = libc, locale = {_literal(_UNDEFINED_LOCALE.collate)})"
            )
    if not missing:
        return []
    return [f"the copy lacks what is not installed with our server: extension {', '.join(missing)}"]


def take_settings(session: Session, source: Source) -> None:
    """The source's settings, and none of the ways to plan that it does not know."""
    ours = {str(row["name"]): str(row["value"]) for row in session.rows(stored_query("lab_settings"))}
    wanted = {name: value for name, value in source.settings.items() if name in ours and ours[name] != value}
    wanted |= {
        name: "off"
        for name, value in ours.items()
        if name.startswith("enable_") and name not in source.settings and value == "on"
    }
    wanted["search_path"] = ", ".join(quote_identifier(schema) for schema in source.search_path)
    for name, value in wanted.items():
        with suppress(PerfkitError):
            session.rows("select set_config(%s, %s, false)", [name, value])
