"""Which form of an answer a request wants (RFC 9110 section 12.5.1), and the headers that keep it safe."""

from collections.abc import Mapping, Sequence
from typing import Final

HTML: Final = "text/html"
JSON: Final = "application/json"
LINKSET: Final = "application/linkset+json"
JSON_LD: Final = "application/ld+json"

_MAX_ACCEPT: Final = 1000  # longer headers are cut: the rest is nobody's preference

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

SAFE_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Sent with every page: no inline script or style, nothing from elsewhere, in nobody's frame."""

OPEN_HEADERS: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, Location",
}
"""Sent with every answer of the open look-up, errors included: any page may read it; no credentials."""


def choose_media_type(accept: str | None, offered: Sequence[str]) -> str:
    """Choose the media type of an answer.

    :param accept: the header; absent or unparsable means anything
    :param offered: what can be given, the default first; a tie goes to the earlier one
    :return: one of ``offered``; the default when nothing that is offered is accepted, because an answer in
        another form helps more than a refusal
    """
    ranges = _ranges(accept or "*/*")
    best, best_weight = offered[0], 0.0
    for media_type in offered:
        weight = max(
            ((precision, weight) for range_, precision, weight in ranges if _covers(range_, media_type)),
            default=None,
        )
        if weight is not None and weight[1] > best_weight:
            best, best_weight = media_type, weight[1]
    return best


def _ranges(accept: str) -> list[tuple[str, int, float]]:
    ranges = []
    for part in accept[:_MAX_ACCEPT].split(","):
        range_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    weight = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    weight = 0.0
        precision = 0 if range_ == "*/*" else 1 if range_.endswith("/*") else 2
        if range_:
            ranges.append((range_, precision, weight))
    return ranges


def _covers(range_: str, media_type: str) -> bool:
    return range_ in {"*/*", media_type} or (range_.endswith("/*") and media_type.startswith(range_[:-1]))
