"""Reads the address of a look-up, and writes addresses and codes for people. Pure."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from lineage.errors import IdentifierError
from lineage.identifiers import GS1_HOST, LOCAL_HOST, Identifier, elements, name_uri, read, read_uri

MAX_ADDRESS: Final = 2000
"""Characters of path and query; the longest legal Digital Link has about 2,000."""

MAX_OTHER_PARAMETERS: Final = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A code that is not one, cut where it went wrong."""

    before: str
    at: str
    after: str


def read_address(path: str, query: str) -> Identifier:
    """Read the path and query of a look-up as an identifier.

    :param path: as sent, percent-encoding kept; a slash at its end is ignored
    :param query: as sent; only what GS1 Digital Link gives a meaning is looked at
    :raises IdentifierError: not a Digital Link and not ``/id/<scheme>/<value>``; says which character
    """
    if len(path) + len(query) > MAX_ADDRESS:
        raise IdentifierError("too-long", f"the address has more than {MAX_ADDRESS} characters")
    path = path.rstrip("/")
    local = path.startswith("/id/")
    attributes = "" if local else _attributes(query)
    text = (LOCAL_HOST if local else GS1_HOST) + path + (f"?{attributes}" if attributes else "")
    found = read_uri(text)
    if found.scheme == "uri" or found.kind == "other":
        # What is no Digital Link reads as a plain URI; the strict reader says why it is none.
        found = read(text)
    if found.scheme == "uri" or found.kind == "other":
        raise IdentifierError(
            "not-an-identifier", "the path names no GS1 key and no scheme that is known here"
        )
    return found


def shown(path: str, query: str, error: IdentifierError) -> Shown:
    """Give what was sent, cut at the character that the error points to."""
    text = unquote(path)[:200]
    position = error.position
    base = len(LOCAL_HOST if path.startswith("/id/") else GS1_HOST)
    if position is None or not 0 <= position - base < len(text) or unquote(path) != path or query:
        return Shown(text, "", "")
    at = position - base
    return Shown(text[:at], text[at], text[at + 1 :])


def human_text(identifier: Identifier) -> str:
    """Write a code for people: GS1 keys with bracketed identifiers and the lot; others as they are."""
    if identifier.digital_link is not None:
        return "".join(f"({element.ai}){element.value}" for element in elements(identifier.digital_link))
    if identifier.scheme == "lot":
        return identifier.value.rsplit(".", 1)[-1]
    return identifier.value


def typed_text(identifier: Identifier) -> str:
    """Write a code so that it can be typed in and read again: other schemes carry their name."""
    if identifier.digital_link is not None:
        return human_text(identifier)
    return identifier.id if identifier.scheme == "uri" else f"{identifier.scheme}:{identifier.value}"


def local_path(identifier: Identifier) -> str:
    """Give the path under which this server shows a thing."""
    uri = identifier.digital_link or identifier.id
    for host in (GS1_HOST, LOCAL_HOST):
        if uri.startswith(host + "/"):
            return uri[len(host) :]
    return f"/lookup?{urlencode({'q': uri})}"


def lot_number(lot_id: str) -> str:
    """Give the batch number that people know a lot by."""
    identifier = name_uri(lot_id)
    if identifier.digital_link is not None:
        return next(
            (element.value for element in elements(identifier.digital_link) if element.ai == "10"), lot_id
        )
    return human_text(identifier)


def serial_number(identifier: Identifier) -> str | None:
    """Give the serial number of an item that has one beside its product."""
    if identifier.scheme in {"sgtin", "itip"} and identifier.digital_link is not None:
        return next(
            (element.value for element in elements(identifier.digital_link) if element.ai in {"21", "235"}),
            None,
        )
    return None


def with_parameters(path: str, query: str, **changed: str | None) -> str:
    """Give an address of our own with some query parameters set, or taken out where None."""
    given = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_OTHER_PARAMETERS * 2)
    kept = [(name, value) for name, value in given if name not in changed]
    kept += [(name, value) for name, value in changed.items() if value is not None]
    return quote(path, safe="/%:@!$&'()*+,;=~-._") + (f"?{urlencode(kept)}" if kept else "")


def _attributes(query: str) -> str:
    """Keep the parameters that are GS1 attributes: names of digits only."""
    pairs = [pair for pair in query.split("&") if pair.partition("=")[0].isdecimal()]
    return "&".join(pairs[:MAX_OTHER_PARAMETERS])
