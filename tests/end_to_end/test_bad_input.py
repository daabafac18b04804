"""Wrong input of every kind: a clear refusal that says what and where, never a 500, never half a capture."""

import gzip
import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.end_to_end.conftest import Server
from tests.end_to_end.world import Event, document, gtin, item, unit

SEEN = item(7, "BAD-0")
GTIN = gtin(7)
LOT = f"https://id.gs1.org/01/{GTIN}/10/L"
WRONG = GTIN[:-1] + str((int(GTIN[-1]) + 1) % 10)


def good(serial: str, **changes: Any) -> Event:
    event = {
        "type": "ObjectEvent",
        "action": "ADD",
        "eventTime": "2026-05-02T08:00:00Z",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [item(7, serial)],
        "bizStep": "commissioning",
        **changes,
    }
    return {name: value for name, value in event.items() if value is not None}


def text(events: list[Event]) -> bytes:
    return json.dumps(document(events)).encode()


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"hello",
    "truncated": text([good("BAD-1")])[:-40],
    "a list of numbers": b"[1,2,3]",
    "a string": b'"x"',
    "null": b"null",
    "not UTF-8": text([good("BAD-1")]).replace(b"commissioning", b"commiss\xff\xfe"),
    "NUL byte raw": text([good("BAD-1")]).replace(b"BAD-1", b"BA\x00D"),
    "NUL byte escaped": text([good("BAD-1")]).replace(b"BAD-1", b"BA\\u0000D"),
    "lone surrogate": text([good("BAD-1")]).replace(b"BAD-1", b"BA\\ud800D"),
    "deep nesting": text([good("BAD-1", ilmd={"cbvmda:x": 1})]).replace(
        b'"cbvmda:x": 1', b'"cbvmda:x": ' + b"[" * 100_000 + b"]" * 100_000
    ),
    "huge quantity": text(
        [good("BAD-1", epcList=None, quantityList=[{"epcClass": LOT, "quantity": 1}])]
    ).replace(b'"quantity": 1', b'"quantity": 1e999'),
    "not a number": text([good("BAD-1", ilmd={"cbvmda:x": 1})]).replace(b'"cbvmda:x": 1', b'"cbvmda:x": NaN'),
    "no type": text([good("BAD-1", type=None)]),
    "unknown type": text([good("BAD-1", type="SomethingEvent")]),
    "unknown field": text([good("BAD-1", colour="red")]),
    "unknown step": text([good("BAD-1", bizStep="juggling")]),
    "unknown action": text([good("BAD-1", action="MOVE")]),
    "no time": text([good("BAD-1", eventTime=None)]),
    "year 0": text([good("BAD-1", eventTime="0000-01-01T00:00:00Z")]),
    "year 1 before the epoch of UTC": text([good("BAD-1", eventTime="0001-01-01T00:00:00+14:00")]),
    "month 13": text([good("BAD-1", eventTime="2026-13-01T00:00:00Z")]),
    "time without zone": text([good("BAD-1", eventTime="2026-05-02T08:00:00")]),
    "bad offset": text([good("BAD-1", eventTimeZoneOffset="+99:00")]),
    "empty identifier": text([good("BAD-1", epcList=[""])]),
    "identifier of 1 MB": text([good("BAD-1", epcList=["https://id.gs1.org/01/" + "9" * 1_000_000])]),
    "identifier with a line break": text([good("BAD-1", epcList=["https://example.com/a\nb"])]),
    "quantity as text": text(
        [
            good(
                "BAD-1",
                epcList=None,
                quantityList=[{"epcClass": LOT, "quantity": "many"}],
            )
        ]
    ),
    "packing without a parent": text(
        [good("BAD-1", type="AggregationEvent", epcList=None, childEPCs=[SEEN])]
    ),
    "packing without children": text(
        [good("BAD-1", type="AggregationEvent", epcList=None, parentID=unit(9))]
    ),
    "wrong event after a good one": text([good("BAD-GOOD"), good("BAD-1", eventTime="never")]),
}


@pytest.fixture(scope="module")
def count(inspector: httpx.Client) -> Callable[[], int]:
    def counted() -> int:
        """Give how often BAD-GOOD is on record: it must stay 0."""
        answer = inspector.get("/trace/v1/history", params={"id": item(7, "BAD-GOOD")})
        return 0 if answer.status_code == 404 else len(answer.json()["events"])

    return counted


@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_document_is_refused_whole_and_says_why(
    writer: httpx.Client, count: Callable[[], int], name: str
) -> None:
    answer = writer.post(
        "/epcis/v2/capture",
        content=BODIES[name],
        headers={"Content-Type": "application/json", "Prefer": "wait=30"},
    )
    assert answer.status_code in {200, 400, 413, 422}, (name, answer.status_code, answer.text[:300])
    problem = answer.json()
    if answer.status_code == 200:
        assert problem["accepted"] == 0, (name, problem)
        assert all(result["errors"] for result in problem["results"] if result["status"] == "rejected")
    else:
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert problem["type"].startswith("epcisException:")
        assert problem["title"]
        assert len(json.dumps(problem)) < 20_000, "an error is for people"
    assert count() == 0, "half a capture"


def test_a_wrong_check_digit_is_kept_and_named(writer: httpx.Client, inspector: httpx.Client) -> None:
    """A scan is never dropped: the event stands, its result says what is wrong with which identifier."""
    event = good("BAD-OK", epcList=[item(7, "BAD-OK"), f"https://id.gs1.org/01/{WRONG}/21/x"])
    answer = writer.post("/epcis/v2/capture", json=document([event]), headers={"Prefer": "wait=30"})
    (result,) = answer.json()["results"]
    assert result["status"] == "accepted"
    (warning,) = result["warnings"]
    assert warning["code"] == "incorrect-check-digit"
    assert WRONG in json.dumps(warning)
    assert inspector.get("/trace/v1/history", params={"id": item(7, "BAD-OK")}).status_code == 200


def test_xml_cannot_reach_out_or_explode(writer: httpx.Client) -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    for body in (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">' + laughs + b"]><x>&l9;</x>",
        b"<a>" * 50_000,
        b"<unfinished",
    ):
        answer = writer.post("/epcis/v2/capture", content=body, headers={"Content-Type": "application/xml"})
        assert answer.status_code in {400, 413, 422}, answer.text[:200]
        assert "root:" not in answer.text


def test_a_body_of_100_mb_is_refused_early(writer: httpx.Client) -> None:
    body = b'{"x":"' + b"a" * 100_000_000 + b'"}'
    answer = writer.post("/epcis/v2/capture", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["type"] == "epcisException:CaptureLimitExceededException"


def test_a_small_body_that_inflates_to_a_giant_is_refused(writer: httpx.Client) -> None:
    body = gzip.compress(b" " * 300_000_000, 1)
    answer = writer.post(
        "/epcis/v2/capture",
        content=body,
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert answer.status_code in {400, 413}


def test_a_broken_gzip_body_is_refused(writer: httpx.Client) -> None:
    answer = writer.post(
        "/epcis/v2/capture",
        content=gzip.compress(text([good("BAD-1")]))[:-9],
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert answer.status_code == 400


def test_another_media_type_is_415(writer: httpx.Client) -> None:
    answer = writer.post("/epcis/v2/capture", content=b"x", headers={"Content-Type": "image/png"})
    assert answer.status_code == 415


def test_a_thing_never_seen_before_is_a_finding_not_an_error(
    writer: httpx.Client, inspector: httpx.Client
) -> None:
    thing, box = item(7, "BAD-NEVER"), unit(777)
    event = good(
        "x", type="AggregationEvent", epcList=None, parentID=box, childEPCs=[thing], bizStep="packing"
    )
    answer = writer.post("/epcis/v2/capture", json=document([event]), headers={"Prefer": "wait=30"})
    assert answer.json()["accepted"] == 1
    answer = inspector.get("/trace/v1/source", params={"id": thing})
    assert answer.status_code == 200
    assert "never_commissioned" in {finding["code"] for finding in answer.json()["findings"]}


@pytest.mark.parametrize(
    ("identifier", "status", "kind"),
    [
        (f"https://id.gs1.org/01/{GTIN}/21/NEVER", 404, "/never-seen"),
        (f"https://id.gs1.org/01/{WRONG}/21/NEVER", 400, "/not-an-identifier"),
        ("83850000000000000001", 400, "/not-an-identifier"),
        ("", 400, "/not-an-identifier"),
        ("\x00", 400, "/not-an-identifier"),
        ("a" * 5000, 400, "/not-an-identifier"),
        (f"(01){GTIN}(21)", 400, "/not-an-identifier"),
        ("urn:epc:id:sgtin:6901234.x", 400, "/not-an-identifier"),
    ],
)
def test_questions_about_what_is_no_identifier(
    inspector: httpx.Client, identifier: str, status: int, kind: str
) -> None:
    for question in ("source", "destination", "responsibility", "history"):
        answer = inspector.get(f"/trace/v1/{question}", params={"id": identifier})
        assert answer.status_code == status, (question, answer.text[:300])
        assert answer.json()["type"].endswith(kind)


@pytest.mark.parametrize(
    "parameters",
    [
        {"until": "yesterday"},
        {"until": "0000-01-01T00:00:00Z"},
        {"depth": "-1"},
        {"depth": "x"},
        {"depth": "9" * 40},
    ],
)
def test_wrong_parameters_are_400(inspector: httpx.Client, parameters: dict[str, str]) -> None:
    answer = inspector.get("/trace/v1/source", params={"id": SEEN, **parameters})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_nothing_is_open_that_writes_or_traces(server: Server) -> None:
    with httpx.Client(base_url=server.url) as anyone:
        openapi = anyone.get("/openapi.json").json()
        for path, operations in openapi["paths"].items():
            for verb in operations:
                concrete = path.replace("{gtin}", GTIN)
                if verb not in {"post", "put", "patch", "delete"} or path == "/console/login":
                    continue
                answer = anyone.request(verb, concrete, follow_redirects=False)
                assert answer.status_code in {401, 403, 303, 302}, (verb, path, answer.status_code)
        for question in ("source", "destination", "responsibility", "history", "balance"):
            assert anyone.get(f"/trace/v1/{question}", params={"id": SEEN}).status_code == 401
        assert anyone.get("/epcis/v2/events").status_code == 401
        assert anyone.get("/recall/v1/cases").status_code == 401


def test_a_reader_may_not_write_and_a_device_may_not_read(
    writer: httpx.Client, inspector: httpx.Client
) -> None:
    assert inspector.post("/epcis/v2/capture", json=document([good("BAD-1")])).status_code == 403
    assert writer.get("/trace/v1/source", params={"id": SEEN}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/recall/v1/cases", "/console/login", "/resolver/v1/links", "/masterdata/v1/import"]
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_giant_form_is_refused_whoever_sends_it(server: Server, path: str, kind: str) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as anyone:
        body = b'"' + b"a" * 100_000_000 + b'"'
        answer = anyone.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code in {400, 401, 413}, answer.text[:200]


ENDLESS = {
    "address": b"GET /",
    "header": b"GET /healthz HTTP/1.1\r\nX: ",
    "chunk size": b"POST /recall/v1/cases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;",
    "trailer": b"POST /recall/v1/cases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
}


@pytest.mark.parametrize("part", ENDLESS)
def test_what_never_ends_is_cut_off(server: Server, part: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(ENDLESS[part] + b"a" * 1_000)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            client.sendall(b"a" * 100_000_000)
    assert httpx.get(f"{server.url}/healthz").status_code == 200


@pytest.mark.parametrize("question", ["source", "destination", "responsibility", "history"])
def test_a_parameter_that_a_question_does_not_have_is_not_ignored(
    inspector: httpx.Client, question: str
) -> None:
    for wrong in ({"untill": "2026-05-02T08:00:00Z"}, {"id": [SEEN, SEEN]}):
        answer = inspector.get(f"/trace/v1/{question}", params={"id": SEEN, **wrong})
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("/bad-parameter")
