"""The command ``gateway-agent``: run, check, status, outbox, replay."""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer

from gateway_agent.configuration import Configuration, load
from gateway_agent.errors import AgentError, ConfigurationError, JournalError
from gateway_agent.journal import views
from gateway_agent.journal.database import connect, reading
from gateway_agent.journal.store import Store
from gateway_agent.status import read_status

app = typer.Typer(
    help="""The edge agent: reads devices, keeps every read, turns reads into EPCIS events and delivers them.

    \b
    For example:
      gateway-agent check --config agent.toml
      gateway-agent run --config agent.toml
      gateway-agent status --config agent.toml

    Exit code 0: done; 1: the answer is no, or something is wrong (it is named); 2: wrong usage.
    """,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        envvar="SUYUAN_AGENT_CONFIG",
        help="Configuration file (TOML).",
        metavar="FILE",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]

JOURNAL = "journal.db"
LIMIT = 1_000_000


@app.command()
def run(
    config: ConfigOption,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every connection and batch.")] = False,
) -> None:
    """Run the agent until SIGTERM or Ctrl-C. Starts without network, without devices and with a wrong clock.

    Example: gateway-agent run --config agent.toml
    """
    from gateway_agent.agent import run as run_agent  # noqa: PLC0415 - drivers are needed by this command only

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    # The HTTP client would log every request and its address at INFO.
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    configuration = _load(config)
    try:
        code = run_agent(configuration)
    except AgentError as error:
        _fail(error)
    raise typer.Exit(code)


@app.command()
def check(
    config: ConfigOption,
    offline: Annotated[
        bool, typer.Option("--offline", help="Check the file only, touch no device and no network.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Check the configuration file, then whether folder, devices, brokers and server can be used.

    Mistakes in the file are named with their lines. Exit code 1 when anything is wrong.

    Example: gateway-agent check --config agent.toml
    """
    from gateway_agent.probing import probe  # noqa: PLC0415 - drivers are needed by this command only

    try:
        configuration = load(config)
    except ConfigurationError as error:
        for problem in error.problems:
            if json:
                _print(
                    {
                        "what": "file",
                        "ok": False,
                        "line": problem.line,
                        "key": problem.path,
                        "message": problem.message,
                    }
                )
            else:
                typer.echo(f"{config}:{problem.line or 1}: {problem.path}: {problem.message}", err=True)
        raise typer.Exit(1) from error
    if json:
        _print({"what": "file", "ok": True, "message": str(config)})
    else:
        typer.echo(
            f"ok    {config}: {len(configuration.sources)} sources, {len(configuration.stations)} stations"
        )
    if offline:
        return
    bad = False
    for finding in probe(configuration):
        bad |= not finding.ok
        if json:
            _print({"what": finding.what, "ok": finding.ok, "message": finding.message})
        else:
            typer.echo(f"{'ok   ' if finding.ok else 'WRONG'} {finding.what}: {finding.message}")
    raise typer.Exit(1 if bad else 0)


@app.command()
def status(config: ConfigOption, json: JsonOption = False) -> None:
    """Show what the agent is doing: devices, open acts, lanes, what waits, what was refused.

    Exit code 1 when it does not run or an alarm is up.

    Example: gateway-agent status --config agent.toml --json
    """
    found = read_status(_load(config))
    if json:
        _print(found)
    else:
        for line in _status_lines(found):
            typer.echo(line)
    raise typer.Exit(0 if found["running"] and not found["alarms"] else 1)


@app.command()
def outbox(
    config: ConfigOption,
    state: Annotated[
        str, typer.Option(help="queued, dead, sent, quarantine or all (queued, dead and quarantine).")
    ] = "all",
    limit: Annotated[int, typer.Option(min=1, max=LIMIT, help="Show at most this many of each.")] = 50,
    retry: Annotated[bool, typer.Option("--retry", help="Put dead letters back into the queue.")] = False,
    seq: Annotated[
        list[int] | None, typer.Option("--seq", help="With --retry: only this one (may be repeated).")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show what waits for the server, what the server refused and why, and what was not understood.

    Works beside a running agent.

    Example: gateway-agent outbox --config agent.toml --retry --seq 17
    """
    configuration = _load(config)
    if state not in {"all", "queued", "dead", "sent", "quarantine"}:
        raise typer.BadParameter("one of queued, dead, sent, quarantine, all", param_hint="--state")
    if retry:
        count = _requeue(configuration, "dead", seq or None)
        if json:
            _print({"requeued": count})
        else:
            typer.echo(f"{count} events wait for the server again")
        return
    try:
        with reading(configuration.agent.data / JOURNAL) as connection:
            for wanted in ("queued", "dead", "sent"):
                if state == wanted or (state == "all" and wanted != "sent"):
                    for entry in views.outbox(connection, wanted, limit):
                        _show_event(entry, as_json=json)
            if state in {"all", "quarantine"}:
                for entry in views.quarantine(connection, limit):
                    _show_quarantined(entry, as_json=json)
    except AgentError as error:
        _fail(error)


@app.command()
def replay(
    config: ConfigOption,
    send: Annotated[
        bool, typer.Option("--send", help="Deliver the kept events once more; the server knows duplicates.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Derive the events again from the kept journal and compare them with what was made at the time.

    Exit code 1 when an event differs.

    Example: gateway-agent replay --config agent.toml
    """
    from gateway_agent.replay import replay as replay_journal  # noqa: PLC0415

    configuration = _load(config)
    verdicts: Counter[str] = Counter()
    try:
        with reading(configuration.agent.data / JOURNAL) as connection:
            for event in replay_journal(connection, configuration):
                verdicts[event.verdict] += 1
                if json:
                    _print({"eventID": event.event_id, "station": event.station, "row": event.row,
                            "verdict": event.verdict, "event": event.event})  # fmt: skip
                elif event.verdict == "different":
                    typer.echo(f"different: {event.event_id} of {event.station}, row {event.row}")
    except AgentError as error:
        _fail(error)
    typer.echo(
        f"{verdicts.total()} events derived again: {verdicts['same']} the same,"
        f" {verdicts['different']} different, {verdicts['gone']} no longer kept",
        err=json,
    )
    if send:
        typer.echo(f"{_requeue(configuration, 'sent', None)} events wait for the server again", err=json)
    raise typer.Exit(1 if verdicts["different"] else 0)


def _load(config: Path) -> Configuration:
    try:
        return load(config)
    except ConfigurationError as error:
        for problem in error.problems:
            typer.echo(f"{config}:{problem.line or 1}: {problem.path}: {problem.message}", err=True)
        raise typer.Exit(1) from error


def _requeue(configuration: Configuration, state: str, seqs: list[int] | None) -> int:
    file = configuration.agent.data / JOURNAL
    if not file.exists():
        return 0
    try:
        connection = connect(file)
        try:
            store = Store(connection)
            with store.transaction():
                return store.requeue(state, seqs)
        finally:
            connection.close()
    except sqlite3.Error as error:
        _fail(JournalError("unwritable", f"{file} cannot be written: {error}"))
    except AgentError as error:
        _fail(error)


def _fail(error: AgentError) -> NoReturn:
    typer.echo(f"{error.message}{f' ({error.hint})' if error.hint else ''}", err=True)
    raise typer.Exit(1) from error


def _print(entry: dict[str, Any]) -> None:
    typer.echo(orjson.dumps(entry).decode())


def _show_event(entry: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print(entry)
        return
    event = entry["event"]
    what = " ".join(str(event[key]) for key in ("type", "action", "bizStep") if event.get(key))
    mark = " (error declaration)" if entry["error_declaration"] else ""
    typer.echo(
        f"{entry['state']:<6} {entry['seq']:>6} {event['eventTime']} {entry['station']}:"
        f" {what}{mark} {entry['eventID']}"
    )
    if entry["reason"]:
        typer.echo(f"       {entry['reason']}")


def _show_quarantined(entry: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print({"state": "quarantine", **entry})
        return
    where = entry["station"] or entry["source"]
    times = f" ×{entry['count']}" if entry["count"] > 1 else ""
    typer.echo(
        f"set aside {entry['last']} {where}: {entry['text']!r}{times}\n"
        f"       {entry['message']} [{entry['code']}]"
    )


def _status_lines(found: dict[str, Any]) -> list[str]:
    state = "runs" if found["running"] else "does not run"
    lines = [f"agent {found['agent']} {state}" + (f" since {found['started']}" if found["running"] else "")]
    lines += [f"ALARM {name}: {text}" for name, text in found["alarms"].items()]
    for name, source in found.get("sources", {}).items():
        detail = f" ({source['detail']})" if source["detail"] else ""
        lines.append(
            f"source  {name}: {source['state']}{detail}, {source['reads']} reads, {source['broken']} broken"
        )
    for name, act in found.get("stations", {}).items():
        open_act = ", ".join(f"{key} {value}" for key, value in act.items() if value)
        lines.append(f"station {name}: {open_act or 'nothing open'}")
    for name, lane in found.get("lanes", {}).items():
        detail = f" ({lane['detail']})" if lane["detail"] else ""
        lines.append(f"lane    {name}: {lane['state']}{detail}, {lane['sent']} sent since the start")
    journal = found.get("journal")
    if journal is None:
        lines.append("journal: none yet")
    else:
        lines.append(
            f"journal {journal['reads']} reads kept; events: {journal['queued']} waiting,"
            f" {journal['sent']} delivered and kept,"
            f" {journal['dead']} refused; {journal['quarantined']} texts set aside"
        )
    return lines
