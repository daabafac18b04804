"""Compressed Digital Links, and the worked examples of the standards for TDS 2 codings."""

from __future__ import annotations

import pytest

from lineage.errors import IdentifierError
from lineage.identifiers import Element, compression, digital_link, elements, read_uri
from lineage.identifiers.epc import binary, plus
from lineage.identifiers.epc.bits import BitWriter
from lineage.identifiers.epc.packing import write_code40, write_value

EXAMPLES = [
    ("sgtin-96", "3066C4409047E140075BCD15", "/01/09506000134352/21/123456789"),
    ("sgtin-198", "3666C4409047E159B2C2BF100000000000000000000000000000", "/01/09506000134352/21/32a%2Fb"),
    ("sgtin+", "F73795211411234538566CB0AFC4", "/01/79521141123453/21/32a%2Fb"),
    ("dsgtin+", "FB342CDE795211411234538566CB0AFC4", "/01/79521141123453/21/32a%2Fb?17=220630"),
    ("sgtin++", "FD3795211411234538566CB0AFC525065F1876F0D996D800", "/01/79521141123453/21/32a%2Fb"),
    ("sscc+", "F90095201234567891235", "/00/095201234567891235"),
    ("sgln-195", "3976451FD46072CD9615F8800000000000000000000000000000", "/414/9521141123454/254/32a%2Fb"),
    ("sgln+", "F2395211411234548566CB0AFC4", "/414/9521141123454/254/32a%2Fb"),
    ("grai-170", "3776451FD40C0E59B2C2BF1000000000000000000000", "/8003/0952114112345432a%2Fb"),
    ("grai+", "F13095211411234548566CB0AFC4", "/8003/0952114112345432a%2Fb"),
    ("giai-202", "3876451FD59B2C2BF10000000000000000000000000000000000", "/8004/952114132a%2Fb"),
    ("giai+", "FA3952114132E83C2BF10", "/8004/952114132a%2Fb"),
    ("giai++", "EE3952114132E83C2BF1494197C61DBC3665B600", "/8004/952114132a%2Fb"),
    ("gsrn+", "F43952114112345678906", "/8018/952114112345678906"),
    ("gsrnp+", "F53952114112345678906", "/8017/952114112345678906"),
    ("gdti-174", "3E76451FD7039B061438997367D0C18B266D1AB66EE0", "/253/9521141987650ABCDefgh012345678"),
    ("gdti+", "F6395211411234540458B8", "/253/95211411234545678"),
    ("cpi-96", "3C76451FD400C0E680003039", "/8010/952114198765/8011/12345"),
    ("cpi-var", "3D76451FD75411DEF6B4CC00000003039000", "/8010/95211415PQ7%2FZ43/8011/12345"),
    ("cpi+", "F0395211415E87A145BAFB4D19A8C0E4", "/8010/95211415PQ7%2FZ43/8011/12345"),
    ("sgcn-96", "3F76451FD612640000019907", "/255/952114167890904711"),
    ("sgcn+", "F839521141678909509338", "/255/952114167890904711"),
    ("itip-110", "4076451FD40C0E40820000000F54", "/8006/095211411234540102/21/981"),
    ("itip+", "F3309521141123454010266AE27FDF35", "/8006/095211411234540102/21/rif981"),
]
"""Tag Data Standard 2.3, annex E.3."""


@pytest.mark.parametrize(("coding", "text", "path"), EXAMPLES)
def test_examples_of_the_standard(coding: str, text: str, path: str) -> None:
    tag = binary.decode(text)
    link = "https://id.gs1.org" + path
    assert tag.coding == coding
    assert digital_link.build(tag.elements) == link
    assert compression.decompress(f"https://example.com/eh{text.lower()}") == "https://example.com" + path
    if coding in plus.BY_NAME:
        written = plus.encode(coding, elements(link), tag.filter or 0)
        assert written.rstrip("0") == text.rstrip("0")


@pytest.mark.parametrize("segment", ["eh30164596f40c0e5cbe991a83", "exMBZFlvQMDly-mRqD"])
def test_examples_of_the_compression_standard(segment: str) -> None:
    link = "https://example.com/01/09528765123457/21/123456789123"
    assert compression.decompress(f"https://example.com/{segment}") == link
    assert read_uri(f"https://example.com/a/{segment}?x=1").id == read_uri(link).id


def test_attributes_travel_with_the_key() -> None:
    link = "https://example.com/01/09506000134352/10/LOT-1/21/A1?17=271231&3103=000195&422=156"
    for form in ("eh", "ex"):
        compressed = compression.compress(elements(link), "https://example.com", form)
        assert set(elements(compression.decompress(compressed))) == set(elements(link))
        assert read_uri(compressed).lot == "https://id.gs1.org/01/09506000134352/10/LOT-1"


def test_host_names_are_read_where_they_are_plain() -> None:
    writer = BitWriter()
    writer.put(0xFD, 8)
    writer.put(3, 4)
    write_value(writer, "01", "09506000134352")
    write_value(writer, "21", "A1")
    writer.put(0, 1)
    writer.put(14, 6)
    write_code40(writer, "ID.EXAMPLE.ORG")
    assert binary.decode(writer.hex()).host == "id.example.org"


@pytest.mark.parametrize(
    ("links", "part"),
    [
        ([Element("10", "L1")], "no GS1 primary key"),
        ([Element("01", "09506000134352")], "needs"),
        ([Element("8013", "1987654Ad4X4bL5ttr2310c2K")], "no EPC coding"),
        ([Element("01", "09506000134352"), Element("21", "1"), Element("717", "x")], "no packing"),
    ],
)
def test_what_no_tag_can_hold_is_refused(links: list[Element], part: str) -> None:
    with pytest.raises(IdentifierError, match=part):
        compression.compress(links)


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/eh",
        "https://example.com/eh30XX",
        "https://example.com/EH3034257BF7194E4000001A85",
        "https://example.com/eh3034257bf7194e40",
        "https://example.com/ex+++",
        "https://example.com/eh35" + "0" * 22,
        "https://example.com/eh" + "3" * 600,
        "hello",
    ],
)
def test_what_is_no_compressed_link_is_refused(uri: str) -> None:
    with pytest.raises(IdentifierError):
        compression.decompress(uri)


def test_words_that_only_look_compressed_name_themselves() -> None:
    for uri in (
        "https://example.com/example",
        "https://example.com/exports/exMBZ",
        "https://example.com/ehf",
    ):
        assert read_uri(uri).id == uri


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("F73795211411234538566CB0", "early"),
        ("FB37" + "0" * 40, "reserved"),
        ("F7379521141123453CC6CB0AFC40", "reserved"),
        ("F7B795211411234538566CB0AFC5A000000000", "starts no application identifier"),
        ("F7379521141123453" + "0" * 11, "length of 0"),
        ("FA3" + "9" * 60, "no end"),
    ],
)
def test_bits_that_no_coding_allows_are_refused(text: str, part: str) -> None:
    with pytest.raises(IdentifierError, match=part):
        binary.decode(text)
