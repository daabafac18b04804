"""What the labels write is what the server reads: one file, two readers."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from labels.commands import app
from labels.issued import lot_number, read_batch
from trace_api.lookup.issued import read_batch as read_at_the_server

KINDS = {
    "items": ("--gtin", "6901234567892", "--lot", "L1", "--made", "2026-11-01", "--name", "原味酸奶"),
    "items without lot": ("--gtin", "6901234567892"),
    "drug codes": ("--drug-code", "8385793", "--lot", "B2611", "--expires", "2028-10"),
    "organic codes": ("--organic-code", "13426", "--spec", "500 g"),
    "logistic units": ("--company-prefix", "6901234"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_server_takes_every_batch_whole(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "b.issued.jsonl"
    drawn = CliRunner().invoke(app, ["serials", *KINDS[kind], "-n", "50", "-o", str(path)])
    assert drawn.exit_code == 0, drawn.output
    ours, theirs = read_batch(path), read_at_the_server(path.read_bytes())
    assert not theirs.rejected
    assert tuple(theirs.codes) == ours.ids
    assert theirs.batch == ours.head.batch
    assert theirs.lot_id == ours.head.lot
    assert theirs.attributes == ours.head.attributes
    assert theirs.product == ours.head.product
    if "--lot" in KINDS[kind]:
        assert lot_number(ours.head) == KINDS[kind][KINDS[kind].index("--lot") + 1]
