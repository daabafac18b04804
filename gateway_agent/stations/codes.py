"""What a scanned text or a tag's memory names: the identifier, and the data beside it.

A bare number does not say what it is (twenty digits may be a drug code or an SSCC with its AI), so a
station says which schemes bare codes have; the symbology (``]C1`` …) and the form of the text decide first.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field

from gateway_agent.codecs.scanner import GS1_SYMBOLS
from gateway_agent.errors import RefusedError
from lineage.errors import IdentifierError
from lineage.identifiers import Identifier, read
from lineage.identifiers.digital_link import parse as parse_digital_link
from lineage.identifiers.element_string import Element, parse_bracketed, parse_scanned

BARE = re.compile(r"[0-9A-Za-z.+-]+")
LINEAR_ARTICLE = frozenset({"]E0", "]E1", "]E2", "]E3", "]E4", "]I1"})
"""Symbologies that hold a GTIN and nothing else: EAN, UPC, ITF-14."""

MEASURES = {"310": "KGM", "311": "MTR", "314": "MTK", "315": "LTR", "316": "MTQ", "320": "LBR", "357": "ONZ"}
"""Trade measures (first three digits of the AI) with their UN/ECE Rec 20 unit."""

GS1_SCHEMES = frozenset(
    {
        "sgtin",
        "lgtin",
        "gtin",
        "sscc",
        "sgln",
        "gln",
        "pgln",
        "grai",
        "giai",
        "gdti",
        "gcn",
        "gsrn",
        "gsrnp",
        "ginc",
    }
    | {"gsin", "itip", "upui", "cpi", "uri"}
)
"""Schemes that read identifiers can have beside those of bare codes."""

NOT_THINGS = frozenset({"party", "site", "document"})

UNITS = {
    "kg": "KGM", "g": "GRM", "t": "TNE", "l": "LTR", "ml": "MLT", "m3": "MTQ",
    "pcs": None, "pc": None, "件": None, "公斤": "KGM", "千克": "KGM", "克": "GRM", "吨": "TNE", "升": "LTR",
}  # fmt: skip
"""Everyday words for units; pieces have no unit (EPCIS: a count)."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was understood.

    :param data: further application identifiers of the same symbol, e.g. ``{"17": "261231"}``
    """

    identifier: Identifier
    data: dict[str, str] = field(default_factory=dict)

    def quantity(self) -> tuple[float | int, str | None] | None:
        """Give the quantity that the symbol itself states: a trade measure or a count."""
        for ai, value in self.data.items():
            if len(ai) == 4 and ai[:3] in MEASURES and value.isdigit():
                return tidy(int(value) / 10 ** int(ai[3])), MEASURES[ai[:3]]
        for ai in ("30", "37"):
            if self.data.get(ai, "").isdigit():
                return int(self.data[ai]), None
        return None


class Pattern:
    """``<scheme>`` or ``<scheme>:<beginning of the value>``."""

    def __init__(self, text: str) -> None:
        self.scheme, _, self.beginning = text.partition(":")

    def matches(self, identifier: Identifier) -> bool:
        """Tell whether the identifier is of this scheme and begins like this."""
        return identifier.scheme == self.scheme and bare_value(identifier).startswith(self.beginning)


def bare_value(identifier: Identifier) -> str:
    """Give the value without the AIs in brackets: GTIN then serial, SSCC, drug code and so on."""
    return re.sub(r"\(\d{2,4}\)", "", identifier.value)


def understand_tag(epc: str, pc: int | None) -> Code:
    """Read the memory of an RFID tag.

    :param epc: hex
    :raises RefusedError: not an EPC that names something
    """
    if pc is not None and pc & 0x0100:
        raise RefusedError("not-an-epc", f"the tag holds an ISO 15961 number, not an EPC: {epc}")
    try:
        return Code(read(epc))
    except IdentifierError as error:
        raise RefusedError(error.code, f"tag {epc}: {error.message}", hint=error.hint) from error


def understand_scan(text: str, aim: str, schemes: tuple[str, ...]) -> Code:
    """Read a scanned symbol.

    :param aim: AIM identifier, may be empty
    :param schemes: how bare codes are to be read at this station, best first
    :raises RefusedError: not a code of ours; the message says what is wrong with it
    """
    if schemes and aim not in GS1_SYMBOLS and aim not in LINEAR_ARTICLE and BARE.fullmatch(text):
        return Code(_read_bare(text, schemes))
    try:
        identifier = read(f"{aim}{text}" if aim in GS1_SYMBOLS or aim in LINEAR_ARTICLE else text)
    except IdentifierError as error:
        raise RefusedError(error.code, error.message, hint=error.hint) from error
    return Code(identifier, _data(text, identifier))


def place(text: str) -> str:
    """Give the URI of a site from any of its written forms.

    :raises ValueError: with a sentence on what is wrong
    """
    return _of_kind(text, ("site", "other"), "a site, e.g. (414)6901234500011")


def party(text: str) -> str:
    """Give the URI of a party from any of its written forms.

    :raises ValueError: with a sentence on what is wrong
    """
    return _of_kind(text, ("party", "other"), "a party, e.g. uscc:91140000… or (417)6901234500011")


def thing(text: str) -> Identifier:
    """Read a thing from any of its written forms.

    :raises ValueError: with a sentence on what is wrong
    """
    try:
        found = read(text)
    except IdentifierError as error:
        raise ValueError(error.message) from error
    if found.kind in NOT_THINGS:
        raise ValueError(f"{text!r} names a {found.kind}, not a thing")
    return found


def scheme(text: str) -> str:
    """Check the name of a scheme of bare codes.

    :raises ValueError: there is no such scheme
    """
    try:
        read("0", scheme=text)
    except IdentifierError as error:
        if error.code == "unknown-scheme":
            raise ValueError(error.message) from error
    return text


def pattern(text: str) -> str:
    """Check a pattern of codes.

    :raises ValueError: its scheme is unknown
    """
    name = text.partition(":")[0]
    return text if name in GS1_SCHEMES else scheme(name) + text.removeprefix(name)


def unit(text: str) -> str | None:
    """Give the UN/ECE Rec 20 code of a unit word; None for pieces.

    :raises ValueError: not a unit
    """
    word = text.strip()
    if not word:
        return None
    if word.lower() in UNITS:
        return UNITS[word.lower()]
    if re.fullmatch(r"[A-Z0-9]{2,3}", word.upper()):
        return word.upper()
    raise ValueError(f"{text!r} is not a unit (UN/ECE Rec 20, or kg g t l ml)")


def tidy(number: float) -> float | int:
    """Give whole numbers as ``int``, so that 5.0 is written 5."""
    return int(number) if number == int(number) else number


def _read_bare(text: str, schemes: tuple[str, ...]) -> Identifier:
    reasons = []
    for scheme in schemes:
        try:
            return read(text, scheme=scheme)
        except IdentifierError as error:
            reasons.append(f"{scheme}: {error.message}")
    # What is none of them may still be unmistakable, e.g. an element string from a scanner that sends no AIM.
    with contextlib.suppress(IdentifierError):
        return read(text)
    raise RefusedError("not-of-this-scheme", f"{text}: {'; '.join(reasons)}")


def _of_kind(text: str, kinds: tuple[str, ...], wanted: str) -> str:
    try:
        found = read(text)
    except IdentifierError as error:
        raise ValueError(f"{error.message} (wanted: {wanted})") from error
    if found.kind not in kinds:
        raise ValueError(f"{text!r} names a {found.kind}, not {wanted}")
    return found.id


def _data(text: str, identifier: Identifier) -> dict[str, str]:
    """Give the application identifiers of a GS1 text; what is no GS1 text has none."""
    if identifier.digital_link is None:
        return {}
    elements: tuple[Element, ...]
    try:
        if "://" in text:
            elements = parse_digital_link(text, tolerant=True).elements
        elif text.startswith("("):
            elements = parse_bracketed(text)
        else:
            elements = parse_scanned(text)
    except IdentifierError:
        # An EAN symbol, an EPC URN: the identifier is all there is.
        return {}
    return {element.ai: element.value for element in elements}
