"""Who answers for a thing and with which licences, reduced to what anybody may see. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from trace_api.china import day_in_china
from trace_api.lookup.facts import Certificate, LicenceState, NamedDate, Responsible
from trace_api.masterdata.model import Licence, Party, Product
from trace_api.responsibility.directory import MasterDirectory

MAX_RESPONSIBLE: Final = 12
MAX_CERTIFICATES: Final = 12

MAKERS: Final = frozenset({"farm", "grower", "producer", "packer", "manufacturer", "mah"})
"""Roles that are named for a whole lot; whom the lot was sold to is the trade's own business."""

_SHOWN_KINDS: Final = frozenset(
    {
        "food_production",
        "food_production_registration",
        "food_business",
        "drug_production",
        "drug_business",
        "gmp",
        "organic_certificate",
        "green_food",
        "gi_mark",
        "filling_permit",
        "inspection_body",
        "equipment_production",
        "special_equipment_manufacture",
        "special_equipment_installation",
        "medical_institution",
        "ccc",
        "use_registration",
        "conformity_pledge",
        "batch_release",
        "lot_test",
        "plant_quarantine",
        "vaccination_unit",
        "transport",
    }
)


def responsible_of(
    chain: Mapping[str, Any], directory: MasterDirectory, *, whole_lot: bool
) -> tuple[Responsible, ...]:
    """Give who answers at each stage, once for each party and role.

    :param chain: the engine's answer about responsibility
    :param whole_lot: a lot, unit or class: only those who made it are named
    """
    found: dict[tuple[str | None, str], Responsible] = {}
    for custody in chain["custody"]:
        named = custody["party"]
        if named is None:
            continue
        role = custody["role"] or "holder"
        party = directory.party_record(named["id"])
        roles = set(party.roles) if party else set()
        if whole_lot and role not in MAKERS and not roles & MAKERS:
            continue
        uscc = party.uscc if party else named.get("uscc")
        key = (uscc or named["id"], role)
        if key in found or len(found) >= MAX_RESPONSIBLE:
            continue
        found[key] = Responsible(
            role=role,
            name=party.name if party and uscc else None,
            name_en=party.name_en if party and uscc else None,
            uscc=uscc,
            duty=custody["duty_zh"] or "",
            duty_en=custody["duty"] or "",
            basis=custody["basis"] or "",
            since=_read(custody["from"]),
            until=_read(custody["to"]) if custody["to"] else None,
        )
    return tuple(found.values())


def certificates_of(
    directory: MasterDirectory,
    producer: Party | None,
    product: Product | None,
    responsible: Sequence[Responsible],
    today: date,
    dates: Sequence[NamedDate] = (),
) -> tuple[Certificate, ...]:
    """Give the licences of the producer and of everybody named, with what they are worth today and were then.

    A licence for another product or of a kind that is no public register is left out.
    """
    made_on = next((each.day for each in dates if each.kind in {"production", "harvest"}), None)
    holders: dict[str, date | None] = {}
    if producer is not None and producer.uscc:
        holders[producer.uscc] = made_on
    for each in responsible:
        if each.uscc:
            holders.setdefault(each.uscc, day_in_china(each.since))
    found: list[Certificate] = []
    for uscc, when in holders.items():
        party = directory.party_record(uscc)
        known = [
            licence
            for licence in directory.licence_records(uscc)
            if licence.kind in _SHOWN_KINDS
            and (licence.product_id is None or product is None or licence.product_id == product.product_id)
        ]
        found += [_certificate(licence, party, today, when) for licence in _current(known, today, when)]
    return tuple(found[:MAX_CERTIFICATES])


def _current(licences: Sequence[Licence], today: date, when: date | None) -> list[Licence]:
    """Of licences of the same kind and number keep the one in force when it mattered, else the newest."""
    chosen: dict[tuple[str, str], Licence] = {}
    for licence in licences:
        key = (licence.kind, licence.number)
        known = chosen.get(key)
        if known is None or not known.valid_on(when or today):
            chosen[key] = licence
    return list(chosen.values())


def _certificate(licence: Licence, party: Party | None, today: date, when: date | None) -> Certificate:
    return Certificate(
        kind=licence.kind,
        number=licence.number,
        holder=party.name if party else None,
        holder_en=party.name_en if party else None,
        authority=licence.authority,
        valid_from=licence.valid_from,
        valid_to=licence.valid_to,
        state=_state(licence, today),
        valid_when_made=None if when is None else licence.valid_on(when),
    )


def _state(licence: Licence, today: date) -> LicenceState:
    if licence.valid_from is not None and today < licence.valid_from:
        return "not_yet"
    if licence.valid_to is not None and today > licence.valid_to:
        return "expired"
    return "open" if licence.valid_to is None else "valid"


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)
