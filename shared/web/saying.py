"""What people say over HTTP, and take back: the same four routes whatever it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.web.bodies import MOST_BYTES, too_large

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

Listed = Callable[[str | None], list[dict[str, Any]]]
Said = Callable[["Request", bytes], dict[str, Any]]


def routes_of(
    name: str, of: str | None, *, listed: Listed, declare: Said, withdraw: Said
) -> "list[Route]":
    """Routes under /api/<name>s: all, those of one `of`, one of them.

    Where they are of nothing, `of` is None, and one of them is listed by itself. A POST or DELETE
    answers 202: it counts once its event is decided. `declare` and `withdraw` run in a thread,
    since they write to the archive and the queue.
    """
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    key = name if of is None else of
    one_of_them = f"/api/{name}s/{{{key}}}" if of is None else f"/api/{name}s/{{{of}}}/{{{name}}}"

    def all_of(request: "Request") -> "Response":
        return JSONResponse({f"{name}s": listed(request.path_params.get(key))})

    async def said(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return too_large()
        one = await run_in_threadpool(declare, request, body)
        where = {"Location": f"/api/{name}s/{one['id' if of is None else of]}"}
        return JSONResponse({name: one}, status_code=202, headers=where)

    async def taken_back(request: "Request") -> "Response":
        body = await request.body()
        if len(body) > MOST_BYTES:
            return too_large()
        one = await run_in_threadpool(withdraw, request, body)
        return JSONResponse({name: one}, status_code=202)

    return [
        Route(f"/api/{name}s", all_of, methods=["GET"]),
        Route(f"/api/{name}s", said, methods=["POST"]),
        Route(f"/api/{name}s/{{{key}}}", all_of, methods=["GET"]),
        Route(one_of_them, taken_back, methods=["DELETE"]),
    ]
