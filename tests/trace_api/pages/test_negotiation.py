"""Which form of an answer a request gets."""

import pytest

from trace_api.pages.negotiation import HTML, JSON, LINKSET, choose_media_type

OFFERED = (HTML, JSON, LINKSET)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, HTML),
        ("*/*", HTML),
        ("application/json", JSON),
        ("application/linkset+json", LINKSET),
        ("application/*", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("application/json;q=0.9, text/html;q=0.8", JSON),
        ("application/json;q=0.5, */*;q=0.1", JSON),
        ("application/json;q=0, */*", HTML),
        ("image/png", HTML),
        ("application/json;q=x", HTML),
        (",;,;", HTML),
        ("APPLICATION/JSON", JSON),
    ],
)
def test_the_form_of_an_answer(accept: str | None, chosen: str) -> None:
    assert choose_media_type(accept, OFFERED) == chosen
