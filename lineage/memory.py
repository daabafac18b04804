"""What is remembered of what was met before, bounded whatever is sent.

``lru_cache`` bounds how many answers it keeps, not how large what they were asked about is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import _lru_cache_wrapper
from typing import Final, TypeVar

T = TypeVar("T")

#: Bytes or characters up to which what was asked about is kept: a thousand answers keep 8 MB at most.
USUAL: Final = 8192


def kept_if_usual(function: _lru_cache_wrapper[T], size: int) -> Callable[..., T]:
    """Give a function that remembers its answers; for what is larger than usual the same without memory.

    :param size: of what it is to be asked about, in bytes or characters
    """
    return function if size <= USUAL else function.__wrapped__
