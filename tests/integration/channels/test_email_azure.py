"""Mail by Azure Communication Services over loopback."""

from threading import Event

import pytest

from shared.adapters.channels.email_azure import CommunicationMail
from shared.domain.policy import ChannelKind
from shared.errors import (
    NoPermission,
    NotAllowed,
    Refused,
    Throttled,
    TimedOut,
    Unavailable,
)
from tests.integration.channels.world import NOW, render, sending
from tests.integration.loopback.server import Answer, refusal

SEND = "/emails:send"
TO = ["ada@example.com", "ben@example.com", "ada@example.com"]


def letter(**changed):
    return sending(ChannelKind.EMAIL, **{"to": TO, **changed})


@pytest.fixture
def mail(loopback, credential):
    loopback.router.add("POST", SEND, lambda _: Answer(status=202, body={"status": "Running"}))
    made = CommunicationMail(
        loopback.url,
        "driftgate@mail.example.com",
        ("example.com",),
        credential,
        render,
        lambda: NOW,
        seconds=2.0,
    )
    yield made
    made.close()


def sent(loopback):
    return loopback.router.requests("POST", SEND)


def test_a_letter_is_handed_over_with_its_thread_and_no_tracking(mail, loopback):
    reference = mail.deliver(letter())

    [request] = sent(loopback)
    body = request.json()
    assert request.query["api-version"] == "2023-03-31"
    assert request.headers["authorization"].startswith("Bearer ")
    assert reference == {"operation": request.headers["operation-id"]}
    assert body["senderAddress"] == "driftgate@mail.example.com"
    assert body["recipients"] == {
        "to": [{"address": "ada@example.com"}, {"address": "ben@example.com"}]
    }
    assert body["content"]["subject"] == "Drift Bcc: all@example.org"
    assert body["headers"]["References"] == body["headers"]["In-Reply-To"]
    assert body["userEngagementTrackingDisabled"] is True


def test_a_repeat_of_a_try_has_its_name_and_another_try_has_not(mail, loopback):
    for order in ("n-1.1", "n-1.1", "n-1.2"):
        mail.deliver(letter(order=order))

    first, again, second = [request.headers for request in sent(loopback)]
    assert first["repeatability-request-id"] == again["repeatability-request-id"]
    assert first["repeatability-request-id"] != second["repeatability-request-id"]
    assert first["repeatability-first-sent"] == "Tue, 03 Feb 2026 12:00:00 GMT"


def test_a_repeat_of_what_is_still_on_its_way_is_a_success(mail, loopback):
    loopback.router.fail_next("POST", SEND, refusal(409, "Conflict", "The request is running."))

    assert mail.deliver(letter()) == mail.deliver(letter())


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        (refusal(429, "TooMany", "Later.", Retry_After="30"), Throttled, "throttled"),
        (refusal(503, "Busy", "Later.", Retry_After="30"), Throttled, "throttled"),
        (refusal(500, "Broken", "No."), Unavailable, "unavailable"),
        (refusal(408, "Late", "No."), TimedOut, "timeout"),
        (refusal(412, "Old", "No."), Unavailable, "unavailable"),
        (Answer(hang_up=True), Unavailable, "unavailable"),
        (refusal(401, "Denied", "No."), NoPermission, "not_allowed"),
        (refusal(400, "EmailDropped", "The sender is not verified."), Refused, "refused"),
    ],
    ids=lambda one: str(getattr(one, "status", "")),
)
def test_a_service_that_does_not_take_the_letter_says_why(mail, loopback, answer, error, reason):
    loopback.router.fail_next("POST", SEND, answer)

    with pytest.raises(error) as problem:
        mail.deliver(letter())

    assert type(problem.value) is error
    assert problem.value.reason == reason
    assert getattr(problem.value, "after", 30.0) == 30.0
    assert len(sent(loopback)) == 1


def test_a_service_that_says_nothing_is_given_up(loopback, credential):
    over = Event()

    def hang(_):
        over.wait()
        return Answer()

    loopback.router.add("POST", SEND, hang)
    quick = CommunicationMail(
        loopback.url,
        "d@example.com",
        ("example.com",),
        credential,
        render,
        lambda: NOW,
        seconds=0.1,
    )

    with pytest.raises(TimedOut, match="send mail: no answer from Azure in time"):
        quick.deliver(letter())

    over.set()
    quick.close()


def test_a_letter_to_another_domain_is_not_handed_over(mail, loopback):
    with pytest.raises(NotAllowed, match="domains of DRIFTGATE_MAIL_DOMAINS alone"):
        mail.deliver(letter(to=["eve@evil.org"]))

    assert sent(loopback) == []
