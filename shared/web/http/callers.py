"""Who calls: what the platform says of whoever it signed in, and what is made of it."""

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from shared.access_settings import Access, AccessSettings
from shared.domain.roles import Role, roles_named
from shared.web.http.problems import Problem

PRINCIPAL = "X-MS-CLIENT-PRINCIPAL"
PRINCIPAL_NAME = "X-MS-CLIENT-PRINCIPAL-NAME"
_LONGEST = 32_768
_PROVIDER = "aad"
_ROLES = frozenset({"roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"})
_OBJECT = ("oid", "http://schemas.microsoft.com/identity/claims/objectidentifier")
_NAMES = ("preferred_username", "upn", "email", "appid", "azp")
_SHOWN = ("name",)
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
NOT_THIS_MACHINE = (
    "DRIFTGATE_ACCESS is open, which answers to this machine alone; ask for it as localhost, or "
    "set DRIFTGATE_ACCESS=entra or DRIFTGATE_ACCESS=key."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever sent a request.

    `name` is what the platform calls them, None where nobody is signed in. `counted_as` is what
    their requests are counted under; no secret can be read out of it. `shown` is how the directory
    shows them, which may be the one name that a registry knows of whoever wrote into it.
    """

    name: str | None
    roles: frozenset[Role]
    counted_as: str
    shown: str | None = None


def caller_of(access: AccessSettings, headers: Mapping[str, str], host: str | None) -> Caller:
    """Who calls. Raises Problem where that has to be known and is not, or may not be answered."""
    if access.fault is not None:
        raise Problem(503, access.fault)
    if access.mode is Access.ENTRA:
        return _signed_in(headers)
    if access.mode is Access.OPEN and host not in THIS_MACHINE:
        raise Problem(403, NOT_THIS_MACHINE)
    key = headers.get("x-functions-key", "")
    return Caller(
        name=_name_header(headers),
        roles=frozenset(Role),
        counted_as=f"key/{sha256(key.encode()).hexdigest()[:16]}" if key else access.mode.value,
    )


def _signed_in(headers: Mapping[str, str]) -> Caller:
    encoded = headers.get(PRINCIPAL.lower(), "")
    if not encoded:
        raise _unknown("Nobody is signed in; send a token of Entra ID as `Authorization: Bearer`.")
    principal = _decoded(encoded)
    if principal.get("auth_typ") != _PROVIDER:
        raise _unknown("Whoever is signed in is not so by Entra ID; sign in with it.")
    claims = _claims(principal)
    identity = _first(claims, _OBJECT)
    name = _name_header(headers) or _first(claims, _NAMES) or identity
    if name is None:
        raise _unknown("The token names nobody; ask for one with a name or an object id.")
    return Caller(
        name=name,
        roles=roles_named(value for kind, value in claims if kind in _ROLES),
        counted_as=f"principal/{identity or name}",
        shown=_first(claims, _SHOWN),
    )


def _unknown(sentence: str) -> Problem:
    return Problem(401, sentence, {"WWW-Authenticate": "Bearer"})


def _decoded(encoded: str) -> Mapping[str, Any]:
    refused = _unknown(f"{PRINCIPAL} cannot be read; sign in again.")
    if len(encoded) > _LONGEST:
        raise refused
    try:
        principal = json.loads(b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, RecursionError) as fault:
        raise refused from fault
    if not isinstance(principal, dict):
        raise refused
    return principal


def _claims(principal: Mapping[str, Any]) -> list[tuple[str, str]]:
    claims = principal.get("claims")
    return [
        (one["typ"], one["val"])
        for one in (claims if isinstance(claims, list) else [])
        if isinstance(one, dict)
        and isinstance(one.get("typ"), str)
        and isinstance(one.get("val"), str)
    ]


def _first(claims: list[tuple[str, str]], kinds: tuple[str, ...]) -> str | None:
    found = {kind: value.strip() for kind, value in reversed(claims) if value.strip()}
    return next((found[kind] for kind in kinds if kind in found), None)


def _name_header(headers: Mapping[str, str]) -> str | None:
    value = headers.get(PRINCIPAL_NAME.lower(), "")
    return value.encode("latin-1").decode("utf-8", errors="replace").strip() or None
