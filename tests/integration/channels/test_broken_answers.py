"""Answers that come late, by drips, without end, or mean no: each is one clear sentence."""

from contextlib import suppress

import pytest

from shared.errors import (
    NoPermission,
    NotAllowed,
    NotFound,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)
from tests.integration.channels.world import OURS, QUICK, Network, badly_behaved, read_request
from tests.integration.loopback.server import Answer

HOOK = f"https://{OURS}/hook/pathpathpath?key=keykeykey"
DATE = "Tue, 03 Feb 2026 12:01:30 GMT"


def post(out):
    return out.post_json(HOOK, "the address of ops", {"a": 1}, {})


def hangs(secure, over):
    read_request(secure)
    over.wait()


def drips(secure, over):
    read_request(secure)
    secure.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.01):
        secure.send(b"a")


def drips_a_body(secure, over):
    read_request(secure)
    secure.send(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
    while not over.wait(0.01):
        secure.send(b"a")


def asks_to_go_on(secure, over):
    read_request(secure)
    while not over.wait(0.01):
        secure.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def speaks_another_language(secure, _):
    read_request(secure)
    secure.send(b"SSH-2.0-OpenSSH\r\n")


def has_no_end_of_headers(secure, _):
    read_request(secure)
    secure.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-Many: a\r\n" * 5000)


def has_a_chunk_of_negative_size(secure, over):
    """Such a chunk is read to the end of all there is."""
    read_request(secure)
    secure.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
    with suppress(OSError):
        while not over.is_set():
            secure.sendall(b"a" * 65536)


def hangs_up(secure, _):
    read_request(secure)


@pytest.mark.parametrize(
    "behave", [None, hangs, drips, drips_a_body, asks_to_go_on], ids=lambda one: str(one)[:18]
)
def test_an_answer_that_takes_too_long_is_given_up(known_certificates, behave):
    with badly_behaved(known_certificates, behave) as port:
        network = Network(port=port, authority=known_certificates)
        with pytest.raises(TimedOut, match=rf"^{OURS} did not answer in time") as late:
            post(network.out(limits=QUICK))

    assert (late.value.reason, late.value.retryable) == ("timeout", True)


@pytest.mark.parametrize(
    "behave",
    [
        speaks_another_language,
        has_no_end_of_headers,
        has_a_chunk_of_negative_size,
        hangs_up,
    ],
    ids=lambda one: one.__name__,
)
def test_an_answer_that_is_none_may_come_another_time(known_certificates, behave):
    with badly_behaved(known_certificates, behave) as port:
        network = Network(port=port, authority=known_certificates)
        with pytest.raises(Unavailable, match=rf"^{OURS} cannot be reached") as problem:
            post(network.out())

    assert problem.value.reason == "unavailable"


def test_a_no_before_the_message_was_read_is_heard(known_certificates):
    """The answer is there before the client has sent all, and the server reads no further."""

    def refuses_at_once(secure, _):
        secure.sendall(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n")
        read_request(secure)

    with badly_behaved(known_certificates, refuses_at_once) as port:
        network = Network(port=port, authority=known_certificates)
        with pytest.raises(Refused, match="too large for it"):
            post(network.out())


def test_of_a_long_answer_only_the_beginning_is_read(network, service):
    service.add("POST", "/hook/pathpathpath", lambda _: Answer(body=b"a" * 300_000))

    assert len(post(network.out()).body) == 64 * 1024


@pytest.mark.parametrize(
    ("status", "error", "reason", "sentence"),
    [
        (400, Refused, "refused", "does not take the message"),
        (401, NoPermission, "not_allowed", "is not let in; renew it"),
        (403, NoPermission, "not_allowed", "is not let in; renew it"),
        (404, NotFound, "gone", "leads to nothing any more; make a new one"),
        (408, Unavailable, "unavailable", "answered 408"),
        (410, NotFound, "gone", "leads to nothing any more; make a new one"),
        (413, Refused, "refused", "the message is too large for it"),
        (422, Refused, "refused", "answered 422"),
        (500, Unavailable, "unavailable", "answered 500"),
        (503, Unavailable, "unavailable", "answered 503"),
    ],
)
def test_a_no_is_told_with_its_number_and_what_to_do(
    network, service, status, error, reason, sentence
):
    service.add("POST", "/hook/pathpathpath", lambda _: Answer(status=status, body=b"no"))

    with pytest.raises(error, match=sentence) as problem:
        post(network.out())

    assert type(problem.value) is error
    assert problem.value.reason == reason
    assert str(problem.value).startswith(f"{OURS} answered {status} (no)")


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (429, "7", 7.0),
        (503, "2.5", 2.5),
        (429, DATE, 90.0),
        (429, "Tue, 03 Feb 2026 12:01:30 -0000", 90.0),
        (429, "Mon, 02 Feb 2026 12:00:00 GMT", 0.0),
        (429, "86400000", 3600.0),
        (429, "9" * 5000, None),
        (429, "-5", None),
        (429, "nan", None),
        (429, "soon", None),
        (503, "", None),
        (429, "Tue, 99 Feb 2026 12:00:00 GMT", None),
        (429, "٣", None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_service_that_asks_to_wait_is_heard_if_it_makes_sense(
    known_certificates, status, value, seconds
):
    def asks_to_wait(secure, _):
        read_request(secure)
        head = f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nRetry-After: {value}\r\n\r\n"
        secure.sendall(head.encode())

    with badly_behaved(known_certificates, asks_to_wait) as port:
        network = Network(port=port, authority=known_certificates)
        with pytest.raises(Throttled, match="asks to wait") as problem:
            post(network.out())

    assert problem.value.after == seconds
    assert problem.value.reason == "throttled"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_sent_on_to_another_address(network, service, status):
    service.add(
        "POST",
        "/hook/pathpathpath",
        lambda _: Answer(status=status, headers={"Location": "https://169.254.169.254/latest"}),
    )

    with pytest.raises(NotAllowed, match="sends on to another address") as problem:
        post(network.out())

    assert "169.254" not in str(problem.value)
    assert len(network.asked) == len(network.dialled) == len(service.log) == 1


def test_what_a_service_repeats_of_an_address_is_not_told(network, service):
    said = f"no {HOOK} pathpathpath keykeykey\x1b[31m\r\nsecond".encode()
    service.add("POST", "/hook/pathpathpath", lambda _: Answer(status=400, body=said))

    with pytest.raises(Refused) as problem:
        post(network.out())

    assert "pathpathpath" not in str(problem.value)
    assert "keykeykey" not in str(problem.value)
    assert str(problem.value).isprintable()


def test_a_page_of_html_is_not_repeated(network, service):
    page = b"<!DOCTYPE html><title>Bad gateway</title>"
    service.add("POST", "/hook/pathpathpath", lambda _: Answer(status=502, body=page))

    with pytest.raises(Unavailable, match=rf"^{OURS} answered 502\.$"):
        post(network.out())
