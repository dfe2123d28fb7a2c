"""Who is let in: each route names the role it needs, and refuses before it reads the body."""

import math
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends as Dependency
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from shared.bootstrap import Application
from shared.domain.roles import Role, allows
from shared.errors import InvalidData
from shared.web.http.callers import Caller, caller_of
from shared.web.http.formats import accepts_page
from shared.web.http.limits import Kind
from shared.web.http.problems import Problem
from shared.web.http.wrong_fields import NOT_JSON, sentence_of

_OUR_SITE = frozenset({"same-origin", "none"})
STRANGE_SITES = frozenset({"cross-site", "same-site"})


class Requires:
    """Lets in who holds the role, and not more often than the limits allow."""

    def __init__(self, role: Role, kind: Kind | None = None) -> None:
        """`kind` is what a request costs: by the method when it is None."""
        self.role = role
        self.kind = kind

    def __call__(self, request: Request) -> Caller:
        """Who calls. Raises Problem for whoever may not."""
        admitted: Caller | None = getattr(request.state, "caller", None)
        if admitted is None:
            admitted = request.state.caller = self._admit(request)
        return admitted

    def _admit(self, request: Request) -> Caller:
        settings = request.app.state.application.settings.access
        if request.method != "GET" and not from_here(request):
            raise Problem(403, "A page of another site may say nothing here; ask from this one.")
        caller = request.state.known_as = caller_of(settings, request.headers, _host(request))
        if not allows(caller.roles, self.role):
            raise Problem(
                403, f"This needs the role {self.role}, which {caller.name} was not given."
            )
        kind = self.kind or (Kind.READ if request.method == "GET" else Kind.WRITE)
        seconds = request.app.state.buckets.wait(caller.counted_as, kind)
        if seconds > 0:
            after = math.ceil(seconds)
            raise Problem(
                429,
                f"That was too often; ask again in {after} s.",
                {"Retry-After": str(after)},
            )
        return caller


def from_here(request: Request) -> bool:
    """Whether no page of another site sent it: by what the browser says, else by the page's origin.

    Browsers of today say it (`Sec-Fetch-Site`), those before name the origin; no other client sends
    either.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site.strip().lower() in _OUR_SITE
    origin = request.headers.get("origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.url.netloc
    except ValueError:
        return False


def _host(request: Request) -> str | None:
    try:
        return request.url.hostname
    except ValueError:
        return None


def requires(role: Role, kind: Kind | None = None) -> Dependency:
    """The dependency of a route that names who may use it: `dependencies=[requires(Role.X)]`."""
    dependency: Dependency = Depends(Requires(role, kind))
    return dependency


def required(route: APIRoute) -> Requires:
    """What a route requires. Raises TypeError for one that names no role."""
    for dependency in route.dependencies:
        if isinstance(dependency.dependency, Requires):
            return dependency.dependency
    raise TypeError(f"{route.path} names no role; give it dependencies=[requires(Role.X)].")


class GuardedRoute(APIRoute):
    """A route that lets in before it reads the body, and says in a sentence what is wrong in it.

    A request is answered upon one state of the policies, which are looked at once for it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError for a route that names no role."""
        super().__init__(*args, **kwargs)
        self.openapi_extra = {
            **(self.openapi_extra or {}),
            "x-driftgate-role": required(self).role.value,
        }

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler behind its guard."""
        handle, guard, body = super().get_route_handler(), required(self), self.body_field
        model = None if body is None else body.field_info.annotation
        known = _parameters(self.dependant)

        async def guarded(request: Request) -> Response:
            try:
                guard(request)
            except Problem as refused:
                if refused.code == 401 and request.method == "GET" and accepts_page(request):
                    return RedirectResponse(_sign_in(request.url.path), 302)
                raise
            _expect_known(request, known)
            if body is not None:
                _expect_json(request)
            try:
                with request.app.state.application.policies.steady():
                    return await handle(request)
            except RequestValidationError as fault:
                raise InvalidData(sentence_of(fault, model)) from fault
            except HTTPException as fault:
                raise InvalidData(NOT_JSON) from fault

        return guarded


def _parameters(dependant: Dependant) -> frozenset[str]:
    """The names of what may stand in the query, those of what a route depends on included."""
    own = (parameter.alias for parameter in dependant.query_params)
    return frozenset(own).union(*map(_parameters, dependant.dependencies))


def _expect_known(request: Request, known: frozenset[str]) -> None:
    """A parameter that is misspelt would be passed over in silence, and another thing answered."""
    sent = [name for name, _ in request.query_params.multi_items()]
    for name in sent:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise InvalidData(f"{name[:80]!r} is no parameter of this; there are: {there}.")
        if sent.count(name) > 1:
            raise InvalidData(f"{name} is sent {sent.count(name)} times; send it once.")


def _expect_json(request: Request) -> None:
    """A body without a type is read as JSON; one that claims to be something else is not."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, f"The body is sent as {kind[:80]}; send it as application/json.")


def routes(tag: str) -> APIRouter:
    """A router for the routes of one file, under /api/v1 and one tag."""
    return APIRouter(prefix="/api/v1", tags=[tag], route_class=GuardedRoute)


def pages(prefix: str = "/console") -> APIRouter:
    """A router for pages of the console, which are no part of the API's description."""
    return APIRouter(prefix=prefix, route_class=GuardedRoute, include_in_schema=False)


def _application(request: Request) -> Application:
    application: Application = request.app.state.application
    return application


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


Here = Annotated[Application, Depends(_application)]
"""The application, as an argument of a route."""
Who = Annotated[Caller, Depends(_caller)]
"""Who calls, as an argument of a route that requires a role."""


def _sign_in(path: str) -> str:
    """Where the platform signs a person in, to come back to a path of ours."""
    return f"/.auth/login/aad?post_login_redirect_uri={quote(path, safe='')}"
