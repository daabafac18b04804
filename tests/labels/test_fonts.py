"""The font: cut down to what is needed, both weights different, and no box in place of a character."""

import io

import pytest
from fontTools.ttLib import TTFont

from labels.errors import TextError
from labels.fonts import MM_PER_POINT, faces


def test_a_cut_holds_what_was_asked_and_little_else() -> None:
    font = faces(["溯源", "追溯码"])
    for face in (font.regular, font.bold):
        assert len(face.data) < 60_000
        table = TTFont(io.BytesIO(face.data))
        assert set(map(ord, "溯源追码A9 ")) <= set(table.getBestCmap())
        assert "fvar" not in table, "a variable font would be drawn at its thinnest"
        assert table["name"].getDebugName(6) == face.name
    assert font.regular.name != font.bold.name, "writers of PDF tell fonts apart by name"
    assert font.regular.data != font.bold.data


def test_bold_is_bolder() -> None:
    font = faces(["源"])

    def stem(data: bytes) -> float:
        """Width of the stroke that ``|`` is."""
        table = TTFont(io.BytesIO(data))
        glyph = table["glyf"][table.getBestCmap()[ord("|")]]
        return float(glyph.xMax - glyph.xMin)

    assert stem(font.bold.data) > 1.3 * stem(font.regular.data)


def test_a_chinese_character_is_as_wide_as_its_size() -> None:
    assert faces(["源"]).regular.width("源源", 10) == pytest.approx(2 * 10 * MM_PER_POINT)


@pytest.mark.parametrize("character", ["🍚", "\x00", "\n", "\t", "\ue000", "𠮷"])
def test_a_character_without_a_picture_is_named(character: str) -> None:
    with pytest.raises(TextError) as refused:
        faces([f"小米{character}"])
    assert refused.value.code == "no-glyph"
    assert f"U+{ord(character):04X}" in refused.value.message


def test_rare_characters_of_names_and_places_are_there() -> None:
    faces(["龘堃昇喆珺鎏犇淼焱垚鑫沁岢岚邛崃郫鄠盩厔䶮㛃"])
