"""Knows how codes are issued: drawn, and kept in a file that the server is told.

By it the server knows a code from a forgery. A batch is one file of JSON lines: a head, then one line for
each code. It goes to ``POST /labels/v1/issued`` as it is, and back into ``trace-labels`` to be printed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from labels.content import Product
from labels.errors import InputError
from labels.serials import LENGTH, numbers, serials
from lineage.errors import LineageError
from lineage.identifiers import read
from lineage.identifiers.check_characters import gs1_check_digit
from lineage.identifiers.digital_link import build, parse
from lineage.identifiers.element_string import Element, check_element
from lineage.identifiers.identifier import LOCAL_HOST, Identifier
from lineage.identifiers.percent import escape

VERSION = 1
MAX_LINE = 4096
"""Longest line that is read: far beyond any identifier, and short enough that a wrong file is found out
at once."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """First line of a batch file."""

    suyuan: str = "issued"
    version: int
    batch: str
    """32 hexadecimal digits, random: what makes sending a batch twice harmless."""
    issued_at: str
    """RFC 3339, UTC."""
    scheme: str
    """Scheme of the codes: ``sgtin``, ``drug_code``, ``organic_code`` or ``sscc``."""
    class_: str | None = msgspec.field(name="class", default=None)
    """Canonical id of the product, or the leading digits of the codes as ``drug_code:8385793``."""
    lot: str | None = None
    """Canonical id of the lot, for codes of GS1."""
    attributes: dict[str, str] = {}
    """GS1 data that is printed with every code, by application identifier."""
    product: dict[str, str] = {}
    """Texts of :class:`labels.content.Product`."""
    count: int


class Batch(msgspec.Struct, frozen=True):
    """A head and its codes."""

    head: Head
    ids: tuple[str, ...]
    """Canonical ids, no two alike."""


def issue_serials(
    gtin: Identifier, count: int, *, length: int = LENGTH, min_bits: float, taken: Iterable[str] = ()
) -> Iterator[str]:
    """Draw serialised GTINs: canonical ids of ``count`` items of a class."""
    stem = gtin.id + "/21/"
    used = {code.removeprefix(stem) for code in taken if code.startswith(stem)}
    return (stem + serial for serial in serials(count, length=length, min_bits=min_bits, taken=used))


def issue_numbers(
    scheme: str, prefix: str, digits: int, count: int, *, taken: Iterable[str] = ()
) -> Iterator[str]:
    """Draw codes of a scheme that are digits only: ``prefix`` and ``digits`` random ones."""
    stem = f"{LOCAL_HOST}/id/{scheme}/"
    used = {code.removeprefix(stem) for code in taken}
    return (stem + code for code in numbers(count, digits, prefix=prefix, taken=used))


def issue_units(
    company_prefix: str, count: int, *, extension: str = "0", taken: Iterable[str] = ()
) -> Iterator[str]:
    """Draw codes of logistic units (SSCC): extension digit, company prefix, random reference, check digit.

    :raises InputError: ``company-prefix``
    """
    if not company_prefix.isdigit() or not company_prefix.isascii() or not 4 <= len(company_prefix) <= 12:
        raise InputError(
            "company-prefix", f"{company_prefix!r} is no GS1 company prefix, which has 4 to 12 digits"
        )
    if len(extension) != 1 or extension not in "0123456789":
        raise InputError("extension", f"{extension!r} is no extension digit")
    used = {code.rsplit("/", 1)[-1][:-1] for code in taken}
    bodies = numbers(count, 16 - len(company_prefix), prefix=extension + company_prefix, taken=used)
    return (build([Element("00", body + gs1_check_digit(body))]) for body in bodies)


def head(
    *,
    batch: str,
    issued_at: datetime,
    scheme: str,
    class_id: str | None,
    lot: str | None,
    attributes: dict[str, str],
    product: Product,
    count: int,
) -> Head:
    """Give the head of a batch.

    :param lot: number of the lot; for GS1 classes it becomes the id of the lot, for others attribute ``10``
    :raises lineage.errors.IdentifierError: the lot or an attribute is wrong
    """
    lot_id = None
    if lot is not None:
        if class_id and class_id.startswith("http"):
            lot_id = read(f"{class_id}/10/{escape(lot)}").id
        else:
            attributes = {"10": lot, **attributes}
    for ai, value in attributes.items():
        check_element(ai, value)
    return Head(
        version=VERSION,
        batch=batch,
        issued_at=issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        scheme=scheme,
        class_=class_id,
        lot=lot_id,
        attributes=attributes,
        product={name: text for name, text in asdict(product).items() if text},
        count=count,
    )


def write_batch(target: Path, batch_head: Head, ids: Iterable[str]) -> None:
    """Write a batch file; it stands under its name only when it is whole and on disk, and replaces none.

    :raises InputError: ``file-exists``: a batch that was issued is never overwritten
    """
    with tempfile.NamedTemporaryFile(
        "wb", dir=target.resolve().parent, prefix=f".{target.name}.", delete=False
    ) as file:
        part = Path(file.name)
        try:
            encoder = msgspec.json.Encoder()
            file.write(encoder.encode(batch_head) + b"\n")
            for code in ids:
                file.write(encoder.encode({"id": code}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
            part.chmod(0o644)
            target.hardlink_to(part)
        except FileExistsError as error:
            raise InputError(
                "file-exists",
                f"{target} exists already",
                hint="codes that were issued are never issued again: choose another name",
            ) from error
        finally:
            part.unlink()


def is_batch(path: Path) -> bool:
    """Say whether a file is a batch file, by its first line."""
    with path.open("rb") as file:
        start = file.readline(MAX_LINE)
    return start.startswith(b"{") and b'"suyuan"' in start


def read_batch(path: Path) -> Batch:
    """Read a batch file.

    :raises InputError: ``not-a-batch``, ``batch-version``, ``not-an-identifier``, ``repeated``,
        ``count-mismatch``
    """
    with path.open("rb") as file:
        first = file.readline(MAX_LINE)
        try:
            batch_head = msgspec.json.decode(first, type=Head)
        except msgspec.MsgspecError as error:
            raise InputError(
                "not-a-batch", f"{path.name} does not begin with the head of a batch: {error}", line=1
            ) from error
        if batch_head.suyuan != "issued" or batch_head.version != VERSION:
            raise InputError(
                "batch-version",
                f"{path.name} is version {batch_head.version} of {batch_head.suyuan!r}",
                line=1,
            )
        ids: dict[str, int] = {}
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), b""), start=2):
            code = _code(line, number)
            if code in ids:
                raise InputError("repeated", f"line {number} repeats line {ids[code]}: {code}", line=number)
            ids[code] = number
    if len(ids) != batch_head.count:
        raise InputError(
            "count-mismatch",
            f"{path.name} has {len(ids):,} codes, its head says {batch_head.count:,}",
            hint="the file was cut off or edited; take it from where it was made",
        )
    return Batch(batch_head, tuple(ids))


def lot_number(batch_head: Head) -> str | None:
    """Give the number of the lot as it is printed."""
    if batch_head.lot is None:
        return batch_head.attributes.get("10")
    return dict(parse(batch_head.lot).path)["10"]


def taken_codes(paths: Iterable[Path]) -> set[str]:
    """Give the codes of batches issued before, which must not be drawn again."""
    return {code for path in paths for code in read_batch(path).ids}


def _code(line: bytes, number: int) -> str:
    try:
        row: Any = msgspec.json.decode(line)
        code = row["id"]
        if read(code).id != code:
            raise InputError(
                "not-an-identifier", f"line {number}: {code} is not in canonical form", line=number
            )
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise InputError("not-an-identifier", f'line {number} is no {{"id": …}}', line=number) from error
    except LineageError as error:
        raise InputError(
            "not-an-identifier", f"line {number}: {error.message}", line=number, hint=error.hint
        ) from error
    return str(code)
