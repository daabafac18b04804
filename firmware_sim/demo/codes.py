"""How a thing's code is printed or written on a tag in the stories."""

import re

from firmware_sim import numbers
from firmware_sim.devices.scanner_frames import Symbol, element_string
from firmware_sim.devices.tags import UNIT_LOAD, unit_tag
from firmware_sim.devices.uhf_frames import Tag
from firmware_sim.worlds.documents import PREFIX_DIGITS

_GS1 = re.compile(re.escape(numbers.ID_HOST) + r"/(\d+)/([^/]+)(?:/(10|21)/(.+))?$")
_BARE = re.compile(re.escape(numbers.LOCAL_HOST) + r"/id/(drug_code|equipment_code)/(.+)$")


def symbol_for(thing: str, host: str, lot: str = "") -> Symbol:
    """Give the symbol on a thing.

    Consumer items carry a QR code that opens their page, lots and containers a GS1-128, drugs and
    cylinders a Data Matrix with nothing but their number.

    :param host: what links begin with
    :param lot: the lot that an item's link names as well
    """
    if bare := _BARE.match(thing):
        return Symbol("datamatrix", bare[2])
    found = _GS1.match(thing)
    if found is None:
        return Symbol("qr", thing.replace(numbers.LOCAL_HOST, host, 1))
    key, value, qualifier, more = found.groups()
    if qualifier == "21":
        middle = f"/10/{lot.rpartition('/10/')[2]}" if lot else ""
        return Symbol("qr", f"{host}/01/{value}{middle}/21/{more}")
    elements = [(key, value)]
    if qualifier:
        elements.append((qualifier, more))
    return Symbol("gs1-128", element_string(*elements))


def tag_for(thing: str) -> Tag | None:
    """Give the tag on a logistic unit; None for things without one."""
    found = _GS1.match(thing)
    if found is None or found[1] != "00":
        return None
    return unit_tag(found[2], PREFIX_DIGITS, filter_value=UNIT_LOAD)
