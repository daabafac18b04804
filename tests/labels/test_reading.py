"""Files of things to be printed: every wrong line is named, and nothing is printed from a wrong file."""

from pathlib import Path

import pytest

from labels.content import Product
from labels.errors import InputError
from labels.reading import read_things
from tests.labels.conftest import RESOLVER


def file(tmp_path: Path, text: str | bytes, name: str = "list.txt") -> Path:
    """Write a file."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_list_in_any_written_form(tmp_path: Path) -> None:
    reading = read_things(
        file(
            tmp_path,
            "(01)06901234567892(21)A\n\nhttps://x.cn/01/06901234567892/10/L/21/B?17=271231\n"
            "urn:epc:id:sgtin:6901234.056789.C\ndrug_code:83857930000879766660\n",
        ),
        {"11": "261101"},
        Product("小米"),
    )
    assert not reading.errors
    assert [said.link(RESOLVER) for said in reading.contents] == [
        f"{RESOLVER}/01/06901234567892/21/A?11=261101",
        f"{RESOLVER}/01/06901234567892/10/L/21/B?17=271231&11=261101",
        f"{RESOLVER}/01/06901234567892/21/C?11=261101",
        f"{RESOLVER}/id/drug_code/83857930000879766660",
    ]
    assert {said.product.name for said in reading.contents} == {"小米"}


def test_a_table_with_its_own_texts_and_data(tmp_path: Path) -> None:
    reading = read_things(
        file(
            tmp_path,
            "\ufeffcode,Name,10,17\r\n(01)06901234567892(21)A,小米,L1,271231\r\n(01)06901234567892(21)B,,L2,\r\n",
            "t.csv",
        ),
        {"17": "300101"},
        Product("默认"),
    )
    assert [(said.product.name, said.link(RESOLVER)) for said in reading.contents] == [
        ("小米", f"{RESOLVER}/01/06901234567892/10/L1/21/A?17=271231"),
        ("默认", f"{RESOLVER}/01/06901234567892/10/L2/21/B?17=300101"),
    ]


def test_every_wrong_line_is_named(tmp_path: Path) -> None:
    reading = read_things(
        file(tmp_path, "(01)06901234567893(21)A\n(01)06901234567892(21)B\nnonsense\n\x00\n")
    )
    assert [error.line for error in reading.errors] == [1, 3, 4]
    assert all(error.message.startswith(f"line {error.line}: ") for error in reading.errors)


def test_a_file_that_is_wrong_everywhere_ends_early(tmp_path: Path) -> None:
    assert len(read_things(file(tmp_path, "x\n" * 10_000)).errors) == 50


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("", "a.txt", "nothing-to-print"),
        ("\n\n", "a.txt", "nothing-to-print"),
        (b"\xff\xfe\x00", "a.txt", "not-utf-8"),
        ("name\nx\n", "a.csv", "columns"),
        ("code,colour\nx,y\n", "a.csv", "columns"),
        ("code,code\nx,y\n", "a.csv", "columns"),
        ("code,name\nx\n", "a.csv", "columns"),
        ("code\nx,y\n", "a.csv", "columns"),
        ('code\n"x\n', "a.csv", "not-csv"),
        ("", "a.csv", "columns"),
    ],
)
def test_a_file_that_is_no_list(tmp_path: Path, text: str | bytes, name: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        read_things(file(tmp_path, text, name))
    assert refused.value.code == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_things(tmp_path / "absent.txt")
    assert refused.value.code == "no-file"
    with pytest.raises(InputError):
        read_things(tmp_path)
