"""Decision records: each has one line to quote, and the list names all of them."""

import re
from pathlib import Path

import pytest

from tests.vectors import ROOT

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_number_and_one_line_to_quote(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    number = int(record.name[:4])
    assert text.startswith(f"# {number}. ")
    decision = re.search(r"^#+ Decision\n+(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL)
    assert decision is not None
    assert len(re.findall(r"^> ", decision[1], re.MULTILINE)) == 1


def test_the_list_names_every_record() -> None:
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert listed == [record.name for record in RECORDS]
