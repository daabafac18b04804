"""Rows of the third-party sets on which this package disagrees, each with the reason from the standard.

A row that is listed here and agrees fails the tests, so the lists cannot outlive their reasons.
"""

from __future__ import annotations

OPTION = "the row holds only with an option of that engine that accepts AIs outside the dictionary"

ENGINE: dict[tuple[str, int], str] = {
    ("dl_parse", 1767): OPTION,
    ("dl_generate", 2206): OPTION,
}
"""Set and line of rows of the GS1 syntax engine."""

ON_THE_ITEM = (
    "AIs that need or exclude each other do so for all that marks one item (GS1 General Specifications "
    "4.13): the engine leaves the GTIN of the linear symbol out"
)
CARRIER = "a carrier that GS1 uses (General Specifications 5.1.4) and the engine does not generate"
NO_DATA = "a symbol of plain text holds no elements, which is what is asked for here"

SCANS: dict[tuple[str, bool], str] = {
    ("]E06901234567892|]e010L1", False): ON_THE_ITEM,
    ("]E06901234567892|]e00144695490315112", True): ON_THE_ITEM,
    ("]E06901234567892|]e00364563296193279", True): ON_THE_ITEM,
    ("]I116901234567899", False): CARRIER,
    ("]I016901234567899", False): CARRIER,
    ("]C0https://id.gs1.org/01/06901234567892", False): CARRIER,
    ("]Q1hello", True): NO_DATA,
    ("]d1", True): NO_DATA,
}
"""Scans with the verdict of the GS1 syntax engine 1.4.1 where it is not ours."""

LOOKUP = "the row is a test of a look-up hook; without the hook the same input passes, as another row says"

LINTERS: dict[tuple[str, str, str], str] = {
    ("couponcode", "012345612345611110123", "GS1_LINTER_INVALID_GCP_PREFIX"): LOOKUP,
    ("couponcode", "012345612345611110123", "GS1_LINTER_GCP_DATASOURCE_OFFLINE"): LOOKUP,
    ("couponcode", "012345612345611110123101101230123456", "GS1_LINTER_INVALID_GCP_PREFIX"): LOOKUP,
    ("couponcode", "012345612345611110123101101230123456", "GS1_LINTER_GCP_DATASOURCE_OFFLINE"): LOOKUP,
    ("couponcode", "01234561234561111012321101230123456", "GS1_LINTER_INVALID_GCP_PREFIX"): LOOKUP,
    ("couponcode", "012345612345611110123611234567", "GS1_LINTER_INVALID_GCP_PREFIX"): LOOKUP,
    ("couponcode", "012345612345611110123611234567", "GS1_LINTER_GCP_DATASOURCE_OFFLINE"): LOOKUP,
    ("gcppos1", "1234567", "GS1_LINTER_INVALID_GCP_PREFIX"): LOOKUP,
    ("gcppos1", "1234567", "GS1_LINTER_GCP_DATASOURCE_OFFLINE"): LOOKUP,
    ("gcppos2", "I1234567", "GS1_LINTER_INVALID_GCP_PREFIX"): LOOKUP,
}
"""Linter, input and expected error."""

EPC: dict[tuple[str, str], str] = {
    (
        "TestGSRNInit",
        "urn:epc:id:gsrnp:0614141.1234567890",
    ): "a right GSRNP, wrong only for a class that reads GSRN",
    ("TestSGLNGS1Key", "urn:epc:id:sgln:0614141.12345.0"): (
        "extension 0 of an SGLN says that there is no extension (TDS 6.3.3): AI (254) is left out"
    ),
}
"""Test class and URI of rows of the EPC tables."""

RAW = "characters that a URI must escape stand raw (RFC 3986, URI syntax 1.6, TDS annex A)"
CHECK = "the check digit is wrong (GS1 General Specifications 7.9.1)"

TRANSLATOR: dict[str, str] = {
    "https://id.gs1.org/8010/4748374/23748#94//8011/94304": RAW,
    "https://id.gs1.org/8010/30056867890#1294-5A/8011/4893": RAW,
    "urn:epc:id:gdti:124757.578484.!": "! is reserved and is escaped in a canonical link (TDT, URLENCODE)",
    'urn:epc:id:gdti:893489348949..":?>': RAW,
    'https://id.gs1.org/253/8934893489494":?>': RAW,
    'urn:epc:id:giai:839495849585.0!"/%_': RAW,
    'https://id.gs1.org/8004/3575958495850!"/%_': RAW,
    "https://id.gs1.org/8004/7324878;><=?": RAW,
    "https://id.gs1.org/8004/42512183.SENSOR.TR-07-AVE-583:1": "a GIAI has at most 30 characters",
    "https://id.gs1.org/401/656987789012": "an EPC of a consignment has a reference of its own (TDS 6.3.11)",
    "urn:epc:id:ginc:48493047.38473!\"%/%&'()*+,-.:=": RAW,
    'urn:epc:id:ginc:48493047.38473!""%/%&\'()*+,-.:=': RAW,
    'https://id.gs1.org/401/4849304738473!""%/%&\'()*+,-.:=': RAW,
    "urn:epc:id:grai:123456789012..!\"%&'()*+,-.": RAW,
    "urn:epc:id:grai:438478.374837.3:;<>=?AZ_az": RAW,
    "https://id.gs1.org/8003/043847837483703:;<>=?AZ_az": RAW,
    "https://id.gs1.org/8017/123456789012345678": CHECK,
    "https://google.com/8017/123456789012345678": CHECK,
    "https://google.com/8017/645933932413121231": CHECK,
    "https://google.com/8017/667602231213121237": CHECK,
    "urn:epc:id:itip:467348.6589384.38.44.!\"%&'()*+,-./1:;<=>=": RAW,
    "urn:epc:class:lgtin:4384738478.734.8484892%": RAW,
    "urn:epc:id:sgtin:234567.1890123./19:;<=>?AZ_az": RAW,
    "https://id.gs1.org/01/12345678901231/21/!\"%&'()*+,-./": RAW,
    "https://id.gs1.org/01/12345678901231/21//19:;<=>?AZ_az": RAW,
    "urn:epc:id:upui:857458457485.7.!\"%&'()*+,-./": RAW,
    "https://id.gs1.org/01/89359443847373/235/8398439": CHECK,
}
"""Inputs of the URN ↔ Digital Link rows."""

NORMALISER: dict[str, str] = {
    "http://example.de/gtin-8/01/97803111": CHECK,
    "http://example.de/01/040123451234/cpv/344/lot/ABD": CHECK,
}
"""Links that the event hash package normalises without a look at the check digit."""

REGISTER = (
    "the check rule was found on published codes, 13 of 15 of which follow it: a failure is a warning to "
    "look the code up, not a refusal"
)

REGIMES: dict[tuple[str, str], str] = {
    ("sc_license", "SC12442011202449"): REGISTER,
    ("sc_license", "SC11453282248002"): REGISTER,
    ("sc_license", "SC12345678901234"): REGISTER,
}
"""Scheme and value of Chinese identifiers that are taken with a warning although a row calls them invalid."""

TABLES: dict[str, str] = {
    "GDTI-113": (
        "the table packs the serial number as a plain number; TDS 14.3.6 packs a numeric string with a 1 "
        "before it, which is what its 58 bits are for: 17 digits need 57, and leading zeros would be lost"
    ),
}
"""Tag data translation tables whose binary coding differs."""
