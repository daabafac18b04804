"""Look-ups are counted once for each visitor, and nothing about visitors is kept."""

from trace_api.lookup.visitors import FORGET_SECONDS, KEY_SECONDS, REMEMBERED, Visitors


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_reload_is_no_new_look() -> None:
    clock = Clock()
    visitors = Visitors(clock)
    assert visitors.is_new("1.2.3.4", "phone", "code")
    assert not visitors.is_new("1.2.3.4", "phone", "code")
    assert visitors.is_new("1.2.3.4", "phone", "other code")
    assert visitors.is_new("1.2.3.5", "phone", "code")
    assert visitors.is_new("1.2.3.4", "tablet", "code")
    clock.now = FORGET_SECONDS + 1
    assert visitors.is_new("1.2.3.4", "phone", "code")


def test_the_key_is_thrown_away_daily() -> None:
    clock = Clock()
    visitors = Visitors(clock)
    visitors.is_new("1.2.3.4", "phone", "code")
    before = visitors._key, list(visitors._seen)
    clock.now = KEY_SECONDS + 1
    assert visitors.is_new("1.2.3.4", "phone", "code")
    assert visitors._key != before[0]
    assert list(visitors._seen) != before[1]


def test_nothing_readable_is_kept_and_memory_is_bounded() -> None:
    visitors = Visitors(Clock())
    for number in range(REMEMBERED + 10):
        visitors.is_new("1.2.3.4", "\ud800broken", str(number))
    assert len(visitors._seen) == REMEMBERED
    assert b"1.2.3.4" not in b"".join(visitors._seen)
