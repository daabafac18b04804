"""The facts about a code as JSON: the same that the page shows, field by field."""

from datetime import datetime
from typing import Any

from trace_api.lookup.facts import Facts, Registered
from trace_api.masterdata.model import Party, Product


def as_json(facts: Facts, *, address: str, now: datetime) -> dict[str, Any]:
    """Write the facts.

    :param address: where the page is
    """
    return {
        "id": facts.identifier.id,
        "kind": facts.identifier.kind,
        "text": facts.text,
        "status": facts.status,
        "page": address,
        "product": _product(facts.product, facts.product_name, facts.product_name_en),
        "producer": None if facts.producer is None else facts.producer.public(),
        "lot": None if facts.lot is None else {"id": facts.lot_id, "number": facts.lot},
        "serial": facts.serial,
        "registered": _registered(facts.registered),
        "dates": [{"kind": date.kind, "date": date.day, "derived": date.derived} for date in facts.dates],
        "recalls": [
            {
                "case": recall.case,
                "regime": recall.regime,
                "level": recall.level,
                "reason": recall.reason,
                "opened_at": recall.opened_at,
                "responsible": _party(recall.responsible),
                "advice": recall.advice,
                "via": recall.via,
            }
            for recall in facts.recalls
        ],
        "origins": [
            {
                "id": origin.thing,
                "kind": origin.kind,
                "label": origin.label,
                "label_en": origin.label_en,
                "city": origin.city,
                "at": origin.at,
            }
            for origin in facts.origins
        ],
        "origins_left_out": facts.origins_left_out,
        "journey": [
            {
                "at": stage.at,
                "step": stage.step,
                "city": stage.city,
                "role": stage.role,
                "disposition": stage.disposition,
                "inferred": stage.inferred,
                "times": stage.times,
            }
            for stage in facts.journey
        ],
        "journey_left_out": facts.journey_left_out,
        "responsible": [
            {
                "role": each.role,
                "name": each.name,
                "name_en": each.name_en,
                "uscc": each.uscc,
                "duty": each.duty_en,
                "duty_zh": each.duty,
                "basis": each.basis,
                "from": each.since,
                "to": each.until,
            }
            for each in facts.responsible
        ],
        "certificates": [
            {
                "kind": each.kind,
                "number": each.number,
                "holder": each.holder,
                "authority": each.authority,
                "valid_from": each.valid_from,
                "valid_to": each.valid_to,
                "state": each.state,
                "valid_at_time": each.valid_when_made,
            }
            for each in facts.certificates
        ],
        "conditions": [
            {"kind": each.kind, "verdict": each.verdict, "values": each.values} for each in facts.conditions
        ],
        "warnings": list(facts.warnings),
        "last_recorded_at": facts.last_recorded_at,
        "sold_at": facts.sold_at,
        "lookups": {"count": facts.lookups.count, "first_at": facts.lookups.first_at},
        "report": {"phone": "12315", "url": "https://www.12315.cn/"},
        "asked_at": now,
    }


def _product(product: Product | None, name: str | None, name_en: str | None) -> dict[str, Any] | None:
    if product is None and name is None:
        return None
    return {
        "id": product.product_id if product else None,
        "name": name,
        "name_en": name_en,
        "regime": product.regime if product else None,
        "spec": product.spec if product else None,
        "approval_number": product.approval_number if product else None,
        "storage_min_c": product.storage_min_c if product else None,
        "storage_max_c": product.storage_max_c if product else None,
    }


def _registered(registered: Registered | None) -> dict[str, Any] | None:
    if registered is None:
        return None
    return {
        "uscc": registered.uscc,
        "roles": list(registered.roles),
        "operator": _party(registered.operator),
        "city": registered.city,
    }


def _party(party: Party | None) -> dict[str, Any] | None:
    return None if party is None else party.public()
