"""A station: takes reads one by one, keeps the open act, and makes events when it is complete.

Nothing here knows a device, a disk or a clock. Time arrives with the rows; :meth:`Station.deadline` says
when the station wants to be told that time has passed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import msgspec

from gateway_agent.clock import SECOND
from gateway_agent.configuration.settings import StationSettings
from gateway_agent.errors import RefusedError
from gateway_agent.stations.act import Act, Entry
from gateway_agent.stations.building import Body, Place, build, is_complete
from gateway_agent.stations.codes import NOT_THINGS, Code, Pattern, understand_scan, understand_tag
from gateway_agent.stations.dates import read_date, year_of
from gateway_agent.stations.kinds import KINDS, Role
from gateway_agent.stations.operator import (
    STEPS,
    Command,
    CommandReader,
    apply_setting,
    is_command,
    lot_number,
)
from gateway_agent.stations.rows import Anchor, Declared, Effect, Emitted, Refused, Row, derived_event_id

RECENT_EVENTS = 32
"""How many of its own events a station can still declare an error with ``VOID``."""

SEEN_CODES = 4096
"""Codes remembered for telling double reads; more than fit into any dedup window."""

ALWAYS_KEPT = ("OPERATOR",)

DATE_FIELDS = {
    "11": "suyuan:productionDate",
    "15": "cbvmda:bestBeforeDate",
    "17": "cbvmda:itemExpirationDate",
}


class StationState(msgspec.Struct):
    """Everything that a station remembers between rows.

    :param kept: commands whose value stays for the next acts, by word, with the wall time they were said at
    :param recent: identifiers of the station's last events, oldest first
    :param seen: when each code was read last, in logical time
    :param last_command: the last command, to tell a double read of it
    """

    act: Act = msgspec.field(default_factory=Act)
    kept: dict[str, tuple[str, int]] = {}
    recent: list[str] = []
    seen: dict[str, int] = {}
    last_command: tuple[str, int] | None = None


class Station:
    """One station of the configuration.

    :param journal: identifier of the journal; part of every event's identifier
    """

    def __init__(
        self,
        settings: StationSettings,
        place: Place,
        commands: CommandReader,
        journal: uuid.UUID,
        state: StationState | None = None,
    ) -> None:
        self.settings = settings
        self.state = state or StationState()
        self.rule = KINDS[settings.kind]
        self._place = place
        self._commands = commands
        self._journal = journal
        self._numbering = (0, 0)
        self._include = [Pattern(text) for text in settings.include]
        self._exclude = [Pattern(text) for text in settings.exclude]
        self._parents = [Pattern(text) for text in settings.parent]
        self._steps: dict[str, Callable[[Command, Row], list[Effect]]] = {
            "DONE": self._done,
            "CANCEL": self._cancel,
            "VOID": self._void,
            "CORRECT": self._correct,
            "INPUT": self._set_role,
            "OUTPUT": self._set_role,
            "PARENT": self._parent,
            "CHILD": self._set_role,
            "REMOVE": self._remove,
            "RELEASE": self._release,
        }

    def deadline(self) -> int | None:
        """Give the logical time at which silence ends the open act, if it does."""
        act = self.state.act
        if self.settings.close_idle is None or act.last_at is None or act.refused_idle:
            return None
        return act.last_at + round(self.settings.close_idle * SECOND)

    def advance(self, row: Row) -> list[Effect]:
        """Let time pass up to the row."""
        deadline = self.deadline()
        if deadline is None or row.at < deadline:
            return []
        act = self.state.act
        if not is_complete(act, self.settings):
            act.refused_idle = True
            return [
                self._refusal(
                    row, RefusedError("incomplete", f"silence, but {_lacking(act, self.settings)}"), ""
                )
            ]
        return self._emit(row, act.anchor or row.anchor)

    def take(self, row: Row) -> list[Effect]:
        """Take one read; whatever is wrong with it becomes a :class:`Refused`, never an exception."""
        text = row.payload["epc"] if row.kind == "tag" else row.payload["text"]
        try:
            if row.kind == "code" and is_command(text):
                return self._command(text, row)
            return self._code(text, row)
        except RefusedError as error:
            return [self._refusal(row, error, text)]

    # Commands

    def _command(self, text: str, row: Row) -> list[Effect]:
        last, self.state.last_command = self.state.last_command, (text, row.at)
        if last is not None and last[0] == text and row.at - last[1] <= self._dedup:
            return []
        # An operator acted: what follows is a new act, also of the same code.
        self.state.seen.clear()
        command = self._commands.read(text, row.anchor.wall)
        if command.word in STEPS:
            return self._steps[command.word](command, row)
        effects = self._split_at_lot(command.value[0], row) if command.word == "LOT" else []
        self._open(row)
        apply_setting(command, self.state.act)
        word = f"{command.word}.{command.name.removeprefix('suyuan:')}" if command.name else command.word
        if not {command.word, word}.isdisjoint((*self.settings.keep, *ALWAYS_KEPT)):
            self.state.kept[word] = (text, row.anchor.wall)
        return effects

    def _done(self, _command: Command, row: Row) -> list[Effect]:
        return self._emit(row, row.anchor)

    def _cancel(self, _command: Command, _row: Row) -> list[Effect]:
        self._reset()
        return []

    def _void(self, command: Command, row: Row) -> list[Effect]:
        if not self.state.recent:
            raise RefusedError(
                "nothing-to-void", "the station has no event of its own left to declare an error"
            )
        event = self.state.recent.pop()
        return [
            Declared(self.settings.name, self.settings.lane, row.seq, event, command.value, (), row.anchor)
        ]

    def _correct(self, _command: Command, row: Row) -> list[Effect]:
        if not self.state.recent:
            raise RefusedError("nothing-to-correct", "the station has no event of its own left to correct")
        self._open(row)
        self.state.act.corrects = self.state.recent[-1]
        return []

    def _set_role(self, command: Command, row: Row) -> list[Effect]:
        roles: dict[str, Role] = {"INPUT": "input", "OUTPUT": "output", "CHILD": "child"}
        role = roles[command.word]
        if (role == "child") != (self.rule.role == "child") or self.rule.role == "thing":
            raise RefusedError(
                "bad-command", f"{command.word} means nothing at a {self.settings.kind} station"
            )
        self._open(row)
        self.state.act.role = role
        self.state.act.parent_next = False
        return []

    def _parent(self, command: Command, row: Row) -> list[Effect]:
        if self.rule.role != "child":
            raise RefusedError("bad-command", f"PARENT means nothing at a {self.settings.kind} station")
        self._open(row)
        if command.value is None:
            self.state.act.parent_next = True
            return []
        code = understand_scan(command.value, "", self.settings.scheme)
        return self._take_parent(code, row)

    def _remove(self, _command: Command, row: Row) -> list[Effect]:
        self._open(row)
        self.state.act.removing = True
        return []

    def _release(self, _command: Command, _row: Row) -> list[Effect]:
        raise RefusedError("bad-command", f"RELEASE means nothing at a {self.settings.kind} station")

    # Codes

    def _code(self, text: str, row: Row) -> list[Effect]:
        self.state.last_command = None
        if self._is_double(text, row.at):
            return []
        code = self._understand(text, row)
        if not self._is_meant(code):
            return []
        identifier = code.identifier
        if identifier.kind in NOT_THINGS:
            raise RefusedError(
                "not-a-thing",
                f"{text} names a {identifier.kind}",
                hint="scan it as SUYUAN:TO=…, FROM=…, TO_SITE=…",
            )
        self._open(row)
        if self.state.act.removing:
            return self._take_out(code)
        if self._is_parent(code):
            return self._take_parent(code, row)
        effects = self._split_at_lot(lot_of(code), row) if self._makes(code) else []
        self._open(row)
        self._take_thing(code, row)
        return effects + self._close_if_counted(row)

    def _understand(self, text: str, row: Row) -> Code:
        if row.kind == "tag":
            return understand_tag(text, row.payload.get("pc"))
        return understand_scan(text, row.payload.get("aim", ""), self.settings.scheme)

    def _is_double(self, text: str, at: int) -> bool:
        seen = self.state.seen
        last = seen.pop(text, None)
        seen[text] = at
        if len(seen) > SEEN_CODES:
            del seen[next(iter(seen))]
        return last is not None and at - last <= self._dedup

    def _is_meant(self, code: Code) -> bool:
        if any(pattern.matches(code.identifier) for pattern in self._exclude):
            return False
        parents = self._parents if self.rule.role == "child" else []
        return not self._include or any(
            pattern.matches(code.identifier) for pattern in (*self._include, *parents)
        )

    def _is_parent(self, code: Code) -> bool:
        act = self.state.act
        if self.rule.role != "child" or code.identifier.kind in {"lot", "class"}:
            return False
        if act.parent_next:
            return True
        if self._parents:
            return act.role != "child" and any(pattern.matches(code.identifier) for pattern in self._parents)
        return self.rule.first_is_parent and act.parent is None

    def _take_parent(self, code: Code, row: Row) -> list[Effect]:
        act = self.state.act
        effects: list[Effect] = []
        known = act.parent
        if known is not None and known.id != code.identifier.id:
            # The next container is scanned: the act of the one before is over.
            if is_complete(act, self.settings):
                effects = self._emit(row, act.anchor or row.anchor)
                self._open(row)
                act = self.state.act
            else:
                lacking = RefusedError("incomplete", f"{known.id}: {_lacking(act, self.settings)}")
                effects = [self._refusal(row, lacking, known.id)]
        act.parent_next = False
        entry = Entry(code.identifier.id, "parent", is_class=False, data=code.data)
        act.entries["parent"] = entry
        self._touch(row)
        if self.settings.close_parent and not self.settings.parent_first and is_complete(act, self.settings):
            effects += self._emit(row, row.anchor)
        return effects

    def _take_thing(self, code: Code, row: Row) -> None:
        act = self.state.act
        identifier = code.identifier
        is_class = identifier.kind in {"lot", "class"}
        role = act.role or self.rule.role
        key = f"{role} {identifier.id}"
        entry = act.entries.get(key)
        if entry is None:
            entry = act.entries[key] = Entry(identifier.id, role, is_class, identifier.lot, data=code.data)
        if is_class:
            quantity = act.pending_quantity or code.quantity()
            if quantity is None and self.settings.kind == "sell":
                quantity = (1, None)
            if quantity is not None:
                entry.add(quantity)
            act.pending_quantity = None
            act.last_class = key
        if self._makes(code):
            self._take_lot_data(code, row)
        self._touch(row)

    def _makes(self, code: Code) -> bool:
        """Tell whether the event will bring this thing into being, and so may carry data of its lot."""
        role = self.state.act.role or self.rule.role
        return self.rule.has_ilmd and role in {"thing", "output"} and code.identifier.kind != "unit"

    def _split_at_lot(self, number: str | None, row: Row) -> list[Effect]:
        """End the act when things of another lot begin: an event has one lot number for all that it makes."""
        act = self.state.act
        known = act.ilmd.get("cbvmda:lotNumber")
        if (
            not self.rule.has_ilmd
            or number is None
            or known in {None, number}
            or not act.of_role("thing", "output")
        ):
            return []
        if self.rule.role == "input":
            raise RefusedError(
                "another-lot",
                f"the act makes lot {known}, this is of lot {number}",
                hint="scan SUYUAN:DONE first",
            )
        return self._emit(row, act.anchor or row.anchor)

    def _take_lot_data(self, code: Code, row: Row) -> None:
        """Note what the symbol says about the lot that comes into being; what an operator said stands."""
        ilmd = self.state.act.ilmd
        if number := lot_of(code):
            ilmd.setdefault("cbvmda:lotNumber", number)
        for ai, field in DATE_FIELDS.items():
            written = read_date(code.data[ai], year_of(row.anchor.wall)) if ai in code.data else None
            if written:
                ilmd.setdefault(field, written)

    def _take_out(self, code: Code) -> list[Effect]:
        act = self.state.act
        act.removing = False
        keys = [key for key, entry in act.entries.items() if entry.id == code.identifier.id]
        if not keys:
            raise RefusedError("not-in-act", f"{code.identifier.id} was not scanned in this act")
        for key in keys:
            del act.entries[key]
        if act.last_class in keys:
            act.last_class = None
        return []

    def _close_if_counted(self, row: Row) -> list[Effect]:
        limit = self.settings.close_count
        if (
            limit is None
            or len(self.state.act.things) < limit
            or not is_complete(self.state.act, self.settings)
        ):
            return []
        return self._emit(row, row.anchor)

    # The act

    @property
    def _dedup(self) -> int:
        # A window of 0 lets every read count; -1 keeps two reads of one nanosecond apart too.
        return round(self.settings.dedup * SECOND) or -1

    def _open(self, row: Row) -> None:
        """Give a fresh act the values that the station and the operator gave beforehand."""
        if self.state.act != Act():
            return
        beforehand = [(text, row.anchor.wall) for text in self.settings.commands]
        for text, wall in (*beforehand, *self.state.kept.values()):
            apply_setting(self._commands.read(text, wall), self.state.act)

    def _touch(self, row: Row) -> None:
        act = self.state.act
        act.last_at = row.at
        act.anchor = row.anchor
        act.refused_idle = False

    def _reset(self) -> None:
        self.state.act = Act()

    def _next_event_id(self, row: Row) -> str:
        seq, number = self._numbering
        self._numbering = (row.seq, number + 1 if seq == row.seq else 0)
        return derived_event_id(self._journal, self.settings.name, *self._numbering)

    def _emit(self, row: Row, anchor: Anchor) -> list[Effect]:
        act = self.state.act
        bodies = build(act, self.settings, self._place)
        effects: list[Effect] = []
        made: list[str] = []
        for body in bodies:
            event_id = self._next_event_id(row)
            made.append(event_id)
            effects.append(self._emitted(row.seq, event_id, body, anchor))
        if act.corrects:
            if act.corrects in self.state.recent:
                self.state.recent.remove(act.corrects)
            effects.append(
                Declared(
                    self.settings.name,
                    self.settings.lane,
                    row.seq,
                    act.corrects,
                    "incorrect_data",
                    tuple(made),
                    row.anchor,
                )
            )
        self.state.recent = [*self.state.recent, *made][-RECENT_EVENTS:]
        self._reset()
        return effects

    def _emitted(self, seq: int, event_id: str, body: Body, anchor: Anchor) -> Emitted:
        stated = self.state.act.stated_time
        return Emitted(self.settings.name, self.settings.lane, seq, event_id, body, anchor, stated)

    def _refusal(self, row: Row, error: RefusedError, text: str) -> Refused:
        return Refused(self.settings.name, row.source, row.seq, error.code, error.message, text, row.anchor)


def lot_of(code: Code) -> str | None:
    """Give the lot number that a symbol names, if it names one."""
    identifier = code.identifier
    return code.data.get("10") or (lot_number(identifier.value) if identifier.kind == "lot" else None)


def _lacking(act: Act, station: StationSettings) -> str:
    try:
        build(act, station, Place(None, None, "+00:00", None))
    except RefusedError as error:
        return error.message
    return "nothing is missing"
