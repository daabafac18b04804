"""Parts of the demonstration: programs on a leash, its folder, and what operators do."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_sim.demo import ports
from firmware_sim.demo.agents import Source, configuration
from firmware_sim.demo.folder import Folder, secret_file
from firmware_sim.demo.processes import Program, run
from firmware_sim.demo.stations import AGENTS, Operator, station_of
from firmware_sim.demo.story import Story, rehearse
from firmware_sim.errors import DemoError
from firmware_sim.worlds import WORLDS
from firmware_sim.worlds.deeds import Deed, Observed, Packed, Sensed, Transformed, Voided
from gateway_agent.configuration import parse

HOST = "http://127.0.0.1:8000"
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def until(check: Callable[[], bool], seconds: float = 20.0) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if check():
            return True
        time.sleep(0.02)
    return check()


class TestProgram:
    """Programs that are started, killed and ended."""

    def test_runs_until_it_is_stopped(self, tmp_path: Path) -> None:
        sleeper = Program("sleeper", SLEEPER, tmp_path / "log")
        assert not sleeper.running
        sleeper.start()
        assert sleeper.running
        sleeper.stop()
        assert not sleeper.running
        sleeper.start()
        sleeper.kill()
        assert not sleeper.running
        assert sleeper.turns == 3

    def test_tells_why_it_did_not_get_ready(self, tmp_path: Path) -> None:
        broken = Program(
            "broken", [sys.executable, "-c", "raise SystemExit('no luck today')"], tmp_path / "log"
        )
        broken.start()
        with pytest.raises(DemoError) as caught:
            broken.wait_until(lambda: False, 20.0)
        assert caught.value.code == "not-ready"
        assert "no luck today" in caught.value.hint

    def test_one_that_ignores_the_signal_is_killed(self, tmp_path: Path) -> None:
        text = (
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            "print('deaf', flush=True); time.sleep(60)"
        )
        deaf = Program("deaf", [sys.executable, "-c", text], tmp_path / "log")
        deaf.start()
        deaf.wait_until(lambda: "deaf" in deaf.tail(), 20.0)
        deaf.stop(0.2)
        assert not deaf.running

    def test_ends_with_its_parent_also_when_that_is_killed(self, tmp_path: Path) -> None:
        sleeper = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
        text = (
            "import sys, time; from pathlib import Path; from firmware_sim.demo.processes import Program;"
            f"Program('one', [sys.executable, '-c', {sleeper!r}], Path({str(tmp_path / 'log')!r})).start();"
            "time.sleep(60)"
        )
        parent = subprocess.Popen([sys.executable, "-c", text])
        log = tmp_path / "log"
        assert until(lambda: log.exists() and bool(log.read_text().strip()))
        child = int(log.read_text())
        os.kill(child, 0)
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
        assert until(lambda: not Path(f"/proc/{child}").exists())

    def test_what_cannot_be_run_is_named(self) -> None:
        with pytest.raises(DemoError) as caught:
            run([sys.executable, "-c", "raise SystemExit(3)"])
        assert "ended with 3" in caught.value.message


class TestFolder:
    """What is kept from one start to the next."""

    def test_remembers(self, tmp_path: Path) -> None:
        first = Folder(tmp_path / "demo")
        first.state.tokens["x"] = "secret"
        first.state.runs = 3
        first.save()
        first.close()
        second = Folder(tmp_path / "demo")
        assert second.state == first.state
        assert (tmp_path / "demo" / "state.json").stat().st_mode & 0o077 == 0
        second.close()

    def test_is_held_by_one(self, tmp_path: Path) -> None:
        first = Folder(tmp_path)
        with pytest.raises(DemoError) as caught:
            Folder(tmp_path)
        assert caught.value.code == "in-use"
        first.close()

    def test_half_a_state_is_no_state(self, tmp_path: Path) -> None:
        (tmp_path / "state.json").write_text('{"runs": 1')
        folder = Folder(tmp_path)
        assert folder.state.runs == 0
        folder.close()

    def test_secrets_are_for_their_owner(self, tmp_path: Path) -> None:
        assert secret_file(tmp_path / "a" / "token", "x").stat().st_mode & 0o777 == 0o600


def test_a_taken_port_is_replaced() -> None:
    free = ports.any_free()
    assert ports.choose(free) == free
    with socket.create_server((ports.LOCAL, free)):
        assert ports.choose(free) != free


class TestOperator:
    """Deeds as scans."""

    def deeds(self, world: str) -> list[Deed]:
        return WORLDS[world](1, start=datetime(2026, 1, 5, tzinfo=UTC), chance=0.0).tell(100)

    def scanned(self, world: str, deed: Deed) -> list[str]:
        act = Operator(world, HOST).act(deed)
        return [symbol.data for symbol in (*act.before, *act.after)]

    def test_a_process_says_what_goes_in_and_what_comes_out(self) -> None:
        deed = next(
            d
            for d in self.deeds("food")
            if isinstance(d, Transformed) and d.input_amounts and d.output_amounts
        )
        texts = self.scanned("food", deed)
        assert texts.index("SUYUAN:INPUT") < texts.index("SUYUAN:OUTPUT") < texts.index("SUYUAN:DONE")
        assert any(text.startswith("SUYUAN:QTY=") and text.endswith("KGM") for text in texts)
        assert any(text.startswith("SUYUAN:AT=2026-01-05T") for text in texts)

    def test_a_cup_that_the_reader_missed_is_not_scanned(self) -> None:
        deed = next(d for d in self.deeds("food") if isinstance(d, Packed) and d.missed)
        missed = deed.missed[0].rpartition("/21/")[2]
        texts = self.scanned("food", deed)
        assert not any(text.endswith(missed) for text in texts)
        assert sum("/21/" in text for text in texts) == len(deed.children) - 1

    def test_a_sale_happens_now(self) -> None:
        deed = next(d for d in self.deeds("food") if isinstance(d, Observed) and d.step == "retail_selling")
        assert not any(text.startswith("SUYUAN:AT") for text in self.scanned("food", deed))

    def test_pallets_are_passed_by_a_reader(self) -> None:
        shipped = [d for d in self.deeds("food") if isinstance(d, Observed) and d.step == "shipping"]
        acts = [Operator("food", HOST).act(deed) for deed in shipped]
        assert any(act.tags and act.station.reader == "uhf" for act in acts)

    def test_drug_codes_are_bare_numbers(self) -> None:
        deed = next(d for d in self.deeds("drug") if isinstance(d, Observed) and d.step == "dispensing")
        assert any(text.isdigit() and len(text) == 20 for text in self.scanned("drug", deed))


@pytest.mark.parametrize("world", WORLDS)
class TestStories:
    """Worlds on the stage."""

    def test_a_mistake_is_taken_back_at_once(self, world: str) -> None:
        scenes = Story(world, 1, HOST, {}).scenes
        wrong = next(number for number, scene in enumerate(scenes) if scene.deed.mistaken)
        after = scenes[wrong + 1]
        assert after.corrects or isinstance(after.deed, Voided)
        assert station_of(world, after.deed) == station_of(world, scenes[wrong].deed)

    def test_a_story_ends_before_it_is_played(self, world: str) -> None:
        story = Story(world, 1, HOST, {})
        now = datetime.now(UTC).timestamp() * 1_000_000
        assert all(scene.deed.at < now for scene in story.scenes)

    def test_later_waves_give_out_no_number_twice(self, world: str) -> None:
        first = Story(world, 1, HOST, {})
        second = Story(world, 1, HOST, first.counters)
        things = [set(story.told.ledgers()[0].things()) for story in (first, second)]
        assert things[0].isdisjoint(things[1])

    def test_the_agents_understand_their_configuration(self, world: str, tmp_path: Path) -> None:
        stations = rehearse(world, HOST)
        assert {station.agent for station in stations} == set(AGENTS)
        names = [(station.agent, station.name) for station in stations]
        assert len(names) == len(set(names))
        for agent in AGENTS:
            text = configuration(
                agent,
                server=HOST,
                token=tmp_path / "token",
                data=tmp_path / "data",
                sources=[Source(f"{world}-scanner", "barcode", {"port": "/dev/null", "acknowledge": True})],
                stations=[(station, None) for station in stations if station.agent == agent],
            )
            found = parse(text, tmp_path / "agent.toml")
            assert len(found.stations) == sum(station.agent == agent for station in stations)

    def test_sensors_report_about_what_is_on_the_road(self, world: str) -> None:
        sensed = [scene.deed for scene in Story(world, 1, HOST, {}).scenes if isinstance(scene.deed, Sensed)]
        assert bool(sensed) == (world == "drug")
