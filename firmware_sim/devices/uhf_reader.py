"""A UHF reader module: what it hears from its host, what it sees, what it says.

`UhfReader` is the module without any input or output; `UhfPost` is a module that is plugged into a line and
runs in a thread of its own.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from firmware_sim.devices import uhf_frames as frames
from firmware_sim.devices.lines import Line


@dataclass(frozen=True, slots=True)
class Faults:
    """How badly the air and the line behave, as chances between 0 and 1.

    :ivar missed: a tag in the field is not read in a round
    :ivar doubled: a tag is reported twice in a round
    :ivar noise: garbage bytes stand before a frame
    """

    missed: float = 0.0
    doubled: float = 0.0
    noise: float = 0.0


NO_FAULTS = Faults()
INFO = {0: "M100 26dBm V1.0", 1: "V2.3.5", 2: "MagicRF"}
"""What the module says about itself: hardware, software, maker."""


class UhfReader:
    """A module with tags in front of it.

    :param random: source of missed reads, doubled reads and noise
    """

    def __init__(self, framing: frames.Framing, random: Random, faults: Faults = NO_FAULTS) -> None:
        self._framing = framing
        self._random = random
        self._faults = faults
        self._ear = frames.CommandReader(framing)
        self._field: dict[bytes, frames.Tag] = {}
        self._rounds = 0

    @property
    def polling(self) -> bool:
        """Whether the host has asked for rounds that are still to come."""
        return self._rounds > 0

    def present(self, tags: Iterable[frames.Tag]) -> None:
        """Put exactly these tags in front of the antenna."""
        self._field = {tag.epc: tag for tag in tags}

    def hear(self, data: bytes) -> bytes:
        """Take bytes from the host and give the answers to the commands in them."""
        return b"".join(self._answer(command) for command in self._ear.feed(data))

    def round(self) -> bytes:
        """Make one round of inventory if the host has asked for any, and give what is said about it."""
        if self._rounds == 0:
            return b""
        if self._rounds != frames.FOREVER:
            self._rounds -= 1
        return self._inventory()

    def _answer(self, command: frames.Command) -> bytes:
        match command.code:
            case frames.SINGLE_POLL:
                return self._inventory()
            case frames.MULTI_POLL if len(command.parameters) == 3:
                self._rounds = int.from_bytes(command.parameters[1:3], "big")
                return b""
            case frames.STOP:
                self._rounds = 0
                return frames.stopped(self._framing)
            case frames.GET_INFO if len(command.parameters) == 1 and command.parameters[0] in INFO:
                return frames.info(self._framing, command.parameters[0], INFO[command.parameters[0]])
            case _:
                return frames.failure(self._framing, frames.UNKNOWN_COMMAND)

    def _inventory(self) -> bytes:
        said: list[bytes] = []
        for tag in list(self._field.values()):
            if self._random.random() < self._faults.missed:
                continue
            times = 2 if self._random.random() < self._faults.doubled else 1
            for _ in range(times):
                said += (self._noise(), frames.notice(self._framing, tag))
        return b"".join(said) or frames.failure(self._framing, frames.NO_TAG)

    def _noise(self) -> bytes:
        if self._random.random() >= self._faults.noise:
            return b""
        return self._random.randbytes(self._random.randint(1, 6))


class UhfPost:
    """A reader module on a line, running until `close`.

    :param period: seconds between two rounds; a real module makes 20 to 50 a second
    """

    def __init__(self, line: Line, reader: UhfReader, period: float = 0.04) -> None:
        self.line = line
        self._reader = reader
        self._period = period
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"uhf {line.address}", daemon=True)
        self._thread.start()

    def present(self, tags: Iterable[frames.Tag]) -> None:
        """Put exactly these tags in front of the antenna."""
        with self._lock:
            self._reader.present(tags)

    def close(self) -> None:
        """Switch the module off and unplug it."""
        self._done.set()
        self._thread.join()
        self.line.close()

    def _run(self) -> None:
        while not self._done.is_set():
            heard = self.line.read(self._period)
            with self._lock:
                said = self._reader.hear(heard) + self._reader.round()
            if said:
                self.line.write(said)
