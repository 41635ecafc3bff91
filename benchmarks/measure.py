"""How things are timed: in processes of their own, in turn, the best of some rounds of each.

The machine may be shared: absolute times mean little, so each time stands beside a floor that was
measured in the same rounds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Spent:
    """What one run took: wall and processor seconds, and its peak memory in MB."""

    seconds: float
    processor: float
    peak: float


@dataclass
class Line:
    """One line of the table: the ratio of `ours` to `floor` (seconds or what `unit` says)."""

    what: str
    ours: float
    floor: float
    target: float
    at_least: bool = False
    unit: str = "s"
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def met(self) -> bool:
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def run(module: str, *arguments: str, cache: Path | None = None) -> Spent:
    """Run `python -m <module>` in a process of its own; what it took, its children included."""
    return spent_and_output(module, *arguments, cache=cache)[0]


def output(module: str, *arguments: str, cache: Path | None = None) -> str:
    """Run `python -m <module>` in a process of its own; what it printed."""
    return spent_and_output(module, *arguments, cache=cache)[1]


def spent_and_output(module: str, *arguments: str, cache: Path | None = None) -> tuple[Spent, str]:
    """Both of one run."""
    environment = {**os.environ, "PYTHONPATH": _path()}
    # As where the package is installed: its modules are compiled once, as those of `datasets` are.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if cache is not None:
        environment |= {"ITDR_CACHE": str(cache), "HF_HOME": str(cache / "hf")}
    with (
        tempfile.TemporaryDirectory() as empty,
        tempfile.TemporaryFile("w+") as said,
        tempfile.TemporaryFile("w+") as errors,
    ):
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=empty,
            env=environment,
            stdout=said,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        errors.seek(0)
        if process.returncode:
            raise RuntimeError(f"{module} {' '.join(arguments)} failed:\n{errors.read()}")
        spent = Spent(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
        return spent, said.read()


def _path() -> str:
    """Where the package and its folders are found from any place: a folder with links, of this checkout's own."""
    checkout = zlib.crc32(str(ROOT).encode())
    folder = Path(tempfile.gettempdir()) / f"itdr-benchmarks-{os.getuid()}-{checkout:08x}"
    folder.mkdir(exist_ok=True)
    for name in ("itdr", "benchmarks", "tests"):
        target = ROOT if name == "itdr" else ROOT / name
        link = folder / name
        if not link.is_symlink() or link.resolve() != target.resolve():
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    return str(folder)


def in_turn(rounds: int, *works: Callable[[], Spent]) -> list[Spent]:
    """Each work once a round, one after the other; the fastest run of each."""
    found: list[list[Spent]] = [[] for _ in works]
    for _ in range(rounds):
        for kept, work in zip(found, works, strict=True):
            kept.append(work())
    return [min(kept, key=lambda spent: spent.seconds) for kept in found]


def table(lines: list[Line]) -> str:
    """The lines as text."""
    head = ("what", "ours", "floor", "ratio", "target", "")
    rows = [
        (
            line.what,
            f"{line.ours:.2f} {line.unit}",
            f"{line.floor:.2f} {line.unit}",
            f"{line.ratio:.2f}",
            f"{'≥' if line.at_least else '≤'} {line.target:g}",
            ("" if line.met else "MISSED ")
            + " ".join(f"{name}={value:.2f}" for name, value in line.notes.items()),
        )
        for line in lines
    ]
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head) - 1)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in range(1, 5)), row[5]]
        )
        for row in (head, *rows)
    )


def to_json(lines: list[Line], facts: Mapping[str, object]) -> str:
    """The lines and what they were measured on."""
    return json.dumps({**facts, "lines": [line.record() for line in lines]}, indent=1)
