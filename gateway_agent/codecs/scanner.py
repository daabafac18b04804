"""What a serial or USB-CDC barcode scanner sends: ``[prefix] ]cm data [suffix]``.

``]cm`` is the AIM identifier of the symbology. The FNC1 that starts a GS1 symbol is not sent (the AIM
identifier implies it); every separator FNC1 is sent as GS (1D). A 2D symbol may contain CR itself, so
scanners can be set to STX…ETX.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gateway_agent.codecs.frames import FrameError, frame_error

Suffix = Literal["cr-or-lf", "cr", "lf", "crlf", "tab", "none"]

MAX_SCAN = 8192
"""The largest symbol, a QR code of version 40, holds 7,089 digits or 2,953 bytes. A longer run without an
end is a line that is not a scanner's."""

STX, ETX = 0x02, 0x03
TERMINATORS: dict[str, bytes] = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t"}
AIM = re.compile(r"\](?P<code>[A-Za-z])(?P<modifier>[0-9A-Za-z])")
FORBIDDEN = re.compile(r"[\x00-\x03\x05-\x08\x0b\x0c\x0e-\x1c\x1f\x7f]")
"""Control characters that no symbol of ours carries. GS, RS and EOT separate data (ISO/IEC 15434); CR, LF
and TAB occur in 2D text."""

GS1_SYMBOLS = frozenset({"]C1", "]e0", "]d2", "]Q3", "]J1"})
"""AIM identifiers that promise a GS1 element string."""


@dataclass(frozen=True, slots=True)
class ScanFrame:
    r"""One symbol.

    :param text: what stands in the symbol, without AIM identifier and prefix, GS as ``\x1d``
    :param aim: AIM identifier such as ``]C1``; empty when the scanner sends none
    """

    text: str
    aim: str

    @property
    def is_gs1(self) -> bool:
        """True when the symbology itself says that this is a GS1 element string."""
        return self.aim in GS1_SYMBOLS


class ScannerCodec:
    """Cuts a byte stream into scans.

    :param suffix: what ends a scan; ``none`` leaves that to :meth:`flush`
    :param prefix: bytes that the scanner was told to put in front
    :param stx_etx: scans stand between STX and ETX and may contain the suffix
    :param substitute: a character that stands for GS where the scanner cannot send it
    :param encoding: of text beyond ASCII
    """

    def __init__(
        self,
        suffix: Suffix = "cr-or-lf",
        *,
        prefix: bytes = b"",
        stx_etx: bool = False,
        substitute: str | None = None,
        encoding: str = "utf-8",
    ) -> None:
        self._suffix = suffix
        self._prefix = prefix
        self._stx_etx = stx_etx
        self._substitute = substitute
        self._encoding = encoding
        self._buffer = bytearray()
        self._skipping = False

    @property
    def pending(self) -> bool:
        """True while an unfinished scan is held."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[ScanFrame | FrameError]:
        """Take bytes in any portions and give the scans that they complete, in order."""
        self._buffer += data
        found: list[ScanFrame | FrameError] = []
        while (cut := self._cut_stx_etx() if self._stx_etx else self._cut_suffix()) is not None:
            stray, raw = cut
            if self._skipping:
                self._skipping = False
                continue
            if stray:
                found.append(frame_error("garbage", "bytes outside of STX and ETX", stray))
            found += self._read(raw)
        if len(self._buffer) > MAX_SCAN:
            if not self._skipping:
                found.append(
                    frame_error("too-long", f"more than {MAX_SCAN} bytes without an end", self._buffer)
                )
            # What follows up to the next end belongs to the same broken scan.
            self._skipping = True
            self._buffer.clear()
        return found

    def flush(self) -> list[ScanFrame | FrameError]:
        """End the unfinished scan after a silence: a scan with ``suffix="none"``, else a broken one."""
        raw = bytes(self._buffer)
        self._buffer.clear()
        if self._skipping or not raw:
            self._skipping = False
            return []
        if self._suffix == "none" and not self._stx_etx:
            return self._read(raw)
        return [frame_error("unfinished", "the scan has no end", raw)]

    def _cut_stx_etx(self) -> tuple[bytes, bytes] | None:
        # A suffix after ETX is no scan, whenever it arrives.
        while self._buffer.startswith((b"\r", b"\n", b"\t")):
            del self._buffer[:1]
        end = self._buffer.find(ETX)
        if end < 0:
            return None
        start = self._buffer.rfind(STX, 0, end)
        stray = bytes(self._buffer[: max(start, 0)])
        raw = bytes(self._buffer[start + 1 : end])
        del self._buffer[: end + 1]
        return (stray, raw) if start >= 0 else (raw, b"")

    def _cut_suffix(self) -> tuple[bytes, bytes] | None:
        if self._suffix == "none":
            return None
        if self._suffix == "cr-or-lf":
            ends = [at for at in (self._buffer.find(b"\r"), self._buffer.find(b"\n")) if at >= 0]
            end, length = (min(ends), 1) if ends else (-1, 1)
        else:
            end, length = self._buffer.find(TERMINATORS[self._suffix]), len(TERMINATORS[self._suffix])
        if end < 0:
            return None
        raw = bytes(self._buffer[:end])
        del self._buffer[: end + length]
        return b"", raw

    def _read(self, raw: bytes) -> list[ScanFrame | FrameError]:
        if not raw:
            return []
        body = raw.removeprefix(self._prefix)
        try:
            text = body.decode(self._encoding)
        except UnicodeDecodeError as error:
            return [
                frame_error("encoding", f"not {self._encoding}: {error.reason} at byte {error.start}", raw)
            ]
        if self._substitute:
            text = text.replace(self._substitute, "\x1d")
        if found := FORBIDDEN.search(text):
            return [frame_error("garbage", f"control character {ord(found[0]):#04x} in the scan", raw)]
        aim = AIM.match(text)
        frame = ScanFrame(text[aim.end() :], aim[0]) if aim else ScanFrame(text, "")
        if not frame.text:
            return [frame_error("garbage", "a symbol without content", raw)]
        return [frame]
