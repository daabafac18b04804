"""How valid identifiers are made: check digits, company numbers, licence numbers, product codes.

Everything made here belongs to nobody. GS1 keys stand under company prefixes that begin with `6999`,
organisation codes begin with `MAXY`, so that a number from a simulation is recognised as one.

The rules are written here on their own, not taken from the package that reads identifiers: what one side
makes, the other side checks.
"""

from itertools import cycle

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

ID_HOST = "https://id.gs1.org"
LOCAL_HOST = "https://id.suyuan.example"
"""Hosts of canonical identifiers: GS1 keys, and every other scheme."""


def mod10(digits: str) -> str:
    """Give the GS1 check digit of a number that lacks it (weights 3 and 1 from the right)."""
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), cycle((3, 1)), strict=False))
    return str(-total % 10)


def mod11_10(digits: str) -> str:
    """Give the check digit of ISO/IEC 7064 MOD 11,10, as food licences carry it."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = 2 * total % 11
    return str((11 - product) % 10)


def organisation_code(body: str) -> str:
    """Complete the eight characters of a GB 11714 organisation code with their check character."""
    total = sum(
        ORGANISATION_ALPHABET.index(char) * weight
        for char, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)
    )
    return body + {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def uscc(kind: str, region: str, serial: int) -> str:
    """Make a unified social credit code of a party that does not exist.

    :param kind: department and class, two characters: `91` enterprise, `92` sole trader, `93` farmers'
        cooperative, `12` public institution, `11` authority
    :param region: six digits of GB/T 2260
    :param serial: which of the made-up organisations, 0 to 9999
    """
    body = kind + region + organisation_code(f"MAXY{serial:04d}")
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + USCC_ALPHABET[-total % 31]


def gln(prefix: str, reference: int) -> str:
    """Make a global location number under a company prefix."""
    digits = prefix + str(reference).zfill(12 - len(prefix))
    return digits + mod10(digits)


def gtin(prefix: str, reference: int, indicator: int = 0) -> str:
    """Make a GTIN-14: indicator 0 is the consumer item, 1 to 8 its packages, 9 variable measure."""
    digits = f"{indicator}{prefix}{str(reference).zfill(12 - len(prefix))}"
    return digits + mod10(digits)


def sscc(prefix: str, reference: int, extension: int = 0) -> str:
    """Make a serial shipping container code."""
    digits = f"{extension}{prefix}{str(reference).zfill(16 - len(prefix))}"
    return digits + mod10(digits)


def food_licence(category: str, region: str, serial: int) -> str:
    """Make a food production licence number (SC), e.g. category `105` dairy: 1 food, 05 its class."""
    digits = f"{category}{region}{serial:04d}"
    return f"SC{digits}{mod11_10(digits)}"


def trade_licence(region: str, serial: int, kind: int = 1) -> str:
    """Make a food trade licence number (JY): kind 1 sale, 2 catering, 3 canteen."""
    digits = f"{kind}{region}{serial:06d}"
    return f"JY{digits}{mod11_10(digits)}"


def drug_code(identification: str, serial: int) -> str:
    """Make a 20-digit drug traceability code: 7 digits for product and package level, 13 for the package."""
    return f"{identification}{serial:013d}"


def equipment_code(catalogue: str, maker: str, year: int, serial: int) -> str:
    """Make an equipment code: catalogue code 4, maker's number 5, year 4, serial 4.

    From 10000 on the serial is written `A000`, `B000`, …
    """
    tail = (
        f"{serial:04d}"
        if serial < 10_000
        else f"{chr(ord('A') + (serial - 10_000) // 1000)}{serial % 1000:03d}"
    )
    return f"{catalogue}{maker}{year}{tail}"


def organic_code(body: str, year: int, number: int) -> str:
    """Make a 17-digit organic code: certification body 3, year 2, number 12."""
    return f"{body}{year % 100:02d}{number:012d}"


def item_id(gtin14: str, serial: str) -> str:
    """Canonical identifier of a serialised item."""
    return f"{ID_HOST}/01/{gtin14}/21/{serial}"


def lot_id(gtin14: str, lot: str) -> str:
    """Canonical identifier of a lot."""
    return f"{ID_HOST}/01/{gtin14}/10/{lot}"


def unit_id(code: str) -> str:
    """Canonical identifier of a logistic unit, from its SSCC."""
    return f"{ID_HOST}/00/{code}"


def asset_id(prefix: str, reference: str) -> str:
    """Canonical identifier of an individual asset, e.g. a sensor."""
    return f"{ID_HOST}/8004/{prefix}{reference}"


def site_id(number: str, extension: str = "") -> str:
    """Canonical identifier of a site, or of a place in it."""
    return f"{ID_HOST}/414/{number}" + (f"/254/{extension}" if extension else "")


def party_gln_id(number: str) -> str:
    """Canonical identifier of a party that has a GLN."""
    return f"{ID_HOST}/417/{number}"


def scheme_id(scheme: str, value: str) -> str:
    """Canonical identifier of a code that is not GS1's."""
    return f"{LOCAL_HOST}/id/{scheme}/{value}"
