"""Knows how the things to be printed are read from a file: a batch of issued codes, a table, or a plain list.

Everything that is wrong is reported with its line; nothing is printed from a file of which a part is wrong.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from labels.content import NO_TEXT, Content, Product, content
from labels.errors import InputError, LabelError
from labels.issued import is_batch, lot_number, read_batch
from lineage.errors import LineageError

MAX_BYTES = 2_000_000_000
"""Largest file that is read: ten million codes of two hundred bytes."""

MAX_ERRORS = 50
"""Errors after which reading ends: a file of the wrong kind is wrong in every line."""

CODE = "code"
"""Column of a table that holds the identifier, in any written form."""

_PRODUCT = frozenset(field.name for field in fields(Product))


class Reading(NamedTuple):
    """What a file says is to be printed, or what is wrong with it."""

    contents: list[Content]
    errors: list[InputError]
    """With their lines; when there are any, nothing should be printed."""


def read_things(
    path: Path, attributes: Mapping[str, str] = MappingProxyType({}), product: Product = NO_TEXT
) -> Reading:
    """Read what is to be printed.

    * a batch file (first line ``{"suyuan": "issued", …}``): its codes, with the data and product of its head;
    * a file ``*.csv`` with a header: column ``code``, and any of ``name``, ``name_en``, ``producer``,
      ``producer_uscc``, ``spec`` and application identifiers (``10``, ``17``, …) as further columns;
    * any other text file: one identifier a line, in any written form.

    :param attributes: data for every label; where the file says otherwise, the file counts for tables,
        this for batches
    :param product: the same for texts
    :raises InputError: the file as a whole cannot be used
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("file-too-large", f"{path} is larger than {MAX_BYTES:,} bytes")
        if is_batch(path):
            return _from_batch(path, attributes, product)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError("no-file", f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(
            "not-utf-8", f"{path} is no UTF-8 text (byte {error.start})", hint="save the file as UTF-8"
        ) from error
    rows = _table(text) if path.suffix.lower() == ".csv" else _lines(text)
    reading = Reading([], [])
    for line, code, row in rows:
        try:
            texts = {name: row[name] for name in _PRODUCT & row.keys() if row[name]}
            data = {**attributes, **{name: value for name, value in row.items() if name.isdigit() and value}}
            reading.contents.append(content(code, data, replace(product, **texts)))
        except (LineageError, LabelError) as error:
            reading.errors.append(
                InputError(error.code, f"line {line}: {error.message}", line=line, hint=error.hint)
            )
            if len(reading.errors) >= MAX_ERRORS:
                break
    if not reading.contents and not reading.errors:
        raise InputError("nothing-to-print", f"{path} names nothing to print")
    return reading


def _from_batch(path: Path, attributes: Mapping[str, str], product: Product) -> Reading:
    batch = read_batch(path)
    lot = lot_number(batch.head)
    data = {**({"10": lot} if lot else {}), **batch.head.attributes, **attributes}
    known = {name: text for name, text in batch.head.product.items() if name in _PRODUCT}
    told = {name: text for name, text in asdict(product).items() if text}
    texts = Product(**{**known, **told})
    return Reading([content(code, data, texts) for code in batch.ids], [])


def _lines(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line.strip(), {}


def _table(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    unknown = [name for name in names if name != CODE and name not in _PRODUCT and not name.isdigit()]
    if CODE not in names or unknown or len(set(names)) != len(names):
        raise InputError(
            "columns",
            f"unknown columns: {', '.join(unknown)}"
            if unknown
            else "a table needs one column code, and each column once",
            line=1,
            hint=f"columns are {CODE}, {', '.join(sorted(_PRODUCT))} and application identifiers as 10 or 17",
        )
    reader.fieldnames = names
    try:
        for row in reader:
            if None in row or None in row.values():
                raise InputError(
                    "columns",
                    f"line {reader.line_num} has not as many cells as the header",
                    line=reader.line_num,
                )
            yield reader.line_num, row[CODE].strip(), {name: value.strip() for name, value in row.items()}
    except csv.Error as error:
        raise InputError("not-csv", f"line {reader.line_num}: {error}", line=reader.line_num) from error
