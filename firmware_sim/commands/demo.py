"""`firmware-sim demo`: the whole system on this machine, with four stories playing."""

import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Self
from urllib.parse import urlsplit

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table

from firmware_sim.commands.app import app, fail, notes, usage
from firmware_sim.demo import ports
from firmware_sim.errors import SimulationError

if TYPE_CHECKING:
    from firmware_sim.demo.performance import Performance

TITLES = {
    "food": "酸奶 yoghurt",
    "drug": "疫苗 vaccine",
    "cylinder": "气瓶 cylinders",
    "millet": "小米 millet",
}
CALM_SECONDS = 1.5
"""Pause between two deeds once the first round of the stories is over."""


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="play once, check every answer, end with 0 or 1")
    ] = False,
    data: Annotated[Path, typer.Option(help="folder that everything is kept in")] = Path(".suyuan/demo"),
    port: Annotated[int, typer.Option(help="of the server; another one when it is in use")] = 8000,
    seed: Annotated[int, typer.Option(help="of the stories")] = 1,
    world: Annotated[list[str] | None, typer.Option(help="only this story; may be repeated")] = None,
    chaos: Annotated[
        int, typer.Option(help="with --once: kill agents, broker and server so many times meanwhile", min=0)
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="with --once: print one JSON object")] = False,
) -> None:
    """Run server, broker, three edge agents and their devices, and play four stories through them.

    Without --once it goes on playing at a calm pace until Ctrl-C. Nothing is left running; what was recorded
    is kept in the data folder, and the next start goes on from there.

    For example:

    * firmware-sim demo
    * firmware-sim demo --once --json
    * firmware-sim demo --once --world food --chaos 30
    """
    from firmware_sim.worlds import WORLDS  # noqa: PLC0415 - only some commands need it

    worlds = world or list(WORLDS)
    if unknown := [name for name in worlds if name not in WORLDS]:
        usage(f"there is no story {unknown[0]}; there are: {', '.join(WORLDS)}")
    if (chaos or as_json) and not once:
        usage("--chaos and --json go with --once")
    signal.signal(signal.SIGTERM, _interrupted)
    signal.signal(signal.SIGHUP, _interrupted)
    try:
        right = _run(worlds, data, port, seed, once=once, kills=chaos, as_json=as_json)
    except SimulationError as error:
        fail(error)
    except KeyboardInterrupt:
        notes.print("ended")
        right = True
    raise typer.Exit(0 if right else 1)


def _run(
    worlds: list[str], data: Path, port: int, seed: int, *, once: bool, kills: int, as_json: bool
) -> bool:
    from firmware_sim.demo.folder import Folder  # noqa: PLC0415 - only this command needs it
    from firmware_sim.demo.performance import Performance  # noqa: PLC0415

    folder = Folder(data)
    show = Show(notes)
    with show:
        performance = Performance(folder, ports.choose(port), worlds, seed, show)
        try:
            return _perform(performance, show, once=once, kills=kills, as_json=as_json)
        finally:
            performance.end()


def _perform(performance: "Performance", show: "Show", *, once: bool, kills: int, as_json: bool) -> bool:
    began = time.monotonic()
    performance.open()
    ready = time.monotonic() - began
    if not once:
        _announce(performance, ready)
    performance.engage()
    performance.begin()
    performance.play(kills=kills)
    performance.settle()
    if not once:
        _invite(performance)
        _go_on(performance)
    reports = performance.check()
    outcome = {
        "right": all(not report.mismatches for report in reports),
        "seconds": round(time.monotonic() - began, 1),
        "seconds_to_ready": round(ready, 1),
        "events": performance.counts(),
        "kills": performance.kills,
        "doubts": performance.stage.doubts,
        "stories": [
            {
                "world": report.world,
                "things": report.things,
                "questions": report.questions,
                "accidents": report.accidents,
                "findings": report.findings,
                "mismatches": [mismatch._asdict() for mismatch in report.mismatches],
            }
            for report in reports
        ],
    }
    show.stop()
    if as_json:
        sys.stdout.write(orjson.dumps(outcome).decode() + "\n")
    else:
        _summary(outcome)
    return bool(outcome["right"])


def _announce(performance: "Performance", ready: float) -> None:
    password = performance.household.password()
    notes.print(f"\n[bold]Suyuan 溯源 is running[/] ({ready:.0f} s)")
    notes.print(f"  console      {performance.address}/console", highlight=False)
    notes.print(f"  log in as    admin / {password or 'the password that you have set'}", highlight=False)
    notes.print(f"  API document {performance.address}/docs", highlight=False)
    notes.print("  The stories are being played; Ctrl-C ends everything.\n")


def _invite(performance: "Performance") -> None:
    notes.print("\nOne code of each story, as its QR code opens it:")
    for world, thing in performance.examples().items():
        notes.print(
            f"  {TITLES[world]:<14} {performance.address}{urlsplit(thing).path}",
            highlight=False,
            soft_wrap=True,
        )
    for sheet in performance.sheets():
        notes.print(f"  label sheet    {sheet}", highlight=False, soft_wrap=True)
    notes.print()


def _go_on(performance: "Performance") -> NoReturn:
    """Play on at a calm pace until somebody interrupts."""
    while True:
        performance.begin()
        performance.play(pause=lambda: time.sleep(CALM_SECONDS))
        performance.settle()


def _summary(outcome: Mapping[str, Any]) -> None:
    table = Table("story", "things", "answers checked", "accidents", "findings", "differences")
    for story in outcome["stories"]:
        table.add_row(
            TITLES[story["world"]],
            *(str(story[name]) for name in ("things", "questions", "accidents", "findings")),
            str(len(story["mismatches"])),
        )
    notes.print(table)
    for story in outcome["stories"]:
        for mismatch in story["mismatches"][:20]:
            notes.print(
                f"[red]{story['world']}[/] {mismatch['thing']}: {mismatch['what']} is {mismatch['answer']}, "
                f"should be {mismatch['truth']}",
                highlight=False,
                soft_wrap=True,
            )
    events = ", ".join(f"{count} by {name}" for name, count in outcome["events"].items())
    notes.print(
        f"{events}; {outcome['seconds']} s, ready after {outcome['seconds_to_ready']} s", highlight=False
    )
    if outcome["kills"]:
        kills = ", ".join(f"{name} {count}×" for name, count in outcome["kills"].items())
        notes.print(
            f"killed: {kills}; {outcome['doubts']} times an operator had to look up what was recorded",
            highlight=False,
        )
    notes.print(
        "[bold green]every answer is right[/]" if outcome["right"] else "[bold red]some answers are wrong[/]"
    )


def _interrupted(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the form of a signal handler
    raise KeyboardInterrupt


class Show:
    """What is being done, on a terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stop(self) -> None:
        """Clear the terminal for what is printed next."""
        for task in self._tasks.values():
            self._progress.remove_task(task)
        self._tasks.clear()

    def step(self, text: str) -> None:
        """Say what is being done."""
        self._update("step", text, 0, 1, "")

    def scene(self, world: str, number: int, of: int, text: str) -> None:
        """Say which deed of a story is being played."""
        self._progress.update(self._task("step"), visible=False)
        self._update(world, TITLES[world], number, of, text.removeprefix("suyuan:").replace("_", " "))

    def checked(self, world: str, number: int, of: int) -> None:
        """Say how many things of a story have been checked."""
        self._progress.update(self._task("step"), visible=False)
        self._update(world, TITLES[world], number, of, "asking and comparing")

    def _update(self, key: str, text: str, number: int, of: int, note: str) -> None:
        self._progress.update(
            self._task(key), description=text, completed=number, total=of, note=note, visible=True
        )

    def _task(self, key: str) -> TaskID:
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task("", total=1, note="")
        return self._tasks[key]
