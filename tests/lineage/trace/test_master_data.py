"""Master data from the vocabularies of documents."""

from lineage.events import VocabularyElement
from lineage.trace.master_data import DocumentDirectory
from tests.lineage.trace.story import item, lot, party, site

USCC = "91110000600037341L"
BIZ, PARTY, CLASS = (
    f"urn:epcglobal:epcis:vtype:{name}" for name in ("BusinessLocation", "Party", "EPCClass")
)
PRODUCT = item(1, "a").split("/21/")[0]


def known() -> DocumentDirectory:
    return DocumentDirectory(
        [
            VocabularyElement(
                BIZ,
                "urn:epc:id:sgln:6901234.00001.0",
                {
                    "urn:epcglobal:cbv:mda#site_name": "乳品厂",
                    "suyuan:operator": USCC,
                    "https://w3id.org/suyuan/v1/latitude": "37.87",
                    "suyuan:longitude": 112.55,
                },
            ),
            VocabularyElement(
                PARTY,
                party(1),
                {"suyuan:name": "某乳业", "suyuan:uscc": USCC, "suyuan:roles": "producer;packer"},
            ),
            VocabularyElement(
                CLASS,
                PRODUCT,
                {
                    "suyuan:regime": "food",
                    "suyuan:storageMinC": "2",
                    "suyuan:storageMaxC": "six",
                    "suyuan:shelfLifeDays": "21",
                },
            ),
        ]
    )


def test_sites() -> None:
    found = known().site(site(1))
    assert found is not None
    assert (found.name, found.latitude, found.longitude) == ("乳品厂", 37.87, 112.55)
    assert known().site(f"{site(1)}/254/dock") == found
    assert known().site(site(2)) is None


def test_a_party_is_one_by_whatever_key() -> None:
    directory = known()
    operator = directory.operator_of(f"{site(1)}/254/dock", 0)
    assert operator is not None
    assert directory.party(operator) == directory.party(party(1))
    found = directory.party(party(1))
    assert found is not None
    assert (found.id, found.uscc, found.roles) == (party(1), USCC, ("producer", "packer"))


def test_products_of_items_and_lots() -> None:
    for thing in (PRODUCT, item(1, "a"), lot(1, "L")):
        found = known().product_of(thing)
        assert found is not None
        assert (found.regime, found.storage_min_c, found.storage_max_c, found.shelf_life_days) == (
            "food",
            2,
            None,
            21,
        )
    assert known().product_of(item(2, "a")) is None
    assert known().licences(party(1), None, None) == ()
