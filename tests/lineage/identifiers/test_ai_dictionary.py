"""The table of application identifiers and the command that rebuilds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineage.errors import IdentifierError
from lineage.identifiers import ai_dictionary, ai_table
from lineage.identifiers.linters import LINTERS
from tests.vectors import require


def test_the_table_is_that_of_the_dictionary(capsys: pytest.CaptureFixture[str]) -> None:
    dictionary = require("identifiers", "gs1-syntax-dictionary.txt")
    assert ai_dictionary.convert(dictionary.read_text(encoding="utf-8")) == ai_dictionary.table_text()
    assert ai_dictionary.main([str(dictionary)]) == 0
    assert capsys.readouterr().out == "no difference\n"


def test_a_newer_dictionary_shows_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = require("identifiers", "gs1-syntax-dictionary.txt").read_text(encoding="utf-8")
    newer = text.replace(
        "X..20                             req=01                                             # CPV",
        "X..25  req=01  # CPV",
    )
    newer = (
        newer.replace("7041           X..4,packagetype                  req=00", "#")
        + "89 *? N3,iso3166 [X..4] req=01+21,02 ex=310n dlpkey=10 # NEW\n"
    )
    path = tmp_path / "dictionary.txt"
    path.write_text(newer, encoding="utf-8")
    assert ai_dictionary.main([str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "+ 89\tfd\tN3:iso3166 ?X1-4\t01+21|02\t310n\t10\tNEW" in lines
    assert any(line.startswith("- 7041\t") for line in lines)
    assert "~ 22\t\tX1-20\t01\t\t-\tCPV" in lines
    assert "  22\t\tX1-25\t01\t\t-\tCPV" in lines


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "01 N14,,csum # GTIN\n", "01 Q14\n", "01 N14,newcheck\n"]
)
def test_what_is_no_dictionary_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        ai_dictionary.convert(text)


def test_a_file_that_cannot_be_read_as_a_dictionary_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dictionary.txt"
    path.write_bytes(b"01 N14,newcheck # GTIN\n")
    for file, said in ((path, "no content check 'newcheck'"), (tmp_path / "none", "No such file")):
        with pytest.raises(SystemExit) as caught:
            ai_dictionary.main([str(file), "--write"])
        assert caught.value.code == 2
        assert said in capsys.readouterr().err


def test_every_entry_can_be_used() -> None:
    table = ai_table.table()
    assert len(table) == 541
    for entry in table.values():
        assert entry.components
        assert 1 <= entry.minimum <= entry.maximum <= 90
        assert all(name in LINTERS for part in entry.components for name in part.linters)
        assert all(len(ai) in (2, 3, 4) for ai in entry.excludes)
        assert ai_table.lengths()[entry.ai[:2]] == len(entry.ai)
    assert ai_table.keys()[:3] == ("00", "01", "253")
