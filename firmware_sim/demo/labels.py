"""Consumer serials as a producer gets them: drawn and printed by the label tool, known to the server."""

from collections import deque
from pathlib import Path

import httpx
import orjson

from firmware_sim.demo.processes import program, run
from firmware_sim.errors import DemoError

SHEET = 24
"""Labels of one product and lot that are printed together: one sheet."""


class LabelRoom:
    """Prints labels with `trace-labels` and hands out their serials.

    :param folder: where batch files and sheets are kept
    :param address: of the server; links in the QR codes begin with it
    :param token: with which the server is told which codes were issued
    """

    def __init__(self, folder: Path, address: str, token: str) -> None:
        self._folder = folder
        self._address = address
        self._token = token
        self._ready: dict[tuple[str, str], deque[str]] = {}
        self.sheets: list[Path] = []

    def take(self, gtin14: str, lot: str, count: int) -> list[str]:
        """Give serials of labels printed for this product and lot."""
        ready = self._ready.setdefault((gtin14, lot), deque())
        while len(ready) < count:
            ready.extend(self._print(gtin14, lot, len(ready)))
        return [ready.popleft() for _ in range(count)]

    def _print(self, gtin14: str, lot: str, number: int) -> list[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        batch = self._folder / f"{gtin14}-{lot}-{number}.issued.jsonl"
        batch.unlink(missing_ok=True)
        run(
            [
                program("trace-labels"), "serials", "--gtin", gtin14, "--lot", lot, "--count", str(SHEET),
                "--out", str(batch),
            ]
        )  # fmt: skip
        self._tell_server(batch)
        identifiers = [orjson.loads(line)["id"] for line in batch.read_bytes().splitlines()[1:]]
        return [identifier.rpartition("/21/")[2] for identifier in identifiers]

    def print_sheet(self, batch: Path) -> Path:
        """Print the labels of a batch as an A4 sheet."""
        sheet = batch.with_suffix("").with_suffix(".pdf")
        run([program("trace-labels"), "sheet", str(batch), "--out", str(sheet), "--resolver", self._address])
        self.sheets.append(sheet)
        return sheet

    def batches(self) -> list[Path]:
        """Give the batch files, oldest first."""
        return sorted(self._folder.glob("*.issued.jsonl"), key=lambda path: path.stat().st_mtime)

    def _tell_server(self, batch: Path) -> None:
        answer = httpx.post(
            f"{self._address}/labels/v1/issued",
            content=batch.read_bytes(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-ndjson"},
            timeout=30.0,
        )
        if answer.status_code != httpx.codes.OK:
            raise DemoError(
                "not-issued",
                f"the server does not take issued codes: {answer.status_code}",
                answer.text[:500],
            )
