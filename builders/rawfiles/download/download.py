"""Reliable downloads: mirrors, retries, resuming, one download shared by all processes.

A file gets its final name only when its size and checksum are right; until then it is a `.part`.
A killed process leaves a partial file, which the next run continues, or a lock, which the system frees.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from filelock import FileLock, Timeout

from itdr.builders.core import remote as remote_files
from itdr.builders.core.errors import DownloadError, ItdrError
from itdr.builders.core.paths import format_size, safe_relative
from itdr.builders.core.schema import Remote
from itdr.builders.rawfiles.checksums import (
    altered_error,
    chunks,
    confirm,
    digests,
    write_record,
)
from itdr.builders.rawfiles.download import hosts
from itdr.builders.rawfiles.download.finalize import Replaced, Unconfirmed, Unsound, finalize
from itdr.builders.rawfiles.download.http import attempt, require_space
from itdr.builders.rawfiles.download.partial import PartialFile
from itdr.builders.rawfiles.download.retry import (
    UNREACHABLE,
    Permanent,
    RetryPolicy,
    SilentBar,
    Stopped,
    Transient,
    short,
)

logger = logging.getLogger("itdr")
POLICY = RetryPolicy()


def fetch(
    remote: Remote,
    folder: Path,
    *,
    progress: bool = False,
    session: requests.Session | None = None,
    policy: RetryPolicy = POLICY,
    source: str = "",
    by_hand: str = "",
    stop: threading.Event | None = None,
) -> Path:
    """Download and verify a file, unless it is already there.

    Args:
        remote: the file.
        folder: the download folder of its source.
        progress: show a bar (only on a terminal).
        session: an HTTP session to use.
        policy: when to retry.
        source: the source's id, for messages.
        by_hand: how to place the file by hand, for messages.
        stop: ends the download when set.

    Returns:
        Its path below `folder`.

    Raises:
        DownloadError: no address worked; gives the reason for each.
        RawFileError: the file in `folder` changed since it was downloaded.
    """
    final = folder / safe_relative(remote.name)
    name = f"{source}: {remote.name}" if source else remote.name
    if confirm(final, remote) == "verified":
        if PartialFile(final).begun:  # by a process that was killed after the rename
            with contextlib.suppress(OSError), _locked(folder, remote.name, name):
                PartialFile(final).discard()
        return final
    if not remote.urls:
        raise DownloadError(f"{name} has no address to fetch it from.{_advice(by_hand)}")
    with _disk(final, name), _locked(folder, remote.name, name):
        state = confirm(final, remote)
        if state in ("verified", "placed"):
            return final
        if state == "altered":
            raise altered_error(source or "itdr", final)
        if remote_files.is_remote(remote.urls[0]) and not remote.urls[0].startswith("http"):
            return _from_file_system(remote, final, name)
        own = session or requests.Session()
        try:
            return _from_mirrors(_Job(remote, final, name, own, policy, progress, stop), by_hand)
        finally:
            if session is None:
                own.close()


def _from_file_system(remote: Remote, final: Path, name: str) -> Path:
    """Fetch from what fsspec reaches (`s3://`, `hf://`, …)."""
    url = remote.urls[0]
    body = final.with_name(f"{final.name}.tmp")
    try:
        if not remote_files.fetch(url, body):
            raise DownloadError(f"{name}: there is no file {url}.")
    except ItdrError:
        raise
    except Exception as error:
        reason = str(error).strip() or type(error).__name__
        raise DownloadError(f"{name}: {url} cannot be fetched: {reason.splitlines()[0]}") from error
    write_record(final, body, digests(chunks(body), ["sha256"]), url)
    body.replace(final)
    Path(f"{body}.lock").unlink(missing_ok=True)
    return final


class _Job:
    """One file to download, with all that its attempts share."""

    def __init__(
        self,
        remote: Remote,
        final: Path,
        name: str,
        session: requests.Session,
        policy: RetryPolicy,
        progress: bool,
        stop: threading.Event | None,
    ) -> None:
        self.remote, self.final, self.name = remote, final, name
        self.session, self.policy, self.progress, self.stop = session, policy, progress, stop
        self.part = PartialFile(final).adopt()

    def pause(self, seconds: float) -> None:
        """Wait, or raise `Stopped` once the download is to end."""
        if self.policy.sleep is not None:
            self.policy.sleep(seconds)
        elif self.stop is not None:
            self.stop.wait(seconds)
        else:
            time.sleep(seconds)
        if self.stop is not None and self.stop.is_set():
            raise Stopped


def _from_mirrors(job: _Job, by_hand: str) -> Path:
    job.final.parent.mkdir(parents=True, exist_ok=True)
    if job.remote.size is not None:
        require_space(job.final.parent, max(0, job.remote.size - job.part.size))
    failures = []
    for number, url in enumerate(job.remote.urls, 1):
        hub = hosts.hub_file(url)
        address = url if hub is not None else hosts.mirror_url(url)
        try:
            return _from_hub(job, url, hub) if hub is not None else _from_url(job, address)
        except (Permanent, Replaced) as failure:
            failures.append(f"  {hosts.redacted_url(address)}: {failure.reason}")
            logger.warning(
                "itdr: %s: %s: %s", job.name, hosts.redacted_url(address), failure.reason
            )
            if isinstance(failure, Replaced) and number < len(job.remote.urls):
                job.part.discard()
    size = job.part.size
    raise DownloadError(
        f"{job.name} could not be downloaded.\n"
        + "\n".join(failures)
        + (f"\n{format_size(size)} are kept, and a next try goes on from there." if size else "")
        + _advice(by_hand)
    )


def _advice(by_hand: str) -> str:
    return f"\nTo place it by hand instead: {by_hand}" if by_hand else ""


def _from_url(job: _Job, url: str) -> Path:
    """Try one address until the file is complete, or further attempts are pointless."""
    part, remote, policy = job.part, job.remote, job.policy
    earlier_sum: str | None = None
    best = part.size
    failures = unsound = 0
    with _bar(remote, job.progress) as bar:
        while True:
            try:
                if not part.complete:
                    attempt(url, remote, part, job.session, policy, bar, job.stop)
                bar.label(f"checking {part.final.name}")
                path = finalize(
                    part.body,
                    part.final,
                    remote,
                    str(part.state.get("url")),
                    encoding=part.state.get("encoding"),
                    framed=bool(part.state.get("framed", True)),
                    seen=earlier_sum,
                )
                part.discard()
                return path
            except Unsound as problem:
                # A body without an announced end may just have been cut: patience, as for a cut.
                unsound += bool(part.state.get("framed", True))
                part.discard()
                if unsound >= 2:
                    raise Permanent(f"what it sends is wrong: {problem.reason}") from None
                failure = Transient(f"what came is wrong: {problem.reason}")
            except Unconfirmed as again:
                part.discard()
                earlier_sum = again.sha256
                failure = Transient("it does not say how long the file is; comparing two downloads")
            except Transient as problem:
                failure = problem
            if part.size > best + policy.gain:
                best, failures = part.size, 0
            failures += 1
            _wait(job, url, failure, failures)


def _wait(job: _Job, url: str, failure: Transient, failures: int, patient: bool = False) -> None:
    """Back off before the next attempt, longer each time.

    Args:
        job: the download.
        url: the address.
        failure: why the last attempt failed.
        failures: how many failed in a row.
        patient: the caller's client already retries by itself, so few attempts are enough.

    Raises:
        Permanent: there were enough attempts, or the server asks for too long a wait.
    """
    policy = job.policy
    host = hosts.host_of(url)
    few = failure.unreachable or patient
    allowed = UNREACHABLE.attempts(host, policy) if few else policy.attempts
    if failures >= allowed:
        if failure.unreachable:
            UNREACHABLE.add(host)
        raise Permanent(f"{failure.reason} ({failures} attempts)")
    pause = min(policy.first_pause * policy.growth ** (failures - 1), policy.longest_pause)
    if failure.wait is not None:
        if failure.wait > policy.longest_wait:
            raise Permanent(f"{failure.reason}, and asks to come back in {failure.wait:.0f} s")
        pause = max(pause, failure.wait)
    logger.warning(
        "itdr: %s: %s: %s; trying again in %.0f s",
        job.name,
        host,
        failure.reason,
        pause,
    )
    job.pause(pause)


def _from_hub(job: _Job, url: str, file: hosts.HubFile) -> Path:
    """Like `_from_url`, through `huggingface_hub`, which keeps its own parts and locks in a scratch
    folder beside the file.
    """
    scratch = job.final.with_name(job.final.name + ".hub")
    failures = unsound = 0
    while True:
        try:
            lost = hosts.hub_unreachable(job.policy.connect_timeout)
            if lost:
                raise Transient(f"no connection ({lost})", unreachable=True)
            UNREACHABLE.clear()
            body = hosts.hub_download(file, scratch, progress=job.progress)
            path = finalize(body, job.final, job.remote, url)
            shutil.rmtree(scratch, ignore_errors=True)
            return path
        except Replaced:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        except Unsound as problem:
            shutil.rmtree(scratch, ignore_errors=True)
            unsound += 1
            if unsound >= 2:
                raise Permanent(f"what it sends is wrong: {problem.reason}") from None
            failure = Transient(f"what came is wrong: {problem.reason}")
        except Transient as problem:
            failure = problem
        except Exception as error:
            failure = _hub_failure(error, url)
        failures += 1
        _wait(job, url, failure, failures, patient=True)


def _hub_failure(error: Exception, url: str) -> Transient:
    """Classify an exception of `huggingface_hub`; raises where trying again cannot help."""
    from huggingface_hub import errors

    if isinstance(error, ItdrError) or _full(error):
        raise error
    if isinstance(error, errors.LocalEntryNotFoundError):
        reason = f"no connection ({short(error.__cause__ or error)})"
        return Transient(reason, unreachable=True)
    if isinstance(error, errors.OfflineModeIsEnabled):
        raise Permanent("the Hub is switched off (HF_HUB_OFFLINE)") from None
    if isinstance(error, errors.GatedRepoError):
        raise Permanent(f"refused: {hosts.refusal_hint(url)}") from None
    if isinstance(error, (errors.RepositoryNotFoundError, errors.EntryNotFoundError)):
        raise Permanent(f"not there ({type(error).__name__})") from None
    if isinstance(error, errors.RevisionNotFoundError):
        raise Permanent("that revision is not there") from None
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in (401, 403):
        raise Permanent(f"refused ({status}): {hosts.refusal_hint(url)}") from None
    if status is not None and 400 <= status < 500 and status not in (408, 425, 429):
        raise Permanent(f"the Hub answers {status}") from None
    return Transient(f"the Hub: {short(error)}")


@contextlib.contextmanager
def _locked(folder: Path, remote_name: str, name: str) -> Iterator[None]:
    """Hold the lock of one file. The system frees it when its holder dies, for whatever reason."""
    locks = folder / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(locks / (remote_name.replace("/", "%2F") + ".lock")))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.warning("itdr: %s: another process is downloading it; waiting for that", name)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def _disk(final: Path, name: str) -> Iterator[None]:
    """Report in one sentence that the disk does not accept the file."""
    try:
        yield
    except ItdrError:
        raise
    except OSError as error:
        where = f"below {final.parent}; set ITDR_CACHE to a folder on another disk"
        if _full(error):
            size = PartialFile(final).size
            raise DownloadError(
                f"{name}: the disk is full. {format_size(size)} of it are kept and a next run goes on from "
                f"there: free some space {where}."
            ) from error
        what = error.strerror or short(error)
        raise DownloadError(f"{name}: cannot be written ({what}) {where}.") from error


class _Bar(SilentBar):
    """A tqdm bar with size and speed."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def set_position(self, done: int, total: int | None) -> None:
        self._bar.reset(total=total)
        self._bar.initial = self._bar.n = done
        self._bar.refresh()

    def advance(self, count: int) -> None:
        self._bar.update(count)

    def label(self, text: str) -> None:
        """Show what is going on."""
        self._bar.set_description(text)


@contextlib.contextmanager
def _bar(remote: Remote, progress: bool) -> Iterator[_Bar]:
    from tqdm import tqdm

    # disable=None: only where the output is a terminal
    with tqdm(
        total=remote.size,
        desc=remote.name.rpartition("/")[2],
        unit="B",
        unit_scale=True,
        disable=None if progress else True,
        leave=False,
    ) as bar:
        yield _Bar(bar)
