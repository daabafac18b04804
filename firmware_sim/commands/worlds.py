"""`firmware-sim world`: a supply chain as files."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from firmware_sim.commands.app import app, fail, notes, usage
from firmware_sim.errors import SimulationError


@app.command()
def world(
    regime: Annotated[str, typer.Option(help="food, drug, cylinder or millet")],
    size: Annotated[int, typer.Option(help="about how many events", min=1)] = 1000,
    seed: Annotated[int, typer.Option(help="the same seed gives the same world")] = 1,
    out: Annotated[Path, typer.Option(help="folder to write to; must hold no events yet")] = Path("world"),
    forms: Annotated[
        str, typer.Option(help="how identifiers are written: digital-link, urn or mixed")
    ] = "mixed",
    per_document: Annotated[int, typer.Option(help="events in one document", min=1)] = 1000,
    as_json: Annotated[
        bool, typer.Option("--json", help="print what was written as one JSON object")
    ] = False,
) -> None:
    """Write a supply chain as EPCIS documents, with master data and the ledger of what really happened.

    For example:

    * firmware-sim world --regime food --size 5000 --seed 7 --out /tmp/food
    * lineage trace /tmp/food/events-*.json --source '(01)…(21)…'
    """
    from firmware_sim.worlds.writing import write_world  # noqa: PLC0415 - only this command needs it

    if forms not in ("digital-link", "urn", "mixed"):
        usage(f"--forms is digital-link, urn or mixed, not {forms}")
    with _progress() as bar:
        task = bar.add_task(f"{regime} world", total=size)
        try:
            written = write_world(
                regime,
                size,
                seed,
                out,
                forms=forms,  # type: ignore[arg-type] # checked above
                per_document=per_document,
                progress=lambda count: bar.update(task, completed=min(count, size)),
            )
        except SimulationError as error:
            bar.stop()
            fail(error)
    if as_json:
        typer.echo(
            orjson.dumps(
                {
                    "folder": str(written.folder),
                    "events": written.events,
                    "documents": written.documents,
                    "waves": written.waves,
                    "things": written.things,
                    "accidents": written.accidents,
                }
            ).decode()
        )
    else:
        notes.print(
            f"{written.events:,} events in {written.documents:,} documents, ledger of "
            f"{written.things:,} things and {written.accidents:,} accidents in {written.folder}"
        )


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=notes,
        transient=True,
    )
