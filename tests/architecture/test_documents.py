"""What a newcomer reads first is true: links lead somewhere, commands of the README work as they stand."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vectors import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
READMES = ("README.md", "README.zh-CN.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
RUN_ELSEWHERE = ("make ", "export ", "trace-api ")
"""Installed by whoever runs the tests, or played by tests that have a database of their own."""


def anchors(page: Path) -> Iterator[str]:
    """Give the anchors that headings of a page make."""
    for heading in re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in set(anchors(target))):
            broken.append(link)
    assert broken == []


def commands(readme: str) -> list[str]:
    """Give the commands of a README, in order."""
    blocks = BLOCK.findall((ROOT / readme).read_text(encoding="utf-8"))
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_both_readmes_have_the_same_commands() -> None:
    en, zh = ([re.sub(r"\s+#.*", "", line) for line in commands(readme)] for readme in READMES)
    assert en == zh
    assert en[:2] == ["make demo", "make test"]


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    ran = []
    for command in commands("README.md"):
        if command.startswith(RUN_ELSEWHERE):
            continue
        moved = command.replace("/tmp/", f"{tmp_path}/")
        done = subprocess.run(
            moved,
            shell=True,
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout or done.stderr, command
        ran.append(command.split()[0])
    assert set(ran) == {"firmware-sim", "lineage", "trace-labels"}
