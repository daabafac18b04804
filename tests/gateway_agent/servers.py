"""A real HTTP server that takes captures the way the Suyuan server does, with faults on order."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

Fault = Callable[["Request"], "bool"]


@dataclass
class Request:
    """One capture request, with the means to answer it badly."""

    handler: Any
    events: list[dict[str, Any]]
    headers: dict[str, str]
    size: int
    server: CaptureServer

    def reply(self, status: int, body: object = None, **headers: str) -> bool:
        self.handler.reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return True

    def drop(self) -> bool:
        """Close the connection without a word."""
        self.handler.close_connection = True
        self.handler.connection.close()
        return True

    def capture(self) -> dict[str, Any]:
        return self.server.capture(self.events)


@dataclass
class CaptureServer:
    """Stores events in memory; each of ``faults`` is for one request and says whether it has answered."""

    port: int = 0
    token: str | None = None
    poison: Callable[[dict[str, Any]], bool] = lambda _event: False
    has_results: bool = True
    clock_offset: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    always: Fault | None = None
    requests: list[Request] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)
    duplicates: int = 0
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        outer = self

        class Handler(_Handler):
            owner = outer

        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._http.daemon_threads = True
        self._thread: threading.Thread | None = None
        self.port = self._http.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> CaptureServer:
        serve = self._http.serve_forever
        self._thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._thread:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()

    def capture(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """Store events one by one, as with error behaviour ``proceed``."""
        results = []
        with self._lock:
            for index, event in enumerate(events):
                key = event["eventID"] + ("#error" if "errorDeclaration" in event else "")
                status, errors = "accepted", []
                if self.poison(event):
                    status = "rejected"
                    errors = [{"pointer": "/x", "code": "poison", "message": "not this one"}]
                elif key in self.stored:
                    status = "duplicate"
                    self.duplicates += 1
                    if self.stored[key] != event:
                        self.conflicts.append(key)
                else:
                    self.stored[key] = event
                    self.order.append(key)
                results.append(
                    {"index": index, "eventID": event["eventID"], "status": status, "errors": errors}
                )
        success = all(result["status"] != "rejected" for result in results)
        job: dict[str, Any] = {"captureID": str(len(self.requests)), "running": False, "success": success}
        if self.has_results:
            job["results"] = results
        return job

    @property
    def events(self) -> list[dict[str, Any]]:
        with self._lock:
            return [self.stored[key] for key in self.order]

    def wait_for(self, count: int, timeout: float = 10.0) -> list[dict[str, Any]]:
        until = time.monotonic() + timeout
        while len(self.events) < count:
            assert time.monotonic() < until, f"{len(self.events)} of {count} events arrived"
            time.sleep(0.01)
        return self.events


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: ClassVar[CaptureServer]

    def do_GET(self) -> None:
        owner = self.owner
        if self.path == "/healthz":
            self.reply(200, {"status": "ok"})
        elif not self._is_allowed():
            self.reply(401, {"title": "no"})
        elif self.path.startswith("/epcis/v2/capture/"):
            job = owner.jobs.get(self.path.rpartition("/")[2])
            self.reply(200 if job else 404, job)
        elif self.path == "/epcis/v2/capture":
            self.reply(200, [])
        else:
            self.reply(404, {"title": "nothing here"})

    def do_POST(self) -> None:
        owner = self.owner
        body = self.rfile.read(int(self.headers["Content-Length"]))
        size = len(body)
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        document = json.loads(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self, document["epcisBody"]["eventList"], headers, size, owner)
        owner.requests.append(request)
        if not self._is_allowed():
            self.reply(401, {"title": "no"})
            return
        if self.path != "/epcis/v2/capture":
            self.reply(404, {"title": "nothing here"})
            return
        if owner.faults and owner.faults.pop(0)(request):
            return
        if owner.always and owner.always(request):
            return
        self.reply(200, request.capture())

    def reply(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        try:
            self.send_response_only(status)
            self.send_header("Date", formatdate(time.time() + self.owner.clock_offset, usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            self.close_connection = True

    def _is_allowed(self) -> bool:
        token = self.owner.token
        return token is None or self.headers.get("Authorization") == f"Bearer {token}"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True
