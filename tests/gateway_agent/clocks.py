"""A clock that tests move by hand."""

from gateway_agent.clock import SECOND

START = 1_795_500_000 * SECOND  # 2026-11-24 06:00 UTC


class ManualClock:
    """Satisfies ``gateway_agent.clock.Clock``; time passes only when told."""

    def __init__(self, wall: int = START, monotonic: int = 100 * SECOND, boot_id: str = "boot-1") -> None:
        self.boot_id = boot_id
        self.wall = wall
        self.monotonic = monotonic
        self.kernel: bool | None = None

    def monotonic_ns(self) -> int:
        return self.monotonic

    def wall_ns(self) -> int:
        return self.wall

    def synchronised(self) -> bool | None:
        return self.kernel

    def pass_time(self, seconds: float) -> None:
        self.monotonic += round(seconds * SECOND)
        self.wall += round(seconds * SECOND)
