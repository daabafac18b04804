"""Lists of URIs named at once: the same names that the URIs have one by one."""

from hypothesis import given
from hypothesis import strategies as st

from lineage.events.uris import is_uri
from lineage.identifiers import IdentifierError, name_alike, name_uri

HEADS = [
    "https://id.gs1.org/01/06999010100012/21/",
    "https://id.gs1.org/01/06999010100013/21/",
    "https://example.cn/some/path/01/06999010100012/10/L-1/21/",
    "http://example.cn:8080/01/06999010100012/10/",
    "https://id.gs1.org/01/6999010100012/21/",
    "https://id.gs1.org/gtin/06999010100012/ser/",
    "https://id.gs1.org/414/6999010102085/254/",
    "https://id.gs1.org/00/06999010100000",
    "https://example.cn/01/21/",
    "urn:epc:id:sgtin:69990101.00001.",
    "urn:epc:id:sgtin:69990101.00001.a.",
    "urn:epc:id:sgtin:69990101.000001.",
    "urn:epc:class:lgtin:69990101.00001.",
    "urn:epc:id:giai:69990101.",
    "urn:epc:idpat:sgtin:69990101.00001.",
    "https://id.suyuan.example/id/drug_code/",
    "https://example.cn/x/id/drug_code/8385793",
    "https://example.cn/id/drug_trace_code/8385793",
    "https://id.suyuan.example/id/organic_code/",
    "https://id.suyuan.example/id/equipment_code/3100",
    "https://id.suyuan.example/id/lot/drug_code.8385793.",
    "https://id.suyuan.example/id/cert/",
    "tag:example.cn,2026:",
]
TAILS = st.one_of(
    st.text("0123456789", min_size=1, max_size=24),
    st.text("ABCxyz0189-._~", min_size=1, max_size=22),
    st.text("0123456789", min_size=17, max_size=17),
    st.text("0123456789", min_size=20, max_size=20),
    st.text("0123456789", min_size=13, max_size=13),
    st.sampled_from(["1?17=271231", "%41", "a/b", "0#x", "a\nb", "1/10/L", "", "é"]),
)


@given(st.data())
def test_alike_is_what_each_is_alone(data: st.DataObject) -> None:
    head = data.draw(st.sampled_from(HEADS))
    other = data.draw(st.sampled_from([head, head, head, *HEADS]))
    tails = data.draw(st.lists(TAILS, min_size=1, max_size=6))
    uris = [head + tails[0], *(other + tail for tail in tails[1:])]
    found = name_alike(uris)
    if found is None:
        return
    family, ids = found
    assert len(set(uris)) == len(uris)
    for uri, id_ in zip(uris, ids, strict=True):
        assert is_uri(uri)
        alone = name_uri(uri)
        assert (id_, family.kind, family.scheme, family.class_id, family.lot, ()) == (
            alone.id,
            alone.kind,
            alone.scheme,
            alone.class_id,
            alone.lot,
            alone.warnings,
        )


def test_the_usual_lists_are_alike() -> None:
    for head, serial in [
        (HEADS[0], "AD4ZDG4V411{}"),
        (HEADS[2], "9{}"),
        (HEADS[9], "588ZFVBJ2B9{}"),
        (HEADS[12], "L{}"),
        (HEADS[15], "8385793000087976666{}"),
        (HEADS[18], "1232600000000000{}"),
    ]:
        uris = [head + serial.format(number) for number in range(9)]
        found = name_alike(uris)
        assert found is not None, head
        assert list(found[1]) == [name_uri(uri).id for uri in uris]


def test_the_same_thing_twice_is_left_alone() -> None:
    assert name_alike([HEADS[0] + "a", HEADS[0] + "a"]) is None


def test_what_is_no_uri_at_all_is_left_alone() -> None:
    for uris in (["", ""], ["a", "b"], [".", "/"]):
        assert name_alike(uris) is None
        try:
            name_uri(uris[0])
        except IdentifierError:
            continue
        raise AssertionError(uris)
