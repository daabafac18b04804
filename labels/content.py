"""Knows what one label says: the thing it names, the data printed with it, and the link a phone opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from labels.errors import InputError
from labels.serials import grouped
from labels.wording import CAPTIONS, FIXED, Caption
from lineage.identifiers import read
from lineage.identifiers.digital_link import arrange, build, parse
from lineage.identifiers.element_string import Element, bracketed, check_element, parse_bracketed
from lineage.identifiers.identifier import GS1_HOST, LOCAL_HOST, Identifier

DEFAULT_RESOLVER = GS1_HOST
"""Host of printed links unless a resolver of one's own is named: GS1's, which knows who is responsible
for a GTIN."""

MAX_RESOLVER = 80
"""Longest resolver address; each character makes every symbol larger for ever."""


_DATES = frozenset({"11", "13", "15", "16", "17", "7007"})


@dataclass(frozen=True, slots=True)
class Product:
    """Text about the product; every member may be empty."""

    name: str = ""
    name_en: str = ""
    producer: str = ""
    producer_uscc: str = ""
    spec: str = ""


NO_TEXT = Product()


@dataclass(frozen=True, slots=True)
class Content:
    """What one label says; made by :func:`content`, and right when it exists."""

    identifier: Identifier
    path: tuple[Element, ...]
    """Key and qualifiers in the order of a Digital Link; empty for codes that are not GS1's."""
    data: tuple[Element, ...]
    """What is printed beside them. In symbols for GS1 keys; for other codes it is text only."""
    product: Product = NO_TEXT

    @property
    def element_string(self) -> str:
        """The element string with brackets, for GS1 symbols; empty for codes that are not GS1's."""
        return bracketed(self.path + self.data) if self.path else ""

    def link(self, resolver: str = DEFAULT_RESOLVER) -> str:
        """Give the address that the QR code holds: a GS1 Digital Link URI, or ``/id/<scheme>/<value>``.

        :param resolver: as given by :func:`checked_resolver`
        """
        if self.path:
            return build(self.path + self.data, resolver)
        return resolver + self.identifier.id.removeprefix(LOCAL_HOST)

    @property
    def rows(self) -> list[tuple[Caption, str]]:
        """Captions and values for a reader, lot and dates; the code itself is not among them."""
        named = self.code[0]
        pairs = [*self.path[1:], *self.data]
        return [(caption_of(ai), readable(ai, value)) for ai, value in pairs if caption_of(ai) != named]

    @property
    def code(self) -> tuple[Caption, str]:
        """Caption and grouped value of what tells this label from others: the serial, else the code."""
        keys = dict(self.path)
        for ai in ("21", "10", "00", "01"):
            if ai in keys:
                return CAPTIONS[ai], grouped(keys[ai])
        return caption_of(self.identifier.scheme), grouped(self.identifier.value)

    @property
    def spelled(self) -> list[str]:
        """The keys with their application identifiers, as the standard wants them beside the symbol."""
        return [f"({ai}){value}" for ai, value in self.path]


def content(
    thing: Identifier | str,
    attributes: Mapping[str, str] = MappingProxyType({}),
    product: Product = NO_TEXT,
) -> Content:
    """Give what a label of ``thing`` says.

    :param thing: an identifier, or a text in any written form of one; the data that a Digital Link or element
        string carries beside its key is printed too
    :param attributes: more GS1 data by application identifier, as ``{"10": "L1", "17": "271101"}``; a lot
        goes into the path of the link where it belongs there
    :raises lineage.errors.IdentifierError: the text is no identifier, an attribute is wrong, or may not
        stand beside this key
    :raises InputError: ``said-twice`` when two values are given for one application identifier;
        ``names-otherwise`` when an attribute makes the link name another thing
    """
    identifier = read(thing) if isinstance(thing, str) else thing
    given = [check_element(ai, value) for ai, value in attributes.items()]
    if identifier.digital_link is None:
        return Content(identifier, (), tuple(given), product)
    beside = _beside(thing) if isinstance(thing, str) else ()
    elements = [*parse(identifier.digital_link).path, *beside, *given]
    said: dict[str, str] = {}
    for ai, value in elements:
        if said.setdefault(ai, value) != value:
            raise InputError("said-twice", f"({ai}) is {said[ai]} and {value}", hint="give each value once")
    path, data = arrange(elements)
    made = Content(identifier, path, data, product)
    again = read(made.link())
    if again.id != identifier.id:
        raise InputError(
            "names-otherwise", f"with {dict(attributes)} the label would name {again.id}, not {identifier.id}"
        )
    return made


def _beside(text: str) -> tuple[Element, ...]:
    """Give the elements that a text carries beside its key, where it is of a form that can carry any."""
    if text.startswith("("):
        return parse_bracketed(text)
    if text[:4].lower() == "http" and "?" in text:
        return parse(text).attributes
    return ()


def caption_of(ai: str) -> Caption:
    """Give the caption of an application identifier or scheme; its own number where none is known."""
    if len(ai) == 4 and ai.startswith("310"):
        return CAPTIONS["net_weight"]
    return CAPTIONS.get(ai, Caption(f"({ai})" if ai.isdigit() else CAPTIONS["code"].zh, ai))


def readable(ai: str, value: str) -> str:
    """Write a value as people read it: dates with dashes, weights in kilograms, anything else as it is."""
    if ai in _DATES and len(value) == 6:
        # Two digits of the year: labels are printed for goods of this century (GS1's window says the same
        # until 2050).
        day = "" if value[4:] == "00" else f"-{value[4:]}"
        return f"20{value[:2]}-{value[2:4]}{day}"
    if len(ai) == 4 and ai.startswith("310"):
        decimals = int(ai[3])
        whole, part = value[: len(value) - decimals].lstrip("0") or "0", value[len(value) - decimals :]
        return f"{whole}{'.' + part if part else ''} kg"
    return value


def checked_resolver(address: str) -> str:
    """Give the address of a resolver without trailing slash.

    :raises InputError: ``resolver`` when links cannot be made from it
    """
    parts = urlsplit(address.strip())
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise InputError(
            "resolver",
            f"{address!r} is no address that links can begin with",
            hint="write scheme and host, and a folder if need be, as https://trace.example.cn",
        )
    if len(address) > MAX_RESOLVER or not address.isascii():
        raise InputError(
            "resolver", f"a resolver address has at most {MAX_RESOLVER} characters, all of them ASCII"
        )
    return address.strip().rstrip("/")


def texts_of(contents: Iterable[Content]) -> Iterator[str]:
    """Give everything that may stand on these labels, for :func:`labels.fonts.faces`."""
    yield from FIXED
    for said in contents:
        yield from (
            said.product.name,
            said.product.name_en,
            said.product.producer,
            said.product.spec,
            said.code[1],
        )
        yield from (value for _, value in said.rows)
