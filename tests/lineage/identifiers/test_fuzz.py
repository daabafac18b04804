"""No input raises anything but the package's own errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lineage.errors import IdentifierError, LineageError
from lineage.identifiers import (
    CompanyPrefixes,
    compression,
    elements,
    name_uri,
    persons,
    read,
    read_tag,
    read_uri,
    symbols,
)
from lineage.identifiers.ai_dictionary import convert
from lineage.identifiers.epc import binary, patterns, plus, tag_uri
from lineage.identifiers.epc.layouts import BY_NAME
from lineage.identifiers.linters import LINTERS
from lineage.identifiers.regime_schemes import schemes

PREFIXES = CompanyPrefixes.of(["0614141", "690123456"])
PIECES = [
    "urn:epc:id:", "urn:epc:class:", "urn:epc:idpat:", "urn:epc:pat:", "urn:epc:tag:", "urn:epc:raw:",
    "sgtin", "sscc", "sgln", "grai", "gid", "adi", "itip", "cpi", "-96:", "-198:", "96.x", ":", ".", "*",
    "[1-2]", "0614141", "812345", "00", "https://", "HTTP://", "id.gs1.org", "/", "01/", "21/", "10/",
    "414/", "254/", "8003/", "/id/", "drug_code", "uscc:", "/eh30", "/exMB", "?", "&", "=", "#", "%2F",
    "%00", "%", "(01)", "(21)", "(10)", "(17)", "(", ")", "\\(", "]C1", "]d2", "]E0", "]Q1", "]e0",
    "|]e0", "^", "\x1d", "80614141123458", "6789", "3034257BF7194E4000001A85", "F7", "FB", "lot:", "梯",
    "（", "\0", "\ud800", "٣", "²", "Ⅷ", " ", "\n",
]  # fmt: skip
"""Parts of right identifiers, and characters that trip code which takes any digit for a digit."""

pieces = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=12).map("".join)
hexadecimal = st.text("0123456789ABCDEFabcdef", max_size=70)
anything = st.one_of(
    st.text(max_size=60), pieces, hexadecimal, st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))
)

READERS: dict[str, Callable[[str], Any]] = {
    "read": read,
    "read with prefixes": lambda text: read(text, company_prefixes=PREFIXES),
    "read_uri": read_uri,
    "name_uri": name_uri,
    "read_tag": read_tag,
    "elements": elements,
    "scan": symbols.parse_scan,
    "tag uri": tag_uri.tag_uri_to_hex,
    "raw uri": tag_uri.read_raw_uri,
    "pattern": patterns.parse,
    "decompress": compression.decompress,
    "company prefixes": CompanyPrefixes.from_text,
    "dictionary": convert,
    "person": lambda text: persons.resident_id(text, b"0123456789abcdef"),
    "looks like a person": persons.looks_like_number,
}
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))


def _error(function: Callable[..., Any], *arguments: Any) -> LineageError | None:
    try:
        function(*arguments)
    except LineageError as error:
        return error
    return None


def _only_own_errors(function: Callable[..., Any], *arguments: Any) -> None:
    caught = _error(function, *arguments)
    if caught:
        assert caught.code
        assert caught.message
        assert caught.message_zh
        assert getattr(caught, "position", None) is None or caught.as_dict()["position"] >= 0


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(anything)
@example("٣" * 14)
@example("(01)" + "٠" * 14)
@example("urn:epc:id:sgtin:0614141.81234٥.1")
@example("urn:epc:id:gid:1.²")
@example("F6" + "0" * 30)
def test_readers(name: str, text: str) -> None:
    _only_own_errors(READERS[name], text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(sorted(schemes())), anything)
def test_values_of_every_scheme(scheme: str, text: str) -> None:
    _only_own_errors(lambda: read(text, scheme=scheme))


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from(sorted(LINTERS)), anything)
def test_linters(name: str, text: str) -> None:
    fault = LINTERS[name](text)
    if fault:
        assert 0 <= fault.start <= fault.start + fault.length <= len(text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from([*plus.BY_NAME, *BY_NAME, "gid-96", "usdod-96", "adi-var", "nothing"]),
    anything,
    st.integers(-1, 99),
)
def test_encoders(coding: str, text: str, filter_value: int) -> None:
    _only_own_errors(binary.encode, coding, text, filter_value)


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(st.sampled_from(range(256)), st.binary(max_size=40))
def test_tags_of_every_header(header: int, body: bytes) -> None:
    text = f"{header:02X}{body.hex()}"
    _only_own_errors(read_tag, text)
    try:
        tag = binary.decode(text)
    except IdentifierError:
        return
    if tag.urn:
        assert binary.encode(tag.coding, tag.urn, tag.filter or 0).rstrip("0") == text.upper().rstrip("0")


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything)
def test_all_readers_for_long(text: str) -> None:
    for reader in READERS.values():
        _only_own_errors(reader, text)
