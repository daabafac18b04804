"""Rebuilds the table of application identifiers from a newer GS1 Barcode Syntax Dictionary.

Run as ``python -m lineage.identifiers.ai_dictionary gs1-syntax-dictionary.txt``: prints what the newer
dictionary adds, drops and changes; with ``--write`` also replaces the table. The dictionary is GS1's text;
the table is this package's own form of the same facts, one line an AI or range of AIs, columns divided by
tabs:

``ai  flags  components  requires  excludes  key  title``

* flags: ``f`` predefined length (no FNC1 after it), ``d`` permitted as Digital Link attribute
* components: ``N14:csum,gcppos2`` fixed, ``X1-20`` variable, ``?N6:yymmdd`` optional; divided by blanks
* requires: alternatives divided by ``|``, members of an alternative by ``+``; several conditions by ``;``
* excludes: AIs or patterns divided by ``|``; ``n`` stands for any digit
* key: ``-`` no primary key, ``.`` primary key without qualifiers, else the ordered qualifiers
  ``22,10,21|235``
"""

from __future__ import annotations

import argparse
import re
import sys
from importlib.resources import files
from pathlib import Path

from lineage.errors import IdentifierError
from lineage.identifiers.ai_table import TABLE_NAME
from lineage.identifiers.linters import LINTERS

_ENTRY = re.compile(r"^(?P<ai>\d{2,4}(?:-\d{2,4})?)(?P<rest>\s.*)$")
_COMPONENT = re.compile(
    r"^(?P<optional>\[)?(?P<type>[NXYZ])(?P<dots>\.\.)?(?P<length>\d+)\]?(?P<linters>(?:,\w+)*)$"
)
_FLAGS = re.compile(r"^[*!?\"$%&'()+,\-./:;<=>@\\^_`{|}~]+$")


def _component(word: str) -> str | None:
    match = _COMPONENT.match(word)
    if not match:
        return None
    length = match["length"]
    text = ("?" if match["optional"] else "") + match["type"] + (f"1-{length}" if match["dots"] else length)
    linters = match["linters"].strip(",")
    unknown = [name for name in linters.split(",") if name and name not in LINTERS]
    if unknown:
        raise IdentifierError(
            "dictionary-entry",
            f"there is no content check {unknown[0]!r} in this package yet",
            hint="add it to lineage/identifiers/linters.py, then read the dictionary again",
        )
    return f"{text}:{linters}" if linters else text


def _entry(line: str) -> str | None:
    """Turn one line of the dictionary into one line of the table; None for comments and blank lines."""
    match = _ENTRY.match(line)
    if not match:
        return None
    body, _, title = match["rest"].partition("#")
    words = body.split()
    flags = words.pop(0) if words and _FLAGS.match(words[0]) else ""
    components: list[str] = []
    requires: list[str] = []
    excludes: list[str] = []
    key = "-"
    for word in words:
        name, equals, value = word.partition("=")
        if name == "req":
            requires.append(value.replace(",", "|"))
        elif name == "ex":
            excludes.append(value.replace(",", "|"))
        elif name == "dlpkey":
            key = value if equals else "."
        else:
            component = _component(word)
            if component is None:
                raise IdentifierError(
                    "dictionary-entry", f"cannot read {word!r} in the entry of AI {match['ai']}"
                )
            components.append(component)
    own_flags = ("f" if "*" in flags else "") + ("d" if "?" in flags else "")
    return "\t".join(
        [
            match["ai"],
            own_flags,
            " ".join(components),
            ";".join(requires),
            "|".join(excludes),
            key,
            title.strip(),
        ]
    )


def convert(dictionary: str) -> str:
    """Give the table for the text of a dictionary."""
    entries = [entry for line in dictionary.splitlines() if (entry := _entry(line))]
    if not entries:
        raise IdentifierError("dictionary-empty", "the file has no entry of the GS1 syntax dictionary")
    return "".join(f"{entry}\n" for entry in entries)


def table_text() -> str:
    """Give the table that is in use."""
    return files(__package__).joinpath(TABLE_NAME).read_text(encoding="utf-8")


def differences(old: str, new: str) -> list[str]:
    """Give what changes between tables, one line each: ``+`` added, ``-`` dropped, ``~`` changed."""
    before = {line.split("\t", 1)[0]: line for line in old.splitlines()}
    after = {line.split("\t", 1)[0]: line for line in new.splitlines()}
    lines = [f"+ {after[ai]}" for ai in after if ai not in before]
    lines += [f"- {before[ai]}" for ai in before if ai not in after]
    for ai, line in after.items():
        if before.get(ai, line) != line:
            lines += [f"~ {before[ai]}", f"  {line}"]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Print the difference to a newer dictionary; write the table when asked to. 1 when they differ.

    Leaves with 2 when the file cannot be read as a dictionary.
    """
    parser = argparse.ArgumentParser(
        prog="python -m lineage.identifiers.ai_dictionary", description=__doc__.splitlines()[0]
    )
    parser.add_argument("dictionary", type=Path, help="gs1-syntax-dictionary.txt as published by GS1")
    parser.add_argument("--write", action="store_true", help="replace the table")
    options = parser.parse_args(arguments)
    try:
        new = convert(options.dictionary.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, IdentifierError) as error:
        parser.error(f"{options.dictionary}: {error}")
    target = Path(str(files(__package__).joinpath(TABLE_NAME)))
    changes = differences(table_text() if target.exists() else "", new)
    sys.stdout.write("".join(f"{line}\n" for line in changes) or "no difference\n")
    if options.write:
        target.write_text(new, encoding="utf-8")
        return 0
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
