"""Who did it: one name out of the claims of Azure Resource Manager's events, and no more."""

import json
import re
from collections.abc import Mapping
from unicodedata import normalize

_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
_NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
_PERSONS = (_UPN, "upn", "unique_name", "preferred_username", _NAME, "name")
_APPLICATIONS = ("appid", "azp", "client_id")
_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SIGNS = frozenset(" @.,_-'+#()")
_MOST_LETTERS = 120
_MOST_CLAIMS = 65_536


def who_by_claims(claims: object) -> str | None:
    """A person's user principal name, else the display name; else the application's id.

    `claims` is an object, or in older payloads its JSON as text. None when they name nobody.
    A person's token names the application they used as well, so persons come first.

    >>> who_by_claims({"name": "Anna Berg", "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"})
    'Anna Berg'
    >>> who_by_claims('{"appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "idtyp": "app"}')
    'application 04b07795-8ddb-461a-bbee-02f9e1bf7b46'
    """
    told = _mapping(claims)
    if told.get("idtyp") != "app":
        for claim in _PERSONS:
            name = plain_name(told.get(claim))
            if name is not None:
                return name
    for claim in _APPLICATIONS:
        application = told.get(claim)
        if isinstance(application, str) and _ID.fullmatch(application):
            return f"application {application}"
    return None


def plain_name(value: object) -> str | None:
    r"""Letters, digits and the signs that names are written with, cut; None when nothing is left.

    A name ends up in alerts, pages and tables, where markup or a line break would be obeyed.

    >>> plain_name("<b>anna@contoso.com</b>\n"), plain_name(7), plain_name("<>")
    ('banna@contoso.comb', None, None)
    """
    if not isinstance(value, str):
        return None
    joined = normalize("NFC", value[: 4 * _MOST_LETTERS])
    letters = (sign for sign in joined if sign.isalnum() or sign in _SIGNS)
    name = " ".join("".join(letters).split())[:_MOST_LETTERS].strip()
    return name if any(letter.isalnum() for letter in name) else None


def _mapping(claims: object) -> Mapping[object, object]:
    if isinstance(claims, str) and len(claims) <= _MOST_CLAIMS:
        try:
            claims = json.loads(claims)
        except (ValueError, RecursionError):
            return {}
    return claims if isinstance(claims, dict) else {}
