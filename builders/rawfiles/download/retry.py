"""How patient downloads are, and what a failure means for the next try."""

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


@dataclass(frozen=True)
class RetryPolicy:
    """How patient downloads are. Times in seconds, sizes in bytes.

    attempts: in a row without a gain of `gain` bytes, per address. answer_timeout: until the head of
    an answer is there, redirects included. slowest: bytes a second over `window` seconds of waiting;
    less counts as broken. sleep: replaces waiting, in tests.
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
    """A failure that may pass. `wait`: what the server asked for; `unreachable`: no answer at all."""

    reason: str
    wait: float | None = None
    unreachable: bool = False


@dataclass(eq=False)
class Permanent(Exception):
    """A failure that this address will give again."""

    reason: str


class Stopped(Exception):
    """The user wants everything to end."""


class Silent:
    """A progress bar that shows nothing; the shape that `attempt` reports to."""

    def place(self, done: int, total: int | None) -> None:
        """`done` bytes of `total` are there."""

    def add(self, count: int) -> None:
        """`count` more bytes are there."""


@contextmanager
def network(policy: RetryPolicy) -> Iterator[None]:
    """Turn what the network libraries raise into Transient, or Permanent where time cannot help."""
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


class Reach:
    """Which hosts could not be reached a moment ago. Nobody waits for them again; where two could
    not be reached, the fault is taken to be on this side, and nobody waits for a third."""

    MEMORY = 60.0
    """Seconds."""

    def __init__(self) -> None:
        self._lost: dict[str, float] = {}

    def attempts(self, host: str, policy: RetryPolicy) -> int:
        """How often to try to reach a host."""
        since = time.monotonic() - self.MEMORY
        lost = {one for one, at in list(self._lost.items()) if at > since}
        return 1 if host in lost or len(lost) > 1 else policy.unreachable

    def lose(self, host: str) -> None:
        """Note that a host could not be reached."""
        self._lost[host] = time.monotonic()

    def forget(self) -> None:
        """Note that the network works."""
        self._lost.clear()


REACH = Reach()
_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*@")


def without_credentials(text: str) -> str:
    """A text without the user and password of the addresses in it."""
    return _CREDENTIALS.sub("", text)


def short(error: BaseException) -> str:
    """An error's text in one line."""
    return " ".join(without_credentials(str(error)).split())[:160] or type(error).__name__
