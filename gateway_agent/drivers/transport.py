"""Byte transports to serial devices, tty and TCP: reads with a time limit, one error for everything."""

from __future__ import annotations

import contextlib
import socket
from typing import Protocol
from urllib.parse import urlsplit

import serial

from gateway_agent.errors import DeviceError

READ_SIZE = 4096


class Transport(Protocol):
    """An open line to a device."""

    def read(self, timeout: float) -> bytes:
        """Give what has arrived; empty after ``timeout`` seconds of silence.

        :raises DeviceError: the line is gone
        """

    def write(self, data: bytes) -> None:
        """Send bytes.

        :raises DeviceError: the line is gone
        """

    def close(self) -> None:
        """Let go of the line; never fails."""


class _KeepingSerial(serial.Serial):
    """A port that does not throw away what arrived before it was opened.

    pyserial empties the input on opening; what a scanner sent while the agent was starting again would be
    lost.
    """

    def _reset_input_buffer(self) -> None:
        return


class SerialTransport:
    """A tty, opened exclusively: two processes on one port would each get half of the bytes.

    :raises DeviceError: it cannot be opened
    """

    def __init__(self, port: str, baud: int) -> None:
        try:
            self._port = _KeepingSerial(port, baud, timeout=0.1, write_timeout=2.0, exclusive=True)
        except (serial.SerialException, OSError, ValueError) as error:
            raise DeviceError("cannot-open", f"{port}: {error}", hint=_advice(error)) from error

    def read(self, timeout: float) -> bytes:
        """Read one byte within the time limit, and whatever came with it."""
        try:
            self._port.timeout = timeout
            return bytes(self._port.read(max(1, min(self._port.in_waiting, READ_SIZE))))
        # After a hang-up `in_waiting` raises a plain OSError(EIO), not a SerialException.
        except (serial.SerialException, OSError, TypeError) as error:
            raise DeviceError("hung-up", f"{self._port.port}: {error}") from error

    def write(self, data: bytes) -> None:
        """Write all bytes."""
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise DeviceError("hung-up", f"{self._port.port}: {error}") from error

    def close(self) -> None:
        """Close the port."""
        with contextlib.suppress(serial.SerialException, OSError):
            self._port.close()


class TcpTransport:
    """A serial device behind a TCP port.

    :raises DeviceError: it cannot be reached
    """

    def __init__(self, host: str, port: int) -> None:
        self._name = f"tcp://{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), timeout=5.0)
            # A device that loses power says nothing; keep-alive finds out.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as error:
            raise DeviceError("cannot-open", f"{self._name}: {error}") from error

    def read(self, timeout: float) -> bytes:
        """Read what has arrived."""
        try:
            self._socket.settimeout(timeout)
            data = self._socket.recv(READ_SIZE)
        except TimeoutError:
            return b""
        except OSError as error:
            raise DeviceError("hung-up", f"{self._name}: {error}") from error
        if not data:
            raise DeviceError("hung-up", f"{self._name}: closed by the device")
        return data

    def write(self, data: bytes) -> None:
        """Send all bytes."""
        try:
            self._socket.settimeout(2.0)
            self._socket.sendall(data)
        except OSError as error:
            raise DeviceError("hung-up", f"{self._name}: {error}") from error

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self._socket.close()


def open_transport(address: str, baud: int) -> Transport:
    """Open ``tcp://host:port`` or a tty path.

    :raises DeviceError: it cannot be opened
    """
    if address.startswith("tcp://"):
        parts = urlsplit(address)
        return TcpTransport(parts.hostname or "", parts.port or 0)
    return SerialTransport(address, baud)


def _advice(error: Exception) -> str:
    text = str(error)
    if "Permission" in text:
        return "the agent's user must be in the group dialout"
    if "lock" in text.lower() or "busy" in text.lower():
        return "another program has the port open"
    return "is the device plugged in? name it by /dev/serial/by-id"
