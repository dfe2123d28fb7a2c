"""A light client of Azure Resource Manager: a read costs no import of azure-ai-ml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import TokenCredential
from azure.core.exceptions import DecodeError, HttpResponseError
from azure.core.pipeline.policies import (
    HeadersPolicy,
    RequestIdPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from shared.adapters.azure.faults import told_as_ours
from shared.adapters.azure.gates import GatedTransport, Gates
from shared.adapters.azure.retries import RetriesWithinBudget
from shared.errors import Unavailable

PUBLIC_CLOUD = "https://management.azure.com"
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as it was answered, with its version where the service keeps one.

    `operation` is the address of the long operation that a write began.
    """

    content: Mapping[str, Any] = field(default_factory=dict)
    etag: str | None = None
    operation: str | None = None


class ResourceManager:
    """GET, PUT and POST with an api-version, pages followed, errors told as ours.

    `endpoint` names the cloud, such as `https://management.usgovcloudapi.net`; tokens are asked
    for it. `budget` bounds a request with all its retries, in seconds. It goes out through `gates`.
    """

    def __init__(
        self,
        credential: TokenCredential,
        *,
        endpoint: str = PUBLIC_CLOUD,
        retries: int = 3,
        backoff: float = 0.8,
        budget: float = 60.0,
        read_timeout: float = 30.0,
        gates: Gates | None = None,
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._client: ARMPipelineClient[HttpRequest, HttpResponse] = ARMPipelineClient(
            self._endpoint,
            policies=[
                RequestIdPolicy(),
                HeadersPolicy({"Accept": "application/json"}),
                UserAgentPolicy("driftgate"),
                RetriesWithinBudget(
                    retry_total=retries, retry_backoff_factor=backoff, timeout=budget
                ),
                ARMChallengeAuthenticationPolicy(credential, f"{self._endpoint}/.default"),
            ],
            transport=GatedTransport(
                gates or Gates(), connection_timeout=10.0, read_timeout=read_timeout
            ),
        )

    def get(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        thing: str,
        permission: str,
    ) -> Mapping[str, Any]:
        """One resource, at a path below the endpoint or at a whole address.

        `query` holds the api-version; `thing` and `permission` are told when it fails.
        Raises NotFound, NoPermission, Unavailable, Refused.
        """
        return self.read(path, query, thing=thing, permission=permission).content

    def read(self, path: str, query: Mapping[str, str], *, thing: str, permission: str) -> Resource:
        """One resource with its version. Raises as `get` does."""
        request = HttpRequest("GET", self._address(path), params=dict(query))
        return _resource(*self._send(request, f"read {thing}", thing, permission))

    def operation(self, address: str, *, thing: str, permission: str) -> Mapping[str, Any]:
        """What became of a long operation. Raises as `get` does.

        An address at another host is not asked: our token would go with it.
        """
        if _host(address) != _host(self._endpoint):
            raise Unavailable(f"The operation of {thing} is at another host; not followed.")
        return self.get(address, {}, thing=thing, permission=permission)

    def put(
        self,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any],
        *,
        match: str | None,
        doing: str,
        thing: str,
        permission: str,
    ) -> Resource:
        """Replace a resource; only that version of it where `match` names one.

        Raises as `get` does, and Conflict when it is another version or being written.
        Not tried again here: by then it may have changed, which whoever repeats has to see.
        """
        headers = {} if match is None else {"If-Match": match}
        request = HttpRequest(
            "PUT", self._address(path), params=dict(query), json=dict(body), headers=headers
        )
        return _resource(*self._send(request, doing, thing, permission, retry_total=0))

    def post(
        self,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any],
        *,
        doing: str,
        thing: str,
        permission: str,
    ) -> Mapping[str, Any]:
        """Start an action that answers at once. Raises as `get` does."""
        request = HttpRequest("POST", self._address(path), params=dict(query), json=dict(body))
        return self._send(request, doing, thing, permission)[0]

    def pages(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        thing: str,
        permission: str,
    ) -> Iterator[Mapping[str, Any]]:
        """The items of a list, page by page. Raises as `get` does.

        A link to another host is not followed: our token would go with it.
        """
        page = self.get(path, query, thing=thing, permission=permission)
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            values = page.get("value")
            if not isinstance(values, list):
                raise Unavailable(f"Azure's list of {thing} has no `value`.")
            yield from (item for item in values if isinstance(item, dict))
            link = page.get("nextLink")
            if not isinstance(link, str) or not link or link in seen:
                return
            if _host(link) != _host(self._endpoint):
                raise Unavailable(f"Azure's list of {thing} goes on at another host; not followed.")
            seen.add(link)
            page = self.get(link, {}, thing=thing, permission=permission)

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _address(self, path: str) -> str:
        return f"{self._endpoint}{path}" if path.startswith("/") else path

    def _send(
        self, request: HttpRequest, doing: str, thing: str, permission: str, **options: Any
    ) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        with told_as_ours(doing, thing=thing, permission=permission):
            response = self._client.send_request(request, **options)
            if not 200 <= response.status_code < 300:
                raise HttpResponseError(response=response)
            if request.method == "PUT" and not response.content:
                return {}, response.headers
            try:
                content = response.json()
            except (ValueError, DecodeError) as problem:
                raise Unavailable(
                    f"Could not {doing}: Azure's answer is not JSON ({response.status_code})."
                ) from problem
        if not isinstance(content, dict):
            raise Unavailable(f"Could not {doing}: Azure's answer is no JSON object.")
        return content, response.headers


def _resource(content: Mapping[str, Any], headers: Mapping[str, str]) -> Resource:
    etag = headers.get("ETag") or content.get("etag")
    return Resource(
        content=content,
        etag=etag if isinstance(etag, str) and etag else None,
        operation=headers.get("Azure-AsyncOperation"),
    )


def _host(address: str) -> tuple[str, str | None, int]:
    """Scheme, host and port; ARM's own links spell out the port 443.

    >>> _host("https://Example.com:443/a") == _host("https://example.com")
    True
    """
    split = urlsplit(address)
    return split.scheme, split.hostname, split.port or 443
