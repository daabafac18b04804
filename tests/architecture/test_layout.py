"""The folders, files and names of the repository keep the shape that docs/architecture.md draws."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vectors import ROOT

PACKAGES = ("lineage", "labels", "gateway_agent", "trace_api", "firmware_sim")
TOP_LEVEL = {*PACKAGES, "tests", "benchmarks", "docs", "deploy", "requirements", ".ci"}
EMPTY_WORDS = re.compile(r"(^|_)(utils?|helpers?|commons?|managers?|misc|stuff)(_|$)")
LONGEST_MODULE = 500


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [Path(line) for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def modules(*packages: str) -> Iterator[Path]:
    return (path for path in tracked() if path.suffix == ".py" and path.parts[0] in packages)


def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def test_a_new_top_level_folder_needs_a_decision() -> None:
    found = {path.parts[0] for path in tracked() if len(path.parts) > 1}
    assert found <= TOP_LEVEL, f"unknown top-level folders: {sorted(found - TOP_LEVEL)}"


@pytest.mark.parametrize("path", list(modules(*PACKAGES)), ids=str)
def test_a_module_is_short_and_says_what_it_knows(path: Path) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST_MODULE, "split the module along what it knows"
    assert ast.get_docstring(tree(path)), "a module starts with a sentence on what it knows"
    assert not EMPTY_WORDS.search(path.stem), "a module is named after what it knows"


def test_test_modules_stay_readable_too() -> None:
    long = [
        str(path)
        for path in modules("tests", "benchmarks")
        if (ROOT / path).read_text(encoding="utf-8").count("\n") > 600
    ]
    assert not long


def test_no_path_or_registry_of_a_machine_in_the_tree() -> None:
    # Split so that this file does not find itself.
    words = ("/work@/", "/root@/", ".pyenv@/", "pypi@.org", "python@hosted", "registry.np@mjs", "debian@.org")
    machine = re.compile("|".join(re.escape(word.replace("@", "")) for word in words))
    found = []
    for path in tracked():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path}:{number}" for number, line in enumerate(text.splitlines(), 1) if machine.search(line)
        ]
    assert not found


def test_requirement_files_are_hashed_and_name_no_registry() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        pins = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line)]
        assert pins, path.name
        assert all(line.rstrip().endswith("\\") for line in pins), (
            f"{path.name}: a requirement without a hash"
        )


def test_every_decision_record_has_its_four_parts() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert records
    for record in records:
        text = record.read_text(encoding="utf-8")
        for part in ("Context", "Decision", "Consequences", "Enforced by"):
            assert re.search(rf"^#+ {part}", text, re.MULTILINE), f"{record.name} has no part «{part}»"
        for path in re.findall(
            r"`((?:tests|lineage|labels|gateway_agent|trace_api|firmware_sim)/[\w/.-]+)`", text
        ):
            assert (ROOT / path).exists(), f"{record.name} names {path}, which does not exist"


def test_links_between_documents_lead_somewhere() -> None:
    links = [
        (page, target)
        for page in tracked()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", (ROOT / page).read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:")
    ]
    assert links
    assert not [f"{page} -> {target}" for page, target in links if not (ROOT / page.parent / target).exists()]
