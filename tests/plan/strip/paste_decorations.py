"""What clients, logs and people put around a plan: each a function from the clean text to what gets pasted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "recorded"

ODD = ("odd_conditions", "odd_control_characters", "odd_names_like_a_plan", "odd_names_wild")
"""Their constants and names hold line ends, blanks, colours and heads of nodes, which what is put around may change, too."""
TEXTS = [
    path
    for path in sorted(RECORDED.rglob("*.txt"))
    if path.stem not in ODD and path.read_text().strip().count("\n")
]
WITH_FIGURES = [path for path in TEXTS if path.with_suffix(".yaml").exists()]
"""Plans in TEXT as a server printed them, with costs or rows."""
WITHOUT_FIGURES = [path for path in TEXTS if not path.with_suffix(".yaml").exists()]

Decoration = Callable[[str], str]

QUESTION = """Hi all,

this takes 5 s (the cost is high). Why?

explain (analyze, buffers)
select *
  from issue i
 where doc -> 'a' = 'b'
 limit 10;

"""
THANKS = """
Thanks in advance,
Bob

* PostgreSQL 14.2 on Linux
- 16 GB RAM, work_mem: 4MB

Note: there is an index.
"""
RESULT = " count \n-------\n 20000\n(1 row)\n\n"


def lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n")


def joined(found: list[str]) -> str:
    return "\n".join(found) + "\n"


def each(prefix: str, suffix: str = "") -> Decoration:
    return lambda text: joined([prefix + line + suffix for line in lines(text)])


def numbered(form: str) -> Decoration:
    return lambda text: joined([form.format(number, line) for number, line in enumerate(lines(text), 1)])


def in_cells(text: str, end: str = "") -> str:
    return joined(['"' + line.replace('"', '""') + '"' + end for line in lines(text)])


def in_rows(text: str) -> list[dict[str, str]]:
    return [{"QUERY PLAN": line} for line in lines(text)]


def in_psql(text: str) -> str:
    found = lines(text)
    width = max(map(len, found)) + 2
    rows = "".join(f" {line}\n" for line in found)
    return f"{'QUERY PLAN'.center(width)}\n{'-' * width}\n{rows}({len(found)} rows)\n\n"


def wrapped(text: str, width: int, *, is_flowed: bool = False) -> str:
    """Lines broken between words; a flowed text keeps the blank at the end of the line."""
    found = []
    for line in lines(text):
        while len(line) > width:
            cut = line.rfind(" ", 0, width + 1)
            if cut < 0 or not line[:cut].strip():
                break
            found.append(line[: cut + 1] if is_flowed else line[:cut].rstrip())
            line = line[cut + 1 :].lstrip()
        found.append(line)
    return joined(found)


def cut(text: str, width: int) -> str:
    """Lines broken at the width, as terminals do."""
    found = []
    for line in lines(text):
        found += [line[place : place + width] for place in range(0, len(line), width)] or [""]
    return joined(found)


def logged(text: str, prefix: str, margin: str = "\t") -> str:
    body = joined(
        [margin + line for line in lines(f"Query Text: select 1\nfrom x where a = 'it''s'\n{text}")]
    )
    return f"{prefix}LOG:  duration: 1.234 ms  plan:\n{body}"


def in_syslog(text: str, *, is_interleaved: bool = False) -> str:
    found = []
    for number, line in enumerate(lines(logged(text, "", "#011")), 1):
        found.append(f"Nov 24 00:32:17 db1 postgres[6649]: [7-{number}] {line}")
        if is_interleaved:
            found.append(f"Nov 24 00:32:17 db1 postgres[77]: [9-{number}] LOG:  duration: 5 ms")
    return joined(found)


STDERR = "2024-01-01 10:00:00.123 UTC [123] "
OTHER_ENTRIES = (
    '2024-01-01 10:00:00 UTC [1] ERROR:  relation "x" does not exist at character 5\n'
    "2024-01-01 10:00:00 UTC [1] STATEMENT:  select *\n\tfrom x\n"
)
CONTEXT = (
    STDERR + 'CONTEXT:  SQL statement "select 1"\n\tPL/pgSQL function f() line 3\n'
    "2024-01-01 10:00:00 UTC [1] LOG:  duration: 5 ms  statement: select 1\n"
)

AROUND: dict[str, Decoration] = {
    "prose": lambda text: QUESTION + text + THANKS,
    "result table": lambda text: text + RESULT,
    "timing": lambda text: text + "Time: 12.345 ms\n",
    "fence": lambda text: f"Query:\n```sql\nselect 1;\n```\nPlan:\n```\n{text}```\nThanks\n",
    "fence with language": lambda text: f"```text\n{text}```",
    "fence in the lines": lambda text: f"see\n```{text.rstrip()}```\nok",
    "preformatted": lambda text: f'<p>see</p>\n<pre><code class="x">{text}</code></pre>\n<p>thanks</p>',
    "blank lines": lambda text: f"\n\n\n{text}\n\n",
    "query plan": lambda text: f"QUERY PLAN\n{text}",
    "byte order mark": lambda text: "\ufeff" + text,
    "ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "ends of Mac": lambda text: text.replace("\n", "\r"),
}
LINES: dict[str, Decoration] = {
    "mail quotes": each("> "),
    "nested mail quotes": each("> > "),
    "indented": each("    "),
    "indented by a tab": each("\t"),
    "trailing blanks": each("", "   "),
    "first line dedented": lambda text: text[:1] + joined([" " * 6 + line for line in lines(text)])[7:],
    "double spaced": each("", "\n"),
    "line numbers": numbered("{:6}\t{}"),
    "numbers with dots": numbered("{}. {}"),
    "comments of SQL": each("-- "),
    "comments of a shell": each("# "),
    "comments of C": lambda text: "/*\n\n" + each(" * ")(text) + "\n */\n",
    "no-break blanks": lambda text: text.replace(" ", "\xa0"),
    "arrows of a word processor": lambda text: re.sub(r"(?m)^( *)->", r"\1→", text),
    "backquotes": each("`", "`"),
    "bars": each("| ", " |"),
    "colours": each("\x1b[32m", "\x1b[0m"),
    "container": each("db-1  | "),
    "orchestrator": each("2024-01-01T00:00:00.000000000Z stderr F "),
    "notices": each("psql:x.sql:12: NOTICE:  "),
    "notices with context": each("NOTICE:  ", "\nCONTEXT:  PL/pgSQL function f() line 5 at RAISE"),
}
CLIENTS: dict[str, Decoration] = {
    "psql": in_psql,
    "psql session": lambda text: (
        f"psql (15.1)\n\nshop=# explain\nshop-# select 1;\n{in_psql(text)}Time: 1.5 ms\nshop=# \n"
    ),
    "Rails": lambda text: f"EXPLAIN for: SELECT a.* FROM a WHERE (a.b -> 'x' = 'y')\n{in_psql(text)}",
    "quoted cells": in_cells,
    "quoted cells with header": lambda text: f'"QUERY PLAN"\n{in_cells(text)}',
    "quoted cells with commas": lambda text: in_cells(text, ","),
    "rows": lambda text: json.dumps(in_rows(text), indent=1),
    "rows in an object": lambda text: json.dumps({"rows": in_rows(text), "rowCount": 2}, indent=2),
    "rows of Python": lambda text: repr([(line,) for line in lines(text)]),
    "rows of Python in lines": lambda text: joined([repr((line,)) for line in lines(text)]),
}
LOGS: dict[str, Decoration] = {
    "log": lambda text: logged(text, STDERR),
    "log without prefix": lambda text: logged(text, ""),
    "log with blanks": lambda text: logged(text, STDERR, " " * 8),
    "log among others": lambda text: OTHER_ENTRIES + logged(text, STDERR) + CONTEXT,
    "log of a service": lambda text: logged(text, "2024-01-01 10:00:00 UTC:10.0.0.1(5432):user@db:[123]:"),
    "log in a container": lambda text: each("db-1  | ")(logged(text, STDERR)),
    "log among containers": lambda text: (
        f"web-1  | hello\n{each('db-1   | ')(logged(text, STDERR))}web-1  | bye\n"
    ),
    "syslog": in_syslog,
    "syslog of two processes": lambda text: in_syslog(text, is_interleaved=True),
}
BROKEN: dict[str, Decoration] = {
    "mail": lambda text: wrapped(text, 72),
    "mail, then quoted": lambda text: each("> ")(wrapped(text, 76)),
    "quoted, then mail": lambda text: wrapped(each("> ")(text), 76),
    "flowed mail": lambda text: wrapped(text, 72, is_flowed=True),
    "terminal of 80": lambda text: cut(text, 80),
    "terminal of 132": lambda text: cut(text, 132),
}
ALL = AROUND | LINES | CLIENTS | LOGS | BROKEN
