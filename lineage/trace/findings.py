"""Findings: what does not add up, with a stable code, what it concerns, and a sentence to read.

The table below is the catalogue: code, severity, and the sentence in English and Chinese. Words in braces
are filled from the finding's details.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from msgspec import to_builtins

from lineage.facts import rfc3339
from lineage.profiles import Basis
from lineage.trace.neighbours import Name

Severity = Literal["info", "warning", "serious"]
"""``info``: worth knowing. ``warning``: someone has to look. ``serious``: a rule that blocks the business
act."""


class Rule(NamedTuple):
    """One entry of the catalogue."""

    severity: Severity
    en: str
    zh: str


CATALOGUE: Mapping[str, Rule] = {
    "moved_without_unpacking": Rule(
        "warning",
        "{thing} was packed into {other} while it was still in {parent}: nobody recorded taking it out.",
        "{thing} 尚在 {parent} 内即被装入 {other}，无取出记录。",
    ),
    "seen_inside_unpacked": Rule(
        "warning",
        "{thing} was seen in {parent}, but nobody recorded putting it there.",
        "在 {parent} 内发现 {thing}，但无装入记录。",
    ),
    "event_after_end": Rule(
        "warning",
        "{thing} was {how} on {ended}, and is named again by a later event ({step}).",
        "{thing} 已于 {ended} {how_zh}，其后仍出现于事件（{step}）。",
    ),
    "sold_twice": Rule(
        "serious",
        "{thing} was sold or dispensed {count} times: the code may be copied, or goods may have flowed back.",
        "{thing} 被销售或使用 {count} 次：可能存在仿冒、套码或回流。",
    ),
    "never_commissioned": Rule(
        "warning",
        "{thing} was never commissioned: its first event is {step}.",
        "{thing} 无赋码（启用）记录，首次出现即为 {step}。",
    ),
    "not_received": Rule(
        "warning",
        "{thing} was shipped by {party} on {at}, and nobody recorded receiving it.",
        "{thing} 于 {at} 由 {party} 发出，无收货记录。",
    ),
    "custody_gap": Rule(
        "warning",
        "Nobody says who had {thing} for {hours} hours after {party} (limit {limit} hours).",
        "{party} 之后 {hours} 小时内无人对 {thing} 负责（限值 {limit} 小时）。",
    ),
    "impossible_travel": Rule(
        "serious",
        "{thing} was seen at {place} and, {minutes} minutes later, {km} km away at {other}.",
        "{thing} 先后出现在 {place} 与相距 {km} 公里的 {other}，仅隔 {minutes} 分钟。",
    ),
    "cold_chain_excursion": Rule(
        "serious",
        "{thing} was at {temperature} °C on {at}; allowed are {low} to {high} °C.",
        "{thing} 于 {at} 处于 {temperature} ℃，允许范围 {low}～{high} ℃。",
    ),
    "inspection_expired": Rule(
        "serious",
        "{thing} was filled or used on {at}, after its inspection ran out on {due}.",
        "{thing} 检验有效期至 {due}，却于 {at} 仍被充装或使用。",
    ),
    "inspection_failed": Rule(
        "serious",
        "{thing} failed its inspection on {ended} and was used on {at}.",
        "{thing} 于 {ended} 检验不合格，却于 {at} 仍被使用。",
    ),
    "safety_interval": Rule(
        "serious",
        "{thing} was harvested on {at}, within the {days} days that must pass after {input} of {applied}.",
        "{thing} 于 {at} 采收，距 {applied} 使用 {input} 不足安全间隔期 {days} 天。",
    ),
    "mass_balance": Rule(
        "serious",
        "{made} {uom} were made from {used} {uom}: more than the limit of {limit} times the input.",
        "投入 {used} {uom} 产出 {made} {uom}，超过收得率上限 {limit}。",
    ),
    "volume_exceeds_harvest": Rule(
        "serious",
        "{used} {uom} of {thing} were used, but only {made} {uom} were ever made.",
        "{thing} 共使用 {used} {uom}，而产出（采收）仅 {made} {uom}。",
    ),
    "unit_mismatch": Rule(
        "info",
        "Quantities of {thing} are in units that cannot be compared: {units}.",
        "{thing} 的数量单位无法换算：{units}。",
    ),
    "shelf_life_exceeded": Rule(
        "serious",
        "{thing} was {step} on {at}, after its last day {due}.",
        "{thing} 已于 {due} 过期，却于 {at} 仍被 {step}。",
    ),
    "licence_missing": Rule(
        "serious",
        "{party} had no {kinds} on {at}, which its part in this needs.",
        "{party} 于 {at} 无所需许可：{kinds}。",
    ),
    "licence_expired": Rule(
        "serious",
        "{kind} {number} of {party} was not valid on {at} (valid {from} to {to}).",
        "{party} 的 {kind} {number} 于 {at} 不在有效期内（{from} 至 {to}）。",
    ),
    "not_examined": Rule(
        "info",
        "The answer has {count} things; only {examined} were looked at for findings.",
        "结果含 {count} 个追溯单元，仅检查了其中 {examined} 个。",
    ),
}


class Finding(NamedTuple):
    """One thing that does not add up."""

    code: str
    things: tuple[int, ...]
    events: tuple[int, ...]
    at: int | None
    details: Mapping[str, Any]
    """What fills the sentence. A value that is an :class:`Of` is a thing, shown by its name."""
    against: str | None = None
    """The party it is a finding against, where there is one."""
    rule: Basis | None = None
    """Why it matters in the regime of the things, and what it blocks."""

    @property
    def severity(self) -> Severity:
        """How bad it is, by the catalogue."""
        return CATALOGUE[self.code].severity

    def mentions(self) -> set[int]:
        """Every thing that the finding names."""
        return {*self.things, *(value.thing for value in self.details.values() if isinstance(value, Of))}

    def as_dict(self, names: Mapping[int, Name], event_ids: Mapping[int, str]) -> dict[str, Any]:
        """Write it as http-api.md has it, with the sentence in both languages."""
        words = {key: _word(value, names) for key, value in self.details.items()}
        words.setdefault("thing", _listed(self.things, names))
        words.setdefault("at", rfc3339(self.at))
        rule = CATALOGUE[self.code]
        return {
            "code": self.code,
            "severity": rule.severity,
            "at": rfc3339(self.at),
            "things": [names[thing].id for thing in self.things],
            "events": [event_ids[event] for event in self.events],
            "against": self.against,
            "rule": None if self.rule is None else to_builtins(self.rule),
            "message": rule.en.format_map(words),
            "message_zh": rule.zh.format_map(words),
        }


class Of(NamedTuple):
    """A thing in the details of a finding."""

    thing: int


def _listed(things: tuple[int, ...], names: Mapping[int, Name]) -> str:
    """Name the first thing, and say how many more there are."""
    if not things:
        return ""
    first = names[things[0]].id
    return first if len(things) == 1 else f"{first} (+{len(things) - 1})"


def _word(value: Any, names: Mapping[int, Name]) -> Any:
    return names[value.thing].id if isinstance(value, Of) else value
