"""The questions, asked of any source of neighbours."""

from __future__ import annotations

from itertools import islice
from typing import Any

from lineage.facts import rfc3339
from lineage.trace.answer import Answer, Named
from lineage.trace.backwards import search_backwards
from lineage.trace.directory import Directory, NoDirectory
from lineage.trace.examination import DEFAULT_EXAMINED, examine
from lineage.trace.findings import Finding
from lineage.trace.forwards import search_forwards
from lineage.trace.graph import Graph, Page, closed, graph_of
from lineage.trace.labels import THING
from lineage.trace.names import Names
from lineage.trace.neighbours import FOREVER, NEVER, Neighbours
from lineage.trace.runs import union
from lineage.trace.search import DEFAULT_LIMIT, Options
from lineage.trace.shares import Share, shares
from lineage.trace.whereabouts import WhereRun, where_runs

NO_DIRECTORY = NoDirectory()


def source(
    neighbours: Neighbours,
    thing: int,
    until: int | None = None,
    *,
    depth: int | None = None,
    contact: bool = False,
    limit: int = DEFAULT_LIMIT,
    page: Page | None = None,
    runs: bool = False,
    directory: Directory = NO_DIRECTORY,
    examined: int = DEFAULT_EXAMINED,
    now: int | None = None,
) -> Answer:
    """Give everything that may have gone into a thing by a time (semantics 3, source).

    :param until: event time in microseconds; ``None`` asks without a bound
    :param depth: most hops on a path; ``None`` is no limit
    :param contact: sharing a container counts as influence
    :param limit: a search that reaches more things than this stops after the hop that did. What it did not
        reach comes from the things of the greatest depth, each by its time
    :param page: the part of the answer to write, the nearest things first; all when not given
    :param runs: write things that came in the same way as one run, without the names of those between
    :param examined: most things to look at for findings; 0 looks at none
    :param now: time of asking: without ``until``, what is still in a unit could go in until now
    """
    options = Options(depth, contact, limit)
    found = search_backwards(neighbours, thing, FOREVER if until is None else until, options)
    graph = graph_of(found, is_origin=lambda node: node not in found.fed, page=page or Page(limit))
    if until is None and now is not None:
        graph = closed(graph, now)
    query = {"question": "source", "until": rfc3339(until), "depth": depth, "contact": contact}
    findings = _findings(neighbours, graph, directory, examined)
    return _answer(neighbours, query, graph, findings, Names(neighbours), runs=runs)


def destination(
    neighbours: Neighbours,
    thing: int,
    since: int | None = None,
    *,
    depth: int | None = None,
    contact: bool = False,
    now: bool = False,
    limit: int = DEFAULT_LIMIT,
    page: Page | None = None,
    runs: bool = False,
    directory: Directory = NO_DIRECTORY,
    examined: int = DEFAULT_EXAMINED,
    quantities: bool = False,
) -> Answer:
    """Give everything that a thing may have gone into from a time on (semantics 3, destination).

    :param since: event time in microseconds; ``None`` asks from when the thing first appears
    :param now: say of each thing where it is now
    :param limit: as for :func:`source`; what was not reached comes from the things of the greatest depth,
        each from its time on
    :param page: as for :func:`source`, and so is ``runs``
    :param quantities: say of each lot how much of it came from this one, at least and at most
    """
    start = neighbours.first_seen(thing) if since is None else since
    options = Options(depth, contact, limit)
    found = search_forwards(neighbours, thing, NEVER if start is None else start, options)
    graph = graph_of(found, page=page or Page(limit))
    names = Names(neighbours)
    where = where_runs(neighbours, graph.runs(), directory, names) if now else None
    share = None
    if quantities:
        # What is in a lot came through things that may stand on another page.
        whole = graph_of(found) if graph.fingerprint else graph
        share = shares(neighbours, whole, NEVER if start is None else start, names)
    query = {"question": "destination", "since": rfc3339(start), "depth": depth, "contact": contact}
    findings = _findings(neighbours, graph, directory, examined)
    return _answer(neighbours, query, graph, findings, names, where, share, runs=runs)


def _findings(neighbours: Neighbours, graph: Graph, directory: Directory, examined: int) -> list[Finding]:
    if not examined:
        return []
    runs = union([(graph.root, graph.root), *graph.runs()])
    things = list(islice((thing for first, last in runs for thing in range(first, last + 1)), examined))
    return examine(neighbours, things, directory, limit=examined, count=graph.count + 1)


def _answer(
    neighbours: Neighbours,
    query: dict[str, Any],
    graph: Graph,
    findings: list[Finding],
    names: Names,
    where: list[WhereRun] | None = None,
    share: dict[int, Share] | None = None,
    *,
    runs: bool = False,
) -> Answer:
    things = {graph.root}
    events = {event for finding in findings for event in finding.events}
    for step, _, _, _ in graph.edge_runs:
        things.update((step.upstream, step.downstream))
        events.add(step.event)
    for finding in findings:
        things |= finding.mentions()
    if where is not None:
        things.update(run.where.unit for run in where if run.where.unit is not None)
    # Ends that a step leaves open are the run's own things, which a superseded path may name beside.
    written = [*graph.runs(), *((run.first, run.last) for run in graph.edge_runs if run.first != THING)]
    if runs and graph.is_origin is None:
        # Only where a source answer tells origins apart do runs end within what they are here.
        names.ask_ends(written)
        written = []
    things.discard(THING)
    names.ask([*written, *((thing, thing) for thing in things)])
    named = Named(names, neighbours.event_ids(events))
    return Answer({"id": names[graph.root].id, **query}, graph, findings, where, share, named, runs=runs)
