"""What clients send about recalls, with every bound, and how it is read."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lineage.identifiers import read
from trace_api.masterdata.columns import read_site_id
from trace_api.recall.model import MOMENTS, Action, Seed

Identifier = Annotated[str, Field(min_length=1, max_length=400)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Regime = Literal[
    "food", "drug", "vaccine", "special_equipment", "gas_cylinder", "agri_crop", "agri_livestock", "consumer"
]

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that a recall can be about was known before."""

LEVELS = {
    written: str(number)
    for number, names in enumerate(("I Ⅰ 一级 一", "II Ⅱ 二级 二", "III Ⅲ 三级 三"), start=1)
    for written in names.split()
}
"""How laws and people write a level that is not a digit."""

MAX_SEEDS = 200
MAX_PARTIES = 5000
MAX_RECOVERED = 5000


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _with_offset(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("needs its offset from UTC, e.g. 2026-11-24T08:00:00+08:00")
    try:
        return value.astimezone(UTC) if value is not None else None
    except OverflowError:
        raise ValueError("is at the end of all calendars") from None


class SeedBody(_Body):
    """Where a recall starts: a thing, or a site or party with a time window."""

    id: Identifier | None = Field(
        None, description="item, lot, logistic unit or product, in any written form"
    )
    site: Identifier | None = Field(
        None, description="a location; everything that was there in the time window"
    )
    party: Identifier | None = Field(None, description="a party; everything that it had in the time window")
    since: datetime | None = Field(None, description="suspected from this time on; begin of the window")
    until: datetime | None = Field(None, description="end of the window")

    _times = field_validator("since", "until")(_with_offset)

    @model_validator(mode="after")
    def _one_kind(self) -> "SeedBody":
        if sum(value is not None for value in (self.id, self.site, self.party)) != 1:
            raise ValueError("a seed has exactly one of id, site and party")
        if self.site is not None and self.since is None:
            raise ValueError("a site needs the beginning of a time window: since")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("until is before since")
        return self

    def seed(self) -> Seed:
        """Give the seed with its canonical id.

        :raises LineageError: not an identifier
        """
        if self.site is not None:
            return Seed("site", read_site_id("site", self.site), self.since, self.until)
        if self.party is not None:
            bare = len(self.party) == 18 and self.party.isalnum()
            return Seed("party", read(self.party, scheme="uscc" if bare else None).id, self.since, self.until)
        return Seed("thing", read(self.id or "").id, self.since)


class CaseBody(_Body):
    """What opens a recall case or a drill."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "regime": "food",
                    "level": "1",
                    "reason": "检出单核细胞增生李斯特氏菌",
                    "knew_at": "2026-11-24T08:00:00+08:00",
                    "seeds": [
                        "(01)06901234567892(10)M1",
                        {"id": "(00)069012340000000011", "since": "2026-11-20T00:00:00Z"},
                    ],
                }
            ]
        }
    )

    regime: Regime
    level: str | None = Field(
        None, description="1, 2 or 3 (also I or 一级); left out where the regime has no levels"
    )
    reason: Text
    knew_at: datetime | None = Field(
        None, description="when the hazard became known: starts the clock; default now"
    )
    seeds: list[SeedBody | Identifier] = Field(min_length=1, max_length=MAX_SEEDS)
    contact: bool = Field(False, description="sharing a container counts as being affected")
    responsible: Identifier | None = Field(
        None, description="who recalls; default the producer of the first seed"
    )

    _times = field_validator("knew_at")(_with_offset)

    @field_validator("knew_at")
    @classmethod
    def _this_century(cls, value: datetime | None) -> datetime | None:
        if value is not None and value < EARLIEST:
            raise ValueError("is before the year 2000")
        return value

    @field_validator("level", mode="before")
    @classmethod
    def _level(cls, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return LEVELS.get(value.strip().upper(), value) if isinstance(value, str) else value

    def read_seeds(self) -> tuple[Seed, ...]:
        """Give the seeds with canonical ids, each once."""
        bodies = [
            SeedBody(id=each, site=None, party=None, since=None, until=None)
            if isinstance(each, str)
            else each
            for each in self.seeds
        ]
        return tuple(dict.fromkeys(body.seed() for body in bodies))


class NoticesBody(_Body):
    """Notices that were sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"parties": ["uscc:91110000600037341L"], "channel": "phone"}, {"public": True}]
        }
    )

    parties: list[Identifier] | Literal["all"] = Field(
        "all", description="who was told; “all” means every holder that has not been told yet"
    )
    channel: Annotated[str, Field(min_length=1, max_length=40)] = Field(
        "system", examples=["phone", "letter"]
    )
    sent_at: datetime | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None
    public: bool = Field(False, description="the recall was announced publicly: stops or starts legal clocks")

    _times = field_validator("sent_at")(_with_offset)

    @field_validator("parties")
    @classmethod
    def _bounded(cls, value: Any) -> Any:
        if isinstance(value, list) and len(value) > MAX_PARTIES:
            raise ValueError(f"at most {MAX_PARTIES} parties at once")
        return value


class RecoveriesBody(_Body):
    """What became of affected things."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "recovered", "things": ["(01)06901234567892(21)7C4KQ9RTVWXY23"]},
                {"action": "destroyed", "things": ["(01)06901234567892(10)L1"], "quantity": 40, "uom": "KGM"},
            ]
        }
    )

    action: Action
    things: list[Identifier] = Field(default_factory=list, max_length=MAX_RECOVERED)
    quantity: float | None = Field(None, gt=0, le=1e12, description="of a lot: how much")
    uom: Annotated[str, Field(pattern="^[A-Z0-9]{2,3}$")] | None = Field(
        None, description="UN/ECE Rec 20, e.g. KGM"
    )
    party: Identifier | None = None
    site: Identifier | None = None
    at: datetime | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None

    _times = field_validator("at")(_with_offset)

    @model_validator(mode="after")
    def _something(self) -> "RecoveriesBody":
        if not self.things:
            raise ValueError("name at least one thing or lot")
        if self.quantity is not None and len(self.things) != 1:
            raise ValueError("a quantity is of one lot: name exactly that")
        return self


class MomentsBody(_Body):
    """When something happened that the legal clock counts from."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"announced_at": "2026-11-24T10:00:00+08:00"}]})

    announced_at: datetime | None = None
    reported_at: datetime | None = None
    planned_at: datetime | None = None
    progress_at: datetime | None = None
    completed_at: datetime | None = None
    summary_at: datetime | None = None

    _times = field_validator(*MOMENTS)(_with_offset)

    def given(self) -> dict[str, datetime]:
        """Give the moments that were sent."""
        return {name: at for name in MOMENTS if (at := getattr(self, name)) is not None}


class CloseBody(_Body):
    """What ends a case."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "全部召回并销毁", "accept_unsettled": False}]}
    )

    outcome: Text
    accept_unsettled: bool = Field(
        False, description="close although affected things are neither recovered, destroyed nor released"
    )
