"""What docs/identifiers.md shows is what happens."""

from __future__ import annotations

import doctest
import re
import shlex

import pytest
from typer.testing import CliRunner

from lineage.commands import app
from lineage.identifiers.epc.layouts import BY_NAME
from lineage.identifiers.epc.plus import BY_NAME as PLUS_BY_NAME
from lineage.identifiers.regime_schemes import schemes
from tests.vectors import ROOT

PAGE = (ROOT / "docs" / "identifiers.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"^\$ (lineage .*)\n((?:(?!```|\$ ).*\n)*)", PAGE, flags=re.MULTILINE)


def test_the_python_examples_run() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for block in blocks:
        runner.run(doctest.DocTestParser().get_doctest(block, {}, "identifiers.md", None, None))
    assert runner.summarize().failed == 0
    assert runner.tries > 3


@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_the_commands_print_what_is_shown(command: str, shown: str) -> None:
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    expected = shown.split("    …", maxsplit=1)[0]
    assert result.stdout.startswith(expected)
    assert expected


def test_every_scheme_and_coding_is_listed() -> None:
    for name in (*schemes(), *BY_NAME, *PLUS_BY_NAME):
        assert name == "person" or re.search(rf"\b{re.escape(name)}", PAGE), name


def test_every_command_of_the_page_is_understood() -> None:
    for text in re.findall(r"\| `(\S*drug_code:[0-9]+|gtin:[0-9]+|3034[0-9A-F]+|\]E0[0-9]+)`", PAGE):
        assert CliRunner().invoke(app, ["id", text]).exit_code == 0, text
