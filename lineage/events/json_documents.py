"""The JSON around events: which kind of document it is, its head checked, its events cut out undecoded.

Cutting keeps the bytes of each event as captured and lets one bad event be told from its good neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec

from lineage.events import check, shapes
from lineage.events.contexts import all_prefixes, as_list, expand
from lineage.events.document import Document
from lineage.events.event import decode_exactly
from lineage.events.hashing import IGNORE_NAME, IGNORE_NAMESPACE, fields_to_ignore
from lineage.events.limits import MAX_DEPTH
from lineage.events.problems import DocumentError, Problem, refuse
from lineage.events.quick_check import BROKEN

BOM: Final = b"\xef\xbb\xbf"
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_POSITION: Final = re.compile(r"\(byte (\d+)\)")
VERSION: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)

_VOCABULARIES: Final = shapes.listing(
    shapes.record(
        {
            "type": shapes.uri,
            "vocabularyElementList": shapes.listing(
                shapes.record(
                    {
                        "id": shapes.uri,
                        "attributes": shapes.listing(
                            shapes.record(
                                {
                                    "id": shapes.uri,
                                    "attribute": shapes.either(
                                        shapes.text, shapes.number, shapes.record({}, open_to="anything")
                                    ),
                                },
                                needs=("id",),
                                open_to="anything",
                            )
                        ),
                        "children": shapes.listing(shapes.uri),
                    },
                    needs=("id",),
                    open_to="anything",
                )
            ),
        },
        needs=("type",),
        open_to="anything",
    )
)
_HEADER: Final = shapes.record(
    {"epcisMasterData": shapes.record({"vocabularyList": _VOCABULARIES}, open_to="anything")}
)
_VERSION_SHAPE: Final = shapes.pattern(VERSION, "bad-version", "a version such as 2.0")
_HEAD: Final[dict[str, shapes.Shape]] = {
    "@context": check.CONTEXT,
    "id": shapes.uri,
    "type": shapes.text,
    "schemaVersion": _VERSION_SHAPE,
    "creationDate": shapes.time,
    "epcisBody": shapes.anything,
}
#: The document around captured events; its body is checked by cutting.
DOCUMENT: Final = shapes.record(
    {
        **_HEAD,
        "instanceIdentifier": shapes.text,
        "sender": shapes.text,
        "receiver": shapes.text,
        "epcisHeader": _HEADER,
    },
    needs=("@context", "schemaVersion", "creationDate", "epcisBody"),
)
#: The document around the answer to a query.
QUERY_DOCUMENT: Final = shapes.record(_HEAD, needs=("@context", "epcisBody"))
_CAPTURE_BODY: Final = shapes.record({"eventList": shapes.anything}, needs=("eventList",), open_to="anything")
_QUERY_BODY: Final = shapes.record({"queryResults": shapes.anything}, needs=("queryResults",))
_QUERY_RESULTS: Final = shapes.record(
    {"queryName": shapes.text, "subscriptionID": shapes.text, "resultsBody": shapes.anything},
    needs=("queryName", "resultsBody"),
)
_RESULTS_BODY: Final = shapes.record(
    {"eventList": shapes.anything, "vocabularyList": _VOCABULARIES}, needs=("eventList",)
)
#: The way from a document to its events: shape of each object on the way, and the member that leads on.
_WAYS: Final[dict[str, tuple[tuple[str, shapes.Shape], ...]]] = {
    "EPCISDocument": (("epcisBody", DOCUMENT), ("eventList", _CAPTURE_BODY)),
    "EPCISQueryDocument": (
        ("epcisBody", QUERY_DOCUMENT),
        ("queryResults", _QUERY_BODY),
        ("resultsBody", _QUERY_RESULTS),
        ("eventList", _RESULTS_BODY),
    ),
}


@dataclass(slots=True)
class Parts:
    """A document cut open.

    :ivar document: the document, still without events
    :ivar events: JSON text of each event
    :ivar ignored: expanded names of extensions that are no content of the events
    :ivar prefix: JSON pointer to the list of events; ``None`` where the document is a bare event
    """

    document: Document
    events: list[msgspec.Raw] = field(default_factory=list)
    ignored: frozenset[str] = frozenset()
    prefix: str | None = None

    @property
    def needs_context(self) -> bool:
        """Whether the one event must bring the context itself."""
        return self.prefix is None

    def pointer(self, index: int) -> str:
        """Give the pointer to the event with this index."""
        return "" if self.prefix is None else f"{self.prefix}/{index}"


def split_json(data: bytes) -> Parts:
    """Cut a document into head and events.

    :raises DocumentError: if it is no JSON, or its head is not valid
    """
    if data.lstrip(b" \t\r\n")[:1] == b"[":
        return Parts(Document([], [], wrapped=False), _cut_list(data, data, ""), prefix="")
    members = _cut_members(data, data)
    kind = _decode(members["type"]) if "type" in members else None
    way = _WAYS.get(kind) if isinstance(kind, str) else None
    if way is None:
        return Parts(Document([], [], wrapped=False), [msgspec.Raw(data)])
    return _follow(data, members, way, "query" if kind == "EPCISQueryDocument" else "document")


def _follow(
    data: bytes,
    members: dict[str, msgspec.Raw],
    way: tuple[tuple[str, shapes.Shape], ...],
    kind: Literal["document", "query"],
) -> Parts:
    """Walk from object to object towards the list of events, checking what stands beside the way."""
    head: dict[str, Any] = {}
    level, pointer = head, ""
    problems: list[Problem] = []
    for step, (onward, shape) in enumerate(way):
        for name, raw in members.items():
            level[name] = {} if name == onward else _decode(raw)
        if shapes.is_too_deep(level, MAX_DEPTH):
            raise refuse("too-deep", f"The document nests more than {MAX_DEPTH} levels.", pointer=pointer)
        problems += [problem.below(pointer) for problem in shape(level, "")]
        if onward not in members:
            break
        pointer += f"/{onward}"
        if step + 1 < len(way):
            members = _cut_members(bytes(members[onward]), data, pointer)
            level = level[onward]
    if problems:
        raise DocumentError(problems)
    raws = _cut_list(bytes(members[onward]), data, pointer)
    level[onward] = []
    context = as_list(head.pop("@context"))
    return Parts(Document([], context, kind, head), raws, ignored_fields(head, context), pointer)


def ignored_fields(head: dict[str, Any], context: list[Any]) -> frozenset[str]:
    """Find ``ignoreFields`` beside the events, at the document or at the query's results."""
    names = all_prefixes(context)
    results = head.get("epcisBody", {}).get("queryResults", {})
    for members in (head, results):
        for name, value in members.items():
            if ":" in name and expand(name, names) == (IGNORE_NAMESPACE, IGNORE_NAME):
                return fields_to_ignore(value, names)
    return frozenset()


def _cut_members(data: bytes, whole: bytes, pointer: str = "") -> dict[str, msgspec.Raw]:
    try:
        return _MEMBERS.decode(data)
    except BROKEN as error:
        raise DocumentError([_shape_problem(data, whole, error, "an object", pointer)]) from error


def _cut_list(data: bytes, whole: bytes, pointer: str) -> list[msgspec.Raw]:
    try:
        return _ITEMS.decode(data)
    except BROKEN as error:
        raise DocumentError([_shape_problem(data, whole, error, "a list", pointer)]) from error


def _decode(raw: msgspec.Raw) -> Any:
    try:
        return decode_exactly(bytes(raw))
    except BROKEN as error:
        raise DocumentError([syntax_problem(bytes(raw), error)]) from error


def _shape_problem(data: bytes, whole: bytes, error: Exception, wanted: str, pointer: str) -> Problem:
    if isinstance(error, msgspec.ValidationError):
        return Problem(pointer, "wrong-type", f"Expected {wanted}: {error}.")
    problem = syntax_problem(data, error)
    if data is not whole:
        return Problem(pointer, problem.code, problem.message)
    return problem


def _not_utf_8(data: bytes) -> Problem:
    """Name the line of the first byte that is no UTF-8 (the decoder counts from the text it was in)."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Problem("", "not-utf-8", f"Byte 0x{data[error.start]:02x} is not UTF-8.", line)
    return Problem("", "not-utf-8", "The text is not UTF-8.")


def syntax_problem(data: bytes, error: Exception) -> Problem:
    """Say what keeps the text from being JSON, with line and column where the decoder names the place."""
    if isinstance(error, RecursionError):
        return Problem("", "too-deep", f"The JSON nests more than {MAX_DEPTH} levels.")
    if isinstance(error, UnicodeDecodeError):
        return _not_utf_8(data)
    if isinstance(error, msgspec.ValidationError) or not isinstance(error, msgspec.DecodeError):
        return Problem("", "number-out-of-range", f"A number cannot be kept: {error}.")
    if not data.strip():
        return Problem("", "not-json", "There is nothing here.")
    place = _POSITION.search(str(error))
    if place is None:
        end = "The JSON ends before it is complete, or a text in it is broken."
        return Problem("", "not-json", end if "truncated" in str(error) else f"{error}.")
    before = data[: int(place[1])]
    line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
    what = str(error).removesuffix(place[0]).strip()
    return Problem("", "not-json", f"{what}, line {line} column {column}.", line)
