"""Deriving containment again, in the transaction that changed what it follows from."""

from __future__ import annotations

from sqlalchemy import Connection

from trace_api.capture import facts_repository as facts
from trace_api.capture.containment import derive_rows, questions
from trace_api.capture.rows import FactRows
from trace_api.capture.runs import Run, outside


def derive_again(connection: Connection, rows: FactRows, lost: FactRows) -> None:
    """Replace the stays of every child that new marks or taken ones concern.

    Lock the parents, find who was inside an emptied one, lock the children, read all their marks, derive.

    :param rows: of the events that came
    :param lost: of the events that error declarations took out
    """
    touched = rows.touched()
    emptyings = [*rows.emptyings, *lost.emptyings]
    if not touched and not emptyings and not lost.marks:
        return
    facts.lock_parents(connection, rows.locked_parents() | lost.locked_parents())
    touched.add_all(lost.marks)
    touched.add_all(facts.marks_beside(connection, lost.emptyings))
    touched.add_all(facts.inside_when_emptied(connection, emptyings))
    if not touched:
        return
    facts.lock_children(connection, touched.blocks())
    marks = facts.marks_of(connection, touched)
    emptied = facts.next_emptied(connection, questions(marks))
    stays, oddities = derive_rows(touched, marks, emptied)
    # Of a child whose marks are all new nothing was derived before.
    new = {mark.event for mark in rows.marks}
    known = touched.among([*lost.marks, *(mark for mark in marks if mark.event not in new)])
    old_stays, old_oddities = facts.take_stays(connection, known)
    # A stored run may reach beyond the touched children: what lies outside stays as it was.
    holes: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for scope, run in known.runs():
        holes.setdefault((scope, run.block), []).append((run.lo, run.hi))
    for stay in old_stays:
        for run in outside(Run(stay.block, stay.lo, stay.hi), holes.get((stay.scope, stay.block), ())):
            stays.append(stay._replace(lo=run.lo, hi=run.hi))
    for odd in old_oddities:
        for run in outside(Run(odd.block, odd.lo, odd.hi), holes.get((odd.scope, odd.block), ())):
            oddities.append(odd._replace(lo=run.lo, hi=run.hi))
    facts.add_stays(connection, stays, oddities)
