"""A cluster of this machine loses one of its two workers in the middle of a build: no row is lost, and
none comes twice."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from itdr.publish import folder
from itdr.spark.job import builders
from tests.spark.conftest import QUICK, SETTINGS, contents

DEFAULTS = f"""
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 512m
spark.executor.memory 512m
spark.executor.cores 1
spark.driver.extraJavaOptions {QUICK}
spark.executor.extraJavaOptions {QUICK}
spark.ui.enabled false
""" + "".join(f"{name} {value}\n" for name, value in SETTINGS.items())


@dataclass
class Cluster:
    url: str
    workers: list[subprocess.Popen]
    environment: dict[str, str]


@pytest.fixture
def cluster(java: None, tmp_path: Path) -> Iterator[Cluster]:
    """A standalone master and two workers of one core each; all of them are stopped after the test."""
    import pyspark

    program = os.path.join(pyspark.__path__[0], "bin", "spark-class")
    conf = tmp_path / "conf"
    conf.mkdir()
    (conf / "spark-defaults.conf").write_text(DEFAULTS)
    environment = {
        **os.environ,
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": QUICK,
        "SPARK_LOCAL_DIRS": str(tmp_path / "local"),
        "PYSPARK_PYTHON": sys.executable,
        "ITDR_MEMORY": "256MB",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"spark://127.0.0.1:{port}"
    master = ("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
    worker = ("worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "600m")
    worker += ("--webui-port", "0", "--work-dir", str(tmp_path / "jobs"), url)
    started: list[subprocess.Popen] = []
    try:
        for one in (master, worker, worker):
            with open(tmp_path / f"log-{len(started)}", "wb") as log:
                command = [program, f"org.apache.spark.deploy.{one[0]}", *one[1:]]
                # A group of its own, so that its executor is stopped with it.
                started.append(
                    subprocess.Popen(
                        command, stdout=log, stderr=log, env=environment, start_new_session=True
                    )
                )
            if one is master:
                wait(lambda: reached(port), 60)
        yield Cluster(url, started[1:], environment)
    finally:
        for process in reversed(started):
            stop(process)


def stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def reached(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait(done: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def test_a_worker_killed_in_the_middle_costs_no_row(
    cluster: Cluster, tmp_path: Path, place: str
) -> None:
    options = {"sample": True, "sources": ["ml-32m"], "num_shards": 12, "per_user": "all"}
    settings = [
        f"--{name.replace('_', '-')}={value}"
        for name, value in options.items()
        if name in ("num_shards", "per_user")
    ]
    # The folder of all tests: the store is there if one of them built it.
    work, out = Path(place), tmp_path / "spark"
    command = [sys.executable, "-m", "itdr", "build", "top_k_rec", "--sample", "--sources=ml-32m"]
    command += [
        *settings,
        "--engine=spark",
        f"--master={cluster.url}",
        f"--work={work}",
        f"-o{out}",
    ]
    with open(tmp_path / "told", "wb") as told:
        build = subprocess.Popen(command, stdout=told, stderr=told, env=cluster.environment)
    try:

        def drawn() -> int:
            assert build.poll() is None, (tmp_path / "told").read_text()[-3000:]
            return len(list(work.glob("scratch/drawn-*/rows-*.arrow")))

        wait(lambda: drawn() >= 3, 240)
        os.killpg(cluster.workers[0].pid, signal.SIGKILL)
        build.wait(240)
    finally:
        if build.poll() is None:
            build.kill()
    said = (tmp_path / "told").read_text()
    assert build.returncode == 0, said[-3000:]
    assert "Lost executor" in said
    folder.build(builders(["top_k_rec"], options), tmp_path / "embedded")
    assert contents(out) == contents(tmp_path / "embedded")
    assert not list((work / "scratch").iterdir()), "what was on its way is left behind"
