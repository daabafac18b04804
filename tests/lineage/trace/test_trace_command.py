"""``lineage trace`` on files."""

import json
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from lineage.commands import app
from tests.end_to_end.world import document
from tests.lineage.trace.story import item, lot
from tests.lineage.trace.test_worked_example import told

K1, M1, S1 = lot(3, "K1"), lot(1, "M1"), item(2, "s1")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The worked example, in two documents, the later events first."""
    folder = tmp_path_factory.mktemp("files")
    events = told().events
    paths = [folder / "late.json", folder / "early.json"]
    for path, part in zip(paths, (events[5:], events[:5]), strict=True):
        path.write_bytes(orjson.dumps(document(part)))
    return [str(path) for path in paths]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["trace", *arguments])


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("--source", K1), 6),
        (("--source", K1, "--depth", "1"), 4),
        (("--source", K1, "--until", "2026-05-01T15:59:00Z"), 0),
        (("--destination", M1), 5),
        (("--destination", "urn:epc:class:lgtin:6901234.000001.M1", "--since", "2026-05-01T10:15:00Z"), 0),
        (("--destination", "(01)06901234000016(10)M1"), 5),
    ],
)
def test_answers(files: list[str], arguments: tuple[str, ...], count: int) -> None:
    result = run(*files, *arguments, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert len(answer["things"]) == count


@pytest.mark.parametrize("question", ["--responsibility", "--history", "--source"])
def test_a_person_can_read_the_answer(files: list[str], question: str) -> None:
    result = run(*files, question, S1)
    assert result.exit_code == 0, result.output
    assert "2026-05-01T10:30:00Z" in result.output


def test_an_empty_answer_says_so(files: list[str]) -> None:
    assert run(*files, "--source", M1).output.startswith("Nothing")


def test_balance(files: list[str]) -> None:
    assert "in 1000.0 out 400.0 left 600.0 KGM" in run(*files, "--balance", M1).output
    assert json.loads(run(*files, "--balance", M1, "--json").output)["left"] == 600


def test_drawings(files: list[str]) -> None:
    assert run(*files, "--source", K1, "--dot").output.startswith("digraph")
    assert run(*files, "--source", K1, "--mermaid").output.startswith("flowchart LR")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "exactly one of"),
        (("--source", K1, "--history", K1), 2, "exactly one of"),
        (("--history", K1, "--dot"), 2, "can be drawn"),
        (("--source", K1, "--until", "yesterday"), 2, "--until"),
        (("--source", lot(9, "X")), 1, "no event of these files names"),
        (("--source", "(01)06901234000017"), 1, "(01)06901234000017"),
    ],
)
def test_wrong_use_is_explained(files: list[str], arguments: tuple[str, ...], code: int, says: str) -> None:
    result = run(*files, *arguments)
    assert result.exit_code == code
    assert says in result.stderr
    assert not result.stdout


def test_a_bad_file_is_named(files: list[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"type": ')
    result = run(*files, str(bad), "--source", K1)
    assert result.exit_code == 1
    assert "bad.json" in result.stderr
    assert run(str(tmp_path / "none.json"), "--source", K1).exit_code == 1
