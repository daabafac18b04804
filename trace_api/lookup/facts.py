"""What anybody may learn about one code: the values that the consumer page shows and that its JSON carries.

Nothing here names a natural person, a price, a street address or the trade partners of a whole lot: what
is not in these classes cannot reach the page (regimes, section 10).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from lineage.identifiers import Identifier
from trace_api.masterdata.model import Party, Product

Status = Literal["recorded", "issued", "registered"]
"""``registered``: no thing but a product, party or site of the master data."""
LicenceState = Literal["valid", "expired", "not_yet", "open"]


@dataclass(frozen=True, slots=True)
class RecallNotice:
    """A recall that covers the code.

    :ivar via: canonical id of the lot or class through which the code is covered; the code itself when
        listed by itself
    """

    case: str
    regime: str
    level: str | None
    reason: str
    opened_at: datetime
    responsible: Party | None
    advice: str
    via: str


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date of the product.

    :ivar kind: ``production``, ``packaging``, ``harvest``, ``best_before``, ``sell_by`` or ``expiry``
    :ivar derived: calculated from the registered shelf life
    """

    kind: str
    day: date
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Something the product came from that nothing was made into, with its city.

    :ivar at: when it went in; None for what is in a container still
    """

    thing: str
    kind: str
    label: str
    label_en: str
    product: Product | None
    city: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the journey: what happened, when, in which city; never an address."""

    at: datetime
    step: str
    city: str | None
    role: str | None
    disposition: str | None
    inferred: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for one stage; ``name`` is None where it is a natural person or not named publicly."""

    role: str
    name: str | None
    name_en: str | None
    uscc: str | None
    duty: str
    duty_en: str
    basis: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A licence or certificate, and what it is worth today and was worth when it mattered."""

    kind: str
    number: str
    holder: str | None
    holder_en: str | None
    authority: str | None
    valid_from: date | None
    valid_to: date | None
    state: LicenceState
    valid_when_made: bool | None


@dataclass(frozen=True, slots=True)
class Condition:
    """A state that the regime asks for: ``cold_chain``, ``inspection``, ``expiry``.

    :ivar verdict: ``good``, ``bad`` or ``unknown``
    :ivar values: numbers for the sentence on the page
    """

    kind: str
    verdict: Literal["good", "bad", "unknown"]
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered:
    """What is registered about a party or a site, beside its name."""

    uscc: str | None = None
    roles: tuple[str, ...] = ()
    operator: Party | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Lookups:
    """How often the code was looked up: counts and the first day, nothing about who did."""

    count: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that may be shown about one code."""

    identifier: Identifier
    text: str
    status: Status
    product: Product | None
    product_name: str | None
    product_name_en: str | None
    producer: Party | None
    lot: str | None
    lot_id: str | None
    serial: str | None
    registered: Registered | None = None
    dates: tuple[NamedDate, ...] = ()
    recalls: tuple[RecallNotice, ...] = ()
    origins: tuple[Origin, ...] = ()
    origins_left_out: int = 0
    journey: tuple[Stage, ...] = ()
    journey_left_out: int = 0
    responsible: tuple[Responsible, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    conditions: tuple[Condition, ...] = ()
    warnings: tuple[str, ...] = ()
    last_recorded_at: datetime | None = None
    lookups: Lookups = Lookups(0, None)
    sold_at: datetime | None = None
