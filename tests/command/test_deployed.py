"""How a service is asked: who signs in, what is asked again, and what its faults are to us."""

from collections import Counter
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError

from shared.cli.reach.deployed import Deployed
from shared.cli.reach.signing import Signing
from shared.errors import NotFound, Refused, Throttled, TimedOut, Unavailable
from tests.command.served import Answering, Credential, served
from tests.integration.loopback.certificates import make_certificates

HOST = "https://driftgate.example.com"


def told(status: int, title: str = "So it is.", **headers: str) -> tuple[int, Any, dict[str, str]]:
    return status, {"status": status, "title": title}, headers


@pytest.fixture
def asking():
    """Asks a server that answers so, by what `ask` does with a client."""

    def ask(ask_it, *answers, signed=None, **options):
        app = Answering(*answers)
        with served(app) as url:
            service = Deployed(url, signed or Signing(), **options)
            try:
                return app, ask_it(service)
            finally:
                service.close()

    return ask


@pytest.mark.parametrize(
    ("url", "environment", "audience", "key"),
    [
        (HOST, {"DRIFTGATE_AUDIENCE": "api://a/"}, "api://a", None),
        (HOST, {"DRIFTGATE_ACCESS_CLIENT_ID": "4711"}, "api://4711", None),
        (HOST, {"DRIFTGATE_KEY": "k"}, None, "k"),
        (HOST, {"DRIFTGATE_KEY": "k", "DRIFTGATE_AUDIENCE": "api://a"}, "api://a", "k"),
        ("https://localhost:7071", {}, None, None),
        ("http://localhost:7071", {"DRIFTGATE_AUDIENCE": "api://a"}, None, None),
        ("http://127.0.0.1:7071", {"DRIFTGATE_KEY": "k"}, None, "k"),
    ],
)
def test_a_token_is_asked_for_over_tls_alone_and_for_whom_the_environment_names(
    url, environment, audience, key
):
    signed = Signing.from_environment(url, environment)

    assert (signed.audience, signed.key) == (audience, key)
    assert "key" not in repr(signed)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (HOST, "Nobody says how to sign in to driftgate.example.com: set DRIFTGATE_AUDIENCE="),
        ("http://driftgate.example.com", "--url names driftgate.example.com without TLS; write h"),
        ("localhost:7071", "--url 'localhost:7071' has no http:// before it; write http://local"),
        ("driftgate.example.com", "--url 'driftgate.example.com' is no address; give the "),
        ("https://a:b@driftgate.example.com", "--url holds more than an address, which others "),
        (f"{HOST}/?code=secret", "--url holds more than an address, which others may read"),
        ("https://[::1", "--url 'https://[::1' is no address"),
        ("https://host:port", "--url 'https://host:port' is no address"),
    ],
)
def test_an_address_that_cannot_be_asked_safely_is_refused(run, url, sentence):
    done = run("status", "--url", url)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(sentence)
    assert "secret" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_key_goes_in_a_header_and_in_nothing_else(asking):
    app, _ = asking(lambda it: it.get("health"), (200, {}, {}), signed=Signing(key="a-key"))

    [(method, address, headers, body)] = app.came
    assert headers.pop("x-functions-key") == "a-key"
    assert "a-key" not in f"{method}{address}{headers}{body!r}"
    assert "authorization" not in headers


def test_a_token_is_never_sent_without_tls(asking):
    with pytest.raises(Unavailable, match="not permitted for non-TLS"):
        asking(
            lambda it: it.get("health"),
            (200, {}, {}),
            signed=Signing(audience="api://a"),
            credential=Credential(),
        )


def test_names_are_quoted_and_what_is_not_given_is_not_sent(asking):
    app, _ = asking(lambda it: it.get("intents", "a b?c#d", stage=None, limit=3), (200, {}, {}))

    assert app.came[0][1] == "/api/v1/intents/a%20b%3Fc%23d?limit=3"


def test_what_is_read_is_asked_again_after_as_long_as_the_service_says(asking):
    app, answer = asking(
        lambda it: it.get("health"),
        told(429, **{"Retry-After": "0"}),
        told(503, **{"Retry-After": "0"}),
        (200, {"status": "up"}, {}),
    )

    assert answer == {"status": "up"}
    assert len(app.came) == 3


def test_what_is_said_is_said_once_unless_it_was_not_even_let_in(asking):
    app, _ = asking(
        lambda it: it.post("intents", reason="x"),
        told(429, **{"Retry-After": "0"}),
        (202, {"intent": {}}, {}),
    )
    assert Counter(one[0] for one in app.came) == {"POST": 2}

    for say in (lambda it: it.post("intents", reason="x"), lambda it: it.delete("intents", "a")):
        app = Answering(told(503, "The queue does not answer.", **{"Retry-After": "0"}))
        with served(app) as url, pytest.raises(Unavailable, match=r"The queue does not answer\."):
            say(Deployed(url, Signing()))
        assert len(app.came) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (told(400, "until is missing."), Refused, r"until is missing\."),
        (told(401, "Nobody is signed in."), Refused, r"Nobody is signed in\."),
        (told(403, "This needs a role."), Refused, r"This needs a role\."),
        (told(404, "There is none."), NotFound, r"There is none\."),
        (told(413, "Too large."), Refused, r"Too large\."),
        (told(429, "Too often.", **{"Retry-After": "3600"}), Throttled, r"Too often\."),
        (told(500, "It failed.", **{"Retry-After": "3600"}), Unavailable, r"It failed\."),
        (told(504, "It took long.", **{"Retry-After": "3600"}), TimedOut, r"It took long\."),
        (told(400, "a\n\x1b[31mb" + "c" * 900), Refused, r"^a \[31mbc+…$"),
        ((401, b"", {}), Refused, "does not take the token or the key"),
        ((403, b"<html>", {}), Refused, r"answers with 403 and no sentence; is it Driftgate's"),
        ((302, b"", {"Location": "https://evil.example.com"}), Refused, r"sends elsewhere \(302\)"),
        ((200, b"<html>", {}), Refused, "answers with something else than JSON"),
        ((200, b"[]", {}), Refused, "answers with something else than JSON"),
    ],
)
def test_a_fault_there_is_our_fault_with_the_same_sentence(asking, answer, kind, sentence):
    with pytest.raises(kind, match=sentence):
        asking(lambda it: it.get("health"), answer)


def test_who_cannot_be_reached_is_a_fault_in_one_sentence(run):
    with served(Answering((200, {}, {}))) as url:
        pass

    done = run("alerts", "--url", url)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{url.removeprefix('http://')} cannot be reached: ")
    assert done.stderr.endswith("to the address in --url or DRIFTGATE_URL.\n")
    assert done.stderr.count("\n") == 1


def test_a_certificate_that_nobody_knows_is_a_fault_and_nothing_is_sent(run, tmp_path):
    app = Answering((200, {}, {}))
    with served(app, make_certificates(tmp_path)) as url:
        done = run("alerts", "--url", url, DRIFTGATE_KEY="a-key")

    assert (done.returncode, done.stdout, app.came) == (1, "", [])
    assert "certificate" in done.stderr.lower()


def test_whoever_is_not_signed_in_is_told_how(run, monkeypatch):
    class Nobody:
        def get_token(self, *_: str, **__: Any) -> Any:
            raise ClientAuthenticationError("No credential.\nAttempted credentials:\n\tmany")

    monkeypatch.setattr("shared.cli.reach.signing.signed_in_here", Nobody)

    done = run("alerts", "--url", HOST, DRIFTGATE_AUDIENCE="api://4711")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "There is no token for api://4711: No credential. Sign in with `az login`.\n"
    )
