"""The description of the API in OpenAPI, made out of the routes that there are."""

from typing import Any

from fastapi import Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from shared.domain.roles import Role
from shared.web.admission import requires, routes
from shared.web.answers import answers
from shared.web.limits import MOST_BYTES, MOST_ROWS, RATES, SECONDS
from shared.web.problems import ProblemDetails

VERSION = "1.0.0"
_RATES = "; ".join(
    f"{kind}: {rate.burst} at once, {rate.each_second:g} a second over time"
    for kind, rate in RATES.items()
)
DESCRIPTION = f"""\
What Driftgate knows, and what people tell it. Version {VERSION}: within version 1 fields and routes
are added, none is taken away.

**Roles.** Each may what the ones before it may. {" ".join(f"`{r}`: {r.may}." for r in Role)}
What a route needs is its `x-driftgate-role`.

**Faults** are `application/problem+json` (RFC 9457): the title is one sentence with the fix.

**Lists** come in pages of at most {MOST_ROWS} rows; while there is more, `next` is the `cursor` of
the next page.

**Limits.** A body has at most {MOST_BYTES} bytes, a request {SECONDS:g} seconds. A caller may ask
each instance so often: {_RATES}.

What is said is answered with 202: it counts once its event is decided.
"""
_SIGNED_IN = {"type": "http", "scheme": "bearer", "description": "A token of Entra ID."}
_KEYED = {"type": "apiKey", "in": "header", "name": "x-functions-key"}

router = routes("description")


@router.get(
    "/openapi.json",
    operation_id="get_description",
    summary="This description",
    dependencies=[requires(Role.VIEWER)],
    responses=answers(None),
)
def description(request: Request) -> JSONResponse:
    """The API in OpenAPI 3.1."""
    return JSONResponse(openapi_of(request.app))


def openapi_of(app: Any) -> dict[str, Any]:
    """The description, with the role that each route needs and the problems it may answer with."""
    if app.openapi_schema is None:
        told = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _complete(told)
        app.openapi_schema = told
    return dict(app.openapi_schema)


def _complete(told: dict[str, Any]) -> None:
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
    told["components"]["securitySchemes"] = {"entra": _SIGNED_IN, "key": _KEYED}
    told["security"] = [{"entra": []}, {"key": []}]
    for operations in told["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
