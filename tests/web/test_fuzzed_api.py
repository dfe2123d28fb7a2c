"""Requests out of the API's own description, right and wrong ones: each answer is as described."""

from typing import Annotated

import pytest
from fastapi import Query
from fastapi.responses import JSONResponse, PlainTextResponse

from shared.domain.roles import Role
from shared.web import operations as app_module
from shared.web.http.admission import requires, routes
from shared.web.http.answers import Shown, answers
from tests.web.fuzzed import described, operations, send_many, told

EXAMPLES = 3


def test_every_answer_to_whatever_is_sent_is_one_of_those_described(scene):
    schema, sent = described(told(scene).application), {}

    for operation in operations(schema):
        sent[operation.label] = send_many(operation, EXAMPLES)
        scene.drain()

    assert all(count >= EXAMPLES for count in sent.values()), sent


class Counted(Shown):
    """What the broken routes say that they answer."""

    count: int


BROKEN = {
    "Server error": lambda count: 1 // 0,  # noqa: ARG005
    "Response violates schema": lambda count: JSONResponse({"count": f"{count}"}),
    "Undocumented status code": lambda count: JSONResponse({"count": count}, 207),
    "Undocumented Content-Type": lambda count: PlainTextResponse(f"{count}"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_route_that_is_broken_is_found(scene, monkeypatch, fault):
    router = routes("broken")

    @router.get(
        "/broken",
        operation_id="broken",
        dependencies=[requires(Role.VIEWER)],
        responses=answers(Counted),
    )
    def broken(count: int):
        return BROKEN[fault](count)

    monkeypatch.setattr(app_module, "ROUTERS", (router,))
    [operation] = operations(described(scene.application))

    with pytest.raises(BaseExceptionGroup, match=fault):
        send_many(operation, EXAMPLES)


def test_a_route_that_takes_what_it_says_it_refuses_is_found(scene, monkeypatch):
    router = routes("broken")

    @router.get(
        "/broken",
        operation_id="broken",
        dependencies=[requires(Role.VIEWER)],
        responses=answers(Counted),
        openapi_extra={
            "parameters": [
                {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}
            ]
        },
    )
    def broken(limit: Annotated[str, Query(include_in_schema=False)] = "0"):
        return JSONResponse({"count": len(limit)})

    monkeypatch.setattr(app_module, "ROUTERS", (router,))
    [operation] = operations(described(scene.application))

    with pytest.raises(BaseExceptionGroup, match="Schema-violating request accepted"):
        send_many(operation, 60)
