"""From the text of a configuration file to a :class:`Configuration`, with every mistake named by its line."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import urlsplit

import orjson

from gateway_agent.clock import local_offset, parse_offset
from gateway_agent.configuration.locations import locate
from gateway_agent.configuration.settings import (
    AgentSettings,
    Configuration,
    Driver,
    JournalSettings,
    Kind,
    SmoothingSettings,
    SourceSettings,
    StationSettings,
    UplinkSettings,
)
from gateway_agent.configuration.table import Table
from gateway_agent.errors import ConfigurationError, Problem, RefusedError
from gateway_agent.stations.codes import party, pattern, place, scheme, thing
from gateway_agent.stations.kinds import KINDS, default_disposition
from gateway_agent.stations.operator import STEPS, CommandReader
from lineage.events.vocabulary import SUYUAN_NAMESPACE

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
FIELD = re.compile(r"(?P<prefix>[A-Za-z][A-Za-z0-9_-]*):[A-Za-z_][A-Za-z0-9_.-]*")

DEFAULT_NAMESPACES = {"suyuan": SUYUAN_NAMESPACE, "cbvmda": "urn:epcglobal:cbv:mda:"}
MAX_FILE = 1_048_576


def load(file: Path) -> Configuration:
    """Read and check a configuration file.

    :raises ConfigurationError: with every problem of the file
    """
    try:
        data = file.read_bytes()
        text = data[: MAX_FILE + 1].decode("utf-8")
    except OSError as error:
        raise ConfigurationError(str(file), [Problem(None, "", error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigurationError(str(file), [Problem(line, "", "the file is not UTF-8")]) from error
    if len(data) > MAX_FILE:
        raise ConfigurationError(str(file), [Problem(None, "", "larger than 1 MB")])
    return parse(text, file)


def parse(text: str, file: Path) -> Configuration:
    """Check the text of a configuration file; relative paths in it start at the file's folder.

    :raises ConfigurationError: with every problem of the text
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(match[1]) if match else text.count("\n") + 1
        raise ConfigurationError(str(file), [Problem(line, "", str(error))]) from error
    reader = _FileReader(values, text, file)
    configuration = reader.read()
    if reader.problems:
        problems = sorted(reader.problems, key=lambda problem: problem.line or 0)
        raise ConfigurationError(str(file), problems)
    return configuration


class _FileReader:
    """Goes through the tables of one file; problems collect in ``problems``."""

    def __init__(self, values: Mapping[str, Any], text: str, file: Path) -> None:
        self.problems: list[Problem] = []
        self._values = values
        self._lines = locate(text)
        self._file = file
        self._base = file.resolve().parent
        self._top = Table(values, (), self._lines, self.problems)

    def read(self) -> Configuration:
        namespaces = self._namespaces()
        agent = self._agent()
        uplink = self._uplink()
        journal = self._journal()
        sources = tuple(self._source(table, agent.id) for table in self._tables("source"))
        stations = tuple(self._station(table, namespaces) for table in self._tables("station"))
        self._check_names(sources, stations)
        self._top.finish()
        deriving = {
            key: self._values.get(key)
            for key in ("agent", "namespaces", "source", "station")
            if key in self._values
        }
        fingerprint = hashlib.sha256(
            orjson.dumps(deriving, option=orjson.OPT_SORT_KEYS, default=str)
        ).hexdigest()
        return Configuration(self._file, agent, uplink, journal, namespaces, sources, stations, fingerprint)

    def _section(self, name: str) -> Table:
        return Table(self._top.mapping(name), (name,), self._lines, self.problems)

    def _tables(self, name: str) -> list[Table]:
        found = self._values.get(name, [])
        self._top._asked.add(name)  # noqa: SLF001 - the top table is this reader's own
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self._top.problem(name, f"must be written as [[{name}]]")
            return []
        if not found:
            self._top.problem("", f"no [[{name}]]")
        return [Table(item, (name, index), self._lines, self.problems) for index, item in enumerate(found)]

    def _namespaces(self) -> dict[str, str]:
        given = self._top.mapping("namespaces")
        for prefix, uri in given.items():
            if not PREFIX.fullmatch(prefix) or not isinstance(uri, str) or not urlsplit(uri).scheme:
                self.problems.append(
                    Problem(
                        self._lines.get(("namespaces", prefix)),
                        f"namespaces.{prefix}",
                        "must be a prefix = URI",
                    )
                )
        return {**DEFAULT_NAMESPACES, **{prefix: str(uri) for prefix, uri in given.items()}}

    def _agent(self) -> AgentSettings:
        table = self._section("agent")
        name = table.text("id", "", required=True)
        if name and not NAME.fullmatch(name):
            table.problem("id", "letters, digits, - and _, at most 64")
        data = table.file("data", self._base)
        if data is None and not table.has("data"):
            table.problem("", "data is missing")
        zone = table.text("timezone", local_offset())
        if parse_offset(zone) is None:
            table.problem("timezone", 'must be an offset such as "+08:00"')
        agent = AgentSettings(
            id=name,
            data=data or self._base,
            party=table.read("party", party, None),
            read_point=table.read("read_point", place, None),
            biz_location=table.read("biz_location", place, None),
            timezone=zone,
            clock=cast("Any", table.choice("clock", "plausible", ("plausible", "kernel"))),
            clock_hold=table.duration("clock_hold", 600.0),
        )
        table.finish()
        return agent

    def _uplink(self) -> UplinkSettings:
        table = self._section("uplink")
        url = table.text("url", "", required=True)
        parts = urlsplit(url)
        if url and (
            parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment
        ):
            table.problem("url", "must be http://… or https://… without query")
        if url and parts.password:
            table.problem("url", "no password in the address; use token_file")
        uplink = UplinkSettings(
            url=url.rstrip("/"),
            token_file=table.file("token_file", self._base),
            token_env=table.text("token_env", None),
            ca_file=table.file("ca_file", self._base),
            client_cert=table.file("client_cert", self._base),
            client_key=table.file("client_key", self._base),
            max_events=table.integer("max_events", 500, 1, 500),
            max_bytes=table.size("max_bytes", 256 * 1024),
            gzip=table.flag("gzip", default=True),
            wait=table.duration("wait", 20.0),
            timeout=table.duration("timeout", 30.0),
            retry_min=table.duration("retry_min", 1.0),
            retry_max=table.duration("retry_max", 60.0),
        )
        if uplink.token_file and uplink.token_env:
            table.problem("token_env", "either token_file or token_env")
        if (uplink.client_cert is None) != (uplink.client_key is None):
            table.problem("client_cert", "client_cert and client_key belong together")
        if uplink.retry_min > uplink.retry_max:
            table.problem("retry_min", "larger than retry_max")
        table.finish()
        return uplink

    def _journal(self) -> JournalSettings:
        table = self._section("journal")
        journal = JournalSettings(
            commit_delay=table.duration("commit_delay", 0.010),
            commit_rows=table.integer("commit_rows", 256, 1, 4096),
            keep=table.duration("keep", 72 * 3600.0),
            max_size=table.size("max_size", 1024**3),
            min_free=table.size("min_free", 64 * 1024**2),
        )
        table.finish()
        return journal

    def _source(self, table: Table, agent: str) -> SourceSettings:
        name = self._name(table)
        driver = cast("Driver", table.choice("driver", "barcode", get_args(Driver), required=True))
        if driver in {"uhf", "barcode"}:
            source = self._serial(table, name, driver)
        else:
            source = self._mqtt(table, name, driver, agent)
        table.finish()
        return source

    def _serial(self, table: Table, name: str, driver: Driver) -> SourceSettings:
        port = table.text("port", "", required=True)
        if port.startswith("tcp://") and not _has_port(port):
            table.problem("port", "must be tcp://host:port")
        baud = table.integer("baud", 115200 if driver == "uhf" else 9600, 300, 4_000_000)
        reopen_min, reopen_max = table.duration("reopen_min", 0.5), table.duration("reopen_max", 30.0)
        if driver == "uhf":
            return SourceSettings(
                name, driver, port=port, baud=baud, reopen_min=reopen_min, reopen_max=reopen_max,
                framing=cast("Any", table.choice("framing", "auto", ("auto", "bb", "aa"))),
                inventory=cast("Any", table.choice("inventory", "multi", ("multi", "single", "listen"))),
                poll=table.duration("poll", 0.2),
                quiet=table.duration("quiet", 5.0),
                rssi_min=table.number("rssi_min", None),
                smoothing=self._smoothing(table),
            )  # fmt: skip
        suffix = table.choice("suffix", "cr-or-lf", ("cr-or-lf", "cr", "lf", "crlf", "tab", "none"))
        gs = table.text("gs", None)
        if gs is not None and len(gs) != 1:
            table.problem("gs", "must be one character")
        encoding = table.text("encoding", "utf-8")
        try:
            "".encode(encoding)
        except LookupError:
            table.problem("encoding", f"{encoding!r} is no encoding")
        return SourceSettings(
            name, driver, port=port, baud=baud, reopen_min=reopen_min, reopen_max=reopen_max,
            suffix=cast("Any", suffix), prefix=table.raw_text("prefix", ""),
            stx_etx=table.flag("stx_etx", default=False), idle=table.duration("idle", 0.1),
            gs=gs, encoding=encoding,
            acknowledge=table.flag("acknowledge", default=False),
        )  # fmt: skip

    def _smoothing(self, table: Table) -> SmoothingSettings | None:
        if not table.has("smoothing"):
            return None
        inner = table.inner("smoothing")
        smoothing = SmoothingSettings(
            glimpsed_timeout=inner.duration("glimpsed_timeout", 0.5),
            observed_time=inner.duration("observed_time", 0.1, zero=True),
            observed_count=inner.integer("observed_count", 2, 1, 1_000_000),
            lost_timeout=inner.duration("lost_timeout", None),
        )
        inner.finish()
        return smoothing

    def _mqtt(self, table: Table, name: str, driver: Driver, agent: str) -> SourceSettings:
        broker = table.text("broker", "", required=True)
        if broker and (urlsplit(broker).scheme not in {"mqtt", "mqtts"} or not urlsplit(broker).hostname):
            table.problem("broker", "must be mqtt://host:1883 or mqtts://host:8883")
        topics = table.texts("topics", required=True)
        for topic in topics:
            if not _is_filter(topic):
                table.problem("topics", f"{topic!r} is no topic filter")
        return SourceSettings(
            name, driver, broker=broker, topics=topics,
            version=cast("Any", table.choice("version", "3.1.1", ("3.1.1", "5.0"))),
            client_id=table.text("client_id", f"suyuan-{agent}-{name}"),
            username=table.text("username", None),
            password_file=table.file("password_file", self._base),
            ca_file=table.file("ca_file", self._base),
            keepalive=table.duration("keepalive", 30.0),
            reconnect_min=table.duration("reconnect_min", 1.0),
            reconnect_max=table.duration("reconnect_max", 60.0),
            device_time=table.flag("device_time", default=True),
            smoothing=self._smoothing(table) if driver == "mqtt-reader" else None,
        )  # fmt: skip

    def _station(self, table: Table, namespaces: Mapping[str, str]) -> StationSettings:
        name = self._name(table)
        kind = cast("Kind", table.choice("kind", "observe", get_args(Kind), required=True))
        rule = KINDS[kind]
        step = table.raw_text("step", rule.step)
        if kind == "observe" and not step:
            table.problem("", "an observe station needs a step")
        self._check_word(table, "step", step, namespaces)
        disposition = table.raw_text("disposition", default_disposition(kind, step))
        self._check_word(table, "disposition", disposition, namespaces)
        count = table.integer("close_count", rule.close_count or 0, 1, 10_000)
        station = StationSettings(
            name=name, kind=kind, sources=table.texts("sources", required=True),
            read_point=table.read("read_point", place, None),
            biz_location=table.read("biz_location", place, None),
            step=step, disposition=disposition,
            action=table.choice("action", rule.action, ("ADD", "OBSERVE", "DELETE")) if rule.action else "",
            scheme=table.read_all("scheme", scheme), include=table.read_all("include", pattern),
            exclude=table.read_all("exclude", pattern), parent=table.read_all("parent", pattern),
            close_count=count or None, close_idle=table.duration("close_idle", None),
            close_parent=table.flag("close_parent", default=rule.close_parent),
            parent_first=table.flag("parent_first", default=False),
            dedup=table.duration("dedup", 2.0, zero=True), lane=table.text("lane", rule.lane),
            keep=tuple(word.upper() if "." not in word else word for word in table.texts("keep")),
            extend=self._fields(table, "extend", namespaces), ilmd=self._fields(table, "ilmd", namespaces),
            commands=table.texts("commands"), every=table.duration("every", 300.0),
            report=cast("Any", table.choice("report", "summary", ("summary", "all"))),
            limits=self._limits(table), things=tuple(found.id for found in table.read_all("things", thing)),
            devices=table.texts("devices"),
        )  # fmt: skip
        self._check_commands(table, station, namespaces)
        table.finish()
        return station

    def _name(self, table: Table) -> str:
        name = table.text("name", "", required=True)
        if name and not NAME.fullmatch(name):
            table.problem("name", "letters, digits, - and _, at most 64")
        return name

    def _check_word(self, table: Table, key: str, word: str, namespaces: Mapping[str, str]) -> None:
        prefix, colon, _ = word.partition(":")
        if colon and "/" not in word and prefix not in {*namespaces, "urn", "cbv"}:
            table.problem(key, f"the namespace prefix {prefix!r} is not configured")

    def _fields(self, table: Table, key: str, namespaces: Mapping[str, str]) -> dict[str, Any]:
        found = table.mapping(key)
        for field in found:
            match = FIELD.fullmatch(field)
            if match is None or match["prefix"] not in namespaces:
                table.problem(key, f"{field!r} must be a field with a configured namespace prefix")
        return found

    def _limits(self, table: Table) -> dict[str, tuple[float, float]]:
        limits: dict[str, tuple[float, float]] = {}
        for kind, pair in table.mapping("limits").items():
            if (
                not isinstance(pair, list)
                or len(pair) != 2
                or not all(isinstance(n, int | float) for n in pair)
            ):
                table.problem("limits", f"{kind} must be [lowest, highest]")
            elif pair[0] > pair[1]:
                table.problem("limits", f"{kind}: the lowest is larger than the highest")
            else:
                limits[kind] = (float(pair[0]), float(pair[1]))
        return limits

    def _check_commands(self, table: Table, station: StationSettings, namespaces: Mapping[str, str]) -> None:
        reader = CommandReader(namespaces)
        for text in station.commands:
            try:
                command = reader.read(text, 2**62)
            except RefusedError as error:
                table.problem("commands", error.message)
            else:
                if command.word in STEPS:
                    table.problem("commands", f"{command.word} cannot stand at the start of every act")

    def _check_names(
        self, sources: tuple[SourceSettings, ...], stations: tuple[StationSettings, ...]
    ) -> None:
        for what, names in (("source", [s.name for s in sources]), ("station", [s.name for s in stations])):
            for index, name in enumerate(names):
                if name and name in names[:index]:
                    line = self._lines.get((what, index, "name"))
                    self.problems.append(
                        Problem(line, f"{what}[{index + 1}].name", f"{name!r} is used twice")
                    )
        known = {source.name: source for source in sources}
        for index, station in enumerate(stations):
            for name in station.sources:
                line = self._lines.get(("station", index, "sources"))
                where = f"station[{index + 1}].sources"
                if name not in known:
                    self.problems.append(Problem(line, where, f"there is no source {name!r}"))
                elif known[name].driver == "mqtt-sensor" and station.kind != "sense":
                    self.problems.append(
                        Problem(line, where, f"{name!r} gives sensor readings: kind must be sense")
                    )


def _has_port(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


def _is_filter(topic: str) -> bool:
    """MQTT 3.1.1, 4.7.1: ``#`` only at the end, ``+`` only as a whole level."""
    levels = topic.split("/")
    return (
        all(level in {"#", "+"} or not {"#", "+"} & set(level) for level in levels) and "#" not in levels[:-1]
    )
