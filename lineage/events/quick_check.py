"""The quick way to a valid event: typed decoding, then what types cannot say, on the typed event itself.

``quick_read`` answers only when it is certain. Whatever it is not certain of is left to the tables of
``check``, so it may fail to accept a valid event but never accepts an invalid one (a property test holds
the two together).
"""

from __future__ import annotations

import re
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import msgspec

from lineage.errors import EventError
from lineage.events import check
from lineage.events import vocabulary as v
from lineage.events.limits import MAX_DEPTH
from lineage.events.times import is_offset, is_time, read_time
from lineage.events.uris import are_uris, is_uri
from lineage.events.wire import MEMBERS, NAMES, LooseWire, Wire

#: What decoding may throw at hostile text.
BROKEN: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)
encode: Final = msgspec.json.Encoder(decimal_format="number").encode
_WIRE: Final = msgspec.json.Decoder(Wire)
_LOOSE: Final = msgspec.json.Decoder(LooseWire)
_ANY: Final = msgspec.json.Decoder(dict[str, Any])
_UOM: Final = re.compile(r"[A-Z0-9]{2,3}")

#: Members that hold URIs: one, or a list of them.
_ONE_URI: Final = attrgetter("event_id", "parent_id", "transformation_id")
_URI_LISTS: Final = attrgetter("epc_list", "child_epcs", "input_epc_list", "output_epc_list")
_QUANTITY_LISTS: Final = attrgetter(
    "quantity_list", "child_quantity_list", "input_quantity_list", "output_quantity_list"
)
#: Members that are left to the exact tables wherever they occur.
_OPEN: Final = (
    ("context", check.CONTEXT),
    ("error_declaration", check.ERROR_DECLARATION),
    ("certification_info", check.CERTIFICATION),
    ("persistent_disposition", check.PERSISTENT_DISPOSITION),
    ("sensor_element_list", check.SENSOR_ELEMENTS),
    ("ilmd", check.ILMD),
)
_OPEN_VALUES: Final = attrgetter(*(name for name, _ in _OPEN))
_NO_OPEN_VALUES: Final = (None,) * len(_OPEN)


def _members_of_other_types(kind: str) -> tuple[Any, tuple[None, ...]]:
    names = [python for python, name in NAMES.items() if name not in check.ALLOWED[kind]]
    return attrgetter(*names), (None,) * len(names)


_OTHERS: Final = {kind: _members_of_other_types(kind) for kind in check.ALLOWED}
_NEEDED: Final = {
    kind: attrgetter("event_time", "type", *(python for python, name in NAMES.items() if name in needs))
    for kind, (_, needs) in check.OWN_MEMBERS.items()
}


def quick_read(data: bytes) -> tuple[LooseWire, datetime] | None:
    """Give the typed event and its time if it is certainly valid.

    :param data: the event's JSON text
    """
    wire = _decode(data)
    if wire is None:
        return None
    others = _OTHERS.get(wire.type)
    if others is None or others[0](wire) != others[1]:
        return None
    if not (_words_fit(wire) and _identifiers_fit(wire) and _open_members_fit(wire)):
        return None
    if None in _NEEDED[wire.type](wire) or next(check.RULES[wire.type](wire), None) is not None:
        return None
    if wire.record_time is not None and not is_time(wire.record_time):
        return None
    try:
        return wire, read_time(wire.event_time)
    except EventError:
        return None


def _decode(data: bytes) -> LooseWire | None:
    """Decode in one pass; ``None`` if something was lost or is not what it should be."""
    try:
        wire: LooseWire = _WIRE.decode(data)
        kept = _quotes(encode(wire))
    except msgspec.ValidationError:
        return _decode_extended(data)
    except BROKEN:
        return None
    return wire if kept and kept == _quotes(data) else None


def _decode_extended(data: bytes) -> LooseWire | None:
    """Decode an event that may have extensions at its top level."""
    try:
        wire = _LOOSE.decode(data)
        extensions = {name: value for name, value in _ANY.decode(data).items() if name not in MEMBERS}
        kept, beside = _quotes(encode(wire)), _quotes(encode(extensions))
    except BROKEN:
        return None
    if not kept or (beside == 0 and extensions) or kept + beside != _quotes(data):
        return None
    if check.is_too_deep(extensions) or not all(map(is_uri, extensions)):
        return None
    return wire


def _quotes(data: bytes) -> int:
    """Count the quotation marks that delimit texts; 0 where escapes make that unsure.

    A member that was repeated or ``null`` is not in the decoded event, so the event encoded again has
    fewer of them.
    """
    if b"\\" not in data:
        return data.count(b'"')
    if b"\\\\" in data or b"\\u00" in data:
        return 0
    return data.count(b'"') - data.count(b'\\"')


def _words_fit(wire: LooseWire) -> bool:
    if (wire.action is not None and wire.action not in check.ACTIONS) or not is_offset(
        wire.event_time_zone_offset
    ):
        return False
    if not (
        _fits(wire.biz_step, v.BIZ_STEP, check.BIZ_STEP)
        and _fits(wire.disposition, v.DISPOSITION, check.DISPOSITION)
    ):
        return False
    for transaction in wire.biz_transaction_list or ():
        if not _fits(transaction.type, v.BIZ_TRANSACTION_TYPE, check.TRANSACTION_TYPE):
            return False
    for ends in (wire.source_list, wire.destination_list):
        for end in ends or ():
            if not _fits(end.type, v.SOURCE_DESTINATION_TYPE, check.PARTY_TYPE):
                return False
    return True


def _fits(word: str | None, vocabulary: v.Vocabulary, shape: check.Shape) -> bool:
    return word is None or word in vocabulary.words or not _fails(shape, word)


def _identifiers_fit(wire: LooseWire) -> bool:
    uris: list[str] = [uri for uri in _ONE_URI(wire) if uri is not None]
    for listed in _URI_LISTS(wire):
        if listed:
            if len(set(listed)) != len(listed):
                return False
            uris += listed
    for quantities in _QUANTITY_LISTS(wire):
        for quantity in quantities or ():
            uris.append(quantity.epc_class)
            if quantity.uom is not None and _UOM.fullmatch(quantity.uom) is None:
                return False
    for place in (wire.read_point, wire.biz_location):
        if place is not None:
            uris.append(place.id)
    if wire.biz_transaction_list:
        uris += [each.biz_transaction for each in wire.biz_transaction_list]
    if wire.source_list:
        uris += [each.source for each in wire.source_list]
    if wire.destination_list:
        uris += [each.destination for each in wire.destination_list]
    return are_uris(uris)


def _open_members_fit(wire: LooseWire) -> bool:
    values = _OPEN_VALUES(wire)
    if values == _NO_OPEN_VALUES:
        return True
    for (_, shape), value in zip(_OPEN, values, strict=True):
        if value is not None and (check.is_too_deep(value, MAX_DEPTH - 1) or _fails(shape, value)):
            return False
    return True


def _fails(shape: check.Shape, value: Any) -> bool:
    return next(shape(value, ""), None) is not None
