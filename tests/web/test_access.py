"""Every route of the API, asked by nobody and by each role; a new route is asked as well."""

import json

import pytest

from shared.access_settings import Access, AccessSettings
from shared.domain.roles import Role, allows
from shared.web.described import openapi_of
from shared.web.http.admission import routes
from shared.web.http.limits import Buckets, Kind, Rate
from shared.web.operations import ROUTERS, api
from tests.web.platform import Platform, ask, principal, with_access

EVERY = [
    (method, route.path.replace(":path", ""), Role(route.openapi_extra["x-driftgate-role"]))
    for router in ROUTERS
    for route in router.routes
    for method in sorted(route.methods)
]
ROUTES = [one for one in EVERY if one[1].startswith("/api/")]
PAGES = [one for one in EVERY if not one[1].startswith("/api/")]
UNUSUAL = {
    ("POST", "/api/v1/replays/dry-run"): Role.VIEWER,
    ("GET", "/api/v1/deadletters/{letter}"): Role.OPERATOR,
}
"""A dry run says nothing, however long its question; a dead letter holds what came as it came."""


@pytest.fixture
def app(scene):
    unlimited = Buckets({kind: Rate(10**9, 1e9) for kind in Kind})
    return api(with_access(scene.application), unlimited)


def title(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    told = json.loads(answer.get_body())
    assert told["status"] == answer.status_code
    return told["title"]


def test_a_call_without_a_principal_is_refused_on_every_route(app):
    for method, path, _ in ROUTES:
        answer = ask(app, method, path, b"{")

        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert title(answer).startswith("Nobody is signed in; send a token of Entra ID")


@pytest.mark.parametrize("role", Role)
def test_a_role_is_let_in_where_it_suffices_and_told_what_is_missing_elsewhere(app, role):
    platform = Platform(app)
    for method, path, needed in ROUTES:
        answer = ask(platform, method, path, b"{", Authorization=f"Bearer {role}")

        if allows({role}, needed):
            assert answer.status_code in {200, 400, 404}, (method, path)
        else:
            assert answer.status_code == 403, (method, path)
            assert title(answer) == (
                f"This needs the role {needed}, which anna@contoso.com was not given."
            )


def test_nobody_sees_a_page_of_the_console_and_a_browser_is_sent_to_sign_in(app):
    for method, path, _ in PAGES:
        answer = ask(app, method, path, accept="text/html")

        assert answer.status_code == (302 if method == "GET" else 401), (method, path)
        assert ask(app, method, path).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("role", Role)
def test_a_page_is_shown_to_the_roles_that_suffice_and_others_read_which_one_is_missing(app, role):
    platform = Platform(app)
    for method, path, needed in PAGES:
        answer = ask(platform, method, path, Authorization=f"Bearer {role}")

        if allows({role}, needed):
            assert answer.status_code in {200, 400, 404, 415}, (method, path)
        else:
            assert answer.status_code == 403, (method, path)
            assert f"This needs the role {needed}" in answer.get_body().decode()


def test_whoever_holds_no_role_of_ours_may_nothing(app):
    for method, path, _ in EVERY:
        headers = {"X-MS-CLIENT-PRINCIPAL": principal("Reader", "Administrator")}

        assert ask(app, method, path, b"{", **headers).status_code == 403, (method, path)


def test_whoever_only_reads_needs_to_view_and_whoever_says_something_more_than_that():
    found = {(method, path): role for method, path, role in ROUTES}
    unusual = {
        one: role for one, role in found.items() if (role is Role.VIEWER) != (one[0] == "GET")
    }

    assert unusual == UNUSUAL
    assert {role for one, role in found.items() if "/overrides" in one[1]} == {
        Role.VIEWER,
        Role.APPROVER,
    }


def test_a_route_that_names_no_role_cannot_be_made():
    router = routes("new")

    with pytest.raises(TypeError, match="/api/v1/new names no role; give it dependencies="):
        router.get("/new")(lambda: None)


def test_the_description_tells_the_role_of_each_route_and_how_callers_are_known(scene, app):
    told = openapi_of(app)

    found = {
        (method.upper(), path, Role(operation["x-driftgate-role"]))
        for path, operations in told["paths"].items()
        for method, operation in operations.items()
    }
    assert found == set(ROUTES)
    assert told["security"] == [{"entra": []}]
    assert "security" not in openapi_of(api(scene.application))


def test_the_header_of_a_principal_is_worth_nothing_while_the_platform_writes_none(scene):
    off = AccessSettings(mode=Access.ENTRA, authenticates=False, hosted=True)
    app = api(with_access(scene.application, off))

    answer = ask(
        app, "GET", "/api/v1/status", **{"X-MS-CLIENT-PRINCIPAL": principal("administrator")}
    )

    assert answer.status_code == 503
    assert "turn on App Service Authentication" in title(answer)


@pytest.mark.parametrize(
    "header",
    [
        "?",
        "bm8=",
        "W10=",
        "A" * 40_000,
        "eyJhdXRoX3R5cCI6ICJnaXRodWIifQ==",
        principal(name=None, oid=None),
    ],
    ids=["no base64", "no JSON", "a list", "too long", "another provider", "nobody"],
)
def test_a_principal_that_cannot_be_read_is_nobody(app, header):
    answer = ask(app, "GET", "/api/v1/status", **{"X-MS-CLIENT-PRINCIPAL": header})

    assert answer.status_code == 401
    assert title(answer)


def test_a_browser_is_sent_to_sign_in_and_back_where_a_message_led_it(app):
    answer = ask(app, "GET", "/api/v1/alerts/3a04", accept="text/html,*/*;q=0.8")

    assert answer.status_code == 302
    assert answer.headers["location"] == (
        "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fv1%2Falerts%2F3a04"
    )
    assert ask(app, "POST", "/api/v1/intents", accept="text/html").status_code == 401


def test_what_is_said_is_said_by_whoever_is_signed_in_whatever_the_body_says(scene):
    scene.endpoint("{blue: 100}", "{blue: {}, green: {}}")
    app = api(with_access(scene.application))
    said = {"endpoint": "loan-endpoint", "deployment": "green", "until": "2d", "reason": "x"}
    machine = {"X-MS-CLIENT-PRINCIPAL": principal("operator", name=None, oid="7f3e")}

    answer = ask(app, "POST", "/api/v1/intents", {**said, "author": "ben"}, **machine)

    assert json.loads(answer.get_body())["intent"]["author"] == "7f3e"


def test_a_page_of_another_site_says_nothing_in_the_name_of_who_looks_at_it(app):
    signed_in = {
        "X-MS-CLIENT-PRINCIPAL": principal("administrator"),
        "Sec-Fetch-Site": "cross-site",
    }

    assert ask(app, "POST", "/api/v1/intents", {}, **signed_in).status_code == 403
    assert ask(app, "GET", "/api/v1/intents", **signed_in).status_code == 200


@pytest.mark.parametrize(
    ("says", "let_in"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "Cross-Site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "of-tomorrow"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://localhost:9999"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://[localhost"}, False),
    ],
)
def test_whatever_says_something_is_of_no_other_site_by_what_each_browser_tells(
    scene, says, let_in
):
    """A browser that names no site sends a body without a type anywhere, and nobody asks first."""
    app = api(scene.application)

    for method, path, _ in EVERY:
        if method != "GET":
            answer = ask(app, method, path, b"{", host="localhost", **says)

            assert (answer.status_code != 403) is let_in, (method, path)


def test_open_answers_to_this_machine_alone(scene):
    app = api(scene.application)
    here = {"host": "localhost"}

    assert ask(app, "GET", "/api/v1/health", **here).status_code == 200
    for host in ("driftgate.example.com", "localhost.evil.example", "127.0.0.1.nip.io"):
        answer = ask(app, "GET", "/api/v1/health", host=host)
        assert answer.status_code == 403, host
        assert "answers to this machine alone" in title(answer)
    keyed = with_access(scene.application, AccessSettings(mode=Access.KEY, hosted=True))
    assert ask(api(keyed), "GET", "/api/v1/health", host="func.example.com").status_code == 200
