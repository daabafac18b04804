"""The page about labels: its examples run as they stand."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labels.commands import app
from labels.serials import ALPHABET
from tests.vectors import ROOT

PAGE = (ROOT / "docs" / "labels.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^ *```(\w*)\n(.*?)^ *```", PAGE, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Give every whole ``trace-labels`` command of the page's blocks and text, in order."""
    text = "\n".join(block for language, block in BLOCKS if language != "python").replace("\\\n", " ")
    text += "\n" + "\n".join(re.findall(r"`(trace-labels [^`]*)`", PAGE))
    lines = [re.sub(r"\s+#.*", "", line.strip()) for line in text.splitlines()]
    found = [shlex.split(line) for line in lines if line.startswith("trace-labels")]
    return [words[1:] for words in found if "FILE" not in words and "…" not in " ".join(words)]


def test_every_example_on_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = set()
    for words in commands():
        if len(words) < 2 or words[1].startswith("scan.") or words[1] == "FILE…":
            continue
        if "-n" in words and (tmp_path / words[words.index("-o") + 1]).exists():
            continue
        fewer = ["30" if word in {"1000", "10000"} else word for word in words]
        result = CliRunner().invoke(app, fewer)
        assert result.exit_code == 0, (fewer, result.output)
        ran.add(words[0])
    assert {"serials", "sheet", "command-sheet"} <= ran


def test_the_python_on_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = [block for language, block in BLOCKS if language == "python"]
    exec(compile(code, "docs/labels.md", "exec"), {})
    assert (tmp_path / "labels.pdf").read_bytes().startswith(b"%PDF")


def test_the_page_names_every_command_and_the_alphabet() -> None:
    shown = CliRunner().invoke(app, ["--help"]).stdout
    for command in ("serials", "sheet", "image", "verify", "command-sheet", "grids"):
        assert f"trace-labels {command}" in PAGE
        assert command in shown
    assert ALPHABET in PAGE
