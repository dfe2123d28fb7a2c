"""The description of the API in OpenAPI, made out of the routes that there are."""

import json
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.openapi.utils import get_openapi

from shared.access_settings import Access
from shared.domain.roles import Role
from shared.web.http.admission import requires, routes
from shared.web.http.answers import answers, fault_responses
from shared.web.http.finite import JSONResponse
from shared.web.http.limits import MOST_BYTES, MOST_ROWS, RATES, SECONDS
from shared.web.http.problems import ProblemDetails

VERSION = "1.0.0"
EXAMPLES = Path(__file__).with_name("examples.json")
"""An answer of each operation, by its id, with the first of each list alone."""
_JSON = "application/json"
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
_SCHEMES = {
    Access.ENTRA: {"type": "http", "scheme": "bearer", "description": "A token of Entra ID."},
    Access.KEY: {"type": "apiKey", "in": "header", "name": "x-functions-key"},
}

_SENT_TO_SIGN_IN = {"description": "A browser in which nobody is signed in is sent to do so."}

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
        _tell_security(told, app.state.application.settings.access.mode)
        app.openapi_schema = told
    return dict(app.openapi_schema)


def _complete(told: dict[str, Any]) -> None:
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
    faults = told["components"]["responses"] = fault_responses()
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for operations in told["paths"].values():
        if "get" in operations:
            operations["get"]["responses"]["302"] = _SENT_TO_SIGN_IN
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                _never_null(parameter["schema"])
            _give_example(operation, examples)
            operation["responses"] = {
                status: {"$ref": f"#/components/responses/{status}"} if status in faults else answer
                for status, answer in operation["responses"].items()
                if status != "422"
            }


def _give_example(operation: dict[str, Any], examples: dict[str, Any]) -> None:
    for status in ("200", "202"):
        content = operation["responses"].get(status, {}).get("content", {})
        if _JSON in content and operation["operationId"] in examples:
            content[_JSON]["example"] = examples[operation["operationId"]]


def _never_null(schema: dict[str, Any]) -> None:
    """A parameter is a text or is left out; it cannot be null, which an optional one is here."""
    wanted = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(wanted) == 1:
        del schema["anyOf"]
        schema.update(wanted[0])


def _tell_security(told: dict[str, Any], mode: Access) -> None:
    if mode in _SCHEMES:
        told["components"]["securitySchemes"] = {mode.value: _SCHEMES[mode]}
        told["security"] = [{mode.value: []}]
