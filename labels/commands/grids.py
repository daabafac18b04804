"""``trace-labels grids``: the label grids that have a name."""

from __future__ import annotations

from dataclasses import asdict

from labels.commands.options import AsJson
from labels.commands.reporting import reported, show
from labels.grids import GRIDS


@reported
def grids(*, as_json: AsJson = False) -> None:
    """List the label grids: name, size of a label, labels on a page."""
    for grid in GRIDS.values():
        if as_json:
            show(asdict(grid) | {"count": grid.count}, as_json=True)
        else:
            show(
                {grid.name: f"{grid.width:g} × {grid.height:g} mm: {grid.note}"},
                as_json=False,
            )
