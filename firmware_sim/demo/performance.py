"""A demonstration from its first process to its last: set up, play, check, end."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import httpx

from firmware_sim.demo.agents import configuration
from firmware_sim.demo.chaos import Chaos
from firmware_sim.demo.folder import Folder
from firmware_sim.demo.household import Household
from firmware_sim.demo.inspection import Inspector, Report
from firmware_sim.demo.labels import LabelRoom
from firmware_sim.demo.stage import Stage
from firmware_sim.demo.stations import AGENTS, LIVE_STEPS, Station
from firmware_sim.demo.story import Story, Told, random_of, rehearse
from firmware_sim.errors import DemoError
from firmware_sim.worlds import WORLDS
from firmware_sim.worlds.deeds import Observed
from firmware_sim.worlds.documents import document, timestamp
from firmware_sim.worlds.places import MasterData

DRAIN_SECONDS = 120.0
"""How long the agents may take to deliver everything. They pause some seconds between attempts at most."""


EXAMPLES = LIVE_STEPS | {"suyuan:registering"}
"""Steps that bring a thing to a consumer or user."""


class Display(Protocol):
    """Where a demonstration shows what it is doing."""

    def step(self, text: str) -> None:
        """Say what is being done."""

    def scene(self, world: str, number: int, of: int, text: str) -> None:
        """Say which deed of a story is being played."""

    def checked(self, world: str, number: int, of: int) -> None:
        """Say how many things of a story have been checked."""


class Performance:
    """One demonstration.

    :param folder: where everything is kept
    :param worlds: names of the stories to play
    :param seed: of the stories; the same seed plays the same ones
    """

    def __init__(self, folder: Folder, port: int, worlds: Iterable[str], seed: int, display: Display) -> None:
        self.folder = folder
        self.household = Household(folder, port)
        self.worlds = tuple(worlds)
        self._seed = seed
        self._display = display
        self._stage: Stage | None = None
        self._master: dict[str, MasterData] = {}
        self._stations: dict[Station, bool] = {}
        self._labels: LabelRoom | None = None
        self._uploaded = 0
        self._chaos: Chaos | None = None
        self.stories: dict[str, Story] = {}

    @property
    def address(self) -> str:
        """Where the server is."""
        return self.household.address

    @property
    def stage(self) -> Stage:
        """The devices, once they are set up."""
        if self._stage is None:
            raise DemoError("not-set-up", "the stage has not been set up")
        return self._stage

    def open(self) -> None:
        """Start server and broker; afterwards people can look around."""
        house, say = self.household, self._display.step
        # 1. The server takes longest: it starts first.
        say("starting the server and the broker")
        house.start_server()
        house.start_broker()
        # 2. Meanwhile: who takes part, and which stations they need.
        for world in self.worlds:
            self._master[world] = WORLDS[world](self._seed).master
            self._stations.update(rehearse(world, self.address))
        house.wait_for_server()
        # 3. Tokens and master data, on the first start only.
        say("tokens and master data")
        house.make_tokens()
        self._import_master_data()

    def engage(self) -> None:
        """Plug in the devices and start the agents."""
        house = self.household
        self._display.step("starting three edge agents")
        tagged = [station for station, has_tags in self._stations.items() if has_tags and station.reader]
        stage = self._stage = Stage(house, self.worlds, tagged, random_of(self._seed))
        for agent in AGENTS:
            text = configuration(
                agent,
                server=self.address,
                token=house.agent_token(agent),
                data=house.agent_data(agent),
                sources=stage.sources(agent),
                stations=[(one, stage.reader_of(one)) for one in self._stations if one.agent == agent],
                vans=agent == "warehouse" and "drug" in self.worlds,
            )
            house.write_agent(agent, text)
            house.start_agent(agent)
        for agent in AGENTS:
            house.wait_for_agent(agent)
        stage.take_stock()
        self._labels = LabelRoom(self.folder.root / "labels", self.address, house.token("demo-admin"))

    def begin(self) -> None:
        """Get the next wave of every story ready."""
        self.folder.state.runs += 1
        for world in self.worlds:
            self._display.step(f"getting the {world} story ready")
            self.stories[world] = Story(
                world,
                self._seed + self.folder.state.runs,
                self.address,
                self.folder.state.counters.get(world, {}),
                self._labels if world == "food" else None,
            )
            # Numbers that a story was given are used up, whether it is played to its end or not.
            self.folder.remember(world, self.stories[world].counters)

    def play(self, pause: Callable[[], None] = lambda: None, kills: int = 0) -> None:
        """Play the stories that are ready, turn by turn.

        :param pause: called before every deed
        :param kills: how often a program is killed meanwhile
        """
        chaos = None
        if kills:
            scenes = sum(len(story.scenes) for story in self.stories.values())
            chaos = self._chaos = Chaos(self.household, random_of(self._seed + kills), kills, scenes)
        for world, number, story in self._turns():
            pause()
            scene = story.scenes[number]
            self._display.scene(world, number + 1, len(story.scenes), scene.deed.step or "error declaration")
            if chaos is None:
                story.play(scene, self.stage)
            else:
                with chaos.around(story.agent(scene)):
                    story.play(scene, self.stage)
        if chaos is not None:
            chaos.finish()
        self._upload(story.told for story in self.stories.values())

    def settle(self) -> None:
        """Wait until the agents have delivered everything.

        :raises DemoError: `not-delivered`
        """
        self._display.step("delivering the last events")
        self.stage.check_records()
        limit = time.monotonic() + DRAIN_SECONDS
        for agent in AGENTS:
            while (journal := self.household.status(agent)["journal"])["queued"]:
                if time.monotonic() > limit:
                    told = f"{agent} still has {journal['queued']} events"
                    raise DemoError("not-delivered", told, self.household.agents[agent].tail())
                time.sleep(0.3)
            if journal["dead"]:
                told = f"the server refused {journal['dead']} events of {agent}"
                raise DemoError("not-delivered", told, self.household.refusals(agent))

    def check(self) -> list[Report]:
        """Ask the server everything about the stories that were played."""
        inspector = Inspector(self.address, self.household.token("demo-inspector"))
        try:
            return [
                inspector.inspect(story.told, self._master[world], partial(self._display.checked, world))
                for world, story in self.stories.items()
            ]
        finally:
            inspector.close()

    def examples(self) -> dict[str, str]:
        """Give one thing of each story to look at: the first that came to a consumer, the last to a user."""
        for world, story in self.stories.items():
            shown = [
                deed.things[0]
                for deed in story.told.deeds
                if isinstance(deed, Observed)
                and deed.step in EXAMPLES
                and deed.recorded
                and not deed.mistaken
            ]
            self.folder.state.examples[world] = shown[-1 if world == "cylinder" else 0]
        self.folder.save()
        return dict(self.folder.state.examples)

    def sheets(self) -> list[Path]:
        """Print the labels of the last batch as a sheet."""
        if self._labels is None:
            return []
        return [self._labels.print_sheet(batch) for batch in self._labels.batches()[-1:]]

    @property
    def kills(self) -> dict[str, int]:
        """How often each program was killed."""
        return dict(self._chaos.kills) if self._chaos is not None else {}

    def counts(self) -> dict[str, int]:
        """Give how many events the server has taken, by agent and by late upload."""
        sent: dict[str, int] = {
            agent: int(self.household.status(agent)["journal"]["sent"]) for agent in AGENTS
        }
        return {**sent, "late uploads": self._uploaded}

    def end(self) -> None:
        """End everything that was started."""
        if self._stage is not None:
            self._stage.close()
        self.household.stop(self._display.step)
        if self._chaos is not None:
            self._chaos.close()
        self.folder.close()

    def _turns(self) -> Iterator[tuple[str, int, Story]]:
        longest = max((len(story.scenes) for story in self.stories.values()), default=0)
        for number in range(longest):
            for world, story in self.stories.items():
                if number < len(story.scenes):
                    yield world, number, story

    def _upload(self, told: Iterable[Told]) -> None:
        """Hand in the records of those who upload late."""
        events = [event for one in told for event in one.uploads]
        if not events:
            return
        self._display.step("uploading late records")
        answer = httpx.post(
            f"{self.address}/epcis/v2/capture",
            content=document(events, timestamp(time.time_ns() // 1000)),
            headers={
                "Authorization": f"Bearer {self.household.token('demo-admin')}",
                "Content-Type": "application/json",
                "Prefer": "wait=20",
            },
            timeout=60.0,
        )
        if answer.status_code != httpx.codes.OK or answer.json().get("rejected"):
            raise DemoError(
                "not-taken", f"the late upload was not taken: {answer.status_code}", answer.text[:1000]
            )
        self._uploaded += len(events)

    def _import_master_data(self) -> None:
        paths = [
            path for world in self.worlds for path in self._master[world].write(self._folder_of_tables(world))
        ]
        digest = sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
        if self.folder.state.tables != digest:
            self.household.import_tables(paths)
            self.folder.state.tables = digest
            self.folder.save()

    def _folder_of_tables(self, world: str) -> Path:
        path = self.folder.root / "tables" / world
        path.mkdir(parents=True, exist_ok=True)
        return path
