"""`firmware-sim device`: one simulated device on a pseudo-terminal, a TCP port or a broker, until Ctrl-C."""

import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Annotated
from urllib.parse import urlsplit

import typer

from firmware_sim.commands.app import app, fail, notes, usage
from firmware_sim.devices.broker import Outlet, Thermometer, ZebraReader
from firmware_sim.devices.lines import Line, PtyLine, TcpLine
from firmware_sim.devices.scanner import Scanner
from firmware_sim.devices.scanner_frames import AIM, Symbol
from firmware_sim.devices.uhf_frames import AA_DD, BB_7E, Tag
from firmware_sim.devices.uhf_reader import Faults, UhfPost, UhfReader
from firmware_sim.errors import DeviceError, SimulationError

NAMES = {
    "m100": "UHF module, frames BB … 7E, on a serial line",
    "r200": "UHF module, frames AA … DD, on a serial line",
    "scanner": "barcode scanner on a serial line: scans each line of standard input",
    "zebra": "fixed UHF reader with IoT Connector, on a broker",
    "thermometer": "temperature sensor, on a broker",
}
EXAMPLE_TAG = "3034257BF7194E4000001A85"


@app.command()
def device(
    name: Annotated[str, typer.Argument(help="; ".join(f"{name}: {what}" for name, what in NAMES.items()))],
    link: Annotated[
        Path | None, typer.Option(help="path under which the pseudo-terminal is to be found")
    ] = None,
    tcp: Annotated[int | None, typer.Option(help="listen on this TCP port instead; 0 takes any")] = None,
    broker: Annotated[str, typer.Option(help="broker of the MQTT devices")] = "mqtt://127.0.0.1:1883",
    topic: Annotated[str, typer.Option(help="where the MQTT devices publish")] = "",
    tag: Annotated[
        list[str] | None, typer.Option(help="EPC in front of the antenna, hexadecimal; may be repeated")
    ] = None,
    symbology: Annotated[str, typer.Option(help=f"of what the scanner reads: {', '.join(AIM)}")] = "qr",
    celsius: Annotated[float, typer.Option(help="mean temperature of the thermometer")] = 4.5,
    every: Annotated[float, typer.Option(help="seconds between two messages of an MQTT device")] = 2.0,
    missed: Annotated[
        float, typer.Option(help="chance that a tag or symbol is not read", min=0, max=0.99)
    ] = 0.0,
    doubled: Annotated[float, typer.Option(help="chance that a read is reported twice", min=0, max=1)] = 0.0,
    noise: Annotated[float, typer.Option(help="chance of garbage before a frame", min=0, max=1)] = 0.0,
    seed: Annotated[int, typer.Option(help="of the chances")] = 1,
) -> None:
    """Run one simulated device until Ctrl-C. Its address is printed on standard output.

    For example:

    * firmware-sim device m100 --link /tmp/uhf --tag 3034257BF7194E4000001A85 --missed 0.2
    * echo '(01)…' | firmware-sim device scanner --link /tmp/scanner --symbology gs1-128
    * firmware-sim device thermometer --broker mqtt://127.0.0.1:1883 --topic cold/van-1
    """
    if name not in NAMES:
        usage(f"there is no device {name}; there are: {', '.join(NAMES)}")
    if symbology not in AIM:
        usage(f"there is no symbology {symbology}; there are: {', '.join(AIM)}")
    random, faults = Random(seed), Faults(missed, doubled, noise)  # noqa: S311 - a simulation is to be repeatable
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if name in ("m100", "r200"):
            line = _line(link, tcp)
            framing = BB_7E if name == "m100" else AA_DD
            with closing(UhfPost(line, UhfReader(framing, random, faults))) as post:
                post.present(_tags(tag))
                typer.echo(line.address)
                _wait()
        elif name == "scanner":
            line = _line(link, tcp)
            with closing(Scanner(line, random, faults)) as scanner:
                typer.echo(line.address)
                _scan_lines(scanner, (Symbol(symbology, text) for text in _lines(sys.stdin)))
                _wait()
        else:
            _publish(name, broker, topic, _tags(tag), celsius, every, random, faults)
    except KeyboardInterrupt:
        # Wherever it comes: while waiting, while nobody has the line open, while a message goes out.
        notes.print("unplugged")
    except SimulationError as error:
        fail(error)


def _line(link: Path | None, tcp: int | None) -> Line:
    return PtyLine(link) if tcp is None else TcpLine(port=tcp)


def _tags(texts: Iterable[str] | None) -> list[Tag]:
    tags = []
    for text in texts or [EXAMPLE_TAG]:
        try:
            epc = bytes.fromhex(text)
        except ValueError:
            raise DeviceError("not-hexadecimal", f"{text!r} is no EPC in hexadecimal digits") from None
        if not epc or len(epc) % 2 or len(epc) > 62:
            raise DeviceError(
                "not-whole-words", f"an EPC has 1 to 31 whole 16-bit words, {text!r} has {len(epc)} bytes"
            )
        tags.append(Tag(epc))
    return tags


def _lines(file: Iterable[str]) -> Iterator[str]:
    for line in file:
        text = line.rstrip("\r\n")
        if text:
            yield text


def _scan_lines(scanner: Scanner, symbols: Iterator[Symbol]) -> None:
    for symbol in symbols:
        while not scanner.scan(symbol):
            time.sleep(0.1)  # nobody has the line open yet


def _publish(
    name: str,
    broker: str,
    topic: str,
    tags: list[Tag],
    celsius: float,
    every: float,
    random: Random,
    faults: Faults,
) -> None:
    address = urlsplit(broker)
    with closing(Outlet(address.hostname or "127.0.0.1", address.port or 1883, f"sim-{name}")) as outlet:
        typer.echo(f"{broker} {topic or f'sim/{name}'}")
        reader = ZebraReader(outlet, topic or f"sim/{name}", random, faults)
        thermometer = Thermometer(outlet, topic or f"sim/{name}", name)
        while True:
            if name == "zebra":
                reader.pass_by(tags, reads=1)
            else:
                thermometer.report(random.gauss(celsius, 0.4))
            time.sleep(every)


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    while True:
        # Not for ever at once: a signal that comes just before the call is noticed after it.
        time.sleep(1)
