"""Retry policy: time-outs, back-off, and which failures are worth retrying."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
import urllib3

from itdr.builders.core.errors import ItdrError
from itdr.builders.core.text import cut


@dataclass(frozen=True)
class RetryPolicy:
    """When to retry a download, and when to give up. Times in seconds, sizes in bytes.

    Attributes:
        attempts: failures in a row, per address, without a gain of `gain` bytes.
        unreachable: attempts to reach a host that does not answer.
        first_pause: the first back-off.
        growth: its growth per failure.
        longest_pause: the largest back-off.
        longest_wait: the longest `Retry-After` that is honoured.
        connect_timeout: to open a connection.
        read_timeout: between two bytes.
        answer_timeout: for the head of a response, redirects included.
        slowest: bytes per second over `window` seconds of waiting; less counts as broken.
        window: see `slowest`.
        chunk: bytes to read at a time.
        gain: progress that resets the count of failures.
        redirects: the most redirects to follow.
        parallel: downloads at once.
        parallel_per_host: downloads at once from one host.
        sleep: replaces waiting, in tests.
    """

    attempts: int = 5
    unreachable: int = 3
    first_pause: float = 1.0
    growth: float = 2.0
    longest_pause: float = 60.0
    longest_wait: float = 900.0
    connect_timeout: float = 20.0
    read_timeout: float = 60.0
    answer_timeout: float = 180.0
    slowest: float = 1000.0
    window: float = 60.0
    chunk: int = 1 << 18
    gain: int = 1 << 20
    redirects: int = 10
    parallel: int = 4
    parallel_per_host: int = 2
    sleep: Callable[[float], object] | None = None


@dataclass(eq=False)
class Transient(Exception):
    """A failure that may pass.

    Attributes:
        reason: what happened.
        wait: seconds that the server asked to wait.
        unreachable: there was no answer at all.
    """

    reason: str
    wait: float | None = None
    unreachable: bool = False


@dataclass(eq=False)
class Permanent(Exception):
    """A failure that this address would give again."""

    reason: str


class Stopped(Exception):
    """The user stopped all downloads."""


class SilentBar:
    """A progress bar that shows nothing; the interface that `attempt` reports to."""

    def set_position(self, done: int, total: int | None) -> None:
        """Show an absolute position.

        Args:
            done: bytes on disk.
            total: bytes of the whole file, where known.
        """

    def advance(self, count: int) -> None:
        """Show `count` more bytes."""


@contextmanager
def network(policy: RetryPolicy) -> Iterator[None]:
    """Translate errors of the network libraries.

    Args:
        policy: the time-outs, for messages.

    Raises:
        Transient: trying again may help.
        Permanent: trying again cannot help.
    """
    invalid = requests.exceptions
    try:
        yield
    except (invalid.SSLError, urllib3.exceptions.SSLError) as error:
        if "certificate" in str(error).lower():
            raise Permanent(f"its certificate is not valid ({short(error)})") from None
        raise Transient(f"the connection broke ({short(error)})") from None
    except (invalid.InvalidURL, invalid.MissingSchema, invalid.InvalidSchema) as error:
        raise Permanent(f"no valid address ({short(error)})") from None
    except (invalid.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        reason = f"no connection within {policy.connect_timeout:g} s"
        raise Transient(reason, unreachable=True) from None
    except (invalid.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        raise Transient(f"nothing came for {policy.read_timeout:g} s") from None
    except invalid.ConnectionError as error:
        text = repr(error)
        unreachable = "NewConnectionError" in text or "NameResolutionError" in text
        raise Transient(f"no connection ({short(error)})", unreachable=unreachable) from None
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise Transient(f"the connection broke ({short(error)})") from None
    except (ItdrError, Transient, Permanent, Stopped):
        raise
    except Exception as error:
        # Malformed heads, chunks and addresses end in errors of every kind.
        raise Transient(f"its answer cannot be read ({short(error)})") from None


class UnreachableHosts:
    """Hosts that did not answer a moment ago, so that nobody waits for them again.

    Where two did not answer, the fault is assumed to be local, and nobody waits for a third.
    """

    MEMORY = 60.0
    """Seconds."""

    def __init__(self) -> None:
        self._lost: dict[str, float] = {}

    def attempts(self, host: str, policy: RetryPolicy) -> int:
        """How often to try to reach a host.

        Args:
            host: the host.
            policy: the number for a host that nothing is known of.
        """
        since = time.monotonic() - self.MEMORY
        lost = {name for name, at in list(self._lost.items()) if at > since}
        return 1 if host in lost or len(lost) > 1 else policy.unreachable

    def add(self, host: str) -> None:
        """Note that a host did not answer."""
        self._lost[host] = time.monotonic()

    def clear(self) -> None:
        """Note that the network works."""
        self._lost.clear()


UNREACHABLE = UnreachableHosts()
_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*@")


def without_credentials(text: str) -> str:
    """A text with user and password removed from the addresses in it."""
    return _CREDENTIALS.sub("", text)


_CONNECTION = re.compile(r"^(?:<[^>]*>|\w+\([^()]*\)): ")
"""What urllib3 puts before a reason: the connection as Python shows it."""
MAX_MESSAGE_CHARS = 160


def short(error: BaseException) -> str:
    """The innermost reason of a network error on one line, without credentials; cut at a word."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", None) or error
    text = " ".join(without_credentials(_CONNECTION.sub("", str(reason))).split())
    return cut(text, MAX_MESSAGE_CHARS) or type(error).__name__
