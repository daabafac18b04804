"""The journey of a thing as anybody may see it: steps and cities, neither addresses nor partners. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from lineage.events import Event
from lineage.facts import Role
from lineage.facts.custody import key_of
from lineage.facts.terms import step_of
from lineage.trace.journeys import Passage
from trace_api.lookup.facts import Stage
from trace_api.responsibility.directory import MasterDirectory

MAX_STAGES: Final = 24
"""Stages that a page shows, the latest; a cylinder is filled for twenty years."""

_QUIET: Final = frozenset({"sensor_reporting", "cycle_counting", "stock_taking", "entering_exiting"})
"""Steps that tell nothing about the way of a thing."""


def stages_of(
    touched: Sequence[Passage], events: Mapping[int, Event], directory: MasterDirectory
) -> tuple[Stage, ...]:
    """Give the stages of a journey, the same step in the same city told once.

    :param touched: what happened to the thing, in order of time
    """
    stages: list[Stage] = []
    for one in touched:
        event = events[one.event]
        step = _step(one, event)
        if step in _QUIET or event.type == "AssociationEvent":
            continue  # a sensor that is put on or taken off moves nothing
        place = key_of(event.biz_location) or key_of(event.read_point)
        site = directory.site_record(place) if place else None
        party = directory.party_record(site.operator_uscc) if site and site.operator_uscc else None
        stage = Stage(
            at=event.event_time,
            step=step,
            city=site.city if site else None,
            role=party.roles[0] if party and party.roles else None,
            disposition=_word(event.disposition),
            inferred=one.through is not None,
        )
        last = stages[-1] if stages else None
        if last is not None and (last.step, last.city, last.role) == (stage.step, stage.city, stage.role):
            stages[-1] = Stage(
                last.at, last.step, last.city, last.role, stage.disposition, last.inferred, last.times + 1
            )
        else:
            stages.append(stage)
    return tuple(stages)


def _step(one: Passage, event: Event) -> str:
    """Give the step; of a transformation, whether the thing was made by it or used up in it."""
    step = (step_of(event) or "other").removeprefix("suyuan:")
    if event.type == "TransformationEvent" and step in {"commissioning", "other"}:
        return "making" if one.role is Role.OUTPUT else "using"
    return step


def _word(text: str | None) -> str | None:
    if text is None:
        return None
    for separator in (":", "-", "/"):
        text = text.rsplit(separator, 1)[-1]
    return text
