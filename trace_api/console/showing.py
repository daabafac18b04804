"""How pages of the console are shown: language, headers, and errors as pages instead of JSON."""

from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from trace_api.accounts import Principal, require_person
from trace_api.pages.languages import Language, choose_language, words
from trace_api.pages.rendering import render
from trace_api.problems import Problem
from trace_api.recall.service import utc_now

PRIVATE: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
LANGUAGE_COOKIE: Final = "suyuan_lang"
_YEAR_SECONDS: Final = 31_536_000


def language_of(request: Request) -> Language:
    """Give the language of a console page: asked for, remembered, or preferred by the browser."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    return choose_language(asked, request.headers.get("accept-language"))


def show(
    request: Request,
    template: str,
    values: dict[str, Any],
    *,
    person: Principal | None = None,
    status: int = 200,
) -> Response:
    """Render a page of the console; a language that was asked for is remembered."""
    language = language_of(request)
    parameters = {name: value for name, value in request.query_params.items() if name != "lang"}
    path = request.url.path if request.method == "GET" else request.url.path.rpartition("/")[0]
    switch = f"{path}?{urlencode({**parameters, 'lang': words(language).other})}"
    common = {"person": person, "switch_url": switch, "now": utc_now(), "section": "", "q": ""}
    answer = render(template, language, {**common, **values}, status=status, headers=PRIVATE)
    if request.query_params.get("lang"):
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_SECONDS, samesite="lax", path="/console")
    return answer


class ConsoleRoute(APIRoute):
    """Answers what goes wrong on a page with a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of the route."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return await _told(request, problem)
            except RequestValidationError:
                return await _told(request, Problem(400, "bad-form", "The address or form is not complete."))
            except HTTPException as error:
                if error.status_code == 303 and error.headers:
                    return RedirectResponse(error.headers["Location"], 303)
                return await _told(request, Problem(error.status_code, "not-allowed", str(error.detail)))

        return handler


async def _told(request: Request, problem: Problem) -> Response:
    person = await require_person(request)
    asked = request.query_params.get("id", "")[:400]
    values = {"section": "home", "q": asked, "problem": problem}
    return show(request, "console/problem.html", values, person=person, status=problem.status)
