"""Cards of station commands: the words are the edge agent's, and each scans as what it says."""

from functools import partial
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp

from gateway_agent.stations import operator
from labels.errors import InputError, ProofError, SymbolError
from labels.fonts import faces
from labels.sheet import write_sheet
from labels.station import GRID, MEANINGS, USUAL, Carrier, card, card_texts, command, heading
from labels.wording import FIXED


def test_every_word_of_the_agent_has_a_meaning_and_no_other() -> None:
    assert set(MEANINGS) | {"ILMD", "EXT", "RESULT"} == set(operator.READERS)


@pytest.mark.parametrize("text", USUAL)
def test_the_agent_understands_every_usual_card(text: str) -> None:
    assert operator.is_command(command(text).text)
    assert operator.CommandReader({}).read(command(text).text, 0).word == text.partition("=")[0]


@pytest.mark.parametrize("carrier", ["qr", "code128"])
def test_a_sheet_of_cards_scans_as_what_it_says(tmp_path: Path, carrier: Carrier) -> None:
    more = ("TO=(414)6901234567892|太原配送中心", "QTY=12 kg") if carrier == "qr" else ("QTY=12 kg",)
    wanted = [command(text) for text in (*USUAL, *more)]
    font = faces([*FIXED, "灌装线 1", "Filling line 1", *card_texts(wanted)])
    target = tmp_path / "cards.pdf"
    write_sheet(
        target,
        [(what.text, partial(card, what, font, carrier=carrier)) for what in wanted],
        GRID,
        font,
        title="cards",
        decorate=partial(heading, "灌装线 1", "Filling line 1"),
    )
    document = pdfium.PdfDocument(target)
    found = zxingcpp.read_barcodes(document[0].render(scale=300 / 72, grayscale=True).to_pil())
    document.close()
    assert {symbol.text for symbol in found} == {what.text for what in wanted}


@pytest.mark.parametrize(
    ("written", "text", "note"),
    [
        ("done", "SUYUAN:DONE", ""),
        ("SUYUAN:DONE", "SUYUAN:DONE", ""),
        ("QTY=12 kg", "SUYUAN:QTY=12 kg", "12 kg"),
        ("TO=(414)6901234567892|配送中心", "SUYUAN:TO=(414)6901234567892", "配送中心"),
        ("ILMD.variety=Jingu 21", "SUYUAN:ILMD.variety=Jingu 21", "Jingu 21"),
        ("RESULT=pass", "SUYUAN:RESULT=pass", ""),
    ],
)
def test_commands_as_written(written: str, text: str, note: str) -> None:
    assert (command(written).text, command(written).note) == (text, note)


@pytest.mark.parametrize(
    "written", ["", "NONSENSE", "QTY", "QTY=", "TO", "RESULT=maybe", "RESULT", "DONE DONE", "ILMD.=x"]
)
def test_what_is_no_command(written: str) -> None:
    with pytest.raises(InputError) as refused:
        command(written)
    assert refused.value.code == "not-a-command"


def test_a_command_that_a_card_cannot_hold() -> None:
    long = command("NOTE=" + "x" * 290)
    with pytest.raises((SymbolError, ProofError)) as refused:
        card(long, faces([*FIXED, *card_texts([long])]))
    assert refused.value.code in {"text-too-long", "symbol-too-large"}


def test_what_takes_back_looks_different() -> None:
    done, void = command("DONE"), command("VOID")
    font = faces([*FIXED, *card_texts([done, void])])
    assert card(done, font).items[0] != card(void, font).items[0]
