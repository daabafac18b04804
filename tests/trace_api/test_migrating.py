"""A store that an older version wrote is answered from as before, once it is migrated."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.trace_api.conftest import ClientAs
from tests.trace_api.documents import capture, event, item, known_things, lot, seen
from tests.trace_api.test_trace import BOX, EVENTS, PALLET
from trace_api.capture.things_repository import MEMBERS
from trace_api.database import Database
from trace_api.database.migrate import head, migrate

OTHER = "https://id.gs1.org/00/095212340000000037"

# `event` and the marks on things as revisions before 0017 had them.
_BEFORE_0017 = """
ALTER TABLE event DROP COLUMN key, ADD UNIQUE (event_id, declared_at);
UPDATE thing SET units = 0 WHERE kind = 2;
"""

# `thing` and its sequence as revisions 0002 to 0013 had them.
_BEFORE_0014 = f"""
CREATE TABLE thing_of_before (
    id bigint PRIMARY KEY,
    key text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    unit boolean NOT NULL
);
INSERT INTO thing_of_before
SELECT m.number, m.key, t.kind, (t.units >> (m.number - t.lo)::integer) & 1 = 1 FROM thing t {MEMBERS};
DROP TABLE thing;
ALTER TABLE thing_of_before RENAME TO thing;
CREATE UNIQUE INDEX thing_key ON thing (key) INCLUDE (id);
ALTER SEQUENCE thing_id INCREMENT 1 CACHE 64;
UPDATE alembic_version SET version_num = '0013';
"""

# `event` as revisions 0002 to 0014 had it.
_BEFORE_0015 = """
UPDATE event SET sensed = true WHERE quality IS NOT NULL;
ALTER TABLE event RENAME sensed TO tells_more;
ALTER TABLE event DROP quality;
DELETE FROM term WHERE kind = 6;
UPDATE alembic_version SET version_num = '0014';
"""


def answers(client: TestClient) -> list[Any]:
    """Ask every question about some things."""
    then = {"until": "2026-06-01T00:00:00Z"}
    return [
        client.get(f"/trace/v1/{question}", params={"id": thing, **more}).json()
        for question, more in (("source", then), ("destination", {}), ("history", {}), ("responsibility", {}))
        for thing in (item("1"), item("2"), lot("M"), BOX, PALLET)
    ]


def test_identifiers_of_before_are_kept(database: Database, client_as: ClientAs) -> None:
    device, inspector = client_as("device"), client_as("inspector")
    case = [item(f"C{number:03}") for number in range(20)]
    assert capture(device, [*EVENTS, event(action="ADD", epcList=case)])["accepted"] == len(EVENTS) + 1
    asked = answers(inspector)
    with database.transaction() as connection:
        known = known_things(connection)
        connection.exec_driver_sql(_BEFORE_0017 + _BEFORE_0015 + _BEFORE_0014)
    assert migrate(database) == ("0013", head())
    assert answers(inspector) == asked
    with database.reading() as connection:
        assert known_things(connection) == known

    packed = event("AggregationEvent", action="ADD", parentID=OTHER, childEPCs=[*case[3:9], item("new")])
    assert capture(device, [packed, *EVENTS])["accepted"] == 1
    with database.reading() as connection:
        later = known_things(connection)
    assert {id_: later[id_] for id_ in known} == known
    assert len(set(later.values())) == len(later) == len(known) + 2
    assert len(inspector.get("/trace/v1/history", params={"id": case[4]}).json()["events"]) == 2


def test_what_events_said_about_quality_is_found_again(database: Database, client_as: ClientAs) -> None:
    device, inspector = client_as("device"), client_as("inspector")
    own = {"@context": {"suyuan": "https://w3id.org/suyuan/v1/"}}
    warm = {"type": "Temperature", "value": 9, "uom": "CEL", "exception": "ALARM_CONDITION"}
    born = event(at="2026-03-01T08:00:00Z", action="ADD", epcList=[item("1"), item("2")])
    born["ilmd"] = {"cbvmda:itemExpirationDate": "2026-03-02"}
    inspected = seen("2", at="2026-03-01T09:30:00Z", **own)
    inspected["suyuan:nextInspectionDate"] = "2026-03-03"
    events = [
        born,
        seen("2", at="2026-03-01T09:00:00Z", sensorElementList=[{"sensorReport": [warm]}]),
        inspected,
        seen("1", at="2026-03-04T08:00:00Z", bizStep="retail_selling"),
        seen("2", at="2026-03-04T09:00:00Z", bizStep="suyuan:filling", **own),
    ]
    assert capture(device, events)["accepted"] == len(events)
    said = "SELECT event_id, sensed, value FROM event LEFT JOIN term ON term.id = quality ORDER BY event.id"

    def found() -> tuple[Any, ...]:
        with database.reading() as connection:
            rows = connection.exec_driver_sql(said).fetchall()
        return rows, [inspector.get("/trace/v1/source", params={"id": item(one)}).json() for one in "12"]

    before = found()
    codes = {one["code"] for answer in before[1] for one in answer["findings"]}
    assert codes >= {"shelf_life_exceeded", "cold_chain_excursion", "inspection_expired"}
    with database.transaction() as connection:
        connection.exec_driver_sql(_BEFORE_0017 + _BEFORE_0015)
    assert migrate(database) == ("0014", head())
    assert found() == before
