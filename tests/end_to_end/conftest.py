"""A real server on a port of its own, used as a client would: started by its command, spoken to over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

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
    process: subprocess.Popen[bytes] | None = None

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server") / "data", free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "data", free_port())
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def writer(server: Server) -> Iterator[httpx.Client]:
    with server.client("device") as client:
        yield client


@pytest.fixture(scope="module")
def inspector(server: Server) -> Iterator[httpx.Client]:
    with server.client("inspector") as client:
        yield client
