"""The user page: its code runs, its commands exist."""

from __future__ import annotations

import re

from typer.testing import CliRunner

from lineage.commands import app
from tests.vectors import ROOT

PAGE = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")


def test_the_code_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "docs/events.md", "exec"), {})


def test_the_calls_and_commands_of_the_page_exist() -> None:
    import lineage.events

    for name in (
        "read_document_leniently",
        "read_xml_leniently",
        "iter_events",
        "EventStream",
        "check_event",
    ):
        assert name in PAGE
        assert hasattr(lineage.events, name)
    for command in re.findall(r"^lineage (\w+) ", PAGE, re.MULTILINE):
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
