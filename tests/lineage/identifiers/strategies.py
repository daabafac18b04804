"""Hypothesis strategies for every kind of identifier."""

from __future__ import annotations

from hypothesis import strategies as st

from lineage.identifiers.ai_table import ApplicationIdentifier, Component, table
from lineage.identifiers.charsets import CSET39, CSET64, CSET82, DIGITS
from lineage.identifiers.check_characters import gs1_check_digit, gs1_check_pair
from lineage.identifiers.code_lists import code_list
from lineage.identifiers.element_string import Element
from lineage.identifiers.epc.schemes import SCHEMES, TEXT_MAX, Scheme
from lineage.identifiers.percent import escape_epc

ALPHABETS = {"N": DIGITS, "X": CSET82, "Y": CSET39, "Z": CSET64}


def digits(least: int, most: int | None = None) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=least, max_size=most or least)


def text(most: int, alphabet: str = CSET82) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=1, max_size=most)


def _date(year_digits: int) -> st.SearchStrategy[str]:
    years = st.integers(1900, 2099) if year_digits == 4 else st.integers(0, 99)
    return st.builds(
        lambda year, month, day: f"{year:0{year_digits}d}{month:02d}{day:02d}",
        years,
        st.integers(1, 12),
        st.integers(1, 28),
    )


_TIME = st.builds(lambda hour, minute: f"{hour:02d}{minute:02d}", st.integers(0, 23), st.integers(0, 59))
_TWO = st.integers(0, 59).map(lambda number: f"{number:02d}")

CONTENTS: dict[str, st.SearchStrategy[str]] = {
    "couponcode": st.just("012345612345611110123"),
    "couponposoffer": st.just("001234561234560123456"),
    "hh": st.integers(0, 23).map(lambda hour: f"{hour:02d}"),
    "hhmi": _TIME,
    "hyphen": st.just("-"),
    "iban": st.just("DE91100000000123456789"),
    "importeridx": st.sampled_from(CSET64),
    "iso3166": st.sampled_from(sorted(code_list("iso3166-numeric"))),
    "iso3166999": st.sampled_from(sorted(code_list("iso3166-numeric") | {"999"})),
    "iso3166alpha2": st.sampled_from(sorted(code_list("iso3166-alpha2"))),
    "iso4217": st.sampled_from(sorted(code_list("iso4217-numeric"))),
    "iso5218": st.sampled_from("0129"),
    "latitude": st.integers(0, 1_800_000_000).map(lambda number: f"{number:010d}"),
    "longitude": st.integers(0, 3_600_000_000).map(lambda number: f"{number:010d}"),
    "mediatype": st.sampled_from(sorted(code_list("aidc-media-type"))),
    "mi": _TWO,
    "nozeroprefix": st.integers(1, 10**12 - 1).map(str),
    "packagetype": st.sampled_from(sorted(code_list("package-type"))),
    "pieceoftotal": st.integers(1, 99).flatmap(
        lambda total: st.integers(1, total).map(lambda piece: f"{piece:02d}{total:02d}")
    ),
    "posinseqslash": st.integers(1, 9).flatmap(
        lambda total: st.integers(1, total).map(lambda at: f"{at}/{total}")
    ),
    "ss": _TWO,
    "winding": st.sampled_from("019"),
    "yesno": st.sampled_from("01"),
    "yymmd0": _date(2),
    "yymmdd": _date(2),
    "yyyymmdd": _date(4),
    "zero": st.just("0"),
}
"""What passes a check that decides the whole component."""


def component(part: Component) -> st.SearchStrategy[str]:
    """Give right values of one component."""
    for name in part.linters:
        if name in CONTENTS:
            return CONTENTS[name]
    if "csum" in part.linters:
        return digits(part.maximum - 1).map(lambda body: body + gs1_check_digit(body))
    if "csumalpha" in part.linters:
        body = st.builds(str.__add__, digits(4), st.text(CSET82, min_size=1, max_size=part.maximum - 7)).map(
            lambda t: t + "X"
        )
        return body.map(lambda value: value + gs1_check_pair(value))
    alphabet = ALPHABETS[part.charset].replace("%", "" if "pcenc" in part.linters else "%")
    if "gcppos1" in part.linters:
        return st.builds(str.__add__, digits(4), st.text(alphabet, max_size=part.maximum - 4))
    if "nonzero" in part.linters:
        return st.integers(1, 10**part.maximum - 1).map(lambda number: f"{number:0{part.maximum}d}")
    return st.text(alphabet, min_size=part.minimum, max_size=part.maximum)


def value_of(entry: ApplicationIdentifier) -> st.SearchStrategy[str]:
    """Give right values of an application identifier."""
    mandatory = [component(part) for part in entry.components if not part.optional]
    optional = [component(part) for part in entry.components if part.optional]
    joined = st.tuples(*mandatory).map("".join)
    if not optional:
        return joined
    tail = st.integers(0, len(optional)).flatmap(lambda count: st.tuples(*optional[:count]).map("".join))
    return st.builds(str.__add__, joined, tail)


def element(ai: str) -> st.SearchStrategy[Element]:
    return value_of(table()[ai]).map(lambda value: Element(ai, value))


any_element = st.sampled_from(sorted(table())).flatmap(element)


@st.composite
def key_path(draw: st.DrawFn) -> tuple[Element, ...]:
    """Give a primary key with some of its qualifiers, in order."""
    entry = draw(st.sampled_from([entry for entry in table().values() if entry.qualifiers is not None]))
    sequence = draw(st.sampled_from(entry.qualifiers or ((),)))
    # The dictionary lets (22) follow (8006) and yet asks for (01) beside it, which (8006) excludes.
    chosen = [ai for ai in sequence if (entry.ai, ai) != ("8006", "22") and draw(st.booleans())]
    if entry.ai == "415":
        chosen = ["8020"]
    return tuple(draw(element(ai)) for ai in (entry.ai, *chosen))


def _tail(scheme: Scheme) -> st.SearchStrategy[str]:
    serial = text(scheme.tail_max).map(escape_epc)
    if scheme.tail == "P":
        pieces = CONTENTS["pieceoftotal"]
        return st.builds(lambda pair, end: f".{pair[:2]}.{pair[2:]}.{end}", pieces, serial)
    if scheme.name == "cpi":
        return st.integers(1, 10**12 - 1).map(lambda number: f".{number}")
    if scheme.tail == "N":
        return digits(1, scheme.tail_max).map(lambda number: f".{number}")
    return serial.map(lambda end: f".{end}") if scheme.tail else st.just("")


@st.composite
def epc_urn(draw: st.DrawFn, names: tuple[str, ...] = tuple(SCHEMES)) -> str:
    """Give a canonical pure identity or class URI of a GS1 key."""
    scheme = SCHEMES[draw(st.sampled_from(names))]
    prefix = draw(digits(6, 12))
    if scheme.total is None:
        alphabet = ALPHABETS[scheme.text]
        reference = escape_epc(draw(st.text(alphabet, min_size=1, max_size=TEXT_MAX - len(prefix))))
    else:
        reference = draw(digits(scheme.total - len(prefix)))
    return f"urn:epc:{scheme.urn}:{scheme.name}:{prefix}.{reference}{draw(_tail(scheme))}"
