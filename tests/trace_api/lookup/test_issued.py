"""Issued codes: the file is read, kept once, and told line by line what is wrong."""

import gzip
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.trace_api.conftest import PARTY_USCC, ClientAs
from trace_api.lookup.issued import IssuedFileError, read_batch

GTIN = "06901234567892"
CLASS = f"https://id.gs1.org/01/{GTIN}"
TYPE = {"Content-Type": "application/x-ndjson"}


def head(**changes: Any) -> dict[str, Any]:
    return {
        "suyuan": "issued",
        "version": 1,
        "batch": "0" * 32,
        "issued_at": "2026-11-24T04:10:00Z",
        "scheme": "sgtin",
        "class": CLASS,
        "lot": f"{CLASS}/10/L1",
        "attributes": {"17": "271101"},
        "product": {"name": "酸奶", "name_en": "Yoghurt", "producer_uscc": PARTY_USCC},
        "count": 2,
        **changes,
    }


def file(*ids: Any, **changes: Any) -> bytes:
    lines = [head(**{"count": len(ids), **changes}), *({"id": id_} for id_ in ids)]
    return "\n".join(json.dumps(line) for line in lines).encode() + b"\n"


A, B = f"{CLASS}/21/A", f"{CLASS}/21/B"


def test_a_file_is_read() -> None:
    batch = read_batch(file(A, B))
    assert (list(batch.codes), batch.class_id, batch.lot_id) == ([A, B], CLASS, f"{CLASS}/10/L1")
    assert batch.product["name"] == "酸奶"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"{",
        b"[]\n",
        b"{}\n",
        file(A, count=3),
        file(A, count=0),
        file(A, count=True),
        file(A, version=2),
        file(A, batch="x"),
        file(A, issued_at="2026-11-24"),
        file(A, issued_at=3),
        file(A, lot=CLASS),
        file(A, lot="x y"),
        file(A, attributes=[]),
        file(A, attributes={"x": "1"}),
        file(A, product=1),
        file(A, product={"name": "x" * 201}),
        file(A, product={"name": "a\0b"}),
        file(*[A] * 3, count=10**9),
    ],
)
def test_a_file_that_cannot_be_used(data: bytes) -> None:
    with pytest.raises(IssuedFileError):
        read_batch(data)


def test_wrong_lines_are_named() -> None:
    batch = read_batch(file(A, A, "nonsense", CLASS, "https://id.gs1.org/01/06901234567809/21/X", None))
    assert [(line.line, line.code) for line in batch.rejected] == [
        (3, "twice-in-file"),
        (4, "not-an-identifier"),
        (5, "not-a-thing"),
        (6, "wrong-class"),
        (7, "not-an-identifier"),
    ]
    assert list(batch.codes) == [A]


def test_codes_without_gtin_belong_to_their_prefix() -> None:
    code = "https://id.suyuan.example/id/drug_code/83857930000879766660"
    other = "https://id.suyuan.example/id/drug_code/83857940000879766660"
    batch = read_batch(file(code, other, **{"class": "drug_code:8385793", "lot": None}))
    assert list(batch.codes) == [code]
    assert batch.rejected[0].code == "wrong-class"


def test_sending_twice_changes_nothing(admin: TestClient) -> None:
    first = admin.post(
        "/labels/v1/issued", content=gzip.compress(file(A, B)), headers={**TYPE, "Content-Encoding": "gzip"}
    )
    assert first.status_code == 200, first.text
    assert first.json() | {"batch": ""} == {
        "batch": "",
        "accepted": 2,
        "duplicate": 0,
        "rejected_count": 0,
        "rejected": [],
    }
    again = admin.post("/labels/v1/issued", content=file(A, B), headers=TYPE).json()
    assert (again["accepted"], again["duplicate"]) == (0, 2)


def test_a_code_is_never_issued_twice(admin: TestClient) -> None:
    admin.post("/labels/v1/issued", content=file(A), headers=TYPE)
    answer = admin.post("/labels/v1/issued", content=file(A, B, batch="1" * 32), headers=TYPE).json()
    assert (answer["accepted"], answer["duplicate"]) == (1, 0)
    assert [(each["line"], each["code"]) for each in answer["rejected"]] == [(2, "already-issued")]


def test_only_a_party_issues_codes_and_only_of_its_own_products(
    client: TestClient, inspector: TestClient, device: TestClient, client_as: ClientAs, admin: TestClient
) -> None:
    for other, status in ((client, 401), (inspector, 403), (device, 403)):
        assert other.post("/labels/v1/issued", content=file(A), headers=TYPE).status_code == status
    party = client_as("party")
    assert party.post("/labels/v1/issued", content=file(A), headers=TYPE).status_code == 200
    table = f"product_id,name,producer_uscc\n{GTIN},酸奶,91110000600037341L\n"
    admin.post("/masterdata/v1/import", files={"file": ("p.csv", table.encode(), "text/csv")})
    assert party.post("/labels/v1/issued", content=file(B, batch="2" * 32), headers=TYPE).status_code == 403
    said = file(
        B, batch="3" * 32, product={"producer_uscc": "91110000600037341L"}, **{"class": None, "lot": None}
    )
    assert party.post("/labels/v1/issued", content=said, headers=TYPE).status_code == 403


def test_a_wrong_file_is_a_problem_document(admin: TestClient) -> None:
    answer = admin.post("/labels/v1/issued", content=file(A, count=7), headers=TYPE)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/count-mismatch")
    assert (
        admin.post("/labels/v1/issued", content=b"x", headers={"Content-Type": "image/png"}).status_code
        == 415
    )
