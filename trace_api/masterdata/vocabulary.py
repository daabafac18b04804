"""Master data that travels inside EPCIS documents (CBV section 9): read, and kept beside the imported tables.

A captured document may come from anybody with a device token, so it never overrides what was imported from
a table: an element adds a record that is unknown, fills columns that are empty, and replaces what an earlier
document said. An element that cannot be read is reported and left out; it never stops the events of its
document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from lineage.errors import LineageError
from lineage.identifiers import GS1_HOST, name_uri, read
from trace_api.masterdata import repository
from trace_api.masterdata.columns import read_values
from trace_api.masterdata.model import Party, Product, Record, Site

MAX_ELEMENTS: Final = 100_000  # a document of the largest size that capture takes holds fewer

_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "parties": {
        "name": "name",
        "partyname": "name",
        "organizationname": "name",
        "nameen": "name_en",
        "uscc": "uscc",
        "roles": "roles",
        "partyrole": "roles",
        "pgln": "pgln",
        "phone": "phone",
        "region": "region",
    },
    "sites": {
        "name": "name",
        "site": "name",
        "sitename": "name",
        "nameen": "name_en",
        "operator": "operator_uscc",
        "operatoruscc": "operator_uscc",
        "streetaddressone": "address",
        "address": "address",
        "region": "region",
        "city": "city",
        "latitude": "lat",
        "lat": "lat",
        "longitude": "lon",
        "lon": "lon",
    },
    "products": {
        "descriptionshort": "name",
        "tradeitemdescription": "name",
        "functionalname": "name",
        "regulatedproductname": "name",
        "name": "name",
        "nameen": "name_en",
        "regime": "regime",
        "produceruscc": "producer_uscc",
        "producer": "producer_uscc",
        "spec": "spec",
        "netcontentdescription": "spec",
        "netweight": "spec",
        "shelflifedays": "shelf_life_days",
        "storageminc": "storage_min_c",
        "storagemaxc": "storage_max_c",
        "approvalnumber": "approval_number",
    },
}
"""Local names of CBV and project attributes (lower-case, no separators) -> column; the first given wins."""


class Element(Protocol):
    """What is read of a vocabulary element (``lineage.events`` gives them)."""

    @property
    def id(self) -> str:
        """Give the URI of the thing that the attributes describe."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Give the attributes by their names as written."""


@dataclass(frozen=True, slots=True)
class RejectedElement:
    """A vocabulary element that was left out."""

    id: str
    message: str


def apply_vocabulary(connection: Connection, elements: Iterable[Element]) -> list[RejectedElement]:
    """Keep the master data of one captured document, in the caller's transaction.

    :return: the elements that could not be read, each with its reason
    """
    rejected: list[RejectedElement] = []
    found: dict[str, dict[tuple[object, ...], Record]] = {"parties": {}, "sites": {}, "products": {}}
    for number, element in enumerate(elements):
        if number >= MAX_ELEMENTS:
            rejected.append(RejectedElement(element.id, f"more than {MAX_ELEMENTS} elements in one document"))
            break
        try:
            read = read_element(element.id, element.attributes)
        except LineageError as error:
            rejected.append(RejectedElement(element.id, error.message))
            continue
        if isinstance(read, RejectedElement):
            rejected.append(read)
        elif read is not None:
            table, record = read
            found[table][repository.key_of(record)] = record
    for table, records in found.items():
        if records:
            repository.upsert(connection, table, list(records.values()), origin="vocabulary")
    return rejected


def read_element(uri: str, attributes: Mapping[str, Any]) -> tuple[str, Record] | RejectedElement | None:
    """Read one element.

    :return: its table and record; None when it describes something that is no master data of ours
        (a lot, an item); the reason when it cannot be read
    """
    subject = name_uri(uri)
    table = _table(subject.kind, attributes)
    if table is None:
        return None
    cells = _cells(table, attributes)
    if subject.scheme == "uscc":
        cells["uscc"] = subject.value
    elif subject.scheme == "pgln":
        cells["pgln"] = subject.id
    values, problems = read_values(table, cells, required=())
    if problems:
        return RejectedElement(uri, "; ".join(f"{problem.column}: {problem.message}" for problem in problems))
    if table == "sites":
        return table, Site(**{"name": None, **values, "site_id": subject.id})
    if table == "products":
        gs1 = subject.id.startswith(GS1_HOST)
        key = subject.id if gs1 else f"{subject.scheme}:{subject.value}"
        return table, Product(**{"name": None, **values, "product_id": key})
    if "uscc" in values:
        return table, Party(read(values["uscc"], scheme="uscc").id, **{"name": None, **values})
    return table, Party(subject.id, **{"uscc": None, "name": None, **values})


def _table(kind: str, attributes: Mapping[str, Any]) -> str | None:
    if kind == "party":
        return "parties"
    if kind == "site":
        return "sites"
    if kind == "class":
        return "products"
    names = {_local(name) for name in attributes}
    if kind == "other":
        return (
            "parties"
            if "uscc" in names
            else "sites"
            if names & {"operator", "operatoruscc", "latitude"}
            else None
        )
    return None


def _cells(table: str, attributes: Mapping[str, Any]) -> dict[str, object]:
    cells: dict[str, object] = {}
    given = {_local(name): value for name, value in attributes.items()}
    for local, column in _NAMES[table].items():
        value = given.get(local)
        if isinstance(value, list) and column == "roles":
            value = ";".join(str(part) for part in value)
        if column not in cells and isinstance(value, str | int | float) and not isinstance(value, bool):
            cells[column] = value
    for column in ("operator_uscc", "producer_uscc"):
        if column in cells:
            cells[column] = _code_of_party(str(cells[column]))
    return cells


def _local(name: str) -> str:
    for separator in ("#", "/", ":"):
        name = name.rsplit(separator, 1)[-1]
    return name.replace("_", "").replace("-", "").lower()


def _code_of_party(text: str) -> str:
    """Give the code when a party was named by its URI instead."""
    if ":" not in text and "/" not in text:
        return text
    try:
        named = name_uri(text)
    except LineageError:
        return text
    return named.value if named.scheme == "uscc" else text
