"""A real server on a port of its own, used as a client would: started by its command, spoken to over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.trace_api.citus import distributed

BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Server:
    """One ``trace-api serve`` process over its own data folder."""

    data: Path
    port: int
    database: str | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **({"TRACE_DATABASE_URL": self.database} if self.database else {})}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        log = (self.data.parent / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [BIN / "trace-api", "serve", "--port", str(self.port), "--data", str(self.data)],
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=self.environment,
        )
        log.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.data.parent / "serve.log").read_text()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail(f"the server was not ready: {(self.data.parent / 'serve.log').read_text()}")

    def token(self, role: str, *more: str) -> str:
        run = subprocess.run(
            [
                BIN / "trace-api",
                "token",
                "create",
                "--role",
                role,
                "--name",
                f"{role}-test",
                "--data",
                str(self.data),
                *more,
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env=self.environment,
        )
        return run.stdout.split()[-1]

    def client(self, role: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.token(role)}"},
            timeout=120,
            trust_env=False,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, how)
            self.process.wait(timeout=30)


@contextmanager
def running(data: Path) -> Iterator[Server]:
    """Start a server with its own PostgreSQL, or where TRACE_TEST_CITUS_URL is set, over that cluster."""
    cluster = os.environ.get("TRACE_TEST_CITUS_URL")
    port = free_port()
    with ExitStack() as stack:
        database = stack.enter_context(distributed(cluster, f"suyuan_server_{port}")) if cluster else None
        server = Server(data, port, database)
        server.start()
        stack.callback(server.stop)
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server") / "data") as started:
        yield started


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "data") as started:
        yield started


@pytest.fixture(scope="module")
def writer(server: Server) -> Iterator[httpx.Client]:
    with server.client("device") as client:
        yield client


@pytest.fixture(scope="module")
def inspector(server: Server) -> Iterator[httpx.Client]:
    with server.client("inspector") as client:
        yield client
