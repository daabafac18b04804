"""Master data inside captured documents: kept, and never above an imported table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from trace_api.database import Database
from trace_api.masterdata import apply_vocabulary, repository
from trace_api.masterdata.importing import import_bytes
from trace_api.masterdata.model import Party, Product, Site
from trace_api.masterdata.vocabulary import RejectedElement, read_element

USCC = "91110000600037341L"
GTIN = "https://id.gs1.org/01/06901234567892"


@dataclass
class Element:
    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


def test_a_location_becomes_a_site() -> None:
    found = read_element(
        "urn:epc:id:sgln:690123450.001.0",
        {
            "urn:epcglobal:cbv:mda:name": "厂",
            "cbvmda:city": "太原",
            "https://w3id.org/suyuan/v1/operator": f"https://anything.example/id/uscc/{USCC}",
            "urn:epcglobal:cbv:mda#latitude": "37.87",
            "urn:epcglobal:cbv:mda#longitude": 112.55,
        },
    )
    assert found == (
        "sites",
        Site(
            "https://id.gs1.org/414/6901234500011",
            "厂",
            operator_uscc=USCC,
            city="太原",
            lat=37.87,
            lon=112.55,
        ),
    )


def test_a_party_with_and_without_code() -> None:
    pgln = "https://id.gs1.org/417/6901234500028"
    found = read_element(pgln, {"cbvmda:name": "甲", "suyuan:uscc": USCC, "suyuan:roles": ["producer"]})
    assert isinstance(found, tuple)
    table, known = found
    assert table == "parties"
    assert isinstance(known, Party)
    assert (known.uscc, known.pgln, known.roles) == (USCC, pgln, ("producer",))
    unknown = read_element(pgln, {"cbvmda:name": "甲"})
    assert unknown == ("parties", Party(pgln, None, "甲", pgln=pgln))


def test_a_class_becomes_a_product_and_codes_without_gtin_too() -> None:
    assert read_element(GTIN, {"cbvmda:descriptionShort": "酸奶", "suyuan:regime": "food"}) == (
        "products",
        Product(GTIN, "酸奶", regime="food"),
    )
    assert read_element("https://x.cn/id/drug_code/8385793", {"suyuan:name": "疫苗"}) == (
        "products",
        Product("drug_code:8385793", "疫苗"),
    )


def test_other_things_are_no_master_data() -> None:
    assert read_element(f"{GTIN}/10/L1", {"cbvmda:itemExpirationDate": "2027-01-01"}) is None


def test_a_wrong_attribute_rejects_the_element() -> None:
    found = read_element("urn:epc:id:sgln:690123450.001.0", {"suyuan:operator": "91110000600037341N"})
    assert isinstance(found, RejectedElement)
    assert found.message.startswith("operator_uscc:")


@pytest.mark.parametrize("table_first", [True, False])
def test_an_imported_table_wins(database: Database, table_first: bool) -> None:
    table = "product_id,name,spec\n6901234567892,酸奶,\n".encode()
    element = Element(GTIN, {"cbvmda:descriptionShort": "假酸奶", "cbvmda:netContentDescription": "180 g"})
    with database.transaction() as connection:
        if table_first:
            import_bytes(connection, "p.csv", table)
            assert apply_vocabulary(connection, [element]) == []
        else:
            assert apply_vocabulary(connection, [element]) == []
            import_bytes(connection, "p.csv", table)
        (product,) = repository.products_by_id(connection, [GTIN])
    assert product.name == "酸奶"
    assert product.spec == ("180 g" if table_first else None)


def test_a_later_document_replaces_an_earlier_one(database: Database) -> None:
    with database.transaction() as connection:
        for name in ("甲", "乙"):
            apply_vocabulary(connection, [Element(GTIN, {"cbvmda:descriptionShort": name})])
        assert [product.name for product in repository.products_by_id(connection, [GTIN])] == ["乙"]


def test_a_bad_element_does_not_stop_the_others(database: Database) -> None:
    elements = [
        Element("no uri at all"),
        Element("urn:epc:id:sgln:690123450.001.0", {"suyuan:operator": "1"}),
        Element(GTIN),
    ]
    with database.transaction() as connection:
        rejected = apply_vocabulary(connection, elements)
        assert len(repository.products_by_id(connection, [GTIN])) == 1
    assert "urn:epc:id:sgln:690123450.001.0" in [each.id for each in rejected]


def test_a_party_known_by_its_pgln_is_absorbed_when_its_code_is_known(database: Database) -> None:
    pgln = "https://id.gs1.org/417/6901234500028"
    with database.transaction() as connection:
        apply_vocabulary(connection, [Element(pgln, {"cbvmda:name": "甲"})])
        import_bytes(connection, "p.csv", f"uscc,name,pgln\n{USCC},北京甲公司,6901234500028\n".encode())
        found = repository.parties_by_key(connection, [pgln])
    assert [(party.uscc, party.name) for party in found] == [(USCC, "北京甲公司")]
