"""Records what psql prints for two small plans in all its forms: python tests/plan/strip/record_psql_forms.py.

Needs the embedded server's programs; writes pasted/psql_forms.*.json, which tests read where there is no psql.
"""

from __future__ import annotations

import json

import psycopg
from psql_forms import PASTED, forms, printed, psql

from perfkit.db.servers import server

_SCHEMA = 'create temp table "Größe |+|" (id int, "a \\ b" text)'
_TEXT = """
explain (costs off) select * from "Größe |+|"
where "a \\ b" <> 'a | b + <c> & {d} % 漢字 that is long enough to be broken' limit 3
"""
_JSON = """
explain (format json) select 1 where random()::text <> 'a | b + <c> & {d} % 漢字 that is long enough to be broken'
"""


def main() -> None:
    program = psql()
    assert program
    running = server().start()
    with psycopg.connect(running.conninfo(), autocommit=True) as connection:
        connection.execute(_SCHEMA)
        text = [row[0] for row in connection.execute(_TEXT)]
        loaded = connection.execute(_JSON).fetchone()
    assert loaded
    plans = {"text": text, "json": [json.dumps(loaded[0], ensure_ascii=False, indent=2)]}
    for name, rows in plans.items():
        found = printed(program, running.conninfo(), [rows], forms())
        document = {"clean": "\n".join(rows), "forms": {form: text for (_, form), text in found.items()}}
        (PASTED / f"psql_forms.{name}.json").write_text(
            json.dumps(document, ensure_ascii=False, indent=0) + "\n"
        )


if __name__ == "__main__":
    main()
