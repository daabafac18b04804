"""Options that several commands have: what is printed beside a code, and how."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from labels.errors import InputError

Name = Annotated[str, typer.Option("--name", help="Product name in Chinese.")]
NameEn = Annotated[str, typer.Option("--name-en", help="Product name in English.")]
Producer = Annotated[str, typer.Option("--producer", help="Name of the producer.")]
ProducerUscc = Annotated[str, typer.Option("--producer-uscc", help="Its unified social credit code.")]
Spec = Annotated[str, typer.Option("--spec", help="Specification, as 250 g × 12.")]
Lot = Annotated[str | None, typer.Option("--lot", help="Number of the lot.")]
Made = Annotated[str | None, typer.Option("--made", help="Date of production, AI 11: 2026-11-01.")]
Packed = Annotated[str | None, typer.Option("--packed", help="Date of packing, AI 13.")]
BestBefore = Annotated[
    str | None, typer.Option("--best-before", help="Best before, AI 15: 2027-10-31, or 2027-10.")
]
Expires = Annotated[str | None, typer.Option("--expires", help="Date of expiry, AI 17.")]
Elements = Annotated[
    list[str] | None,
    typer.Option("--ai", metavar="AI=VALUE", help="More GS1 data, as 3103=000500; may be repeated."),
]
Resolver = Annotated[
    str,
    typer.Option(
        "--resolver",
        envvar="TRACE_RESOLVER",
        help="Address that the links in QR codes begin with, as https://trace.example.cn.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]

_DATE = re.compile(r"20(\d\d)-(\d\d)(?:-(\d\d))?")


def attributes(
    *,
    made: str | None,
    packed: str | None,
    best_before: str | None,
    expires: str | None,
    elements: list[str] | None,
) -> dict[str, str]:
    """Give GS1 data by application identifier.

    :raises InputError: ``date``, ``element``
    """
    data = {}
    for ai, written in (("11", made), ("13", packed), ("15", best_before), ("17", expires)):
        if written is not None:
            data[ai] = _date(written)
    for element in elements or ():
        ai, equals, value = element.partition("=")
        if not ai.isdigit() or not equals or not value:
            raise InputError("element", f"{element!r} is not AI=VALUE", hint="write it as 3103=000500")
        data[ai] = value
    return data


def _date(written: str) -> str:
    match = _DATE.fullmatch(written.strip())
    if not match:
        raise InputError(
            "date", f"{written!r} is no date", hint="write dates as 2026-11-01, or 2026-11 for a month"
        )
    return match[1] + match[2] + (match[3] or "00")
