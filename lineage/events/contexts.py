"""Prefixes: which namespace a prefix of an ``@context`` stands for.

No context is ever fetched. The published EPCIS contexts are known by name as tables in ``vocabulary``; other
contexts by reference add nothing that is needed here, because extension names carry a prefix.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lineage.events.vocabulary import STANDARD_PREFIXES


def as_list(context: Any) -> list[Any]:
    """Give an ``@context`` value as the list that it abbreviates."""
    if context is None:
        return []
    return list(context) if isinstance(context, list) else [context]


def flat(value: Any) -> list[Any]:
    """Give the values of a list, with lists inside it dissolved: a JSON-LD set is flat."""
    if not isinstance(value, list):
        return [value]
    return [inner for each in value for inner in flat(each)]


def prefixes(context: Iterable[Any]) -> dict[str, str]:
    """Give prefix → namespace as the context itself defines them, later ones winning."""
    table: dict[str, str] = {}
    for part in context:
        if isinstance(part, dict):
            for name, value in part.items():
                target = value.get("@id") if isinstance(value, dict) else value
                if isinstance(target, str) and not name.startswith("@"):
                    table[name] = target
    return table


def all_prefixes(context: Iterable[Any]) -> dict[str, str]:
    """Give prefix → namespace including those that the standard's context defines."""
    return {**STANDARD_PREFIXES, **prefixes(context)}


def expand(name: str, table: dict[str, str]) -> tuple[str, str]:
    """Give (namespace, local name); an unknown prefix is its own namespace, as JSON-LD has it."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return table.get(name, ""), name
    namespace = table.get(prefix)
    if namespace is not None and not local.startswith("//"):
        return namespace, local
    return _split(name)


def _split(uri: str) -> tuple[str, str]:
    """Split a full URI after its last ``/``, ``#`` or ``:`` so that the rest can be a name."""
    cut = max(uri.rfind("/"), uri.rfind("#"), uri.rfind(":")) + 1
    return uri[:cut], uri[cut:]
