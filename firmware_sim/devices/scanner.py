"""A barcode scanner on a serial line, and the operator's ear for its beep.

Where the host is set to acknowledge (ACK after it has the scan safely on disk), `scan` tells whether it did.
"""

import threading
from collections.abc import Sequence
from random import Random

from firmware_sim.devices import scanner_frames as frames
from firmware_sim.devices.lines import Line
from firmware_sim.devices.uhf_reader import NO_FAULTS, Faults

LINE_SECONDS = 2.0
"""How long a scan may wait for room on the line before the scanner gives up."""


class Scanner:
    """A scanner that is plugged into a line, running until `close`.

    :param faults: `missed`: the trigger is pulled and nothing decodes; `doubled`: the same symbol is sent
        twice; `noise`: garbage before the scan. The operator sees a missed scan (no beep) and pulls again.
    :param aim: whether the AIM identifier is sent
    """

    def __init__(
        self,
        line: Line,
        random: Random,
        faults: Faults = NO_FAULTS,
        *,
        aim: bool = True,
        suffix: bytes = b"\r",
    ) -> None:
        self.line = line
        self._random = random
        self._faults = faults
        self._aim = aim
        self._suffix = suffix
        self._answers = 0
        self._heard = threading.Condition()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._listen, name=f"scanner {line.address}", daemon=True)
        self._thread.start()

    def scan(self, symbol: frames.Symbol, wait: float = 0.0) -> bool:
        """Pull the trigger on a symbol until it decodes, and send it.

        :param wait: seconds to wait for the host's ACK; 0 does not wait
        :returns: whether the host has acknowledged it, or, without waiting, whether it went down the line
        """
        return self.scan_all([symbol], wait)

    def scan_all(self, symbols: Sequence[frames.Symbol], wait: float = 0.0) -> bool:
        """Scan one symbol after the other, and then wait for the host's ACK of each."""
        expected = self._answers
        for symbol in symbols:
            while self._random.random() < self._faults.missed:
                pass  # it did not decode: no beep, pull again
            for _ in range(2 if self._random.random() < self._faults.doubled else 1):
                if not self._send(symbol):
                    return False
                expected += 1
        if wait <= 0:
            return True
        with self._heard:
            return self._heard.wait_for(lambda: self._answers >= expected, wait)

    def calm_down(self, seconds: float = 1.5) -> None:
        """Forget what the host has not read, and wait until it has acknowledged nothing for a while.

        What is acknowledged late is for earlier scans, and must not be taken for a later one's beep.
        """
        self.line.drop_unread()
        with self._heard:
            while True:
                before = self._answers
                if not self._heard.wait_for(lambda: self._answers != before, seconds):  # noqa: B023 - read at once
                    return

    def close(self) -> None:
        """Unplug the scanner."""
        self._done.set()
        self._thread.join()
        self.line.close()

    def _send(self, symbol: frames.Symbol) -> bool:
        noise = b""
        if self._random.random() < self._faults.noise:
            # Noise ends in the suffix: else it would become part of the scan, and no host could tell.
            noise = bytes((self._random.randrange(0x80, 0xFF),)) + self._suffix
        data = frames.scan(symbol, aim=self._aim, suffix=self._suffix)
        return self.line.write(noise + data, patience=LINE_SECONDS)

    def _listen(self) -> None:
        while not self._done.is_set():
            data = self.line.read(0.1)
            if frames.ACK in data:
                with self._heard:
                    self._answers += data.count(frames.ACK)
                    self._heard.notify_all()
