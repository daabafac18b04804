"""Every thing in the published example documents has its pages: no event, however odd, breaks one."""

import pytest
from starlette.testclient import TestClient

from lineage.identifiers import name_uri
from tests.trace_api.console.conftest import PASSWORD
from tests.trace_api.documents import known_things
from tests.vectors import require
from trace_api.accounts.accounts import create_account
from trace_api.console.things import TABS
from trace_api.database import Database
from trace_api.lookup.addresses import local_path

DOCUMENTS = [
    *sorted(require("gs1-epcis", "JSON").rglob("*.json*")),
    *sorted(require("openepcis", "2.0", "EPCIS", "JSON").rglob("*.json")),
]


@pytest.fixture
def things(device: TestClient, database: Database) -> list[str]:
    for document in DOCUMENTS:
        device.post(
            "/epcis/v2/capture",
            content=document.read_bytes(),
            headers={
                "Prefer": "wait=20",
                "GS1-Capture-Error-Behaviour": "proceed",
                "Content-Type": "application/json",
            },
        )
    with database.reading() as connection:
        return list(known_things(connection))


def test_the_look_up_of_everything(things: list[str], client: TestClient) -> None:
    assert len(things) >= 70
    for thing in things:
        path = local_path(name_uri(thing))
        for accept in ("application/json", "text/html", "application/linkset+json"):
            answer = client.get(path, headers={"Accept": accept})
            assert answer.status_code in {200, 303, 307, 400, 404}, (thing, accept, answer.text[:200])


def test_the_console_of_everything(things: list[str], client: TestClient, database: Database) -> None:
    with database.transaction() as connection:
        create_account(connection, "inspector", "inspector", PASSWORD)
    client.post("/console/login", data={"name": "inspector", "password": PASSWORD})
    for number, thing in enumerate(things):
        answer = client.get(
            "/console/thing", params={"id": thing, "tab": TABS[number % len(TABS)], "lang": "en"}
        )
        assert answer.status_code in {200, 400, 404}, (thing, answer.text[:300])
