"""Third-party truth beside the checkout: schemas, examples, hashes, identifiers, frames."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT.parent / "shared" / "vectors"


def require(*parts: str) -> Path:
    """Give the path of a vector file or folder, or skip the test and say which one is absent.

    :param parts: path below the vectors folder, e.g. ``("event-hash", "examples")``
    """
    path = VECTORS.joinpath(*parts)
    if not path.exists():
        pytest.skip(
            f"third-party vectors are not beside this checkout: {'/'.join(parts)}", allow_module_level=True
        )
    return path
