"""The kernel a notebook runs in: this interpreter, on private sockets, and never left behind.

Only to be imported where a notebook is about to run: it loads jupyter_client.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

_LOG_LINES = 20
"""What a kernel says last before it dies; more would be noise in a report."""


class Kernel(AsyncKernelManager):
    """A kernel of the interpreter that runs perfkit, whatever kernel specifications are installed.

    Connection file, sockets and the process's own output lie in a private folder: other users cannot connect, and
    nothing is printed between the lines of a CI log.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="perfkit-"))
        super().__init__(
            connection_file=str(self.folder / "kernel.json"),
            transport="tcp" if sys.platform == "win32" else "ipc",
            autorestart=False,
        )
        self.process: subprocess.Popen[bytes] | None = None
        self._specification = KernelSpec(
            argv=[
                sys.executable,
                "-Xfrozen_modules=off",
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
            ],
            display_name="Python 3",
            language="python",
            # the debugger's remark on frozen modules is of no use to a reader of a log
            env={"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
            | {name: value.replace("$", "$$") for name, value in environment.items()},
        )

    @property
    def kernel_spec(self) -> KernelSpec:
        return self._specification

    @property
    def log_file(self) -> Path:
        return self.folder / "kernel.log"

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        with self.log_file.open("wb") as log:
            await super()._async_start_kernel(stdout=log, stderr=log, **options)
        self.process = getattr(self.provisioner, "process", None)

    def signal_group(self, signum: int) -> None:
        """Send a signal to the kernel and every process it started in its group; nothing where all have ended."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signum)
            else:
                self.process.send_signal(signum)

    def death(self) -> str:
        """How the kernel ended, in words."""
        status = self.process.poll() if self.process else None
        if status is None:
            return "the kernel did not answer"
        if status >= 0:
            return f"the kernel ended with status {status}"
        name = signal.Signals(-status).name
        hint = "; the system may have run out of memory" if name == "SIGKILL" else ""
        return f"the kernel was killed by {name}{hint}"

    def last_words(self) -> str:
        try:
            lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-_LOG_LINES:])

    def remove(self) -> None:
        """End whatever is left of the kernel's process group, and remove its folder."""
        self.signal_group(getattr(signal, "SIGKILL", signal.SIGTERM))
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
            self.process = None  # its number may belong to another process from now on
        shutil.rmtree(self.folder, ignore_errors=True)
