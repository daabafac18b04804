"""The ``lineage`` command: id, gs1 and tag, and how commands are found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lineage.commands import app
from lineage.commands.app import COMMANDS

ITEM = "https://id.gs1.org/01/80614141123458/21/6789"


def _run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def _records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_id_prints_one_object_a_line() -> None:
    result = _run("id", "--json", "urn:epc:id:sgtin:0614141.812345.6789", "3034257BF7194E4000001A85")
    first, second = _records(result)
    assert result.exit_code == 0
    assert first["input"] == "urn:epc:id:sgtin:0614141.812345.6789"
    assert {name: first[name] for name in ("valid", "id", "kind", "scheme", "urn", "digital_link")} == {
        "valid": True,
        "id": ITEM,
        "kind": "item",
        "scheme": "sgtin",
        "urn": "urn:epc:id:sgtin:0614141.812345.6789",
        "digital_link": ITEM,
    }
    assert second["id"] == ITEM


def test_bad_input_is_named_and_exits_1() -> None:
    result = _run("id", "--json", ITEM, "83857930000879766660")
    good, bad = _records(result)
    assert result.exit_code == 1
    assert good["valid"]
    assert (bad["valid"], bad["code"]) == (False, "ambiguous")
    assert "drug_code" in bad["message"]


def test_wrong_usage_exits_2() -> None:
    assert _run("id").exit_code == 2
    assert _run("gs1").exit_code == 2
    assert _run("tag").exit_code == 2
    assert _run("id", "--nothing").exit_code == 2
    assert _run("nothing").exit_code == 2
    assert _run("id", "--company-prefixes", "/nowhere", ITEM).exit_code == 2


def test_lines_of_standard_input_are_read_whatever_they_hold() -> None:
    result = _run(
        "id", "--stdin", "--json", stdin=b"uscc:91110000600037341L\n\n\xff\xfe\x00\n(01)80614141123458\r\n"
    )
    good, bad, last = _records(result)
    assert result.exit_code == 1
    assert (good["kind"], bad["valid"], last["kind"]) == ("party", False, "class")


def test_a_scheme_settles_bare_values() -> None:
    (record,) = _records(_run("id", "--json", "--scheme", "drug_code", "83857930000879766660"))
    assert record["scheme"] == "drug_code"
    assert record["class"].endswith("/id/drug_code/8385793")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        " {} ",
        "party:{}",
        "uscc:{}",
        "resident_id:{}",
        "https://a.cn/id/resident_id/{}",
        "https://a.cn/id/party/{}",
        "nothing:{}",
    ],
)
def test_the_number_of_a_person_is_never_printed(text: str) -> None:
    number = "11010519491231002X"
    for form in (number, "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002x"):
        for options in ((), ("--json",)):
            result = _run("id", *options, text.format(form))
            assert result.exit_code == 1
            assert form not in result.output
            assert number not in result.output


def test_warnings_are_printed(tmp_path: Path) -> None:
    (record,) = _records(_run("id", "--json", "sc_license:SC12442011202449"))
    assert record["valid"]
    assert record["warnings"][0]["code"] == "check-digit"
    prefixes = tmp_path / "prefixes.csv"
    prefixes.write_text("0614141\n")
    (record,) = _records(_run("id", "--json", "--company-prefixes", str(prefixes), ITEM))
    assert record["urn"] == "urn:epc:id:sgtin:0614141.812345.6789"


def test_a_persons_number_is_never_printed(tmp_path: Path) -> None:
    number = "11010519491231002X"
    refused = _run("id", "--json", f"resident_id:{number}")
    assert refused.exit_code == 1
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef\n")
    kept = _run("id", "--json", "--person-key", str(key), "--scheme", "resident_id", number)
    assert kept.exit_code == 0
    for result in (refused, kept):
        assert number not in result.output
        assert _records(result)[0]["input"] == "**************002X"


def test_gs1_gives_elements_and_link() -> None:
    result = _run(
        "gs1",
        "--json",
        "^010950600013435217271231^10AB(C",
        "https://a.cn/01/09506000134352?17=271231",
        "(400)1",
    )
    scanned, link, keyless = _records(result)
    assert result.exit_code == 0
    assert scanned["ai"] == "(01)09506000134352(17)271231(10)AB\\(C"
    assert scanned["digital_link"] == "https://id.gs1.org/01/09506000134352/10/AB%28C?17=271231"
    assert link["ai"] == "(01)09506000134352(17)271231"
    assert (keyless["valid"], keyless["digital_link"]) == (True, None)
    bad = _run("gs1", "--json", "(01)09506000134353")
    assert bad.exit_code == 1
    assert _records(bad)[0]["code"] == "incorrect-check-digit"


def test_tag_reads_and_writes() -> None:
    (record,) = _records(_run("tag", "--json", "3034257BF7194E4000001A85"))
    assert record["scheme"] == "sgtin-96"
    assert record["tag_uri"] == "urn:epc:tag:sgtin-96:1.0614141.812345.6789"
    assert record["id_uri"] == "urn:epc:id:sgtin:0614141.812345.6789"
    assert record["digital_link"] == ITEM
    written = _run(
        "tag", "--json", "--encode", "sgtin-96", "--filter", "1", "urn:epc:id:sgtin:0614141.812345.6789"
    )
    assert _records(written)[0]["hex"] == "3034257BF7194E4000001A85"
    for text in ("urn:epc:id:sgtin:0614141.812345.6789", ITEM, "(01)80614141123458(21)6789"):
        assert (
            _records(_run("tag", "--json", "--encode", "sgtin+", text))[0]["hex"]
            == "F7080614141123458046A140"
        )
    for arguments in (
        ["--encode", "sgtin-96", ITEM],
        ["--encode", "sgtin+", "uscc:91110000600037341L"],
        ["E280"],
    ):
        result = _run("tag", "--json", *arguments)
        assert (result.exit_code, _records(result)[0]["valid"]) == (1, False)


def test_without_json_a_person_reads_it() -> None:
    result = _run("id", ITEM, "hello")
    assert result.exit_code == 1
    assert "item" in result.stdout
    assert "hello" in result.stdout
    assert "{" not in result.stdout


def test_help_lists_every_command_and_teaches_by_example() -> None:
    listing = _run("--help")
    assert listing.exit_code == 0
    assert all(name in listing.stdout for name in COMMANDS)
    for name in ("id", "gs1", "tag"):
        assert f"lineage {name}" in _run(name, "--help").stdout


def test_a_command_that_cannot_be_loaded_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "hash", ("lineage.commands.nowhere:nothing", "Gone."))
    assert _run("hash", "x").exit_code == 2
    assert _run("id", ITEM).exit_code == 0


def test_the_edge_agent_can_load_identifiers_without_anything_heavy() -> None:
    code = (
        "import sys, lineage.identifiers, lineage.commands.app;"
        "heavy = {'lxml', 'networkx', 'numpy', 'sqlalchemy', 'fastapi', 'httpx'} & set(sys.modules);"
        "sys.exit(bool(heavy))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
