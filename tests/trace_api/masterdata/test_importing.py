"""Whole files: recognised, imported, reported, and imported again."""

import io
from pathlib import Path

import openpyxl
import pytest

from trace_api.database import Database
from trace_api.masterdata import repository, service
from trace_api.masterdata.errors import UnknownTableError, UnreadableTableError
from trace_api.masterdata.importing import TableReport, import_bytes, import_tables, is_table
from trace_api.masterdata.workbook import MAX_FILE_BYTES

PARTIES = """\
uscc,name,name_en,roles,pgln,phone,region
91110000600037341L,北京甲公司,Jia Co.,producer;packer,6901234500028,010-1,110000
9144030071526726XG,深圳乙公司,,distributor,,,440300
91440101MA5D123456,丙公司,,retailer,,,
91140122778108880D,,,retailer,,,
"""


def report_of(database: Database, name: str, data: bytes) -> TableReport:
    with database.transaction() as connection:
        (report,) = import_bytes(connection, name, data)
    return report


def test_good_rows_are_kept_and_bad_ones_named(database: Database) -> None:
    report = report_of(database, "parties.csv", PARTIES.encode())
    assert (report.table, report.accepted, report.unchanged, report.rejected_rows) == ("parties", 2, 0, 2)
    assert [(bad.row, bad.column) for bad in report.rejected] == [(4, "uscc"), (5, "name")]
    assert str(report.rejected[0]).startswith("parties, row 4, uscc: '91440101MA5D123456'")
    with database.reading() as connection:
        found = service.parties(
            connection,
            ["91110000600037341L", "https://id.gs1.org/417/6901234500028", "9144030071526726XG", "nobody"],
        )
    assert {key: party.name for key, party in found.items()} == {
        "91110000600037341L": "北京甲公司",
        "https://id.gs1.org/417/6901234500028": "北京甲公司",
        "9144030071526726XG": "深圳乙公司",
    }


def test_importing_twice_changes_nothing_and_a_change_is_counted(database: Database) -> None:
    report_of(database, "parties.csv", PARTIES.encode())
    again = report_of(database, "parties.csv", b"\xef\xbb\xbf" + PARTIES.encode())
    assert (again.accepted, again.unchanged) == (0, 2)
    changed = report_of(database, "parties.csv", PARTIES.replace("北京甲公司", "北京甲集团").encode())
    assert (changed.accepted, changed.unchanged) == (1, 1)


def test_the_same_key_twice_in_one_file(database: Database) -> None:
    data = "uscc,name\n91110000600037341L,甲\n91110000600037341L,甲\n91110000600037341L,乙\n"
    report = report_of(database, "p.csv", data.encode())
    assert (report.accepted, report.unchanged, report.rejected_rows) == (1, 1, 1)
    assert "row 2" in report.rejected[0].message


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_may_hold_several_tables(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "all.xlsx"
    path.write_bytes(
        workbook(
            {
                "parties": [["USCC ", "Name"], ["91110000600037341L", "甲"]],
                "sites": [
                    ["site_id", "name", "operator_uscc", "city"],
                    [6901234500011, "厂", "91110000600037341L", "太原"],
                ],
                "products": [
                    ["product_id", "name", "regime"],
                    ["drug_code:8385793", "疫苗", "vaccine"],
                    [None, None, None],
                ],
                "licences": [
                    ["kind", "number", "holder_uscc", "valid_to", "note"],
                    ["gmp", "G1", "91110000600037341L", "2027-01-01", "x"],
                ],
                "empty": [],
            }
        )
    )
    seen: list[tuple[int, int]] = []
    with database.transaction() as connection:
        reports = import_tables(connection, path, lambda done, size: seen.append((done, size)))
    assert [(report.table, report.accepted, report.rejected_rows) for report in reports] == [
        ("parties", 1, 0),
        ("sites", 1, 0),
        ("products", 1, 0),
        ("licences", 1, 0),
    ]
    assert reports[3].warnings == ["columns not read: note"]
    assert len(seen) == 4
    with database.reading() as connection:
        assert [site.city for site in repository.sites_operated_by(connection, "91110000600037341L")] == [
            "太原"
        ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", "uscc,name\n甲".encode("gb18030"), "line 2: not UTF-8"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"uscc,name,name\n", "twice"),
        ("a.csv", b'uscc,name\n9,"open\n', "line 2"),
        ("a.xlsx", b"PK\x03\x04broken", "not an XLSX"),
        ("a.xlsx", b"uscc,name\n", "not an XLSX"),
        ("a.csv", b"x" * (MAX_FILE_BYTES + 1), "at most"),
    ],
)
def test_a_file_that_is_no_table(database: Database, name: str, data: bytes, message: str) -> None:
    with pytest.raises(UnreadableTableError, match=message), database.transaction() as connection:
        import_bytes(connection, name, data)


def test_an_unknown_header_says_what_is_known(database: Database) -> None:
    with pytest.raises(UnknownTableError) as caught, database.transaction() as connection:
        import_bytes(connection, "a.csv", b"colour,size\nred,1\n")
    assert "colour,size" in caught.value.message
    assert "product_id,name" in caught.value.hint


def test_what_is_a_table() -> None:
    assert is_table(Path("A.CSV"))
    assert is_table(Path("b.xlsx"))
    assert not is_table(Path("events.json"))


def test_several_thousand_rows_in_one_go(database: Database) -> None:
    rows = "".join(f"drug_code:{number:07d},药 {number}\n" for number in range(2500))
    report = report_of(database, "products.csv", f"product_id,name\n{rows}".encode())
    assert report.accepted == 2500
    with database.reading() as connection:
        assert len(repository.products_of_scheme(connection, "drug_code")) == 2500


CHINESE = """\
统一社会信用代码*,企业名称,角色,备注
91110000600037341L,北京甲公司,生产者；承运人,x
91440101MA5D123456,丙公司,零售商,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_chinese_table_is_read_and_its_headings_named(database: Database, encoding: str) -> None:
    report = report_of(database, "主体.csv", CHINESE.encode(encoding))
    assert (report.table, report.accepted, report.rejected_rows) == ("parties", 1, 1)
    assert [(bad.row, bad.column) for bad in report.rejected] == [(3, "统一社会信用代码*")]
    assert report.warnings == ["columns not read: 备注"]
    with database.reading() as connection:
        (party,) = service.parties(connection, ["91110000600037341L"]).values()
    assert (party.name, party.roles) == ("北京甲公司", ("producer", "carrier"))


def test_every_table_is_known_by_chinese_headings(database: Database) -> None:
    book = openpyxl.Workbook()
    sheets: dict[str, list[tuple[object, ...]]] = {
        "sites": [("场所代码", "场所名称", "运营单位统一社会信用代码", "纬度", "经度"),
                  ("9521234000013", "太原仓", "91110000600037341L", 37.8, 112.5)],
        "products": [("商品条码", "产品名称", "统一社会信用代码", "监管类别", "保质期（天）"),
                     ("6901234567892", "酸牛奶", "91110000600037341L", "食品", 21)],
        "licences": [("证照类型", "证照编号", "统一社会信用代码", "有效期起", "有效期止"),
                     ("食品生产许可证", "SC1", "91110000600037341L", "2024年1月1日", "2029-01-01")],
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    with database.transaction() as connection:
        reports = import_bytes(connection, "主数据.xlsx", file.getvalue())
    assert [(each.table, each.accepted, each.rejected) for each in reports] == [
        ("sites", 1, []),
        ("products", 1, []),
        ("licences", 1, []),
    ]
    with database.reading() as connection:
        (licence,) = service.licences(connection, ["91110000600037341L"])
    assert (licence.kind, str(licence.valid_from)) == ("food_production", "2024-01-01")


def test_two_headings_for_one_column_are_refused(database: Database) -> None:
    with pytest.raises(UnknownTableError, match="name the column name"):
        report_of(database, "p.csv", "uscc,name,名称\n91110000600037341L,甲,乙\n".encode())


def test_other_encodings_are_refused(database: Database) -> None:
    with pytest.raises(UnreadableTableError, match="line 2: not UTF-8"):
        report_of(database, "p.csv", "uscc,name\n91110000600037341L,café\n".encode("latin-1"))
