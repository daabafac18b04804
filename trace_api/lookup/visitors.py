"""Tells a repeated look-up by the same visitor from a new one, without keeping who that was.

What is kept is a keyed hash of address, browser and code, in this process only, under a key that is thrown
away every day. Nothing of it is written anywhere.
"""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

FORGET_SECONDS: Final = 1800.0
"""A second look within half an hour is the same look: a reload, or another language."""
KEY_SECONDS: Final = 86_400.0
REMEMBERED: Final = 50_000  # some 5 MB; past it the oldest look is forgotten and may count twice


class Visitors:
    """Remembers recent look-ups of one process.

    :param clock: monotonic seconds
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._key_since = clock()

    def is_new(self, address: str, browser: str, code: str) -> bool:
        """Say whether this look counts, and remember it."""
        now = self._clock()
        if now - self._key_since > KEY_SECONDS:
            self._key, self._key_since = secrets.token_bytes(32), now
            self._seen.clear()
        while self._seen and now - next(iter(self._seen.values())) > FORGET_SECONDS:
            self._seen.popitem(last=False)
        text = "\0".join((address, browser[:300], code)).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(text, key=self._key, digest_size=16).digest()
        if digest in self._seen:
            return False
        if len(self._seen) >= REMEMBERED:
            self._seen.popitem(last=False)
        self._seen[digest] = now
        return True
