"""Delivery: what each answer means, at a real server with faults, until each event is stored once."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway_agent.clock import SECOND
from gateway_agent.configuration.settings import JournalSettings, UplinkSettings
from gateway_agent.drivers.backoff import Backoff
from gateway_agent.errors import DeliveryError
from gateway_agent.journal.reads import Delivery
from gateway_agent.journal.writer import Writer
from gateway_agent.uplink import sender as sending
from gateway_agent.uplink.answers import Verdict, read_answer
from gateway_agent.uplink.batches import Waiting, cut, document, idempotency_key
from gateway_agent.uplink.client import CaptureClient
from gateway_agent.uplink.sender import LaneSender
from lineage.events import read_json
from tests.gateway_agent.benches import SELL, Bench, code, cup, ids
from tests.gateway_agent.clocks import ManualClock
from tests.gateway_agent.servers import CaptureServer, Request

NAMESPACES = {"suyuan": "https://w3id.org/suyuan/v1/", "cbvmda": "urn:epcglobal:cbv:mda:"}


class Line:
    """A journal with its writer and one sender to a server."""

    def __init__(
        self, folder: Path, url: str, clock: ManualClock | None = None, stations: str = SELL, **settings: Any
    ) -> None:
        self.bench = Bench(folder, stations, clock)
        journal = JournalSettings(min_free=0)
        self.writer = Writer(self.bench.store, self.bench.derivation, self.bench.keeper, journal, "x")
        defaults: dict[str, Any] = {"retry_min": 0.01, "retry_max": 0.05, "timeout": 2.0, "wait": 1.0}
        self.settings = UplinkSettings(url, **{**defaults, **settings})
        self.client = CaptureClient(self.settings, NAMESPACES, "test")
        self.sender = LaneSender(
            "main", self.bench.file, self.writer, self.client, self.bench.keeper, self.settings,
            offset="+08:00", clock_hold=600.0,
        )  # fmt: skip
        self.writer.start()

    def scan(self, *texts: str) -> None:
        for text in texts:
            assert self.writer.put(Delivery((code(text),)))
        assert self.writer.drain(10)

    def start(self) -> "Line":
        self.sender.start()
        return self

    def stop(self) -> None:
        self.sender.stop()
        if self.sender.is_alive():
            self.sender.join(10)
        self.writer.stop()
        self.writer.join(10)
        self.client.close()
        self.bench.close()

    def states(self) -> dict[str, int]:
        connection = sqlite3.connect(self.bench.file)
        try:
            return dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
        finally:
            connection.close()

    def wait_for(self, **states: int) -> None:
        until = time.monotonic() + 10
        while self.states() != states:
            assert time.monotonic() < until, (self.states(), self.sender.figures)
            time.sleep(0.01)


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Callable[..., Line]]:
    made: list[Line] = []

    def make(url: str, **settings: Any) -> Line:
        folder = tmp_path / f"line-{len(made)}"
        folder.mkdir()
        made.append(Line(folder, url, **settings))
        return made[-1]

    yield make
    for line in made:
        line.stop()


# Batches


def waiting(count: int, size: int = 100) -> list[Waiting]:
    return [
        Waiting(n, f"k{n}", f"urn:uuid:{n}", n * SECOND, json.dumps({"n": n, "x": "x" * size}).encode())
        for n in range(1, count + 1)
    ]


def test_a_batch_is_cut_by_number_and_by_size() -> None:
    assert len(cut(waiting(10), 4, 10**6)) == 4
    assert len(cut(waiting(10, 1000), 500, 3500)) == 3
    assert len(cut(waiting(3, 10_000), 500, 1000)) == 1, "an event that is too large goes alone"
    assert cut([], 5, 5) == []


def test_a_batch_is_a_valid_document_and_always_the_same_bytes(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.take(cup(1), cup(2))
    rows = bench.store.connection.execute("SELECT seq, key, event_id, queued_ns, body FROM outbox").fetchall()
    batch = [Waiting(*row) for row in rows]
    body = document(batch, NAMESPACES)
    assert body == document(batch, NAMESPACES)
    assert [event.event_id for event in read_json(body).events] == ids(bench.events())
    assert idempotency_key(batch) == idempotency_key(list(batch)) != idempotency_key(batch[:1])
    bench.close()


# Answers


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (202, {}, Verdict.PENDING),
        (200, {"running": True}, Verdict.PENDING),
        (200, {"success": True}, Verdict.SETTLED),
        (200, {"success": False}, Verdict.SPLIT),
        (200, {}, Verdict.AGAIN),
        (200, [], Verdict.AGAIN),
        (200, "nonsense", Verdict.AGAIN),
        (200, {"results": []}, Verdict.AGAIN),
        (200, {"results": [{"index": 0, "eventID": "urn:uuid:other", "status": "accepted"}]}, Verdict.AGAIN),
        (200, {"results": [{"index": 7, "status": "accepted"}, {"index": True}, None, 3]}, Verdict.AGAIN),
        (200, {"results": [{"index": 0, "status": "pending"}]}, Verdict.AGAIN),
        (400, {}, Verdict.SPLIT),
        (422, None, Verdict.SPLIT),
        (401, None, Verdict.UNAUTHORISED),
        (403, None, Verdict.UNAUTHORISED),
        (413, None, Verdict.HALVE),
        (415, None, Verdict.PLAIN),
        (408, None, Verdict.AGAIN),
        (429, None, Verdict.AGAIN),
        (500, None, Verdict.AGAIN),
        (503, None, Verdict.AGAIN),
        (599, None, Verdict.AGAIN),
        (302, None, Verdict.WRONG_ADDRESS),
        (404, None, Verdict.WRONG_ADDRESS),
        (405, None, Verdict.WRONG_ADDRESS),
    ],
)
def test_what_an_answer_means(status: int, body: object, verdict: Verdict) -> None:
    found = read_answer(status, {}, json.dumps(body).encode(), waiting(1))
    assert found.verdict is verdict
    assert found.dead == ()


def test_an_answer_settles_only_the_events_that_it_names() -> None:
    results = [
        {"index": 0, "eventID": "urn:uuid:1", "status": "accepted"},
        {"index": 1, "eventID": "urn:uuid:2", "status": "duplicate"},
        {
            "index": 2,
            "eventID": "urn:uuid:3",
            "status": "rejected",
            "errors": [{"pointer": "/a", "message": "bad"}],
        },
    ]
    found = read_answer(200, {}, json.dumps({"results": results}).encode(), waiting(4))
    assert found.sent == (1, 2)
    assert found.dead == ((3, "/a bad"),)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("99999999", 3600.0), ("soon", None), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert read_answer(503, {"retry-after": value}, b"", waiting(1)).retry_after == seconds


# Delivery


def test_events_arrive_in_order_compressed_with_the_right_headers(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    line = lines(server.url)
    line.scan(*(cup(serial) for serial in range(30)))
    line.start()
    events = server.wait_for(30)
    assert [event["epcList"][0].rpartition("/")[2] for event in events] == [str(n) for n in range(30)]
    line.wait_for(sent=30)
    (request,) = server.requests
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["prefer"] == "wait=1"
    assert len(request.headers["idempotency-key"]) == 64
    assert request.headers["gs1-epcis-version"] == "2.0.0"
    assert request.headers["gs1-capture-error-behaviour"] == "proceed"
    assert request.size < sum(len(json.dumps(event)) for event in events) / 5


def test_an_answer_that_is_lost_after_the_commit_leads_to_duplicates_and_nothing_twice(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    def drop_after_commit(request: Request) -> bool:
        request.capture()
        return request.drop()

    server.faults = [drop_after_commit, drop_after_commit]
    line = lines(server.url).start()
    line.scan(*(cup(serial) for serial in range(5)))
    line.wait_for(sent=5)
    assert len(server.events) == 5
    assert server.duplicates >= 1
    assert server.conflicts == [], "what is sent again is the same to the last byte"


def test_one_poisoned_event_is_set_aside_with_the_servers_reason(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    server.poison = lambda event: event["epcList"][0].endswith("/3")
    line = lines(server.url)
    line.scan(*(cup(serial) for serial in range(6)))
    line.start()
    line.wait_for(sent=5, dead=1)
    reason = line.bench.store.connection.execute("SELECT reason FROM outbox WHERE state = 'dead'").fetchone()[
        0
    ]
    assert reason == "/x poison not this one"


@pytest.mark.parametrize("status", [400, 422])
def test_a_batch_that_is_refused_as_a_whole_is_halved_down_to_the_poison(
    server: CaptureServer, lines: Callable[..., Line], status: int
) -> None:
    def refuse(request: Request) -> bool:
        if any(event["epcList"][0].endswith(("/3", "/11")) for event in request.events):
            return request.reply(
                status, {"type": "epcisException:ValidationException", "title": "bad", "detail": "no /3"}
            )
        return False

    server.always = refuse
    line = lines(server.url)
    line.scan(*(cup(serial) for serial in range(16)))
    line.start()
    line.wait_for(sent=14, dead=2)
    assert [event["epcList"][0].rpartition("/")[2] for event in server.events] == [
        str(n) for n in range(16) if n not in {3, 11}
    ]
    reasons = line.bench.store.connection.execute("SELECT reason FROM outbox WHERE state = 'dead'").fetchall()
    assert all("no /3" in reason for (reason,) in reasons)


def test_a_server_without_results_per_event_is_understood(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    server.has_results = False
    server.poison = lambda event: event["epcList"][0].endswith("/2")
    line = lines(server.url)
    line.scan(*(cup(serial) for serial in range(4)))
    line.start()
    line.wait_for(sent=3, dead=1)
    assert len(server.events) == 3


def test_too_large_batches_are_halved(server: CaptureServer, lines: Callable[..., Line]) -> None:
    server.always = lambda request: len(request.events) > 4 and request.reply(413)
    line = lines(server.url)
    line.scan(*(cup(serial) for serial in range(20)))
    line.start()
    line.wait_for(sent=20)
    assert [event["epcList"][0].rpartition("/")[2] for event in server.events] == [str(n) for n in range(20)]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 404, 301])
def test_trouble_of_the_server_costs_nothing_but_time(
    server: CaptureServer, lines: Callable[..., Line], status: int
) -> None:
    server.faults = [lambda request: request.reply(status)] * 3
    line = lines(server.url)
    line.scan(cup(1), cup(2))
    line.start()
    line.wait_for(sent=2)
    assert len(server.requests) == 4
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 1


def test_a_defect_in_the_sender_does_not_end_the_delivery(
    server: CaptureServer, lines: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    original = CaptureClient.send

    def send(self: CaptureClient, batch: Any) -> Any:
        calls.append(len(batch))
        if len(calls) == 1:
            raise ZeroDivisionError
        return original(self, batch)

    monkeypatch.setattr(CaptureClient, "send", send)
    line = lines(server.url)
    line.scan(cup(1))
    line.start()
    line.wait_for(sent=1)
    assert len(calls) == 2


def test_retry_after_is_honoured(server: CaptureServer, lines: Callable[..., Line]) -> None:
    server.faults = [lambda request: request.reply(429, None, Retry_After="1")]
    line = lines(server.url)
    line.scan(cup(1))
    started = time.monotonic()
    line.start()
    line.wait_for(sent=1)
    assert time.monotonic() - started >= 1.0


def test_a_refused_token_pauses_until_the_file_has_a_new_one(
    server: CaptureServer, lines: Callable[..., Line], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "UNAUTHORISED_PAUSE", 0.05)
    server.token = "secret-2"
    token = tmp_path / "token"
    token.write_text("secret-1\n")
    line = lines(server.url, token_file=token)
    line.scan(cup(1))
    line.start()
    until = time.monotonic() + 5
    while line.sender.figures.state != "unauthorised":
        assert time.monotonic() < until
        time.sleep(0.01)
    assert line.states() == {"queued": 1}
    token.write_text("secret-2\n")
    line.wait_for(sent=1)


def test_the_token_is_in_no_log_and_no_status(
    server: CaptureServer,
    lines: Callable[..., Line],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SUYUAN_TEST_TOKEN", "very-secret-token")
    caplog.set_level("DEBUG")
    server.token = "very-secret-token"
    server.faults = [lambda request: request.drop(), lambda request: request.reply(500, {"title": "x"})]
    line = lines(server.url, token_env="SUYUAN_TEST_TOKEN")
    line.scan(cup(1))
    line.start()
    line.wait_for(sent=1)
    assert "very-secret-token" not in caplog.text
    assert "very-secret-token" not in json.dumps(line.sender.as_dict())


def test_a_token_with_a_line_break_inside_sends_nothing(server: CaptureServer, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("one\ntwo")
    client = CaptureClient(UplinkSettings(server.url, token_file=token), NAMESPACES, "test")
    with pytest.raises(DeliveryError, match="no token has"):
        client.send(waiting(1))
    token.unlink()
    with pytest.raises(DeliveryError, match="cannot be read"):
        client.send(waiting(1))
    client.close()


def test_a_server_that_takes_no_gzip_gets_plain_json(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    server.always = lambda request: "content-encoding" in request.headers and request.reply(415)
    line = lines(server.url)
    line.scan(cup(1))
    line.start()
    line.wait_for(sent=1)
    assert len(server.requests) == 2


def test_a_job_that_is_not_finished_in_time_is_asked_for(
    server: CaptureServer, lines: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "JOB_POLL", 0.02)

    def later(request: Request) -> bool:
        request.server.jobs["77"] = request.capture()
        return request.reply(202, {}, Location="/epcis/v2/capture/77")

    server.faults = [later]
    line = lines(server.url)
    line.scan(cup(1))
    line.start()
    line.wait_for(sent=1)
    assert len(server.requests) == 1


def test_the_token_does_not_follow_a_job_to_another_host(server: CaptureServer) -> None:
    client = CaptureClient(UplinkSettings(server.url), NAMESPACES, "test")
    with pytest.raises(DeliveryError, match="another host"):
        client.ask("https://elsewhere.example/job", waiting(1))
    client.close()


def test_a_slow_server_is_a_timeout_and_a_retry(server: CaptureServer, lines: Callable[..., Line]) -> None:
    def slow(request: Request) -> bool:
        request.capture()
        time.sleep(1.0)
        return request.reply(200, {"success": True})

    server.faults = [slow]
    line = lines(server.url, timeout=0.2, wait=0.2)
    line.scan(cup(1))
    line.start()
    line.wait_for(sent=1)
    assert len(server.requests) == 2
    assert server.duplicates == 1


def test_without_network_events_wait_and_arrive_later_in_order(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    url = server.url
    server.stop()
    line = lines(url).start()
    line.scan(*(cup(serial) for serial in range(10)))
    until = time.monotonic() + 5
    while line.sender.figures.failures < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert line.states() == {"queued": 10}
    back = CaptureServer(port=server.port).start()
    try:
        line.wait_for(sent=10)
        assert [event["epcList"][0].rpartition("/")[2] for event in back.events] == [
            str(n) for n in range(10)
        ]
    finally:
        back.stop()


def test_an_event_and_its_declaration_arrive_in_order(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    line = lines(server.url)
    line.scan(cup(1), "SUYUAN:VOID")
    line.start()
    line.wait_for(sent=2)
    first, second = server.events
    assert second == {**first, "errorDeclaration": second["errorDeclaration"]}


def test_a_clock_that_is_a_day_off_is_put_right_before_the_first_event_is_sent(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    clock = ManualClock(wall=time.time_ns() - 86400 * SECOND)
    line = lines(server.url, clock=clock)
    line.scan(cup(1), "SUYUAN:VOID")
    line.start()
    line.wait_for(sent=2)
    first, second = server.events
    assert abs(datetime.fromisoformat(first["eventTime"]).timestamp() - time.time()) < 5
    assert second["eventTime"] == first["eventTime"]
    assert "suyuan:clockUnsynchronised" not in first


def test_what_was_sealed_stays_as_it_is_when_the_clock_changes(
    server: CaptureServer, lines: Callable[..., Line]
) -> None:
    def drop_after_commit(request: Request) -> bool:
        request.capture()
        # From now on the server's clock says something else.
        request.server.clock_offset = 86400.0
        return request.drop()

    server.faults = [drop_after_commit]
    clock = ManualClock(wall=time.time_ns())
    line = lines(server.url, clock=clock)
    line.scan(cup(1))
    line.start()
    line.wait_for(sent=1)
    assert server.duplicates == 1
    assert server.conflicts == []


def test_an_event_with_an_unknown_time_waits_and_then_goes_flagged(
    lines: Callable[..., Line], server: CaptureServer
) -> None:
    clock = ManualClock(wall=1000 * SECOND)
    clock.kernel = True  # so that the server's time is not taken
    line = lines(server.url, clock=clock)
    line.scan(cup(1), "SUYUAN:VOID")
    line.start()
    until = time.monotonic() + 5
    while line.sender.figures.state != "holding":
        assert time.monotonic() < until
        time.sleep(0.01)
    assert server.events == []
    clock.pass_time(601)
    line.wait_for(sent=2)
    first, second = server.events
    assert first["suyuan:clockUnsynchronised"] is True
    assert first["eventTime"] == second["eventTime"] == "1970-01-01T08:16:40.000+08:00"


# Backoff


def test_backoff_is_full_jitter_within_its_limits() -> None:
    highest = Backoff(1.0, 60.0, lambda: 1.0)
    assert [highest.failed(0) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    lowest = Backoff(1.0, 60.0, lambda: 0.0)
    assert all(0 < lowest.failed(0) <= 3.0 for _ in range(100))


def test_backoff_forgets_only_after_a_stable_minute() -> None:
    backoff = Backoff(1.0, 60.0, lambda: 1.0)
    assert [backoff.failed(0), backoff.failed(1)] == [1, 2]
    backoff.worked(2)
    assert backoff.failed(30) == 4, "accepted and then kicked: no fresh start"
    backoff.worked(40)
    backoff.worked(101)
    assert backoff.failed(102) == 1
