"""Reads the file in which a label printer tells which codes it handed out. Pure: bytes in, a batch out.

The file is JSON Lines: a head that describes the batch, then one canonical id a line (docs/labels.md).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from lineage.errors import LineageError
from lineage.identifiers import Identifier, read_uri
from trace_api.errors import TraceApiError

MAX_CODES: Final = 100_000
"""Codes in one file. A roll of labels has some 10,000; a larger run is sent as several batches."""

_BATCH = re.compile(r"[0-9a-f]{32}")
_ATTRIBUTE = re.compile(r"[0-9]{2,4}")
_PRODUCT_TEXTS: Final = ("name", "name_en", "producer", "producer_uscc", "spec")
_MAX_TEXT: Final = 200


class IssuedFileError(TraceApiError):
    """The file as a whole cannot be used; nothing of it is kept."""

    code = "bad-issued-file"


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One code that was not kept."""

    line: int
    code: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Give the rejection as JSON fields."""
        return {"line": self.line, "code": self.code, "message": self.message}


@dataclass(slots=True)
class Batch:
    """Codes that were issued together.

    :ivar attributes: GS1 data attributes printed with every code, by AI
    :ivar product: what the labels say about the product, for codes whose product is in no table
    :ivar codes: canonical id -> line number
    """

    batch: str
    issued_at: datetime
    scheme: str
    class_id: str | None
    lot_id: str | None
    attributes: dict[str, str] = field(default_factory=dict)
    product: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    rejected: list[RejectedLine] = field(default_factory=list)


def read_batch(data: bytes) -> Batch:
    """Read one file.

    :raises IssuedFileError: no readable head, an unknown version, too many lines, or another count than
        the head's
    """
    lines = data.split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise IssuedFileError("the file is empty")
    batch, count = _head(_object(lines[0], 1))
    if len(lines) - 1 != count:
        raise IssuedFileError(
            f"the head says {count} codes, the file has {len(lines) - 1}", code="count-mismatch"
        )
    for number, line in enumerate(lines[1:], start=2):
        try:
            found = _code(line, number, batch)
        except (IssuedFileError, LineageError) as error:
            code = error.code if isinstance(error, IssuedFileError) else "not-an-identifier"
            batch.rejected.append(RejectedLine(number, code, error.message))
            continue
        if found.id in batch.codes:
            batch.rejected.append(
                RejectedLine(number, "twice-in-file", f"stands in line {batch.codes[found.id]} already")
            )
        else:
            batch.codes[found.id] = number
    return batch


def _head(head: Mapping[str, Any]) -> tuple[Batch, int]:
    if head.get("suyuan") != "issued" or head.get("version") != 1:
        raise IssuedFileError('the first line is no head: it needs "suyuan": "issued" and "version": 1')
    batch, count = head.get("batch"), head.get("count")
    if not isinstance(batch, str) or not _BATCH.fullmatch(batch):
        raise IssuedFileError('"batch" is not 32 hexadecimal digits')
    if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= MAX_CODES:
        raise IssuedFileError(f'"count" is not a number from 1 to {MAX_CODES}', hint="send several batches")
    return (
        Batch(
            batch=batch,
            issued_at=_moment(head.get("issued_at")),
            scheme=_text(head, "scheme") or "other",
            class_id=_text(head, "class"),
            lot_id=_lot(_text(head, "lot")),
            attributes=_attributes(head.get("attributes")),
            product={name: text for name in _PRODUCT_TEXTS if (text := _text(_dict(head, "product"), name))},
        ),
        count,
    )


def _code(line: bytes, number: int, batch: Batch) -> Identifier:
    uri = _object(line, number).get("id")
    if not isinstance(uri, str):
        raise IssuedFileError('has no "id"', code="not-an-identifier")
    found = read_uri(uri)
    if found.kind in {"class", "party", "site", "document", "other"}:
        raise IssuedFileError(f"is a {found.kind}: only items, lots and units are issued", code="not-a-thing")
    if batch.class_id and not _of_class(found, batch.class_id):
        raise IssuedFileError(f"is not of the class {batch.class_id}", code="wrong-class")
    return found


def _of_class(found: Identifier, class_id: str) -> bool:
    if found.class_id == class_id:
        return True
    scheme, _, prefix = class_id.partition(":")
    return found.scheme == scheme and found.value.startswith(prefix)


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise IssuedFileError(f"line {number} is not JSON: {error}", code="not-json") from error
    if not isinstance(found, dict):
        raise IssuedFileError(f"line {number} is not a JSON object", code="not-json")
    return found


def _text(values: Mapping[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.isprintable():
        raise IssuedFileError(f'"{name}" is not a text of at most {_MAX_TEXT} printable characters')
    return value.strip() or None


def _dict(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise IssuedFileError(f'"{name}" is not an object')
    return value


def _attributes(value: object) -> dict[str, str]:
    given = value if value is not None else {}
    if not isinstance(given, dict) or len(given) > 20:
        raise IssuedFileError('"attributes" is not an object of at most 20 members')
    for name, text in given.items():
        if not _ATTRIBUTE.fullmatch(name) or not isinstance(text, str) or len(text) > 90:
            raise IssuedFileError(f'the attribute "{name[:20]}" is not a GS1 attribute with a text')
    return dict(given)


def _lot(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        found = read_uri(text)
    except LineageError as error:
        raise IssuedFileError(f'"lot": {error.message}') from error
    if found.kind != "lot":
        raise IssuedFileError(f'"lot" is a {found.kind}')
    return found.id


def _moment(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is not None and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise IssuedFileError('"issued_at" is not a time with its offset, e.g. 2026-11-24T04:10:00Z')
