"""Where the third-party documents are, how they are labelled, and which labels are wrong."""

from __future__ import annotations

from pathlib import Path

from tests.vectors import VECTORS

#: Labelled valid, but wrong by the schema of the standard itself; each with its reason.
WRONGLY_VALID: dict[str, str] = {
    "JSON/Capture/Documents/TransactionEvent_with_userExtensions.json": "EffectiveDoseRate is no word",
    "JSON/Query/TransactionEvent_with_userExtensions.json": "EffectiveDoseRate is no word",
}


def json_documents() -> list[tuple[Path, bool]]:
    """Give every JSON event document of the sets with its label: valid or not."""
    found = [*(VECTORS / "gs1-epcis" / "JSON").rglob("*.jsonld")]
    openepcis = VECTORS / "openepcis" / "2.0" / "EPCIS" / "JSON"
    found += [path for path in openepcis.rglob("*.json") if "Queries" not in path.parts]
    found += (VECTORS / "event-hash" / "examples").glob("*.jsonld")
    return [(path, "Invalid" not in path.parts and not wrongly_valid(path)) for path in sorted(found)]


def wrongly_valid(path: Path) -> bool:
    """Say whether the set's own label is wrong."""
    return any(path.as_posix().endswith(name) for name in WRONGLY_VALID)


def name(path: Path) -> str:
    """Give a short test id."""
    return "/".join(path.relative_to(VECTORS).parts[-3:])


def xml_documents() -> list[tuple[Path, bool]]:
    """Give every XML event document of the sets with its label; 1.2 documents must all be readable."""
    found = [
        path for path in (VECTORS / "gs1-epcis" / "XML").rglob("*.xml") if "CaptureJob" not in path.parts
    ]
    found += [path for path in (VECTORS / "openepcis").rglob("*.xml") if "Queries" not in path.parts]
    found += (VECTORS / "event-hash").rglob("*.xml")
    return [(path, "Invalid" not in path.parts) for path in sorted(found)]
