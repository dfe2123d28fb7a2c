"""App Service Authentication, as far as the API sees it: tokens in, a principal in a header out."""

import asyncio
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import azure.functions as func

from shared.access_settings import Access, AccessSettings
from shared.bootstrap import Application

ENTRA = AccessSettings(mode=Access.ENTRA, authenticates=True, hosted=True)


def principal(
    *roles: str,
    name: str | None = "anna@contoso.com",
    oid: str | None = "1a2b",
    shown: str | None = None,
) -> str:
    """The header that the platform writes of whoever holds these roles."""
    claims = [{"typ": "roles", "val": role} for role in roles]
    if name is not None:
        claims.append({"typ": "preferred_username", "val": name})
    if shown is not None:
        claims.append({"typ": "name", "val": shown})
    if oid is not None:
        kind = "http://schemas.microsoft.com/identity/claims/objectidentifier"
        claims.append({"typ": kind, "val": oid})
    told = {"auth_typ": "aad", "claims": claims, "name_typ": "name", "role_typ": "roles"}
    return b64encode(json.dumps(told).encode()).decode()


def with_access(application: Application, access: AccessSettings = ENTRA) -> Application:
    """The application, asked as `access` says."""
    return replace(application, settings=replace(application.settings, access=access))


class Platform:
    """In front of the API: a token that is a role's name is its holder's; other headers go.

    With no token, or another one, the request goes on without a principal, as `AllowAnonymous` has
    it.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = [one for one in scope["headers"] if not one[0].startswith(b"x-ms-client")]
            token = dict(headers).get(b"authorization", b"").decode("latin-1")
            kind, _, role = token.partition(" ")
            if kind == "Bearer" and role in {"viewer", "operator", "approver", "administrator"}:
                headers.append((b"x-ms-client-principal", principal(role).encode()))
            scope = {**scope, "headers": headers}
        await self.app(scope, receive, send)


def ask(app: Any, method: str, path: str, body: Any = None, **headers: str) -> func.HttpResponse:
    """One request, handed on as the trigger does."""
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    request = func.HttpRequest(
        method=method, url=f"https://localhost{path}", headers=headers, body=content
    )
    answer: func.HttpResponse = asyncio.run(func.AsgiMiddleware(app).handle_async(request))
    return answer
