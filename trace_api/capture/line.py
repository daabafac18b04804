"""The line of captures before the database: what waits together is stored together.

A transaction costs some twenty exchanges and a write to disk, whether it stores one event or five hundred. So
captures stand in line, and who serves it takes everything that waits, up to a size, in one go. A capture that
meets an empty line waits for nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: Bytes from which a group takes no further capture: some five hundred events, where growing pays no more.
GROUP_BYTES: Final = 512 * 1024
#: Captures of one group.
GROUP_SIZE: Final = 200


class Waiting(NamedTuple, Generic[T, R]):
    """One that stands in line.

    :ivar size: bytes
    """

    item: T
    size: int
    future: Future[R]


class Line(Generic[T, R]):
    """Things to do, done in groups, one group after the other.

    One thread serves it: two would halve the groups, and while one computes the other could not.

    :param work: does a group, and settles the future of each
    """

    def __init__(self, work: Callable[[Sequence[Waiting[T, R]]], None]) -> None:
        self._work = work
        self._served = False
        self._lock = Lock()
        self._waiting: deque[Waiting[T, R]] = deque()
        self._thread = ThreadPoolExecutor(1, "capture")

    def join(self, item: T, size: int) -> Future[R]:
        """Stand in line; never blocks.

        :param size: bytes
        """
        future: Future[R] = Future()
        with self._lock:
            self._waiting.append(Waiting(item, size, future))
            idle, self._served = not self._served, True
        if idle:
            self._thread.submit(self._serve)
        return future

    def close(self) -> None:
        """Finish what waits."""
        self._thread.shutdown()

    def _serve(self) -> None:
        while group := self._next():
            # One whose client has gone before it was begun is not begun.
            self._work([one for one in group if one.future.set_running_or_notify_cancel()])

    def _next(self) -> list[Waiting[T, R]]:
        """Take the next group; with none the line is idle."""
        group: list[Waiting[T, R]] = []
        size = 0
        with self._lock:
            while self._waiting and size < GROUP_BYTES and len(group) < GROUP_SIZE:
                if group and size + self._waiting[0].size > GROUP_BYTES:
                    break
                group.append(self._waiting.popleft())
                size += group[-1].size
            self._served = bool(group)
        return group
