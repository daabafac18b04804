"""docs/lineage.md says what the code does."""

import re
from pathlib import Path

from typer.testing import CliRunner

from lineage.commands import app
from lineage.trace import CATALOGUE

PAGE = (Path(__file__).parents[3] / "docs" / "lineage.md").read_text("utf-8")


def test_every_finding_is_documented_with_its_severity() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (info|warning|serious) \|", PAGE, re.MULTILINE))
    assert rows == {code: rule.severity for code, rule in CATALOGUE.items()}


def test_the_modules_named_exist() -> None:
    root = Path(__file__).parents[3]
    for path in set(re.findall(r"`(lineage/[\w/]+\.py)`", PAGE)):
        assert (root / path).is_file(), path


def test_the_options_named_exist() -> None:
    shown = CliRunner().invoke(app, ["trace", "--help"], env={"COLUMNS": "200"}).output
    block = PAGE.split("```")[1]
    for option in set(re.findall(r"--[a-z]+", block)):
        assert option in shown
