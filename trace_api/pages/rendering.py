"""Turns a template and values into a page: escaping always on, times and codes written for people."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from trace_api.china import in_china
from trace_api.pages.citing import citation
from trace_api.pages.languages import HTML_TAGS, Language, words
from trace_api.pages.negotiation import SAFE_HEADERS

_FOLDER = Path(__file__).parent
STATIC: Final = _FOLDER / "static"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=day, minute=minute, iso=iso, stamp=stamp, deadline=deadline, citation=citation
    )
    environment.globals["static"] = static_url
    return environment


def render(
    template: str,
    language: Language,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a page.

    :param template: path below the templates folder
    :param values: what the template shows; ``t`` (the words) and ``lang`` are added
    """
    html = render_text(template, language, values)
    sent = {
        **SAFE_HEADERS,
        "Content-Language": HTML_TAGS[language],
        "Vary": "Accept, Accept-Language",
        **(headers or {}),
    }
    return HTMLResponse(html, status_code=status, headers=sent)


def render_text(template: str, language: Language, values: Mapping[str, Any]) -> str:
    """Render a template to text, as :func:`render` does."""
    page = _environment().get_template(template)
    return page.render({**values, "t": words(language), "lang": language, "html_lang": HTML_TAGS[language]})


def day(value: date | datetime | None) -> str:
    """Write a date, 2026-03-01; of a moment, the date in China."""
    if value is None:
        return "—"
    return (in_china(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def minute(value: datetime | None) -> str:
    """Write a moment to the minute, in China's time."""
    return "—" if value is None else in_china(value).strftime("%Y-%m-%d %H:%M")


def stamp(value: str | None) -> str:
    """Write a moment that an answer of the engine gives as text, to the minute, in China's time."""
    return minute(datetime.fromisoformat(value)) if value else "—"


def deadline(value: datetime) -> str:
    """Write the end of a period; one that ends with a day is written 24:00 of that day, as in law."""
    local = in_china(value)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return (local - timedelta(days=1)).strftime("%Y-%m-%d") + " 24:00"
    return local.strftime("%Y-%m-%d %H:%M")


def iso(value: datetime | date | None) -> str:
    """Write a moment as RFC 3339 in UTC, for ``<time datetime>``."""
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return value.isoformat()
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@cache
def static_url(name: str) -> str:
    """Give the address of a file of ours; it changes with the content, so that it can be cached for good."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
