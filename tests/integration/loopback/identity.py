"""Tokens as the managed identity of a function app gets them."""

import base64
import json
import time

from tests.integration.loopback.server import Answer, Request, Router

SECRET = "the-header-of-the-host"  # noqa: S105  made up, known to the stub alone
TENANT = "11111111-1111-4111-8111-111111111111"


def serve_tokens(router: Router) -> None:
    """`/msi/token`, api-version 2019-08-01: an unsigned token for the resource that is named."""

    def token(request: Request) -> Answer:
        if request.headers.get("x-identity-header") != SECRET:
            return Answer(status=401, body={"statusCode": 401, "message": "No header."})
        resource = request.query["resource"]
        made, expires = unsigned_token(resource)
        return Answer(
            body={
                "access_token": made,
                "expires_on": str(expires),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": request.query.get("client_id", ""),
            }
        )

    router.add("GET", "/msi/token", token)


def unsigned_token(resource: str) -> tuple[str, int]:
    """A token for a resource that nobody signed, and when it runs out."""
    now = int(time.time())
    expires = now + 86_400
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "tid": TENANT,
        "iat": now,
        "nbf": now - 60,
        "exp": expires,
    }
    return f"{_part({'alg': 'none'})}.{_part(claims)}.", expires


def _part(claims: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
