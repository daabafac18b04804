"""What is done in a world: each deed as it really happened, and how its record differs from that.

A deed is told once and used three times: the ledger learns from it what is true, `documents` writes the EPCIS
events that its record would be, and the demonstration plays it through devices.

Things are named by their canonical identifiers; times are microseconds since 1970 in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from firmware_sim.worlds.places import Party, Place


@dataclass(frozen=True, slots=True)
class Accident:
    """Something that goes wrong, as it does in real life.

    :ivar kind: what happened, e.g. `shipment_without_receipt`
    :ivar finding: code of the finding that an answer about the things must carry, where a finding is expected
    :ivar things: what it happened to
    :ivar note: the accident in a sentence
    """

    kind: str
    things: tuple[str, ...]
    note: str
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A portion of a lot. The unit is a UN/ECE Recommendation 20 code; empty counts pieces."""

    thing: str
    quantity: float
    uom: str = "KGM"


@dataclass(slots=True, kw_only=True)
class Deed:
    """What all deeds have.

    :ivar late: microseconds after the deed at which its record reaches anybody else
    :ivar recorded: False when it happened and nobody recorded it
    :ivar mistaken: True when it was recorded and did not happen (as recorded); an error declaration follows
    :ivar documents: business documents as pairs of type and number, e.g. `("cert", "…")`
    :ivar extra: extension fields of the project's namespace, without prefix
    """

    at: int
    place: Place
    step: str
    disposition: str = ""
    recorded: bool = True
    mistaken: bool = False
    late: int = 0
    documents: tuple[tuple[str, str], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    accidents: tuple[Accident, ...] = ()
    number: int = -1


@dataclass(slots=True, kw_only=True)
class Commissioned(Deed):
    """Things come into being: items of a lot, logistic units, or a lot with its quantity.

    :ivar ilmd: instance and lot master data, full names (`cbvmda:lotNumber`, `suyuan:…`)
    """

    things: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    lot: str = ""
    ilmd: Mapping[str, Any] = field(default_factory=dict)
    step: str = "commissioning"


@dataclass(slots=True, kw_only=True)
class Transformed(Deed):
    """Inputs become outputs.

    :ivar run: number of the process that several deeds belong to: what goes in now comes out in a later deed
    """

    inputs: tuple[str, ...] = ()
    input_amounts: tuple[Amount, ...] = ()
    outputs: tuple[str, ...] = ()
    output_amounts: tuple[Amount, ...] = ()
    run: str = ""
    ilmd: Mapping[str, Any] = field(default_factory=dict)
    step: str = "commissioning"


@dataclass(slots=True, kw_only=True)
class Packed(Deed):
    """Children go into a parent.

    :ivar missed: children that really went in and that the reader did not see
    """

    parent: str
    children: tuple[str, ...] = ()
    portions: tuple[Amount, ...] = ()
    missed: tuple[str, ...] = ()
    step: str = "packing"


@dataclass(slots=True, kw_only=True)
class Unpacked(Deed):
    """Children come out of a parent; no children means everything."""

    parent: str
    children: tuple[str, ...] = ()
    step: str = "unpacking"


@dataclass(slots=True, kw_only=True)
class Checked(Deed):
    """A container is opened, and what is inside is seen; nothing is moved."""

    parent: str
    children: tuple[str, ...] = ()
    step: str = "inspecting"


@dataclass(slots=True, kw_only=True)
class Attached(Deed):
    """A device is fixed to a thing (or taken off it): no content, no influence."""

    parent: str
    children: tuple[str, ...] = ()
    off: bool = False
    step: str = "installing"


@dataclass(slots=True, kw_only=True)
class Observed(Deed):
    """Things are seen in a business step: shipping, receiving, inspecting, registering, selling.

    :ivar giver: who hands over, where the record says it
    :ivar taker: who is to have it next, where the record says it
    :ivar carrier: who carries it meanwhile
    """

    things: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    giver: Party | None = None
    taker: Party | None = None
    to: Place | None = None
    carrier: Party | None = None


@dataclass(slots=True, kw_only=True)
class Sensed(Deed):
    """A travelling sensor's readings about things: pairs of time and degrees Celsius."""

    device: str
    things: tuple[str, ...] = ()
    readings: tuple[tuple[int, float], ...] = ()
    limits: tuple[float, float] | None = None
    step: str = "sensor_reporting"


@dataclass(slots=True, kw_only=True)
class Ended(Deed):
    """Things cease: destroyed, scrapped, taken out of use."""

    things: tuple[str, ...] = ()
    step: str = "destroying"
    disposition: str = "destroyed"


@dataclass(slots=True, kw_only=True)
class Voided(Deed):
    """An earlier record is declared an error.

    :ivar deed: the mistaken deed
    :ivar corrected_by: the deed that really happened instead
    """

    deed: Deed
    reason: Literal["did_not_occur", "incorrect_data"] = "did_not_occur"
    corrected_by: Deed | None = None
    step: str = ""
