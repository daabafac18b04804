"""The XML binding as tables: children of each event element, their order, their place in version 1.2."""

from __future__ import annotations

from typing import Final

#: Order of the children of each event element in version 2.0 (schema ``EPCglobal-epcis-2_0.xsd``).
HEAD: Final = (
    "eventTime",
    "recordTime",
    "eventTimeZoneOffset",
    "eventID",
    "errorDeclaration",
    "certificationInfo",
)
_WHY_WHERE: Final = ("bizStep", "disposition", "readPoint", "bizLocation")
_ENDS: Final = ("sourceList", "destinationList")
_NEW: Final = ("sensorElementList", "persistentDisposition")
CHILDREN: Final[dict[str, tuple[str, ...]]] = {
    "ObjectEvent": (
        *HEAD, "epcList", "action", *_WHY_WHERE, "bizTransactionList", "quantityList", *_ENDS, *_NEW, "ilmd",
    ),
    "AggregationEvent": (
        *HEAD, "parentID", "childEPCs", "action", *_WHY_WHERE, "bizTransactionList", "childQuantityList",
        *_ENDS, *_NEW,
    ),
    "TransactionEvent": (
        *HEAD, "bizTransactionList", "parentID", "epcList", "action", *_WHY_WHERE, "quantityList", *_ENDS,
        *_NEW,
    ),
    "TransformationEvent": (
        *HEAD, "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "transformationID",
        *_WHY_WHERE, "bizTransactionList", *_ENDS, *_NEW, "ilmd",
    ),
    "AssociationEvent": (
        *HEAD, "parentID", "childEPCs", "childQuantityList", "action", *_WHY_WHERE, "bizTransactionList",
        *_ENDS, *_NEW,
    ),
}  # fmt: skip
#: Version 1.2: members that stand in ``baseExtension``, and those that stand in ``extension`` of each type.
BASE_EXTENSION_1_2: Final = frozenset(("eventID", "errorDeclaration"))
EXTENSION_1_2: Final[dict[str, frozenset[str]]] = {
    "ObjectEvent": frozenset(("quantityList", "sourceList", "destinationList", "ilmd")),
    "AggregationEvent": frozenset(("childQuantityList", "sourceList", "destinationList")),
    "TransactionEvent": frozenset(("quantityList", "sourceList", "destinationList")),
    "TransformationEvent": frozenset(),
}
#: Version 1.2 has no place for these.
NOT_IN_1_2: Final = frozenset(("sensorElementList", "persistentDisposition", "certificationInfo"))
#: Members that version 1.2 requires even when they are empty.
REQUIRED_IN_1_2: Final[dict[str, tuple[str, ...]]] = {
    "ObjectEvent": ("epcList",),
    "AggregationEvent": ("childEPCs",),
    "TransactionEvent": ("epcList",),
}

EPC_LISTS: Final = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
QUANTITY_LISTS: Final = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
TEXTS: Final = (
    "eventTime",
    "recordTime",
    "eventTimeZoneOffset",
    "eventID",
    "action",
    "parentID",
    "transformationID",
)
PLACES: Final = ("readPoint", "bizLocation")
#: List member → name of its items, which is also the JSON member that holds the identifier.
TYPED_LISTS: Final = {
    "bizTransactionList": "bizTransaction",
    "sourceList": "source",
    "destinationList": "destination",
}

SENSOR_NUMBERS: Final = frozenset(
    ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
)
SENSOR_BOOLEANS: Final = frozenset(("booleanValue",))
#: Free text, kept with the spaces around it.
SENSOR_TEXTS: Final = frozenset(("stringValue", "uom"))
#: Elements that wrap what later versions added; they carry no meaning of their own.
WRAPPERS: Final = frozenset(("extension", "baseExtension"))
