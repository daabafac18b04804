"""A console with a story in it and an inspector who has logged in."""

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.trace_api import food_story as story
from trace_api.accounts.accounts import create_account
from trace_api.database import Database

PASSWORD = "correct horse battery"

LogIn = Callable[..., TestClient]


@pytest.fixture
def log_in(app: FastAPI, client: TestClient, database: Database) -> Iterator[LogIn]:
    """Give a browser in which somebody of a role has logged in."""
    del client  # keeps the application's lifespan open
    opened: list[TestClient] = []

    def make(role: str, party_uscc: str | None = None) -> TestClient:
        name = f"{role}-{len(opened)}"
        with database.transaction() as connection:
            create_account(connection, name, role, PASSWORD, party_uscc)
        browser = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
        opened.append(browser)
        answer = browser.post("/console/login", data={"name": name, "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        return browser

    yield make
    for browser in opened:
        browser.close()


@pytest.fixture
def inspector_browser(log_in: LogIn, device: TestClient, admin: TestClient) -> TestClient:
    """A browser of an inspector, with the food story in the store."""
    story.play(device, admin)
    return log_in("inspector")


def csrf_of(page: str) -> str:
    """Give the secret that a page's forms send back."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)
