"""JupyterLab as ``perfkit lab`` starts it, on folders of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60

SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # else what has scrolled away is not in the page
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """JupyterLab on the folder's ``work``, until the block is left; its address with the token."""
    for name, values in SETTINGS.items():
        file = folder / "settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    own = {
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = {**os.environ, **{name: str(folder / value) for name, value in own.items()}}
    with (folder / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "perfkit", "lab", "--folder", str(folder / "work"), "--",
             "--no-browser", "--port=0", "--expose-app-in-browser"],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield _address(process, folder)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _address(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Where it listens, once it says so in its file."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        for file in (folder / "runtime").glob("jpserver-*.json"):
            try:
                told = json.loads(file.read_text(encoding="utf-8"))
            except ValueError:
                continue
            return f"{told['url']}lab/tree/tour.ipynb?reset&token={told['token']}"
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start: {(folder / 'lab.log').read_text('utf-8')[-2000:]}")
