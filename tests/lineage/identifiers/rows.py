"""Loads the third-party rows that lie beside the checkout."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.vectors import require


@cache
def load(*parts: str) -> Any:
    """Give a JSON file below the vectors folder, or skip the test."""
    return json.loads(require(*parts).read_text(encoding="utf-8"))
