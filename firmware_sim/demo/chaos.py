"""Power cuts on purpose: agents, broker and server killed at random moments while the stories play.

A thread does it, so that the kill comes amid a scan, a commit or a delivery, and starts the victim
again. It must outlive the programs that it starts: the kernel ends them with the thread they were started by.
"""

import os
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random

from firmware_sim.demo.household import Household
from firmware_sim.demo.stations import AGENTS, Agent
from firmware_sim.errors import DemoError

LONGEST_DELAY = 0.15
"""Seconds into a deed at which its kill comes at the latest. A deed takes tens of milliseconds or more."""

AT_WORK = 0.5
"""Chance that the agent at which the deed is played is the victim; else it is any."""

LONGEST_OUTAGE = 1.5
FINISH_SECONDS = 180.0

VICTIMS: tuple[str, ...] = (*AGENTS, "broker", "server", "server and database")


@dataclass(frozen=True, slots=True)
class Kill:
    """One power cut."""

    victim: str
    delay: float
    outage: float


class Chaos:
    """Kills programs of a household.

    :param kills: how often
    :param scenes: how many deeds will be played
    """

    def __init__(self, household: Household, random: Random, kills: int, scenes: int) -> None:
        self._household = household
        self._plan = Counter(random.choices(range(scenes), k=kills))
        self._random = random
        self._scene = 0
        self._wanted: queue.Queue[Kill | None] = queue.Queue()
        self._over = threading.Event()
        self._failure: BaseException | None = None
        self.kills: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._work, name="chaos", daemon=True)
        self._thread.start()

    @contextmanager
    def around(self, agent: Agent | None) -> Iterator[None]:
        """Play one deed; what is planned for it happens meanwhile.

        A kill waits until what was killed before runs again, so that none comes when the play is over.

        :param agent: where the deed is played
        """
        for _ in range(self._plan[self._scene]):
            self.finish()
            self._wanted.put(
                Kill(
                    self._victim(agent),
                    self._random.uniform(0.0, LONGEST_DELAY),
                    self._random.uniform(0.0, LONGEST_OUTAGE),
                )
            )
        self._scene += 1
        yield
        self._complain()

    def _victim(self, agent: Agent | None) -> str:
        at_work = self._random.random() < AT_WORK
        return agent if agent is not None and at_work else self._random.choice(VICTIMS)

    def finish(self) -> None:
        """Wait until everything that was killed runs again.

        :raises DemoError: when something did not start again
        """
        limit = time.monotonic() + FINISH_SECONDS
        while self._wanted.unfinished_tasks:
            if time.monotonic() > limit:
                raise DemoError("not-ready", "what was killed does not come back")
            self._complain()
            time.sleep(0.1)
        self._complain()

    def close(self) -> None:
        """Let the thread go, after the programs have been ended."""
        self._over.set()
        self._wanted.put(None)
        self._thread.join(5.0)

    def _complain(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        while not self._over.is_set():
            kill = self._wanted.get()
            try:
                if kill is not None and self._failure is None:
                    self._cut(kill)
            except Exception as error:  # noqa: BLE001 - told to the thread that plays
                self._failure = error
            finally:
                self._wanted.task_done()

    def _cut(self, kill: Kill) -> None:
        time.sleep(kill.delay)
        house = self._household
        self.kills[kill.victim] += 1
        if kill.victim == "broker":
            house.broker.kill()
            time.sleep(kill.outage)
            house.restart_broker()
        elif kill.victim in ("server", "server and database"):
            house.server.kill()
            if kill.victim == "server and database":
                self._kill_database()
            time.sleep(kill.outage)
            house.start_server()
            house.wait_for_server()
        else:
            name: Agent = next(agent for agent in AGENTS if agent == kill.victim)
            house.agents[name].kill()
            time.sleep(kill.outage)
            house.start_agent(name)
            house.wait_for_agent(name)

    def _kill_database(self) -> None:
        """Kill the server's own PostgreSQL as well; it replays its log at the next start."""
        database = self._household.database()
        if database is not None:
            with suppress(ProcessLookupError):
                os.kill(database, signal.SIGKILL)
