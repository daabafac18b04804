"""A small food chain with master data: milk of two farms, one lot of yoghurt, three cups, a shop and a
kitchen.

The events are those of the worked example of the semantics, with places, parties and dates. ``M1`` is the
lot that a recall starts from: it reached the yoghurt ``Y1``, the cups ``S1 S2 S3`` and the cake ``K1``.
"""

from typing import Any

from starlette.testclient import TestClient

GS1 = "https://id.gs1.org"


def with_check(digits: str) -> str:
    """Give digits with their GS1 check digit."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return digits + str(-total % 10)


MILK, YOGHURT, CAKE = (f"0{with_check(f'69012345678{number}')}" for number in (0, 1, 2))
FARM_F, FARM_G, DAIRY, SHOP, KITCHEN, TRUCKS = (
    f"{GS1}/414/{with_check(f'69012345000{n}')}" for n in range(1, 7)
)
FARM_PARTY, DAIRY_PARTY, SHOP_PARTY = "91110000600037341L", "9144030071526726XG", "91140122778108880D"

M1, M2 = f"{GS1}/01/{MILK}/10/M1", f"{GS1}/01/{MILK}/10/M2"
Y1, K1 = f"{GS1}/01/{YOGHURT}/10/Y1", f"{GS1}/01/{CAKE}/10/K1"
S1, S2, S3 = (f"{GS1}/01/{YOGHURT}/21/s{n}7C4KQ9RTVWXY" for n in (1, 2, 3))
BOX, PAL = (f"{GS1}/00/{with_check(f'0690123450000000{n}')}" for n in (1, 2))

TABLES = {
    "parties.csv": f"""\
uscc,name,name_en,roles,pgln,phone,region
{FARM_PARTY},应县绿野奶牛养殖合作社,Yingxian Dairy Farmers' Cooperative,farm,,0349-5550001,140622
{DAIRY_PARTY},山西沁源乳业有限公司,Shanxi Qinyuan Dairy Co. Ltd.,producer;packer,,0351-5550002,140100
{SHOP_PARTY},晋中便民超市有限公司,Jinzhong Convenience Stores,retailer,,0354-5550003,140700
""",
    "sites.csv": f"""\
site_id,name,name_en,operator_uscc,address,region,city,lat,lon
{FARM_F},应县一号牧场,Farm F,{FARM_PARTY},应县某乡某村 1 号,140622,朔州市,39.55,113.19
{FARM_G},应县二号牧场,Farm G,{FARM_PARTY},应县某乡某村 2 号,140622,朔州市,39.56,113.2
{DAIRY},沁源乳业一厂,Dairy plant 1,{DAIRY_PARTY},太原市某路 3 号,140100,太原市,37.87,112.55
{SHOP},便民超市迎宾店,Yingbin store,{SHOP_PARTY},晋中市某街 4 号,140700,晋中市,37.69,112.75
{KITCHEN},中央厨房,Central kitchen,{SHOP_PARTY},晋中市某街 5 号,140700,晋中市,37.68,112.74
""",
    "products.csv": f"""\
product_id,name,name_en,regime,producer_uscc,spec,shelf_life_days,storage_min_c,storage_max_c,approval_number
{MILK},生鲜乳,Raw milk,food,{FARM_PARTY},,,,,
{YOGHURT},沁源巴氏杀菌酸牛奶,Qinyuan yoghurt,food,{DAIRY_PARTY},180 g,21,2,6,
{CAKE},酸奶蛋糕,Yoghurt cake,food,{SHOP_PARTY},500 g,5,,,
""",
    "licences.csv": f"""\
kind,number,holder_uscc,site_id,product_id,valid_from,valid_to,authority,scope
food_production,SC10614010000018,{DAIRY_PARTY},{DAIRY},,2024-01-01,2028-12-31,山西省市场监督管理局,乳制品
food_business,JY11407000000019,{SHOP_PARTY},,,2020-01-01,2025-12-31,晋中市市场监督管理局,
""",
}


def event(kind: str, clock: str, **more: Any) -> dict[str, Any]:
    """Give an event of 2026-11-18 at a time of the day in China."""
    return {
        "type": kind,
        "eventTime": f"2026-11-18T{clock}:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        **more,
    }


def at(site: str) -> dict[str, Any]:
    """Give where an event happened."""
    return {"readPoint": {"id": site}, "bizLocation": {"id": site}}


def quantity(lot: str, amount: float) -> dict[str, Any]:
    """Give a quantity of a lot in kilograms."""
    return {"epcClass": lot, "quantity": amount, "uom": "KGM"}


def events() -> list[dict[str, Any]]:
    """Give the events in order of time."""
    shipment = {
        "sourceList": [
            {"type": "possessing_party", "source": f"https://id.suyuan.example/id/uscc/{DAIRY_PARTY}"}
        ],
        "destinationList": [{"type": "location", "destination": SHOP}],
    }
    return [
        event(
            "ObjectEvent",
            "08:00",
            action="ADD",
            bizStep="commissioning",
            quantityList=[quantity(M1, 1000)],
            disposition="active",
            **at(FARM_F),
        ),
        event(
            "ObjectEvent",
            "09:00",
            action="ADD",
            bizStep="commissioning",
            quantityList=[quantity(M2, 500)],
            disposition="active",
            **at(FARM_G),
        ),
        event(
            "TransformationEvent",
            "10:00",
            bizStep="commissioning",
            inputQuantityList=[quantity(M1, 400)],
            outputQuantityList=[quantity(Y1, 380)],
            **at(DAIRY),
        ),
        event(
            "ObjectEvent",
            "10:30",
            action="ADD",
            bizStep="commissioning",
            epcList=[S1, S2, S3],
            disposition="active",
            ilmd={"cbvmda:lotNumber": "Y1", "cbvmda:itemExpirationDate": "2026-12-09"},
            **at(DAIRY),
        ),
        event(
            "AggregationEvent",
            "11:00",
            action="ADD",
            bizStep="packing",
            parentID=BOX,
            childEPCs=[S1, S2],
            **at(DAIRY),
        ),
        event(
            "AggregationEvent",
            "11:30",
            action="ADD",
            bizStep="packing",
            parentID=PAL,
            childEPCs=[BOX],
            **at(DAIRY),
        ),
        event(
            "AggregationEvent",
            "12:00",
            action="DELETE",
            bizStep="unpacking",
            parentID=BOX,
            childEPCs=[S1],
            **at(DAIRY),
        ),
        event(
            "ObjectEvent",
            "13:00",
            action="OBSERVE",
            bizStep="shipping",
            disposition="in_transit",
            epcList=[PAL],
            **at(DAIRY),
            **shipment,
        ),
        event(
            "ObjectEvent",
            "15:00",
            action="OBSERVE",
            bizStep="receiving",
            disposition="in_progress",
            epcList=[PAL],
            **at(SHOP),
        ),
        event(
            "TransformationEvent",
            "16:00",
            bizStep="commissioning",
            inputEPCList=[PAL],
            inputQuantityList=[quantity(M2, 100)],
            outputQuantityList=[quantity(K1, 90)],
            **at(KITCHEN),
        ),
    ]


def document(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """Give an EPCIS document."""
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-18T20:00:00+08:00",
        "epcisBody": {"eventList": listed},
    }


def capture(device: TestClient, listed: list[dict[str, Any]]) -> dict[str, Any]:
    """Capture events and wait until they are in."""
    answer = device.post("/epcis/v2/capture", json=document(listed), headers={"Prefer": "wait=20"})
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    assert job["rejected"] == 0, job
    return job


def import_tables(admin: TestClient) -> None:
    """Import the master data of the story."""
    for name, text in TABLES.items():
        answer = admin.post("/masterdata/v1/import", files={"file": (name, text.encode(), "text/csv")})
        assert answer.status_code == 200, answer.text
        (report,) = answer.json()["tables"]
        assert report["rejected_rows"] == 0, report


def play(device: TestClient, admin: TestClient) -> None:
    """Bring the whole story into a server."""
    import_tables(admin)
    capture(device, events())
