"""What is remembered of what never changes, as much as is in use."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """What was met last: a young generation, and the one before it.

    What is met again moves to the young one, so what is in use stays and what is not goes. Threads may use it
    together: at worst something is forgotten early.
    """

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Give what is remembered of one."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self._young[key] = found
        return found

    def recall(self, wanted: Collection[K]) -> tuple[dict[K, V], list[K]]:
        """Give what is known of some, and the others, in order.

        :param wanted: each once
        """
        found: dict[K, V | None] = dict(zip(wanted, map(self._young.get, wanted), strict=True))
        new = []
        for key in [key for key, value in found.items() if value is None]:
            value = self.get(key)
            if value is None:
                new.append(key)
                del found[key]
            else:
                found[key] = value
        return cast("dict[K, V]", found), new

    def remember(self, added: Mapping[K, V]) -> None:
        """Keep these for the next time."""
        if len(self._young) + len(added) > self._half:
            self._young, self._old = {}, self._young
        if len(added) <= self._half:
            self._young.update(added)
