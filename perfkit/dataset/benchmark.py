"""A TPC benchmark as the packages of the extra ``benchmarks`` have it: rows from tpcgen-cli, queries from DuckDB's extension.

Nothing is fetched: the program and the extension are files that pip installed.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from perfkit.errors import CapabilityMissing, DatasetError

GENERATOR = "tpcgen-cli"


def generator_program() -> Path:
    """The generator's file, wherever pip put it; CapabilityMissing without the package."""
    try:
        files = metadata.files(GENERATOR) or []
    except metadata.PackageNotFoundError:
        files = []
    found = (Path(str(file.locate())) for file in files if file.stem == GENERATOR)
    program = next((path.resolve() for path in found if path.is_file()), None)
    if program is None:
        raise _missing("generating the rows of a benchmark")
    return program


@contextmanager
def generated(benchmark: str, scale: float) -> Iterator[Path]:
    """A temporary folder with the rows of each table as ``table.csv``, about a gigabyte for each whole of ``scale``.

    All tables in one run of the program, since it makes a dictionary of words first, a second's work. The same version
    of the package always gives the same bytes.
    """
    with TemporaryDirectory(prefix="perfkit-") as folder:
        command = [str(generator_program()), benchmark, "csv", "--scale-factor", f"{scale!r}", "--quiet"]
        done = subprocess.run(
            [*command, "--output-dir", folder], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
            raise DatasetError(f"{GENERATOR} ended with status {done.returncode}: {said}")
        yield Path(folder)


def benchmark_queries(benchmark: str) -> dict[int, str]:
    """The benchmark's queries by number, with their default parameters, in DuckDB's dialect."""
    package = f"duckdb_extension_{benchmark}"
    spec = find_spec(package)
    if spec is None or spec.origin is None or find_spec("duckdb") is None:
        raise _missing(f"reading the queries of {benchmark}")
    import duckdb

    file = f"extensions/v{duckdb.__version__}/{benchmark}.duckdb_extension"
    with closing(duckdb.connect(config={"autoinstall_known_extensions": "false"})) as connection:
        try:
            connection.load_extension(str(Path(spec.origin).parent / file))
        except duckdb.Error:
            raise _missing(f"reading the queries of {benchmark} with DuckDB {duckdb.__version__}") from None
        rows = connection.execute(f"select query_nr, query from {benchmark}_queries()").fetchall()
    return {int(number): str(text) for number, text in rows}


def _missing(work: str) -> CapabilityMissing:
    """
    >>> str(_missing("generating rows"))
    "generating rows: needs the extra benchmarks; install it with: pip install 'perfkit[benchmarks]'"
    """
    return CapabilityMissing(
        work,
        needs="the extra benchmarks",
        how_to_enable="install it with: pip install 'perfkit[benchmarks]'",
    )
