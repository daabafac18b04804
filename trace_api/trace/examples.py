"""Answers for the API document."""

from __future__ import annotations

from typing import Any, Final

_ITEM: Final = "https://id.gs1.org/01/09521234543213/21/A1"
_LOT: Final = "https://id.gs1.org/01/09521234543213/10/L1"
_EVENT: Final = "ni:///sha-256;5f7c472b…?ver=CBV2.0"

SOURCE: Final[dict[str, Any]] = {
    "query": {"id": _ITEM, "question": "source", "until": None, "depth": None, "contact": False},
    "root": {"id": _ITEM, "kind": "item"},
    "things": [
        {"id": _LOT, "kind": "lot", "at": "2026-05-01T00:00:00Z", "depth": 1, "origin": True, "via": [0]}
    ],
    "edges": [{"from": _LOT, "to": _ITEM, "kind": "member", "event": _EVENT, "at": "2026-05-01T00:00:00Z"}],
    "findings": [],
    "truncated": False,
}

DESTINATION: Final[dict[str, Any]] = {
    "query": {
        "id": _LOT,
        "question": "destination",
        "since": "2026-05-01T00:00:00Z",
        "depth": None,
        "contact": False,
    },
    "root": {"id": _LOT, "kind": "lot"},
    "things": [
        {
            "id": _ITEM,
            "kind": "item",
            "at": "2026-05-01T00:00:00Z",
            "depth": 1,
            "origin": False,
            "via": [0],
            "quantity": None,
            "where": {
                "state": "in_stock",
                "party": None,
                "site": "https://id.gs1.org/414/9521234000013",
                "unit": None,
                "since": "2026-05-01T00:00:00Z",
            },
        }
    ],
    "edges": SOURCE["edges"],
    "findings": [],
    "truncated": False,
}

HISTORY: Final[dict[str, Any]] = {
    "query": {"question": "history", "id": _ITEM, "direct": False},
    "root": {"id": _ITEM, "kind": "item"},
    "events": [
        {
            "eventID": _EVENT,
            "eventTime": "2026-05-01T00:00:00Z",
            "type": "ObjectEvent",
            "action": "ADD",
            "bizStep": "commissioning",
            "disposition": None,
            "bizLocation": None,
            "readPoint": "https://id.gs1.org/414/9521234000013",
            "role": "epc",
            "through": None,
            "quantity": None,
            "uom": None,
            "void": False,
            "declaration": False,
        }
    ],
}

BALANCE: Final[dict[str, Any]] = {
    "lot": _LOT,
    "uom": "KGM",
    "in": 10.0,
    "out": 4.0,
    "left": 6.0,
    "places": [{"site": "https://id.gs1.org/414/9521234000013", "in": 10.0, "out": 4.0, "left": 6.0}],
    "findings": [],
}

RESPONSIBILITY: Final[dict[str, Any]] = {
    "query": {"question": "responsibility", "id": _ITEM, "upstream": False},
    "root": {"id": _ITEM, "kind": "item"},
    "custody": [
        {
            "thing": _ITEM,
            "party": {
                "id": "https://id.suyuan.example/id/uscc/91110000100006021A",
                "name": "沁源乳业",
                "uscc": "91110000100006021A",
            },
            "role": "producer",
            "duty": "Check raw materials, test what leaves, keep records.",
            "duty_zh": "进货查验、出厂检验、如实记录",
            "basis": "食品安全法",
            "basis_verified": True,
            "site": "https://id.gs1.org/414/9521234000013",
            "from": "2026-05-01T00:00:00Z",
            "to": "2026-05-02T00:00:00Z",
            "in_transit": False,
            "events": [_EVENT],
            "licences": [{"kind": "food_production", "number": "SC10611040000001", "valid_at_time": True}],
            "findings": [],
        }
    ],
    "gaps": [],
    "ownership": [],
    "findings": [],
}
