"""Master data over HTTP: who may import and read, what is answered, page by page."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from tests.trace_api.conftest import ClientAs
from trace_api.database import Database
from trace_api.responsibility import MasterDirectory
from trace_api.responsibility.directory import party_id_of


def send(client: TestClient, name: str, data: bytes) -> tuple[int, dict[str, Any]]:
    answer = client.post("/masterdata/v1/import", files={"file": (name, data)})
    return answer.status_code, answer.json()


def test_only_an_administrator_imports(
    client: TestClient, inspector: TestClient, device: TestClient, client_as: ClientAs
) -> None:
    data = story.TABLES["parties.csv"].encode()
    for other, status in ((client, 401), (inspector, 403), (device, 403), (client_as("party"), 403)):
        assert send(other, "parties.csv", data)[0] == status


def test_an_import_reports_row_by_row(admin: TestClient) -> None:
    status, body = send(admin, "parties.csv", b"uscc,name\n91110000600037341L,A\n123,B\n")
    assert status == 200
    (report,) = body["tables"]
    assert (report["table"], report["accepted"], report["unchanged"], report["rejected_rows"]) == (
        "parties",
        1,
        0,
        1,
    )
    (bad,) = report["rejected"]
    assert (bad["table"], bad["row"], bad["column"]) == ("parties", 3, "uscc")
    assert "123" in bad["message"]


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("x.pdf", b"x", 415, "not-a-table"),
        ("x.csv", b"colour\nred\n", 400, "unknown-table"),
        ("x.xlsx", b"broken", 400, "unreadable-table"),
        ("x.csv", b"\xff\xfe", 400, "unreadable-table"),
    ],
)
def test_a_file_that_is_no_table_is_a_problem(
    admin: TestClient, name: str, data: bytes, status: int, code: str
) -> None:
    got, body = send(admin, name, data)
    assert (got, str(body["type"]).rpartition("/")[2]) == (status, code)


def test_tables_are_read_page_by_page(
    admin: TestClient, inspector: TestClient, client: TestClient, device: TestClient
) -> None:
    story.import_tables(admin)
    for table, count in (("parties", 3), ("sites", 5), ("products", 3), ("licences", 2)):
        found: list[object] = []
        after = None
        while True:
            page = inspector.get(
                f"/masterdata/v1/{table}", params={"limit": 2, **({"after": after} if after else {})}
            ).json()
            found += page["items"]
            after = page["next"]
            if after is None:
                break
        assert len(found) == count
    for other, status in ((client, 401), (device, 403)):
        assert other.get("/masterdata/v1/parties").status_code == status
    for query, status in (({"limit": 0}, 400), ({"limit": 10_000}, 400), ({"after": "x" * 500}, 400)):
        assert inspector.get("/masterdata/v1/parties", params=query).status_code == status
    assert inspector.get("/masterdata/v1/licences", params={"after": "x"}).status_code == 400
    assert inspector.get("/masterdata/v1/licences", params={"after": "a\tb\tc\tno date"}).status_code == 400
    assert inspector.get("/masterdata/v1/colours").status_code == 400


def test_one_party_with_its_sites_and_licences(admin: TestClient, inspector: TestClient) -> None:
    story.import_tables(admin)
    for key in (story.DAIRY_PARTY, f"uscc:{story.DAIRY_PARTY}", f"https://x.cn/id/uscc/{story.DAIRY_PARTY}"):
        party = inspector.get(f"/masterdata/v1/parties/{key}").json()
        assert party["name"] == "山西沁源乳业有限公司"
        assert [site["site_id"] for site in party["sites"]] == [story.DAIRY]
        assert [licence["kind"] for licence in party["licences"]] == ["food_production"]
    assert inspector.get("/masterdata/v1/parties/9144030071526726XH").status_code == 400
    assert inspector.get("/masterdata/v1/parties/121200004013590816").status_code == 404


def test_vocabulary_in_a_captured_document_is_kept(device: TestClient, database: Database) -> None:
    document = story.document(story.events()[:1])
    document["epcisHeader"] = {
        "epcisMasterData": {
            "vocabularyList": [
                {
                    "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
                    "vocabularyElementList": [
                        {
                            "id": story.FARM_F,
                            "attributes": [
                                {"id": "urn:epcglobal:cbv:mda#name", "attribute": "一号牧场"},
                                {"id": "urn:epcglobal:cbv:mda#city", "attribute": "朔州市"},
                                {"id": "https://w3id.org/suyuan/v1/operator", "attribute": story.FARM_PARTY},
                            ],
                        }
                    ],
                }
            ]
        }
    }
    answer = device.post("/epcis/v2/capture", json=document, headers={"Prefer": "wait=20"})
    assert answer.json()["accepted"] == 1, answer.text
    with database.reading() as connection:
        site = MasterDirectory(connection).site_record(story.FARM_F)
    assert site is not None
    assert (site.name, site.city, site.operator_uscc) == ("一号牧场", "朔州市", story.FARM_PARTY)


def test_the_directory_as_the_engine_asks_it(admin: TestClient, database: Database) -> None:
    story.import_tables(admin)
    drug = "product_id,name\ndrug_code:8385,粗\ndrug_code:8385793,细\n"
    assert send(admin, "p.csv", drug.encode())[0] == 200
    dairy = party_id_of(story.DAIRY_PARTY)
    with database.reading() as connection:
        directory = MasterDirectory(connection)
        assert directory.operator_of(story.DAIRY, 0) == dairy
        assert directory.operator_of(story.DAIRY + "/254/DOCK1", 0) == dairy
        assert directory.operator_of(story.TRUCKS, 0) is None
        party = directory.party(dairy)
        assert party is not None
        assert party.roles == ("producer", "packer")
        assert directory.party(story.DAIRY) == party, "a place stands for who operates it"
        assert directory.party("https://nobody.example/") is None
        assert [licence.number for licence in directory.licences(dairy, story.DAIRY, None)] == [
            "SC10614010000018"
        ]
        assert list(directory.licences(dairy, story.SHOP, None)) == []
        names = {
            thing: found.name if (found := directory.product_of(thing)) else None
            for thing in (
                story.S1,
                story.Y1,
                "https://id.suyuan.example/id/drug_code/83857930000879766660",
                "https://id.suyuan.example/id/drug_code/83850000000879766660",
                "https://id.suyuan.example/id/lot/drug_code.8385793.V1",
                "nonsense",
            )
        }
    assert list(names.values()) == ["沁源巴氏杀菌酸牛奶", "沁源巴氏杀菌酸牛奶", "细", "粗", "细", None]
