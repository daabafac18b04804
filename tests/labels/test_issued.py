"""Batches of issued codes: written once, whole, and read back as they were."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labels import issued
from labels.content import Product
from labels.errors import InputError
from lineage.errors import IdentifierError
from lineage.identifiers import read

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
GTIN = read("(01)06901234567892")


def head(count: int, lot: str | None = "L1", class_id: str | None = GTIN.id) -> issued.Head:
    """Give a head as the command makes it."""
    return issued.head(
        batch="0" * 32,
        issued_at=AT,
        scheme="sgtin",
        class_id=class_id,
        lot=lot,
        attributes={"17": "271231"},
        product=Product("小米"),
        count=count,
    )


def test_a_batch_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "b.issued.jsonl"
    codes = list(issued.issue_serials(GTIN, 500, min_bits=64))
    issued.write_batch(path, head(500), codes)
    batch = issued.read_batch(path)
    assert batch == issued.Batch(head(500), tuple(codes))
    assert issued.is_batch(path)
    assert issued.lot_number(batch.head) == "L1"
    assert issued.taken_codes([path]) == set(codes)


def test_the_file_is_what_the_server_takes(tmp_path: Path) -> None:
    path = tmp_path / "b.issued.jsonl"
    issued.write_batch(path, head(1), issued.issue_serials(GTIN, 1, min_bits=64))
    first, second = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert first == {
        "suyuan": "issued",
        "version": 1,
        "batch": "0" * 32,
        "issued_at": "2026-11-01T08:00:00Z",
        "scheme": "sgtin",
        "class": "https://id.gs1.org/01/06901234567892",
        "lot": "https://id.gs1.org/01/06901234567892/10/L1",
        "attributes": {"17": "271231"},
        "product": {"name": "小米"},
        "count": 1,
    }
    assert list(second) == ["id"]
    assert read(second["id"]).id == second["id"]


def test_a_batch_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "b.issued.jsonl"
    path.write_bytes(b"old")
    with pytest.raises(InputError) as refused:
        issued.write_batch(path, head(1), ["x"])
    assert refused.value.code == "file-exists"
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_batch_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def breaking() -> object:
        yield "https://id.gs1.org/01/06901234567892/21/A"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        issued.write_batch(tmp_path / "b.issued.jsonl", head(2), breaking())  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_codes_of_an_earlier_batch_are_not_drawn_again() -> None:
    room = {f"https://id.suyuan.example/id/organic_code/13426{number:012d}" for number in range(100)}
    drawn = set(issued.issue_numbers("organic_code", "13426", 12, 50, taken=room))
    assert not drawn & room


def test_drug_codes_keep_their_lot_as_text() -> None:
    made = head(1, "B2611", "drug_code:8385793")
    assert made.lot is None
    assert issued.lot_number(made) == "B2611"


def test_logistic_units_have_check_digits() -> None:
    for code in issued.issue_units("6901234", 200):
        assert read(code).id == code
        assert code.startswith("https://id.gs1.org/00/06901234")


@pytest.mark.parametrize(
    ("prefix", "extension"),
    [("69", "0"), ("69012345678901", "0"), ("69x1234", "0"), ("6901234", "10"), ("６９０１２３４", "0")],
)
def test_what_is_no_company_prefix(prefix: str, extension: str) -> None:
    with pytest.raises(InputError):
        issued.issue_units(prefix, 1, extension=extension)


def test_a_wrong_lot_is_named() -> None:
    with pytest.raises(IdentifierError):
        head(1, "L" * 21)


LINE = '{"id":"https://id.gs1.org/01/06901234567892/21/%s"}\n'


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "not-a-batch", 1),
        ("{}\n", "not-a-batch", 1),
        ('{"suyuan":"issued"', "not-a-batch", 1),
        ("HEAD\n" + LINE % "A", "count-mismatch", None),
        ("HEAD\n" + LINE % "A" + LINE % "A", "repeated", 3),
        ("HEAD\n" + LINE % "A" + "{", "not-an-identifier", 3),
        ("HEAD\n" + LINE % "A" + '{"id":7}\n', "not-an-identifier", 3),
        ("HEAD\n" + LINE % "A" + '["id"]\n', "not-an-identifier", 3),
        ("HEAD\n" + LINE % "A" + '{"id":"(01)06901234567892(21)B"}\n', "not-an-identifier", 3),
        (
            "HEAD\n" + LINE % "A" + '{"id":"https://id.gs1.org/01/06901234567893/21/B"}\n',
            "not-an-identifier",
            3,
        ),
        ("HEAD\n" + LINE % "A" + LINE % ("B" * 5000), "not-an-identifier", 3),
    ],
)
def test_a_damaged_batch_says_where(tmp_path: Path, text: str, code: str, line: int | None) -> None:
    path = tmp_path / "b.issued.jsonl"
    path.write_bytes(
        text.replace(
            "HEAD",
            json.dumps(
                {
                    "suyuan": "issued",
                    "version": 1,
                    "batch": "0",
                    "issued_at": "x",
                    "scheme": "sgtin",
                    "count": 2,
                }
            ),
        ).encode()
    )
    with pytest.raises(InputError) as refused:
        issued.read_batch(path)
    assert (refused.value.code, refused.value.line) == (code, line)


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.issued.jsonl"
    issued.write_batch(path, head(1), issued.issue_serials(GTIN, 1, min_bits=64))
    path.write_text(path.read_text(encoding="utf-8").replace('"version":1', '"version":2'), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        issued.read_batch(path)
    assert refused.value.code == "batch-version"
