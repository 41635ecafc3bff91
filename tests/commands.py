"""Commands as a shell runs them: each in a process of its own, forked from one that has imported the package.

To start Python and import `datasets` takes longer than most commands take.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LATE = {
    *("COLUMNS", "ITDR_CACHE", "ITDR_MEMORY", "ITDR_MIRROR", "JAVA_HOME", "PYTEST_CURRENT_TEST")
}
"""Variables that are read when they are needed; others may be read when a module is imported."""
MODULES = (
    "itdr.commands.app",
    "itdr.publish.folder",
    "itdr.scoring.data",
    "duckdb",
    "filelock",
    "jinja2",
    "pyarrow.compute",
    "pyarrow.ipc",
    "pyarrow.parquet",
    "pydantic",
    "scipy.io",
    "yaml",
)
"""What most commands import, where it is installed."""
SECONDS = 240


def run(
    *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, stdout: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `itdr` with these arguments.

    Args:
        arguments: what follows the name of the command.
        cwd: the working folder.
        env: added to the environment.
        stdout: where its output goes instead of into the result.
    """
    whole = {**os.environ, "HF_HUB_OFFLINE": "1", **(env or {})}
    early = {name: value for name, value in whole.items() if name not in LATE}
    with tempfile.TemporaryDirectory() as folder:
        said = [stdout or Path(folder) / "stdout", Path(folder) / "stderr"]
        asked = {"argv": arguments, "cwd": str(cwd), "env": whole, "files": [*map(str, said)]}
        server = _server(tuple(sorted(early.items())))
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        texts = ["" if one == stdout else one.read_text("utf-8", "replace") for one in said]
    return subprocess.CompletedProcess(["itdr", *arguments], code, *texts)


@functools.cache
def _server(env: tuple[tuple[str, str], ...]) -> Any:
    """A process with this environment that forks for every command; it ends with its input."""
    return subprocess.Popen(
        [sys.executable, __file__],
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _serve() -> None:
    for name in MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from itdr.builders.dataset import registry

    registry.cells("extra")  # which imports all sources and subtasks
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        child = os.fork()
        if not child:
            answers.close()
            return _become(**json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _become(argv: Iterable[str], cwd: str, env: Mapping[str, str], files: Iterable[str]) -> None:
    """Run the command in this process, as `python -m itdr` does."""
    from itdr.commands.app import main

    signal.alarm(SECONDS)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(files, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv[1:] = argv
    sys.path[0] = cwd
    main()


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())  # not the folder of the tests, whose names are those of packages
    _serve()
