"""What is valid but probably not meant: advice about an event, never a reason to refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lineage.events.check import fits
from lineage.events.contexts import all_prefixes
from lineage.events.event import Event
from lineage.events.problems import Problem, escape
from lineage.events.wire import MEMBERS

_SENSOR_TWICE: Final = ("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules", "time")
_SCHEMES: Final = frozenset(("http", "https", "urn", "ni", "geo", "tag", "did"))


def advise(event: Event) -> list[Problem]:
    """Give advice about an event, each with its pointer.

    * ``sensor-attribute-twice``: what holds for a whole sensor element is said again in one of its reports
      (EPCIS 2.0 §7.3.7 wants it in one place; published examples have it in both);
    * ``undefined-prefix``: an extension's prefix is not defined, so two systems may mean different things
    by it.
    """
    return [*_sensor_twice(event.document), *_undefined_prefixes(event)]


def _sensor_twice(document: dict[str, Any]) -> Iterator[Problem]:
    elements = document.get("sensorElementList", ())
    if not fits("sensorElementList", elements):
        return
    for number, element in enumerate(elements):
        metadata = element.get("sensorMetadata", {})
        for index, report in enumerate(element.get("sensorReport", ())):
            for name in _SENSOR_TWICE:
                if name in metadata and name in report:
                    pointer = f"/sensorElementList/{number}/sensorReport/{index}/{name}"
                    yield Problem(
                        pointer, "sensor-attribute-twice", f"{name} is given here and in the sensorMetadata."
                    )


def _undefined_prefixes(event: Event) -> Iterator[Problem]:
    defined = all_prefixes(event.context)
    for name in event.document:
        prefix, colon, rest = name.partition(":")
        if (
            name not in MEMBERS
            and colon
            and not rest.startswith("//")
            and prefix not in defined | _URI_SCHEMES
        ):
            yield Problem(
                f"/{escape(name)}", "undefined-prefix", f"No @context says what the prefix {prefix!r} means."
            )


_URI_SCHEMES: Final = dict.fromkeys(_SCHEMES, "")
