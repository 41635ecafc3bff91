"""Bounded waiting for servers that send their bytes one by one.

A socket's time-out applies per byte, so a dripping server never triggers it. Whatever may drip is
therefore read in a thread of its own, which can be abandoned.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import requests

from itdr.builders.rawfiles.download.retry import RetryPolicy, Transient, network

T = TypeVar("T")
AHEAD = 8
"""Pieces that are read ahead of the writer."""


def call_with_timeout(seconds: float, call: Callable[[], T]) -> T:
    """Call a function in a thread of its own.

    Args:
        seconds: how long to wait.
        call: the function; it is abandoned when the time is over.

    Returns:
        Its result; its exception is re-raised.

    Raises:
        Transient: it took longer.
    """
    results: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put((call(), None))
        except BaseException as error:
            results.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        value, error = results.get(timeout=seconds)
    except queue.Empty:
        raise Transient(f"it did not answer within {seconds:g} s") from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]


class Body:
    """The body of a response as sent, undecoded, each piece as soon as it arrives: bytes that came
    before the connection broke count. Closes the response.

    Raises `Transient`, while it is read, where the connection breaks or is too slow.
    """

    def __init__(self, response: requests.Response, policy: RetryPolicy) -> None:
        self._policy = policy
        self._pieces: queue.Queue[bytes | BaseException | None] = queue.Queue(AHEAD)
        self._over = threading.Event()
        threading.Thread(target=self._pump, args=(response,), daemon=True).start()

    def __iter__(self) -> Iterator[bytes]:
        policy = self._policy
        waited, got = 0.0, 0
        while True:
            begun = time.monotonic()
            piece: bytes | BaseException | None = b""
            with contextlib.suppress(queue.Empty):
                piece = self._pieces.get(timeout=max(0.01, policy.window - waited))
            waited += time.monotonic() - begun  # without the time that the reader takes
            if piece is None:
                return
            if isinstance(piece, BaseException):
                raise piece
            got += len(piece)
            if piece:
                yield piece
            if waited >= policy.window:
                if got < policy.slowest * waited:
                    self.close()
                    raise Transient(f"it sends only {got / waited:.0f} bytes a second")
                waited, got = 0.0, 0

    def close(self) -> None:
        """Give up; the thread ends with its next piece."""
        self._over.set()

    def _pump(self, response: requests.Response) -> None:
        try:
            with contextlib.closing(response), network(self._policy):
                for piece in _raw(response, self._policy.chunk):
                    if not self._put(piece):
                        return
            self._put(None)
        except BaseException as error:
            self._put(error)

    def _put(self, piece: bytes | BaseException | None) -> bool:
        while not self._over.is_set():
            with contextlib.suppress(queue.Full):
                self._pieces.put(piece, timeout=0.5)
                return True
        return False


def _raw(response: requests.Response, size: int) -> Iterator[bytes]:
    raw = response.raw
    if getattr(raw, "chunked", False) or not hasattr(raw, "read1"):
        yield from raw.stream(size, decode_content=False)
    else:
        while piece := raw.read1(size, decode_content=False):
            yield piece
