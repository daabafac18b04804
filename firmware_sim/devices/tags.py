"""What stands in the EPC memory of a tag: SGTIN-96 and SSCC-96 of the Tag Data Standard.

Both begin with an eight-bit header, three bits of filter and three bits of partition, which says how the
following bits are divided between company prefix and reference.
"""

from firmware_sim.devices.uhf_frames import Tag
from firmware_sim.errors import DeviceError

SGTIN_96, SSCC_96 = 0x30, 0x31
COMPANY_BITS = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}
"""Bits of a company prefix by its number of digits; the partition value is 12 minus the digits."""

ITEM, CASE, UNIT_LOAD = 1, 2, 6
"""Filter values: point-of-sale item, full case; and unit load, which SSCC-96 knows as well."""


def sgtin_96(gtin14: str, prefix_length: int, serial: int, filter_value: int = ITEM) -> bytes:
    """Give the 12 bytes of a serialised item.

    :param serial: below 2^38: longer and non-numeric serials do not fit in 96 bits
    :raises DeviceError: `does-not-fit`
    """
    if serial >= 1 << 38:
        raise DeviceError(
            "does-not-fit", f"serial {serial} needs more than 38 bits", "use a printed symbol for it"
        )
    company, reference = gtin14[1 : 1 + prefix_length], gtin14[0] + gtin14[1 + prefix_length : 13]
    bits = _company_part(SGTIN_96, filter_value, company)
    width = 44 - COMPANY_BITS[prefix_length]
    return ((bits << width | int(reference)) << 38 | serial).to_bytes(12, "big")


def sscc_96(code: str, prefix_length: int, filter_value: int = CASE) -> bytes:
    """Give the 12 bytes of a logistic unit."""
    company, reference = code[1 : 1 + prefix_length], code[0] + code[1 + prefix_length : 17]
    bits = _company_part(SSCC_96, filter_value, company)
    width = 58 - COMPANY_BITS[prefix_length]
    return ((bits << width | int(reference)) << 24).to_bytes(12, "big")


def unit_tag(code: str, prefix_length: int, rssi: int = -55, filter_value: int = CASE) -> Tag:
    """Give the tag on a logistic unit."""
    return Tag(sscc_96(code, prefix_length, filter_value), rssi)


def _company_part(header: int, filter_value: int, company: str) -> int:
    partition = 12 - len(company)
    return ((header << 3 | filter_value) << 3 | partition) << COMPANY_BITS[len(company)] | int(company)
