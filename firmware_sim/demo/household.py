"""Broker, server and agents: configured, started, watched and ended as processes."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from firmware_sim.demo import ports
from firmware_sim.demo.folder import Folder, secret_file
from firmware_sim.demo.processes import Program, program, run, run_for_answer
from firmware_sim.demo.stations import AGENTS, Agent
from firmware_sim.errors import DemoError

SERVER_SECONDS = 120.0
"""The first start makes a database; a start after a crash replays its log."""

AGENT_SECONDS = 30.0
BROKER_SECONDS = 20.0
DATABASE_SECONDS = 20.0
STATUS_SECONDS = 20.0
"""A journal that is just being opened again after a crash cannot be read for a moment."""


TOKENS = {"demo-agents": "device", "demo-inspector": "inspector", "demo-admin": "admin"}
"""Roles of the tokens that a demonstration needs, by name."""

BROKER = """\
server_name: suyuan-demo
host: 127.0.0.1
port: {client}
jetstream {{
  store_dir: {store}
  # A message is on the disk before it is acknowledged.
  sync_interval: always
  max_file_store: 1GB
}}
mqtt {{
  host: 127.0.0.1
  port: {mqtt}
  ack_wait: 10s
  max_ack_pending: 1000
}}
"""


class Household:
    """The processes of a demonstration.

    :param port: of the server
    """

    def __init__(self, folder: Folder, port: int) -> None:
        self.folder = folder
        self.port = port
        self.mqtt_port = ports.choose(1883)
        self.address = f"http://{ports.LOCAL}:{port}"
        self.server = Program(
            "server",
            [program("trace-api"), "serve", "--data", str(folder.root / "server"), "--port", str(port)],
            folder.at("logs", "server.log"),
            {"TRACE_SECURE_COOKIES": "false"},
        )
        self.broker = Program(
            "broker",
            [program("nats-server"), "-c", str(folder.at("broker", "nats.conf"))],
            folder.at("logs", "broker.log"),
        )
        self.agents = {name: self._agent(name) for name in AGENTS}
        self._started: dict[Agent, float] = {}

    def start_broker(self) -> None:
        """Start the broker and wait until it takes connections."""
        self.folder.at("broker", "nats.conf").write_text(
            BROKER.format(
                client=ports.any_free(),
                mqtt=self.mqtt_port,
                store=json.dumps(str(self.folder.root / "broker")),
            )
        )
        self.restart_broker()

    def start_server(self) -> None:
        """Start the server without waiting for it."""
        self.server.start()

    def wait_for_server(self) -> None:
        """Wait until the server is ready."""
        self.server.wait_until(self._is_ready, SERVER_SECONDS)

    def restart_broker(self) -> None:
        """Start the broker again with what it kept."""
        self.broker.start()
        self.broker.wait_until(lambda: ports.answers(self.mqtt_port), BROKER_SECONDS)

    def start_agent(self, name: Agent) -> None:
        """Start an agent without waiting for it."""
        self._started[name] = time.time()
        self.agents[name].start()

    def wait_for_agent(self, name: Agent) -> None:
        """Wait until an agent shows its status."""
        self.agents[name].wait_until(lambda: self.glanced(name) >= self._started[name], AGENT_SECONDS)

    def write_agent(self, name: Agent, text: str) -> None:
        """Write an agent's configuration."""
        self.configuration(name).write_text(text, encoding="utf-8")

    def make_tokens(self) -> None:
        """Have the server make the tokens that it did not make at an earlier start."""
        known = self.folder.state.tokens
        lacking = [name for name in TOKENS if name not in known]
        with ThreadPoolExecutor(len(TOKENS)) as pool:
            known.update(zip(lacking, pool.map(self._new_token, lacking), strict=True))
        if lacking:
            self.folder.save()

    def token(self, name: str) -> str:
        """Give a token by its name."""
        return self.folder.state.tokens[name]

    def agent_token(self, name: Agent) -> Path:
        """Give the file with an agent's token."""
        return secret_file(self.folder.at("agents", name, "token"), self.token("demo-agents"))

    def import_tables(self, paths: Iterable[Path]) -> None:
        """Hand master data to the server."""
        self._trace_api("import", *(str(path) for path in paths))

    def configuration(self, name: Agent) -> Path:
        """Path of an agent's configuration."""
        return self.folder.at("agents", name, "agent.toml")

    def agent_data(self, name: Agent) -> Path:
        """Folder of an agent's journal."""
        return self.folder.root / "agents" / name / "data"

    def status(self, name: Agent) -> dict[str, Any]:
        """Give an agent's status with the counts of its journal, whether it runs or not.

        :raises DemoError: `no-status`
        """
        command = [program("gateway-agent"), "status", "--json", "--config", str(self.configuration(name))]
        limit = time.monotonic() + STATUS_SECONDS
        while True:
            # The exit code says whether the agent is well; the answer is there in any case.
            code, text, said = run_for_answer(command)
            with suppress(ValueError):
                found = dict(json.loads(text))
                if found.get("journal") is not None:
                    return found
            if time.monotonic() > limit:
                raise DemoError(
                    "no-status", f"the agent {name} has no status (exit code {code})", said[-1000:]
                )
            time.sleep(0.3)

    def glanced(self, name: Agent) -> float:
        """Give the time at which an agent last wrote its status."""
        with suppress(OSError):
            return (self.agent_data(name) / "status.json").stat().st_mtime
        return 0.0

    def refusals(self, name: Agent) -> str:
        """Give what an agent did not understand and what the server refused."""
        command = [program("gateway-agent"), "outbox", "--json", "--config", str(self.configuration(name))]
        return run_for_answer(command)[1][-3000:]

    def glance(self, name: Agent) -> dict[str, Any]:
        """Give the status that an agent last wrote; empty when it has written none."""
        with suppress(OSError, ValueError):
            return dict(json.loads((self.agent_data(name) / "status.json").read_bytes()))
        return {}

    def password(self) -> str | None:
        """Give the administrator's first password, where it is still kept."""
        for path in sorted((self.folder.root / "server").glob("*password*")):
            with suppress(OSError):
                return path.read_text().strip()
        return None

    def stop(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """End everything, in the order in which nothing is lost: agents, server, broker."""
        programs = [*self.agents.values(), self.server, self.broker]
        handlers = {
            number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            for agent in self.agents.values():
                agent.ask_to_stop()
            for one in programs:
                tell(f"ending {one.name}")
                one.stop()
            tell("ending the database")
            self._wait_for_database()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _agent(self, name: Agent) -> Program:
        command = [program("gateway-agent"), "run", "--config", str(self.configuration(name))]
        return Program(f"agent {name}", command, self.folder.at("logs", f"agent-{name}.log"))

    def _wait_for_database(self) -> None:
        """Wait until the server's own PostgreSQL, which ends a moment after the server, has ended."""
        limit = time.monotonic() + DATABASE_SECONDS
        while (database := self.database()) is not None:
            if time.monotonic() > limit:
                with suppress(ProcessLookupError):
                    os.kill(database, signal.SIGINT)  # its fast shutdown
                limit += DATABASE_SECONDS
            time.sleep(0.05)

    def database(self) -> int | None:
        """Give the process id of the server's own PostgreSQL while it runs."""
        for file in (self.folder.root / "server").glob("*/postmaster.pid"):
            with suppress(OSError, ValueError, IndexError):
                number = int(file.read_text().split()[0])
                os.kill(number, 0)
                return number
        return None

    def _new_token(self, name: str) -> str:
        return self._trace_api("token", "create", "--role", TOKENS[name], "--name", name).split()[-1]

    def _trace_api(self, *arguments: str) -> str:
        return run([program("trace-api"), *arguments, "--data", str(self.folder.root / "server")])

    def _is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.address}/readyz", timeout=2.0).status_code == 200
        return False
