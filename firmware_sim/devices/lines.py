"""Where a serial device is plugged in: a pseudo-terminal or a TCP port.

A line behaves as a cable does. While nobody has the other end open, what the device sends is lost, and a
reader that opens it later does not find yesterday's bytes. While the other end is open but does not read,
the buffer fills and what does not fit is lost as well.
"""

import os
import select
import socket
import termios
import tty
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Protocol

from firmware_sim.errors import DeviceError

READ_SIZE = 4096
FULL_PAUSE = 0.005
"""Seconds between two looks at a full buffer: a host that reads at all empties it in milliseconds."""


class Line(Protocol):
    """A two-way line of bytes between a device and its host."""

    @property
    def address(self) -> str:
        """What a host opens: the path of a terminal or `tcp://host:port`."""

    def listening(self) -> bool:
        """Tell whether a host has the other end open."""

    def read(self, timeout: float) -> bytes:
        """Give what the host has sent, waiting up to `timeout` seconds; nothing when there is nothing."""

    def write(self, data: bytes, patience: float = 0.0) -> bool:
        """Send bytes to the host; False when some were lost: nobody listens or the buffer is full.

        :param patience: seconds to wait for room in the buffer
        """

    def drop_unread(self) -> None:
        """Throw away what the host has not read, where that is possible."""

    def close(self) -> None:
        """Unplug the device."""


class PtyLine:
    """A pseudo-terminal in raw mode, optionally found under a path of its own.

    :param link: a symbolic link to the terminal, made here and removed on close; an old link is replaced
    :raises DeviceError: `no-terminal` when the system gives none or the link cannot be made
    """

    def __init__(self, link: Path | None = None) -> None:
        try:
            self._master, slave = os.openpty()
            self._name = os.ttyname(slave)
            tty.setraw(slave)
            # Opened and closed once, the system reports from now on whether somebody holds the other end.
            os.close(slave)
            os.set_blocking(self._master, False)
            self._link = link
            if link is not None:
                link.parent.mkdir(parents=True, exist_ok=True)
                link.unlink(missing_ok=True)
                link.symlink_to(self._name)
        except OSError as error:
            raise DeviceError(
                "no-terminal",
                f"no pseudo-terminal could be made: {error}",
                "check /dev/pts and the link's folder",
            ) from error

    @property
    def address(self) -> str:
        """The link where there is one, else the terminal's own path."""
        return str(self._link or self._name)

    def listening(self) -> bool:
        """Tell whether a host has the terminal open."""
        return not any(event & select.POLLHUP for _, event in self._wait(0))

    def read(self, timeout: float) -> bytes:
        """Give what the host has sent."""
        for _, event in self._wait(timeout):
            if event & select.POLLIN:
                with suppress(OSError):
                    return os.read(self._master, READ_SIZE)
            # A closed terminal is reported at once and for ever: wait, or the device spins.
            select.select([], [], [], timeout)
        return b""

    def write(self, data: bytes, patience: float = 0.0) -> bool:
        """Send bytes; False when nobody has the terminal open or its buffer stays full."""
        limit = monotonic() + patience
        while self.listening():
            with suppress(OSError):
                data = data[os.write(self._master, data) :]
            if not data:
                return True
            if monotonic() >= limit:
                return False
            select.select([], [], [], FULL_PAUSE)
        return False

    def _wait(self, timeout: float) -> list[tuple[int, int]]:
        # One object a call: the device's thread and the one that scans must not share it.
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        return poll.poll(timeout * 1000)

    def drop_unread(self) -> None:
        """Throw away what the host has not read, as happens when its end is closed."""
        with suppress(OSError):
            slave = os.open(self._name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                termios.tcflush(slave, termios.TCIFLUSH)
            finally:
                os.close(slave)

    def close(self) -> None:
        """Unplug: the host's next read fails."""
        with suppress(OSError):
            os.close(self._master)
        if self._link is not None:
            self._link.unlink(missing_ok=True)


class TcpLine:
    """A TCP port on which one host at a time talks to the device, as a serial device server offers it.

    A new connection takes the place of the old one.

    :param port: 0 takes any free port
    :raises DeviceError: `port-taken`
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        try:
            self._server = socket.create_server((host, port))
        except OSError as error:
            raise DeviceError(
                "port-taken",
                f"{host}:{port} cannot be listened on: {error}",
                "give another port, or 0 for any",
            ) from error
        self._server.setblocking(False)
        self._client: socket.socket | None = None
        self._host, self._port = self._server.getsockname()[:2]

    @property
    def address(self) -> str:
        """`tcp://host:port`."""
        return f"tcp://{self._host}:{self._port}"

    def listening(self) -> bool:
        """Tell whether a host is connected."""
        self._accept(0)
        return self._client is not None

    def read(self, timeout: float) -> bytes:
        """Give what the host has sent."""
        if self._client is None:
            self._accept(timeout)
            return b""
        ready, _, _ = select.select([self._client, self._server], [], [], timeout)
        if self._server in ready:
            self._accept(0)
            return b""
        if not ready:
            return b""
        try:
            data = self._client.recv(READ_SIZE)
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes, patience: float = 0.0) -> bool:
        """Send bytes; False when nobody is connected or the connection is stuck."""
        if not self.listening() or self._client is None:
            return False
        try:
            self._client.settimeout(patience or 1.0)
            self._client.sendall(data)
        except OSError:
            self._hang_up()
            return False
        return True

    def drop_unread(self) -> None:
        """Hang up: what is on the way is lost with the connection."""
        self._hang_up()

    def close(self) -> None:
        """Stop listening and hang up."""
        self._hang_up()
        self._server.close()

    def _accept(self, timeout: float) -> None:
        ready, _, _ = select.select([self._server], [], [], timeout)
        if ready:
            self._hang_up()
            self._client, _ = self._server.accept()
            self._client.settimeout(1.0)

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
