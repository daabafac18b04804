"""The command line: from codes to a sheet and back, with the exit codes and records that scripts rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from labels.commands import app
from labels.grids import GRIDS
from tests.labels.conftest import RESOLVER

GTIN = ("--gtin", "6901234567892")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, without settings of the machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACE_RESOLVER", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    """Call the command in this process."""
    return CliRunner().invoke(app, list(arguments))


def records(result: Result) -> list[dict[str, Any]]:
    """Give the records of ``--json``; stdout holds nothing else."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_from_serials_to_a_sheet_and_back(folder: Path) -> None:
    drawn = run(
        "serials",
        *GTIN,
        "--lot",
        "L1",
        "-n",
        "30",
        "--made",
        "2026-11-01",
        "--name",
        "小米",
        "-o",
        "b.jsonl",
        "--json",
    )
    assert drawn.exit_code == 0, drawn.output
    assert records(drawn)[0]["count"] == 30
    assert records(drawn)[0]["random_bits"] >= 64
    printed = run("sheet", "b.jsonl", "-o", "b.pdf", "--resolver", RESOLVER, "--json")
    assert records(printed) == [{"file": "b.pdf", "labels": 30, "pages": 2, "symbols_read_back": 30}]
    checked = run("verify", "b.pdf", "--issued", "b.jsonl", "--json")
    assert checked.exit_code == 0, checked.output
    codes = {
        json.loads(line)["id"] for line in (folder / "b.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    }
    assert {record["id"] for record in records(checked)} == codes
    assert all(
        record["text"].startswith(f"{RESOLVER}/01/06901234567892/10/L1/21/") for record in records(checked)
    )
    assert all(record["text"].endswith("?11=261101") for record in records(checked))
    assert {record["page"] for record in records(checked)} == {1, 2}


def test_a_scan_of_a_print_is_compared_with_the_batch(folder: Path) -> None:
    """A crooked grey scan, in which one label is torn off."""
    import pypdfium2 as pdfium

    run("serials", *GTIN, "-n", "24", "-o", "b.jsonl")
    run("sheet", "b.jsonl", "-o", "b.pdf", "--resolver", RESOLVER)
    document = pdfium.PdfDocument(folder / "b.pdf")
    page = document[0].render(scale=200 / 72, grayscale=True).to_pil()
    document.close()
    page.rotate(1.5, fillcolor=230, expand=True).save(folder / "scan.jpg", quality=60)
    assert run("verify", "scan.jpg", "--issued", "b.jsonl").exit_code == 0
    page.paste(255, (0, 0, page.width // 3, page.height // 8))
    page.save(folder / "torn.png")
    torn = run("verify", "torn.png", "--issued", "b.jsonl")
    assert torn.exit_code == 1
    assert torn.stderr.count("missing: https://id.gs1.org/01/06901234567892/21/") == 1


def test_codes_of_another_batch_and_codes_twice_are_named(folder: Path) -> None:
    for name in ("a", "b"):
        run("serials", *GTIN, "-n", "2", "-o", f"{name}.jsonl")
        run("sheet", f"{name}.jsonl", "-o", f"{name}.pdf", "--resolver", RESOLVER)
    foreign = run("verify", "b.pdf", "--issued", "a.jsonl")
    assert foreign.exit_code == 1
    assert foreign.stderr.count("not of this batch: ") == 2
    assert foreign.stderr.count("missing: ") == 2
    twice = run("verify", "a.pdf", "a.pdf", "--issued", "a.jsonl")
    assert twice.exit_code == 1
    assert twice.stderr.count("printed 2 times: ") == 2


def test_a_wrong_check_digit_is_an_error_with_a_hint() -> None:
    refused = run("serials", "--gtin", "6901234567893", "-n", "1", "-o", "x.jsonl")
    assert refused.exit_code == 1
    assert "check digit" in refused.stderr
    assert "6901234567892" in refused.stderr, "the number that it could have been"
    assert "Traceback" not in refused.output
    record = records(run("serials", "--gtin", "6901234567893", "-n", "1", "-o", "x.jsonl", "--json"))[0]
    assert record["valid"] is False
    assert record["hint"]


@pytest.mark.parametrize(
    ("arguments", "count", "start"),
    [
        (("--drug-code", "8385793", "--lot", "B1"), 5, "https://id.suyuan.example/id/drug_code/8385793"),
        (("--organic-code", "13426"), 5, "https://id.suyuan.example/id/organic_code/13426"),
        (("--company-prefix", "6901234"), 5, "https://id.gs1.org/00/06901234"),
        (("--gtin", "06901234567892", "--length", "20"), 5, "https://id.gs1.org/01/06901234567892/21/"),
        (("--gtin", "96385074"), 5, "https://id.gs1.org/01/00000096385074/21/"),
    ],
)
def test_codes_of_every_kind(folder: Path, arguments: tuple[str, ...], count: int, start: str) -> None:
    drawn = run("serials", *arguments, "-n", str(count), "-o", "b.jsonl")
    assert drawn.exit_code == 0, drawn.output
    codes = [
        json.loads(line)["id"] for line in (folder / "b.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    ]
    assert len(set(codes)) == count
    assert all(code.startswith(start) for code in codes)
    assert ("slow down guessing" in drawn.stderr) == (arguments[0] != "--gtin")
    printed = run("sheet", "b.jsonl", "-o", "b.pdf", "--resolver", RESOLVER)
    assert printed.exit_code == 0, printed.output


def test_taken_codes_and_existing_files_are_kept(folder: Path) -> None:
    assert run("serials", *GTIN, "-n", "3", "-o", "a.jsonl").exit_code == 0
    before = (folder / "a.jsonl").read_bytes()
    again = run("serials", *GTIN, "-n", "3", "-o", "a.jsonl")
    assert again.exit_code == 1
    assert "exists already" in again.stderr
    assert (folder / "a.jsonl").read_bytes() == before
    assert run("serials", *GTIN, "-n", "3", "-o", "b.jsonl", "--taken", "a.jsonl").exit_code == 0


def test_wrong_lines_are_each_named_and_nothing_is_printed(folder: Path) -> None:
    (folder / "l.txt").write_text(
        "(01)06901234567893(21)A\n(01)06901234567892(21)B\nnonsense\n", encoding="utf-8"
    )
    refused = run("sheet", "l.txt", "-o", "l.pdf")
    assert refused.exit_code == 1
    assert "line 1: " in refused.stderr
    assert "line 3: " in refused.stderr
    assert "wrong lines in l.txt: 2" in refused.stderr
    assert not (folder / "l.pdf").exists()
    lines = [record["line"] for record in records(run("sheet", "l.txt", "-o", "l.pdf", "--json"))]
    assert lines == [1, 3]


@pytest.mark.parametrize(
    "arguments",
    [
        ("serials", "-n", "1", "-o", "x"),
        ("serials", *GTIN, "--drug-code", "8385793", "-n", "1", "-o", "x"),
        ("serials", *GTIN, "-n", "0", "-o", "x"),
        ("serials", *GTIN, "-n", "1"),
        ("sheet", "-o", "x.pdf"),
        ("sheet", "x", "-o", "x.pdf", "--kind", "poster"),
        ("image", "(01)06901234567892(21)A", "-o", "x.png", "--size", "large"),
        ("verify",),
        ("nothing",),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sheet", "absent.txt", "-o", "x.pdf"), "cannot be read"),
        (("sheet", "one.txt", "-o", "no/such/folder/x.pdf"), "No such file or directory"),
        (("sheet", "one.txt", "-o", "x.pdf", "--grid", "a4-9x9"), "is no grid"),
        (("sheet", "one.txt", "-o", "x.pdf", "--grid", "300x10:1x1"), "the page has 210 × 297 mm"),
        (("sheet", "one.txt", "-o", "x.pdf", "--resolver", "trace.example.cn"), "https://trace.example.cn"),
        (("sheet", "one.txt", "-o", "x.pdf", "--made", "yesterday"), "is no date"),
        (("sheet", "one.txt", "-o", "x.pdf", "--made", "2026-13-01"), "(11)"),
        (("sheet", "one.txt", "-o", "x.pdf", "--ai", "3103"), "AI=VALUE"),
        (("sheet", "one.txt", "-o", "x.pdf", "--name", "🍚"), "U+1F35A"),
        (("sheet", "one.txt", "-o", "x.pdf", "--kind", "logistic"), "is no SSCC"),
        (("image", "(01)06901234567892(21)A", "-o", "x.gif"), "is no kind of picture"),
        (
            ("image", "drug_code:83857930000879766660", "-o", "x.png", "--symbology", "datamatrix"),
            "is no GS1 key",
        ),
        (("image", "83857930000879766660", "-o", "x.png"), "drug_code"),
        (("verify", "absent.pdf"), "cannot be read"),
        (("verify", "one.txt"), "no PDF, SVG or picture"),
        (("verify", "empty.png"), "no symbol can be read"),
        (("command-sheet", "JUMP", "-o", "x.pdf"), "is no command"),
    ],
)
def test_bad_input_ends_with_1_and_a_sentence(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    (folder / "one.txt").write_text("(01)06901234567892(21)A\n", encoding="utf-8")
    Image.new("L", (50, 50), 255).save(folder / "empty.png")
    refused = run(*arguments)
    assert refused.exit_code == 1, refused.output
    assert said in refused.stderr
    assert not isinstance(refused.exception, ValueError | KeyError | TypeError)
    assert not (folder / "x.pdf").exists()


def test_images_of_one_code(folder: Path) -> None:
    drawn = run("image", "(01)06901234567892(10)L1(21)A", "-o", "a.svg", "--resolver", RESOLVER, "--json")
    assert records(drawn)[0]["texts"] == [f"{RESOLVER}/01/06901234567892/10/L1/21/A"]
    assert (
        run(
            "image", "83857930000879766660", "--scheme", "drug_code", "-o", "d.png", "--symbology", "code128"
        ).exit_code
        == 0
    )
    assert (
        run("image", "(01)06901234567892(21)A", "-o", "l.png", "--size", "60x40", "--name", "小米").exit_code
        == 0
    )
    assert run("image", "(00)306141411234567891", "-o", "u.svg", "--size", "105x148").exit_code == 0
    found = records(run("verify", "a.svg", "l.png", "u.svg", "--json"))
    assert [record["file"] for record in found] == ["a.svg", "l.png", "u.svg", "u.svg", "u.svg"]
    assert all(record["valid"] for record in found)


def test_the_resolver_of_the_machine_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACE_RESOLVER", "https://own.example.cn/")
    drawn = run("image", "(01)06901234567892(21)A", "-o", "a.png", "--json")
    assert records(drawn)[0]["texts"] == ["https://own.example.cn/01/06901234567892/21/A"]


def test_cards_of_station_commands() -> None:
    printed = run(
        "command-sheet",
        "--usual",
        "TO=(414)6901234567892|太原配送中心",
        "-o",
        "c.pdf",
        "--title",
        "灌装线",
        "--json",
    )
    assert records(printed) == [{"file": "c.pdf", "cards": 13, "pages": 1, "symbols_read_back": 13}]
    found = records(run("verify", "c.pdf", "--json"))
    assert {"SUYUAN:DONE", "SUYUAN:TO=(414)6901234567892"} <= {record["text"] for record in found}


def test_grids_are_listed() -> None:
    listed = records(run("grids", "--json"))
    assert [grid["name"] for grid in listed] == list(GRIDS)
    assert run("grids").stdout.count("\n") == len(GRIDS)


def test_the_installed_command_keeps_records_and_notes_apart(folder: Path) -> None:
    command = Path(sys.executable).parent / "trace-labels"
    ran = subprocess.run(
        [command, "serials", "--drug-code", "8385793", "-n", "2000", "-o", "d.jsonl", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert json.loads(ran.stdout)["count"] == 2000
    assert ran.stderr.startswith("note: ")


def test_drawing_codes_loads_neither_font_nor_pdf() -> None:
    heavy = ("fontTools", "reportlab", "pypdfium2", "PIL", "zxingcpp")
    code = f"import sys, labels.commands.serials\nprint([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "[]"
