"""The quick way to a valid event: typed decoding, then what types cannot say, on the typed event itself.

``quick_read`` answers only when it is certain. Whatever it is not certain of is left to the tables of
``check``, so it may fail to accept a valid event but never accepts an invalid one (a property test holds
the two together).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from lineage.errors import EventError
from lineage.events import check
from lineage.events import vocabulary as v
from lineage.events.limits import MAX_DEPTH
from lineage.events.shapes import Shape, is_too_deep
from lineage.events.times import OFFSETS, is_time, read_time
from lineage.events.uris import are_plain_uris, is_uri
from lineage.events.wire import MEMBERS, NAMES, Destination, LooseWire, Point, Source, Wire, in_common
from lineage.identifiers import name_alike
from lineage.memory import kept_if_usual

#: What decoding may throw at hostile text.
BROKEN: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)
encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_WIRE: Final = msgspec.json.Decoder(Wire)
_LOOSE: Final = msgspec.json.Decoder(LooseWire)
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY: Final = msgspec.json.Decoder()
_UOM: Final = re.compile(r"[A-Z0-9]{2,3}")

#: Members that are left to the exact tables wherever they occur.
_OPEN: Final = (
    ("context", check.CONTEXT),
    ("error_declaration", check.ERROR_DECLARATION),
    ("certification_info", check.CERTIFICATION),
    ("persistent_disposition", check.PERSISTENT_DISPOSITION),
    ("sensor_element_list", check.SENSOR_ELEMENTS),
    ("ilmd", check.ILMD),
)
#: Lists of quantities; like the open members they hold numbers, whose text may grow when it is written again.
_QUANTITY_LISTS: Final = attrgetter(
    "quantity_list", "child_quantity_list", "input_quantity_list", "output_quantity_list"
)
_EPC_LISTS: Final = ("epc_list", "child_epcs", "input_epc_list", "output_epc_list")
_ONE_URI: Final = ("event_id", "parent_id", "transformation_id")


#: With these members, none of them empty, the usual event of the type keeps its rule over several members.
_SURE: Final = {
    "ObjectEvent": ("epc_list",),
    "AggregationEvent": ("parent_id", "child_epcs"),
    "AssociationEvent": ("parent_id", "child_epcs"),
    "TransactionEvent": ("biz_transaction_list", "epc_list"),
    "TransformationEvent": ("input_epc_list", "output_epc_list"),
}


class _Plan:
    """How events of one type are looked at.

    :ivar unusual: getter of members that the usual event of the type does not have; ``nothing`` is what
        it then gives
    :ivar foreign: those of them that the type must not have
    :ivar sure: getter of members that, all given, make sure that a usual event keeps the rules of its type
    """

    def __init__(self, kind: str) -> None:
        own = [python for python, name in NAMES.items() if name in check.ALLOWED[kind]]
        quantities = ("quantity_list", "child_quantity_list", "input_quantity_list", "output_quantity_list")
        self.foreign = tuple(python for python in NAMES if python not in own)
        open_members = [name for name, _ in _OPEN if name not in self.foreign]
        numbered = [name for name in quantities if name not in self.foreign]
        unusual = (*self.foreign, *open_members, *numbered)
        self.unusual = attrgetter(*unusual)
        self.nothing = (None,) * len(unusual)
        needs = [python for python, name in NAMES.items() if name in check.OWN_MEMBERS[kind][1]]
        self.needed = attrgetter("type", "event_time", *needs)
        self.sure = attrgetter("type", "event_time", *needs, *_SURE[kind])
        self.uris = attrgetter("type", *(name for name in _ONE_URI if name in own))
        self.lists = attrgetter("type", *(name for name in _EPC_LISTS if name in own))
        self.rule = check.RULES[kind]


_PLANS: Final = {kind: _Plan(kind) for kind in check.ALLOWED}


def quick_read(data: bytes) -> tuple[LooseWire, datetime, bool] | None:
    """Give the typed event, its time, and whether it has members of its own, if it is certainly valid.

    :param data: the event's JSON text
    """
    try:
        wire: LooseWire = _WIRE.decode(data)
        extensions: dict[str, Any] | None = None
    except msgspec.ValidationError:
        extended = _decode_extended(data)
        if extended is None:
            return None
        wire, extensions = extended
    except BROKEN:
        return None
    plan = _PLANS.get(wire.type)
    if plan is None:
        return None
    usual = plan.unusual(wire) == plan.nothing
    if not usual and not _unusual_members_fit(wire, plan):
        return None
    if not _nothing_was_lost(data, wire, extensions, usual):
        return None
    if not _words_and_identifiers_fit(wire, plan, len(data), escaped=b"\\" in data):
        return None
    if not (usual and all(plan.sure(wire))) and not _keeps_the_rules(wire, plan):
        return None
    if wire.record_time is not None and not is_time(wire.record_time):
        return None
    try:
        return wire, read_time(wire.event_time), bool(extensions)
    except EventError:
        return None


def _decode_extended(data: bytes) -> tuple[LooseWire, dict[str, Any]] | None:
    """Decode an event that has extensions at its top level."""
    try:
        wire = _LOOSE.decode(data)
        extensions = {
            name: _ANY.decode(raw) for name, raw in _MEMBERS.decode(data).items() if name not in MEMBERS
        }
    except BROKEN:
        return None
    if is_too_deep(extensions) or not all(map(is_uri, extensions)):
        return None
    return wire, extensions


def _nothing_was_lost(data: bytes, wire: LooseWire, extensions: dict[str, Any] | None, usual: bool) -> bool:
    """Say whether all of the text is in the typed event and its extensions.

    A member that was repeated or ``null`` is not: the event encoded again is then shorter, or, where the
    text has white space or numbers, has fewer quotation marks.
    """
    try:
        again = encode(wire)
        if usual and extensions is None and len(again) == len(data):
            return True
        kept, given = _quotes(again), _quotes(data)
        if kept == 0 or given == 0:
            return False
        return kept + (_quotes(encode(extensions)) if extensions else 0) == given
    except BROKEN:
        return False


def _quotes(data: bytes) -> int:
    """Count the quotation marks that delimit texts; 0 where escapes make that unsure."""
    if b"\\" not in data:
        return data.count(b'"')
    if b"\\\\" in data or b"\\u00" in data:
        return 0
    return data.count(b'"') - data.count(b'\\"')


def _words_and_identifiers_fit(wire: LooseWire, plan: _Plan, size: int, *, escaped: bool) -> bool:
    look = kept_if_usual(_words_and_places_fit, size)
    if not look(wire.event_time_zone_offset, *in_common(wire)):
        return False
    uris: list[str] = [uri for uri in plan.uris(wire)[1:] if uri is not None]
    for listed in plan.lists(wire)[1:]:
        if listed and name_alike(listed) is None:
            if len(set(listed)) != len(listed):
                return False
            uris += listed
    for transaction in wire.biz_transaction_list or ():
        uris.append(transaction.biz_transaction)
        if not _fits(transaction.type, _TRANSACTION_WORDS, check.TRANSACTION_TYPE):
            return False
    # A line break cannot stand in a text without an escape.
    return (not escaped and are_plain_uris(uris)) or all(map(is_uri, uris))


_TRANSACTION_WORDS: Final = v.BIZ_TRANSACTION_TYPE.words
_END_WORDS: Final = v.SOURCE_DESTINATION_TYPE.words


@lru_cache(maxsize=4096)
def _words_and_places_fit(
    offset: str,
    action: str | None,
    step: str | None,
    disposition: str | None,
    read_point: Point | None,
    location: Point | None,
    sources: tuple[Source, ...] | None,
    destinations: tuple[Destination, ...] | None,
) -> bool:
    """Look at what thousands of events have in common, once."""
    ends = [(one.type, one.source) for one in sources or ()]
    ends += [(one.type, one.destination) for one in destinations or ()]
    return (
        offset in OFFSETS
        and (action is None or action in check.ACTIONS)
        and _fits(step, v.BIZ_STEP.words, check.BIZ_STEP)
        and _fits(disposition, v.DISPOSITION.words, check.DISPOSITION)
        and all(point is None or is_uri(point.id) for point in (read_point, location))
        and all(_fits(kind, _END_WORDS, check.PARTY_TYPE) and is_uri(uri) for kind, uri in ends)
    )


def _fits(word: str | None, words: frozenset[str], shape: Shape) -> bool:
    return word is None or word in words or not _fails(shape, word)


def _keeps_the_rules(wire: LooseWire, plan: _Plan) -> bool:
    return None not in plan.needed(wire) and next(plan.rule(wire), None) is None


def _unusual_members_fit(wire: LooseWire, plan: _Plan) -> bool:
    if any(getattr(wire, name) is not None for name in plan.foreign):
        return False
    for name, shape in _OPEN:
        value = getattr(wire, name)
        if value is not None and (is_too_deep(value, MAX_DEPTH - 1) or _fails(shape, value)):
            return False
    return all(
        is_uri(quantity.epc_class) and (quantity.uom is None or _UOM.fullmatch(quantity.uom) is not None)
        for quantities in _QUANTITY_LISTS(wire)
        for quantity in quantities or ()
    )


def _fails(shape: Shape, value: Any) -> bool:
    return next(shape(value, ""), None) is not None
