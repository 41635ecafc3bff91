"""Parallel downloads: a few threads over the hosts, and one Ctrl-C for all."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from itdr.builders.core.errors import ItdrError
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles.download.download import POLICY, fetch
from itdr.builders.rawfiles.download.retry import RetryPolicy, Stopped


def fetch_all(
    remotes: Sequence[Remote],
    folder: Path,
    *,
    progress: bool = False,
    policy: RetryPolicy = POLICY,
    source: str = "",
    fetch_one: Callable[..., Path] = fetch,
) -> dict[str, Path | ItdrError]:
    """Download several files, at most `policy.parallel` at once and few from one host.

    Ctrl-C stops all of them and is re-raised.

    Args:
        remotes: the files.
        folder: the download folder of their source.
        progress: show bars.
        policy: when to retry, and how many to download at once.
        source: the source's id, for messages.
        fetch_one: downloads one file, as `fetch`.

    Returns:
        The path of each file, or the error, by the remote's name.

    Raises:
        KeyboardInterrupt: after Ctrl-C, once all downloads have stopped.
    """
    if len(remotes) == 1:
        return {
            remotes[0].name: _try(fetch_one, remotes[0], folder, progress, policy, source, None)
        }
    stop = threading.Event()
    done: dict[str, Path | ItdrError] = {}
    crashes: list[BaseException] = []
    tasks: queue.SimpleQueue[Remote] = queue.SimpleQueue()
    for remote in _by_turns(remotes):
        tasks.put(remote)
    hosts = {_host(remote) for remote in remotes}
    workers = min(policy.parallel, policy.parallel_per_host * len(hosts), len(remotes))

    def work() -> None:
        while not stop.is_set():
            try:
                remote = tasks.get_nowait()
            except queue.Empty:
                return
            try:
                done[remote.name] = _try(fetch_one, remote, folder, progress, policy, source, stop)
            except BaseException as crash:
                crashes.append(crash)
                stop.set()

    # Daemons: a read that hangs must not keep the program from ending. A part stays true anyway.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.1)
    except BaseException:
        stop.set()
        for thread in threads:
            thread.join(0.3)
        raise
    for crash in crashes:
        if not isinstance(crash, Stopped):
            raise crash
    return {remote.name: done[remote.name] for remote in remotes}


def _by_turns(remotes: Sequence[Remote]) -> list[Remote]:
    """The files in an order that alternates between hosts, so that these share the load."""
    turn: Counter[str] = Counter()
    placed = []
    for place, remote in enumerate(remotes):
        host = _host(remote)
        placed.append((turn[host], place, remote))
        turn[host] += 1
    return [remote for _, _, remote in sorted(placed, key=lambda one: one[:2])]


def _host(remote: Remote) -> str:
    return urlsplit(remote.urls[0]).netloc if remote.urls else ""


def _try(
    fetch_one: Callable[..., Path],
    remote: Remote,
    folder: Path,
    progress: bool,
    policy: RetryPolicy,
    source: str,
    stop: threading.Event | None,
) -> Path | ItdrError:
    try:
        return fetch_one(remote, folder, progress=progress, policy=policy, source=source, stop=stop)
    except ItdrError as error:
        return error
