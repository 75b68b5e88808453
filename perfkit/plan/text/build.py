"""The lines of EXPLAIN's TEXT format into a Plan; indentation alone decides the tree."""

from __future__ import annotations

import re
from typing import Any, Final

from perfkit.errors import PlanParseError
from perfkit.plan import summary
from perfkit.plan.draft import collector_paused
from perfkit.plan.measures import measured
from perfkit.plan.model import Plan
from perfkit.plan.text import closing
from perfkit.plan.text.expressions import depth, open_quote, split_list
from perfkit.plan.text.figures import EXPRESSIONS, LISTS
from perfkit.plan.text.heads import FIGURES, OPERATIONS, figures_start, fill_name, is_masked
from perfkit.plan.text.lines import indented, lines_of, refuse
from perfkit.plan.text.nodes import Facts, OpenNode, closed
from perfkit.plan.text.properties import QUICK, SINGLES, joined, plain_value, repeat, target_table

_LABEL: Final = re.compile(r"[A-Z][^\n:'\"]{0,80}:(?: |$)")
_LOWER_LABEL: Final = re.compile(r"[a-z][\w ]{0,30}: ")
"""How some foreign data wrappers name what they add to a scan."""
_ACTUAL: Final = re.compile(r"actual (?:time=(\d+\.\d+)\.\.(\d+\.\d+) )?rows=(\d+(?:\.\d+)?) loops=(\d+)")
_FOREIGN_ENDS: Final = frozenset(" .+")
"""Marks of psql's at the ends of lines that it broke, or that a cell's newline ended."""
_LEAST_STEP: Final = 2
"""PostgreSQL indents by six; less than an arrow's own width is no indentation."""
_NO_ROOT: Final = "expected a plan, but this is no node of PostgreSQL's"
_NO_NODE: Final = "cannot read this line as a node of a plan"
_WORKER: Final = re.compile(r"Worker (\d{1,6}): {0,2}(.*)", re.DOTALL)
_HEADINGS: Final = ("InitPlan", "SubPlan", "CTE ")
_TARGETS: Final = tuple(f"{prefix}{word} on " for prefix in ("", "Foreign ") for word in OPERATIONS)


def read_text(text: str) -> Plan:
    """The plan in the output of EXPLAIN (FORMAT TEXT), free of what a client draws around it.

    Reads what 9.6 to 18 print under any option. A line of an unknown label is kept in ``extra``. PlanParseError with
    line and column where the text is no plan.

    >>> plan = read_text('''Limit  (cost=0.00..0.02 rows=1 width=4)
    ...   ->  Seq Scan on issue i  (cost=0.00..9.00 rows=500 width=4)
    ...         Filter: (state = 'open'::text)''')
    >>> [(node.node_type, node.alias, node.filter) for node in plan.walk()]
    [('Limit', None, None), ('Seq Scan', 'i', "(state = 'open'::text)")]
    """
    with collector_paused():
        reader = _Reader(text)
        reader.read()
        return _plan_of(reader)


def read_clean_text(text: str) -> Plan | None:
    """The same, or None where a line may be somebody else's: one of an unknown label beside the tree, a blank one, one
    that goes on with the line above, or one that ends as a client's do."""
    with collector_paused():
        reader = _Reader(text)
        while reader.lines and not reader.lines[-1]:
            reader.lines.pop()
        if not _FOREIGN_ENDS.isdisjoint({line[-1:] for line in reader.lines}):
            return None
        reader.read()
        return None if reader.is_odd or reader.is_foreign else _plan_of(reader)


def stands_alone(text: str) -> bool:
    """Whether the text as it stands is a plan, of which only constants run over several lines."""
    with collector_paused():
        reader = _Reader(text.rstrip())
        try:
            reader.read()
        except PlanParseError:
            return False
        return not reader.is_foreign


def _plan_of(reader: _Reader) -> Plan:
    """The plan of what was read; the reader is emptied, as what it noted is as large as the plan."""
    try:
        root = closed(reader.nodes)
        reader.nodes.clear()
        reader.forget()
        return measured(summary.read(reader.body, root))
    except (OverflowError, ValueError):
        raise PlanParseError("the plan holds a figure that is out of range; was it edited by hand?") from None


class _Reader:
    def __init__(self, text: str) -> None:
        self._raw = lines_of(text)
        """For values of several lines, whose tabs are their own."""
        self.lines = indented(self._raw) if "\t" in text else self._raw
        self.nodes: list[OpenNode] = []
        self.body: dict[str, Any] = {"Plan": None}
        """What stands beside the tree, as EXPLAIN's JSON has it."""
        self._path: list[OpenNode] = []
        """The node last headed with those above it."""
        self._heading: tuple[str, int, int] | None = None
        """Name of a subplan whose node comes next, its column, its line."""
        self._last: tuple[Facts, str, str] | None = None
        """Where a line that goes on belongs: facts, label, and the value so far."""
        self._has_figures = False
        self._step = 0
        self._counted: tuple[str, int] = ("", 0)
        """A value that may go on, and how many brackets are open at its end."""
        self.is_odd = False
        """Whether a constant ran over several lines."""
        self.is_foreign = False
        """Whether a line was read that may be somebody else's."""

    def forget(self) -> None:
        """Let go of the lines and of what was noted of each node."""
        self.lines = self._raw = []
        self._path = []
        self._last = None

    def read(self) -> None:
        lines = self.lines
        place, count = 0, len(lines)
        while place < count and not lines[place].strip():
            place += 1
        if place == count:
            raise PlanParseError("the text is empty, expected the output of EXPLAIN")
        place = self._read_head(place, lines[place].strip())
        here = self.nodes[0]
        while place < count:
            line = lines[place]
            words = line.strip()
            if not words:
                self.is_foreign = True
                place += 1
            elif words[:2] == "->":
                place = self._read_head(place, words)
                here = self.nodes[-1]
            elif self._heading is not None:
                self._refuse_heading()
            else:
                column = line.find(words[0])
                if column != here.inner:
                    label = words.partition(":")[0]
                    if (
                        here.inner >= 0
                        or column <= here.column
                        or self._is_beside(label, column)
                        or self._is_summary_within(here, label, column)
                    ):
                        place = self._read_odd(place, words, column)
                        continue
                    self._open(here, column, place)
                here.nested = None
                label, _, value = words.partition(": ")
                reader = QUICK.get(label)
                if reader is not None and reader(here.facts, label, value):
                    self._last = None
                    place += 1
                else:
                    place = self._read_property(place, words, column, here, here.facts)
        if self._heading is not None:
            self._refuse_heading()

    def _open(self, node: OpenNode, column: int, place: int) -> None:
        """Note where the inside of a node begins: as far from its arrow as in every other node of the text."""
        if node.parent is not None:
            step = column - node.column
            self._step = self._step or step
            if step != self._step or step < _LEAST_STEP:
                refuse("this line is indented less or more than inside the nodes above", self.lines, place)
        node.inner = column

    def _is_beside(self, label: str, column: int) -> bool:
        """Whether a line stands beside the tree rather than in its root, which has no inside yet."""
        return len(self.nodes) == 1 and closing.starts(label) and column <= self.nodes[0].column + 1

    def _is_summary_within(self, node: OpenNode, label: str, column: int) -> bool:
        """Whether a line stands left of a node's properties, as the summary of a plan that an extension had run."""
        inner = node.inner if node.inner >= 0 else node.column + self._step
        return node.column < column < inner and closing.starts(label)

    def _read_head(self, place: int, words: str) -> int:
        line, start = self.lines[place], place
        column = line.find(words[0])
        parent, heading = self._parent(place, column) if self.nodes else (None, None)
        if words.startswith("->"):
            words = words[2:].lstrip()
        if '"' in words and words.count('"') & 1:
            words, place = self._joined(place, words, '"')
        name, figures, masked = words, None, None
        cut = figures_start(words)
        if cut >= 0:
            found = FIGURES.fullmatch(words, cut)
            name = words[:cut].rstrip()
            if found is not None:
                figures = found.groups()
            elif is_masked(words[cut + 1 :]):
                masked = words[cut + 1 :]
            else:
                refuse("cannot read the figures of this node", self.lines, start)
        filled = fill_name(name) if name else None
        if filled is None:
            refuse(_NO_ROOT if parent is None else _NO_NODE, self.lines, start)
        kind, values = filled
        if parent is None:
            self._has_figures = cut >= 0
            if cut < 0 and not kind.is_known:
                refuse(_NO_ROOT, self.lines, start)
        elif self._has_figures and cut < 0 and parent.kind.provider is None and _has_figures(parent):
            refuse("this node has no figures though the one above has; was the text cut", self.lines, start)
        node = OpenNode(kind, values, len(self.nodes), column, parent, heading, figures)
        if masked is not None:
            node.masked = masked
        self.nodes.append(node)
        self._path.append(node)
        self._last = None
        return place + 1

    def _parent(self, place: int, column: int) -> tuple[OpenNode, str | None]:
        """The node above one that begins at the column, and the name of the subplan it is."""
        path, heading = self._path, None
        begin = column
        if self._heading is not None:
            heading, begin, _ = self._heading
            if column <= begin:
                self._refuse_heading()
            self._heading = None
        while path and path[-1].column >= begin:
            path.pop()
        if not path:
            refuse("this node is not indented below the first one", self.lines, place)
        parent = path[-1]
        if parent.inner < 0:
            self._open(parent, begin, place)
        elif parent.inner != begin:
            refuse("the indentation of this node fits no node above", self.lines, place)
        return parent, heading

    def _refuse_heading(self) -> None:
        assert self._heading is not None
        name, _, place = self._heading
        refuse(f'expected the plan of "{name}" below it, indented and with ->', self.lines, place)

    def _is_heading(self, place: int, words: str, column: int) -> bool:
        """Whether the line names a subplan: the next one must be its node."""
        if not words.startswith(_HEADINGS):
            return False
        after = place + 1
        while after < len(self.lines) and not self.lines[after].strip():
            after += 1
        if after == len(self.lines):
            return False
        below = self.lines[after].strip()
        return below.startswith("->") and self.lines[after].find("-") > column

    def _read_property(self, place: int, words: str, column: int, here: OpenNode, facts: Facts) -> int:
        """A line at the column of the node's properties, or of a worker's."""
        label, colon, value = words.partition(": ")
        if label in EXPRESSIONS and colon:
            if '"' in value or value.count("'") & 1:
                value, place = self._joined(place, value)
            if label in facts:
                repeat(facts, label, value)
            else:
                facts[label] = value
            self._last = (facts, label, value)
            return place + 1
        if label in LISTS and colon:
            if '"' in value or value.count("'") & 1:
                value, place = self._joined(place, value)
            if label != "Output" and here.kind.node_type == "Aggregate":
                self._put_grouping(here, label, False, value)
            else:
                facts[label] = split_list(value)
                self._last = (facts, label, value)
            return place + 1
        reader = SINGLES.get(label)
        if reader is not None and colon and reader(facts, label, value):
            self._last = None
            return place + 1
        if label == "Hash Key" and here.kind.node_type == "Aggregate":
            self._put_grouping(here, label, False, value)
            return place + 1
        return self._read_rare(place, words, column, here, facts)

    def _put_grouping(self, here: OpenNode, label: str, is_inside: bool, value: str) -> None:
        if here.grouping is None:
            here.grouping = []
            here.facts["Grouping Sets"] = None
        here.grouping.append((label, is_inside, value))
        self._last = None

    def _read_rare(self, place: int, words: str, column: int, here: OpenNode, facts: Facts) -> int:
        if self._is_heading(place, words, column):
            self._heading = (words, column, place)
            self._last = None
            return place + 1
        worker = _WORKER.match(words)
        if worker is not None and facts is here.facts:
            return self._read_worker(place, worker, column, here)
        if here.kind.node_type == "ModifyTable" and words.startswith(_TARGETS):
            target = target_table(words)
            if target is not None:
                facts.setdefault("Target Tables", []).append(target)
                here.nested = target
                self._last = None
                return place + 1
        if words.startswith("JIT:") and facts is not here.facts:
            inside, after = self._inside(place, column)
            jit = closing.read_jit(inside)
            if jit is not None:
                facts["JIT"] = jit
                return after
        if _LABEL.match(words) is None and (self._goes_on() or _LOWER_LABEL.match(words) is None):
            return self._go_on(place)
        self.is_foreign = self.is_foreign or words[0].islower()
        label, _, value = words.partition(":")
        value = value.strip()
        if "'" in value or '"' in value:
            value, place = self._joined_unknown(place, value, column)
        if label in facts:
            repeat(facts, label, value)
        else:
            facts[label] = plain_value(value)
        self._last = (facts, label, value)
        return place + 1

    def _read_worker(self, place: int, worker: re.Match[str], column: int, here: OpenNode) -> int:
        workers = here.facts.setdefault("Workers", {})
        facts = here.nested = workers.setdefault(int(worker[1]), {})
        rest = worker[2]
        self._last = None
        if not rest:
            return place + 1
        found = _ACTUAL.fullmatch(rest)
        if found is not None:
            startup, total, rows, loops = found.groups()
            if total is not None:
                facts |= {"Actual Startup Time": float(startup), "Actual Total Time": float(total)}
            facts |= {
                "Actual Rows": float(rows) if "." in rows else int(rows),
                "Actual Loops": int(loops),
            }
            return place + 1
        return self._read_property(place, rest, column, here, facts)

    def _inside(self, place: int, column: int) -> tuple[list[str], int]:
        """The lines indented below that one, and the index of the first after them."""
        found = []
        after = place + 1
        while after < len(self.lines):
            words = self.lines[after].strip()
            if words and self.lines[after].find(words[0]) <= column:
                break
            if words:
                found.append(words)
            after += 1
        return found, after

    def _joined(self, place: int, value: str, quote: str = "") -> tuple[str, int]:
        value, end = joined(self._raw, place, value, quote)
        self.is_odd = self.is_odd or end != place
        return value, end

    def _joined_unknown(self, place: int, value: str, column: int) -> tuple[str, int]:
        """A quote left open under an unknown label goes on only if the next line is in no place of its own."""
        after = place + 1
        if after < len(self.lines) and open_quote(value):
            words = self.lines[after].strip()
            is_own = words.startswith("->") or (
                _LABEL.match(words) is not None and self.lines[after].find(words[0]) <= column
            )
            if not is_own:
                return self._joined(place, value)
        return value, place

    def _read_odd(self, place: int, words: str, column: int) -> int:
        """A line that is not at the column of the last node's properties."""
        here, root = self.nodes[-1], self.nodes[0]
        if self._is_heading(place, words, column):
            self._heading = (words, column, place)
            return place + 1
        label = words.partition(":")[0]
        if column > here.inner >= 0:
            if here.nested is not None:
                return self._read_property(place, words, column, here, here.nested)
            if here.grouping is not None and label in ("Group Key", "Hash Key"):
                self._put_grouping(here, label, True, words.partition(":")[2].strip())
                return place + 1
            return self._go_on(place)
        if column <= root.column or (0 <= column < root.inner) or self._is_beside(label, column):
            if self._goes_on() and not closing.starts(label) and not _LABEL.match(words):
                return self._go_on(place)
            self._last = None
            self.is_foreign = self.is_foreign or not closing.starts(label)
            return closing.read_beside(self.lines, place, self.body)
        if closing.starts(label):
            for node in reversed(self._path):
                if self._is_summary_within(node, label, column) and label not in node.facts:
                    return self._read_block(place, label, words, column, node)
        if _LABEL.match(words) is not None:
            for node in reversed(self._path):
                if node.inner == column and node.kind.provider is not None:
                    # an extension may list part of its inputs before its properties
                    while self._path[-1] is not node:
                        self._path.pop()
                    return self._read_property(place, words, column, node, node.facts)
        if label in EXPRESSIONS or label in LISTS or label in SINGLES:
            refuse("the indentation of this line fits no node", self.lines, place)
        return self._go_on(place)

    def _read_block(self, place: int, label: str, words: str, column: int, node: OpenNode) -> int:
        """A line of the summary of a plan that ran elsewhere, kept as text with that plan's root."""
        inside, after = self._inside(place, column)
        node.facts[label] = "\n".join((words.partition(":")[2].strip(), *inside))
        return after

    def _goes_on(self) -> bool:
        """Whether the last value ends inside a bracket: nothing else lets a value run over several lines, but a quote."""
        if self._last is None:
            return False
        value = self._last[2]
        if self._counted[0] is not value:
            self._counted = (value, depth(value))
        return self._counted[1] > 0

    def _go_on(self, place: int) -> int:
        """A line of no known form goes on with the text of the line above."""
        if self._last is None or not self._goes_on():
            refuse("cannot read this line as part of a plan", self.lines, place)
        self.is_foreign = True
        facts, label, value = self._last
        line = self._raw[place].rstrip()
        value = f"{value}\n{line}"
        self._counted = (value, self._counted[1] + depth(line))
        facts[label] = split_list(value) if label in LISTS else value
        self._last = (facts, label, value)
        return place + 1


def _has_figures(node: OpenNode) -> bool:
    return node.figures is not None or node.masked is not None
