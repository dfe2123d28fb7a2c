"""A service that runs elsewhere, asked over its API on azure-core's pipeline."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from azure.core import PipelineClient
from azure.core.credentials import AzureKeyCredential, TokenCredential
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import (
    AzureKeyCredentialPolicy,
    BearerTokenCredentialPolicy,
    RetryPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from shared.cli.reach import signing
from shared.cli.reach.answers import Answer, object_of, raise_for, read, told_as_ours
from shared.cli.reach.signing import Signing, address_of
from shared.errors import Refused

_API = "/api/v1"
_KEY_HEADER = "x-functions-key"
_CONNECT, _ANSWER = 10, 75
"""Seconds; the service itself gives a request 60."""
_AT_ONCE = {"connection_timeout": 2, "read_timeout": 3, "retry_total": 0}
_LONGEST_WAIT = 30.0
_MOST_ROWS = 200
_MOST_PAGES = 500
_SAID_ONCE = {"retry_connect": 0, "retry_read": 0}


class Retries(RetryPolicy[Any, Any]):
    """The SDK's retries, which heed Retry-After: no long waits, and nothing is said twice.

    What was said and not answered may have been kept; only what was not even let in (429) is said
    again.
    """

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to ask again."""
        try:
            wait = self.get_retry_after(response)
        except ValueError:
            wait = None
        if wait is not None and wait > _LONGEST_WAIT:
            return False
        throttled = response.http_response.status_code == 429
        if response.http_request.method != "GET" and not throttled:
            return False
        return bool(super().is_retry(settings, response))


class Deployed:
    """One service: what is asked of it and said to it, in plain JSON values.

    Raises Refused, NotFound and Unavailable with the service's own sentence.
    """

    def __init__(
        self, url: str, signed: Signing, credential: TokenCredential | None = None, **options: Any
    ) -> None:
        """`credential` gives the tokens for the audience of `signed`; else nobody is asked."""
        parts = address_of(url)
        self._host = parts.netloc
        self._root = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{_API}"
        self._audience = signed.audience
        named = {"connection_timeout": _CONNECT, "read_timeout": _ANSWER, **options}
        tries = named.pop("retry_total", 4)
        policies: list[Any] = [UserAgentPolicy(base_user_agent="driftgate"), _retries(tries)]
        if credential is not None:
            policies.append(BearerTokenCredentialPolicy(credential, signed.scope))
        if signed.key is not None:
            policies.append(AzureKeyCredentialPolicy(AzureKeyCredential(signed.key), _KEY_HEADER))
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._root,
            policies=policies,
            **named,
        )

    def get(self, *path: str, **query: object) -> dict[str, Any]:
        """The object at a path; `query` without those that are None."""
        return object_of(self._sent("GET", path, params=_without_none(query)), self._host)

    def page(self, *path: str, **query: object) -> str:
        """The text at a path."""
        response = self._sent("GET", path, params=_without_none(query))
        raise_for(response, self._host)
        return response.content.decode("utf-8", errors="replace")

    def rows(
        self, name: str, *path: str, most: int | None = None, **query: object
    ) -> list[dict[str, Any]]:
        """The rows of a list, page by page; at most so many."""
        return self.listed(name, *path, most=most, **query)[name]  # type: ignore[no-any-return]

    def listed(
        self, name: str, *path: str, most: int | None = None, **query: object
    ) -> dict[str, Any]:
        """The same with what the first page says beside its rows."""
        rows: list[dict[str, Any]] = []
        first: dict[str, Any] = {}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            if most is not None and len(rows) >= most:
                break
            limit = _MOST_ROWS if most is None else min(_MOST_ROWS, most - len(rows))
            page = self.get(*path, **query, limit=limit, cursor=cursor)
            first = first or page
            rows.extend(page[name])
            cursor = page.get("next")
            if cursor is None:
                break
        else:
            raise Refused(f"{self._host} has no end of {name}; ask for fewer.")
        return {**{key: value for key, value in first.items() if key != "next"}, name: rows}

    def post(self, *path: str, **body: object) -> dict[str, Any]:
        """Say something; `body` without those that are None."""
        return object_of(self._sent("POST", path, json=_without_none(body)), self._host)

    def send(self, content: bytes, *path: str) -> dict[str, Any]:
        """Hand a payload on as it is."""
        headers = {"Content-Type": "application/json"}
        response = self._sent("POST", path, content=content, headers=headers)
        return object_of(response, self._host)

    def delete(self, *path: str, **body: object) -> dict[str, Any]:
        """Take something back; `body` without those that are None."""
        return object_of(self._sent("DELETE", path, json=_without_none(body)), self._host)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _sent(self, method: str, path: tuple[str, ...], **what: Any) -> Answer:
        address = "/".join([self._root, *(quote(part, safe="/") for part in path)])
        request = HttpRequest(method, address, **what)
        options: dict[str, Any] = {} if method == "GET" else _SAID_ONCE
        with told_as_ours(self._host, self._audience):
            response = self._client.send_request(request, stream=True, **options)
            return read(response, self._host)


def _retries(total: int) -> Retries:
    return Retries(
        retry_total=total,
        retry_connect=1,
        retry_read=1,
        retry_backoff_factor=0.3,
        retry_backoff_max=5,
        timeout=120,
    )


def _without_none(given: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if value is not None}


@contextmanager
def deployed(url: str, *, patient: bool = True) -> Iterator[Deployed]:
    """The service at an address, asked as whoever this machine is signed in as."""
    signed = Signing.from_environment(url, os.environ)
    credential = None if signed.audience is None else signing.signed_in_here()
    service = Deployed(url, signed, credential, **({} if patient else _AT_ONCE))
    try:
        yield service
    finally:
        service.close()
