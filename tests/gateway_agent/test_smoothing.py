"""ALE tag smoothing with an injected clock: golden cases of a published implementation."""

import pytest

from gateway_agent.configuration.settings import SmoothingSettings
from gateway_agent.stations import smoothing
from gateway_agent.stations.smoothing import Smoothing
from tests.gateway_agent.floors import HEAD, Hand

GOLDEN = SmoothingSettings(glimpsed_timeout=0.050, observed_time=0.025, observed_count=3, lost_timeout=0.100)


def reported(settings: SmoothingSettings, *milliseconds: int) -> list[bool]:
    smooth = Smoothing(settings)
    return [smooth.see("tag", at * 1_000_000) for at in milliseconds]


def test_the_third_quick_read_is_reported_and_the_fourth_too() -> None:
    assert reported(GOLDEN, 0, 1, 2, 3) == [False, False, True, True]


def test_two_reads_30_ms_apart_report_the_second() -> None:
    assert reported(GOLDEN, 0, 30) == [False, True]


def test_two_reads_55_ms_apart_report_nothing() -> None:
    assert reported(GOLDEN, 0, 55) == [False, False]


def test_after_105_ms_of_silence_an_observed_tag_starts_again() -> None:
    assert reported(GOLDEN, 0, 1, 2, 107) == [False, False, True, False]
    assert reported(GOLDEN, 0, 1, 2, 101) == [False, False, True, True]


def test_without_a_lost_timeout_a_tag_is_never_lost() -> None:
    forever = SmoothingSettings(0.050, 0.025, 3, None)
    assert reported(forever, 0, 1, 2, 86_400_000) == [False, False, True, True]


def test_an_aggregate_counts_its_reads() -> None:
    assert Smoothing(GOLDEN).see("tag", 0, 3)
    assert not Smoothing(GOLDEN).see("tag", 0, 2)


def test_tags_are_smoothed_one_by_one() -> None:
    smooth = Smoothing(GOLDEN)
    assert [smooth.see(tag, at) for at, tag in enumerate("ABABAB")] == [False] * 4 + [True, True]


def test_memory_is_bounded_and_the_longest_silent_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoothing, "MAX_TAGS", 3)
    smooth = Smoothing(GOLDEN)
    for at, tag in enumerate("ABCAD"):
        smooth.see(tag, at)
    assert list(smooth.tags) == ["C", "A", "D"]


def test_a_source_with_smoothing_reports_only_what_is_observed_also_over_a_restart() -> None:
    smoothed = HEAD.replace(
        'driver = "uhf"\nport = "/dev/null"',
        'driver = "uhf"\nport = "/dev/null"\n[source.smoothing]\nglimpsed_timeout = "500ms"\n'
        'observed_time = "100ms"\n'
        'observed_count = 3\nlost_timeout = "2s"',
    )
    stations = (
        '[[station]]\nname = "s"\nkind = "observe"\nstep = "storing"\nsources = ["gate"]\nclose_count = 1\n'
    )
    hand = Hand(stations, smoothed)
    epc = "3034257BF7194E4000001A85"
    hand.tag(epc, epc)
    assert hand.events == []
    again = Hand(stations, smoothed, hand.floor.dump())
    again.at = hand.at
    again.tag(epc)
    assert len(again.events) == 1
