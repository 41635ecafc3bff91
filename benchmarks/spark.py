"""Both engines on growing files: `python -m benchmarks.spark --ratings 2000000 8000000 32000000`.

Raw files of the layout of MovieLens 32M are made up first, with its 87,585 films and as many users as
the ratings ask for. Each engine builds `sequential_rec` in a process of its own, from nothing: wall
seconds, processor seconds, and the most memory that its processes held together.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

FILMS, PER_USER = 87_585, 159
MB = 1 << 20


class Tree(threading.Thread):
    """The most memory of a process and its descendants together, and their processor time."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak = root, 0
        self.spent: dict[int, float] = {}
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.2):
            self.look()

    def look(self) -> None:
        page, tick = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
        parents, held = {}, {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                shared = int((entry / "statm").read_text().split()[2])
            except (OSError, IndexError):
                continue
            pid = int(entry.name)
            parents[pid] = int(fields[1])
            # Mapped files are the system's to drop: only what is the process's own counts.
            held[pid] = (
                (int(fields[21]) - shared) * page,
                (int(fields[11]) + int(fields[12])) / tick,
            )
        total = 0
        for pid, (memory, seconds) in held.items():
            if self._ours(pid, parents):
                total += memory
                self.spent[pid] = seconds
        self.peak = max(self.peak, total)

    def _ours(self, pid: int, parents: dict[int, int]) -> bool:
        while pid > 1:
            if pid == self.root:
                return True
            pid = parents.get(pid, 0)
        return False


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and MB of a command and all that it starts."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    tree = Tree(process.pid)
    tree.start()
    code = process.wait()
    tree.done.set()
    tree.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.perf_counter() - begin, sum(tree.spent.values()), tree.peak / MB


def write(root: Path, ratings: int) -> Path:
    """The raw files, once."""
    folder = root / str(ratings)
    if not (folder / "ml-32m" / "links.csv").exists():
        sizes = [f"--users={ratings // PER_USER}", f"--items={FILMS}", f"--ratings={ratings}"]
        module = [sys.executable, "-m", "tests.rawgen", str(folder / "ml-32m")]
        subprocess.run([*module, "--source=ml-32m", "--clean", *sizes], check=True)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark", description=__doc__)
    parser.add_argument("--ratings", type=int, nargs="+", default=[2_000_000, 8_000_000])
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "itdr-bench")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--size", default="paper", help="examples: as the option")
    parser.add_argument("--engines", nargs="+", default=["duckdb", "spark"])
    given = parser.parse_args()
    print("| ratings | engine | seconds | processor seconds | MB |\n|---|---|---|---|---|")
    for ratings in given.ratings:
        raw = write(given.data, ratings)
        for engine in given.engines:
            scratch = Path(tempfile.mkdtemp(prefix="spark-", dir=given.data))
            command = [sys.executable, "-m", "itdr", "build", "sequential_rec", "--sources=ml-32m"]
            command += [f"--data-dir={raw}", f"-o{scratch / 'out'}", f"--engine={engine}"]
            command += [f"--size={given.size}"]
            command += [f"--master={given.master}"] if engine == "spark" else []
            environment = {**os.environ, "ITDR_CACHE": str(scratch / "cache")}
            environment["SPARK_LOCAL_DIRS"] = str(scratch / "spill")
            spent = measured(command, environment)
            print(
                f"| {ratings:,} | {engine} | " + " | ".join(f"{one:,.0f}" for one in spent) + " |"
            )
            sys.stdout.flush()
            shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
