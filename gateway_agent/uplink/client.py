"""The HTTPS client of the capture interface: one request, one answer; failures are DeliveryErrors."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin, urlsplit

import httpx

from gateway_agent.configuration.settings import UplinkSettings
from gateway_agent.errors import DeliveryError
from gateway_agent.uplink.answers import Answer, Verdict, read_answer
from gateway_agent.uplink.batches import Waiting, compress, document, idempotency_key

log = logging.getLogger(__name__)

CAPTURE = "/epcis/v2/capture"
MAX_ANSWER = 8 * 1024 * 1024
"""An answer about 500 events has less than 200 KB."""


class CaptureClient:
    """Talks to one server; safe to use from several threads."""

    def __init__(self, settings: UplinkSettings, namespaces: Mapping[str, str], user_agent: str) -> None:
        self._settings = settings
        self._namespaces = namespaces
        self._gzip = settings.gzip
        self._http = httpx.Client(
            verify=_trust(settings),
            timeout=httpx.Timeout(settings.timeout + settings.wait, connect=min(settings.timeout, 10.0)),
            headers={"User-Agent": user_agent},
            follow_redirects=False,
            trust_env=False,
        )

    def send(self, batch: Sequence[Waiting]) -> Answer:
        """Post a batch.

        :raises DeliveryError: the server was not reached, or its answer did not arrive
        """
        body = document(batch, self._namespaces)
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Prefer": f"wait={max(round(self._settings.wait), 1)}",
            "Idempotency-Key": idempotency_key(batch),
            "GS1-EPCIS-Version": "2.0.0",
            "GS1-CBV-Version": "2.0.0",
            "GS1-Capture-Error-Behaviour": "proceed",
            **self._authorization(),
        }
        if self._gzip:
            body = compress(body)
            headers["Content-Encoding"] = "gzip"
        answer = self._request("POST", f"{self._settings.url}{CAPTURE}", headers, body, batch)
        if answer.verdict is Verdict.PLAIN and self._gzip:
            log.info("the server takes no gzip; sending plain from now on")
            self._gzip = False
        return answer

    def ask(self, job: str, batch: Sequence[Waiting]) -> Answer:
        """Ask for a capture job that was not finished in time.

        :raises DeliveryError: the server was not reached, or the job is not this server's
        """
        url = urljoin(f"{self._settings.url}{CAPTURE}", job)
        if urlsplit(url)[:2] != urlsplit(self._settings.url)[:2]:
            # The token must not travel to where an answer points.
            raise DeliveryError("foreign-job", f"the server names a job on another host: {url}")
        return self._request("GET", url, {"Accept": "application/json", **self._authorization()}, None, batch)

    def server_wall(self) -> int | None:
        """Ask the server for its time; None when it gives none.

        :raises DeliveryError: the server was not reached
        """
        return self._request("GET", f"{self._settings.url}/healthz", {}, None, ()).server_wall

    def probe(self) -> str:
        """Ask for the list of captures; give what is wrong, or nothing.

        :raises DeliveryError: the server was not reached, or there is no token
        """
        answer = self._request("GET", f"{self._settings.url}{CAPTURE}", self._authorization(), None, ())
        if answer.verdict is Verdict.UNAUTHORISED and not answer.message.startswith("HTTP 403"):
            return f"the server refuses the token ({answer.message})"
        if answer.verdict is Verdict.WRONG_ADDRESS:
            return f"there is no capture interface ({answer.message})"
        return ""

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, batch: Sequence[Waiting]
    ) -> Answer:
        try:
            with self._http.stream(method, url, headers=dict(headers), content=body) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > MAX_ANSWER:
                        raise DeliveryError("answer-too-long", "the answer has no end")
                found = {name.lower(): value for name, value in response.headers.items()}
        except httpx.HTTPError as error:
            raise DeliveryError("not-reached", f"{type(error).__name__}: {error}") from error
        except (OSError, httpx.InvalidURL, UnicodeError) as error:
            raise DeliveryError("not-reached", str(error)) from error
        return read_answer(response.status_code, found, content, batch)

    def _authorization(self) -> dict[str, str]:
        """Read the token anew each time: a changed token works without a restart."""
        settings = self._settings
        token = os.environ.get(settings.token_env, "") if settings.token_env else ""
        if settings.token_file:
            try:
                token = settings.token_file.read_text(encoding="ascii", errors="strict").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise DeliveryError("no-token", f"{settings.token_file} cannot be read as a token") from error
        if not token:
            return {}
        if not token.isprintable() or " " in token:
            raise DeliveryError("no-token", "the token has characters that no token has")
        return {"Authorization": f"Bearer {token}"}


def _trust(settings: UplinkSettings) -> ssl.SSLContext | bool:
    if not settings.url.startswith("https:"):
        return True
    context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    if settings.client_cert and settings.client_key:
        context.load_cert_chain(settings.client_cert, settings.client_key)
    return context
