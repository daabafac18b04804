"""ALE tag smoothing: a tag is Unknown, Glimpsed or Observed, and only Observed tags are reported.

* first sight: Glimpsed, nothing is reported;
* Glimpsed → Observed when seen ``observed_count`` times, or again later than ``observed_time`` after the
first glimpse;
* Glimpsed → Unknown after ``glimpsed_timeout`` without a read; Observed → Unknown after ``lost_timeout``.
"""

from __future__ import annotations

import msgspec

from gateway_agent.clock import SECOND
from gateway_agent.configuration.settings import SmoothingSettings

MAX_TAGS = 50_000
"""Tags remembered per source. A hall holds fewer; the oldest is forgotten first."""


class Sighting(msgspec.Struct, array_like=True):
    """What is remembered of one tag; times are logical nanoseconds."""

    first: int
    last: int
    count: int
    observed: bool


class Smoothing:
    """The smoothing of one source.

    :param tags: state from an earlier run, by EPC
    """

    def __init__(self, settings: SmoothingSettings, tags: dict[str, Sighting] | None = None) -> None:
        self._settings = settings
        self.tags: dict[str, Sighting] = tags if tags is not None else {}

    def see(self, tag: str, at: int, count: int = 1) -> bool:
        """Take one read (or an aggregate of ``count``) and tell whether the tag is reported."""
        known = self.tags.pop(tag, None)
        if known is None or self._forgotten(known, at):
            known = Sighting(at, at, 0, observed=False)
        known.last = at
        known.count += count
        if not known.observed:
            known.observed = (
                known.count >= self._settings.observed_count
                or at - known.first > self._settings.observed_time * SECOND
            )
        # Re-inserted at the end: the first key is the tag that was silent longest.
        self.tags[tag] = known
        if len(self.tags) > MAX_TAGS:
            del self.tags[next(iter(self.tags))]
        return known.observed

    def _forgotten(self, known: Sighting, at: int) -> bool:
        timeout = self._settings.lost_timeout if known.observed else self._settings.glimpsed_timeout
        return timeout is not None and at - known.last > timeout * SECOND
