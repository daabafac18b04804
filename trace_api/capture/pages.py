"""Event documents as they are kept: byte for byte as captured, a few neighbours compressed together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import local
from typing import Final

import msgspec
import zstandard

#: A page holds this many events at most: neighbours share most of their text, and reading one of them
#: unpacks all of them.
PAGE_EVENTS: Final = 16
#: A page that reached this size takes no further event.
PAGE_BYTES: Final = 64 * 1024

#: How ``event_page.body`` is compressed: only append.
ZSTD: Final = 1

_LEVEL: Final = 3
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])


class _Zstd(local):
    """What compresses, one a thread: to make one takes as long as a page."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=_LEVEL).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_zstd: Final = _Zstd()


def pages(sizes: Iterable[int]) -> Iterator[int]:
    """Give how many events go on each page, from the sizes of the events in order."""
    count = filled = 0
    for size in sizes:
        if count and (count == PAGE_EVENTS or filled + size > PAGE_BYTES):
            yield count
            count = filled = 0
        count += 1
        filled += size
    if count:
        yield count


def pack(documents: Sequence[bytes]) -> bytes:
    """Give the body of a page from the JSON of its events."""
    return _zstd.compress(b"[" + b",".join(documents) + b"]")


def unpack(codec: int, body: bytes) -> list[bytes]:
    """Give the JSON of the events of a page."""
    if codec != ZSTD:
        raise ValueError(f"a page is compressed in way {codec}, which this version does not know")
    raws = _ITEMS.decode(_zstd.decompress(body))
    return [bytes(raw) for raw in raws]
