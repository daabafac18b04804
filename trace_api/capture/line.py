"""The line of captures before the database: what waits together is stored together.

A transaction costs some twenty exchanges and a write to disk, whether it stores one event or five hundred. So
captures stand in line, and who serves it takes everything that waits, up to a size, in one go. A capture that
meets an empty line waits for nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")
M = TypeVar("M")
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

    :param work: does a group
    """

    def __init__(self, work: Callable[[Sequence[Waiting[T, R]]], None]) -> None:
        self._work = work
        self._served = False
        self._changed = Condition()
        self._waiting: deque[Waiting[T, R]] = deque()
        self._bytes = 0
        self._thread = ThreadPoolExecutor(1, "capture")

    def join(self, one: Waiting[T, R]) -> None:
        """Stand in line; never blocks."""
        with self._changed:
            self._waiting.append(one)
            self._bytes += one.size
            idle, self._served = not self._served, True
        if idle:
            self._thread.submit(self._serve)

    def wait_for_room(self) -> None:
        """Wait until less than a group waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._bytes < GROUP_BYTES and len(self._waiting) < GROUP_SIZE)

    def close(self) -> None:
        """Finish what waits."""
        self._thread.shutdown()

    def _serve(self) -> None:
        while group := self._next():
            self._work(group)

    def _next(self) -> list[Waiting[T, R]]:
        """Take the next group; with none the line is idle."""
        group: list[Waiting[T, R]] = []
        size = 0
        with self._changed:
            while self._waiting and size < GROUP_BYTES and len(group) < GROUP_SIZE:
                if group and size + self._waiting[0].size > GROUP_BYTES:
                    break
                group.append(self._waiting.popleft())
                size += group[-1].size
            self._bytes -= size
            self._served = bool(group)
            self._changed.notify_all()
        return group


class TwoLines(Generic[T, M, R]):
    """A line before reading and one before storing: while the database stores, the next ones are read.

    :param read: makes of one what is to be stored
    :param store: does a group, and settles the future of each
    """

    def __init__(self, read: Callable[[T], M], store: Callable[[Sequence[Waiting[M, R]]], None]) -> None:
        self._read_one = read
        self._store_group = store
        self._reading: Line[T, R] = Line(self._read)
        self._storing: Line[M, R] = Line(self._store)

    def join(self, item: T, size: int) -> Future[R]:
        """Stand in line; never blocks.

        :param size: bytes
        """
        future: Future[R] = Future()
        self._reading.join(Waiting(item, size, future))
        return future

    def close(self) -> None:
        """Finish what waits."""
        self._reading.close()
        self._storing.close()

    def _read(self, group: Sequence[Waiting[T, R]]) -> None:
        for item, size, future in group:
            # What is read takes more memory than what waits to be.
            self._storing.wait_for_room()
            if future.cancelled():
                continue
            try:
                read = self._read_one(item)
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told
                if future.set_running_or_notify_cancel():
                    future.set_exception(error)
            else:
                self._storing.join(Waiting(read, size, future))

    def _store(self, group: Sequence[Waiting[M, R]]) -> None:
        # One whose client has gone before it was begun is not begun.
        self._store_group([one for one in group if one.future.set_running_or_notify_cancel()])
