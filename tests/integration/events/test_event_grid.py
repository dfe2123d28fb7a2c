"""Findings reach a custom topic as CloudEvents, through the true SDK."""

import pytest

from shared.adapters.azure.event_grid import EventGridSender
from shared.errors import NoPermission, NotFound, Refused, Unavailable
from shared.ports import Message
from tests.integration.loopback.event_grid import serve_topic
from tests.integration.loopback.server import refusal

TOPIC = "/api/events"


@pytest.fixture
def published(loopback):
    return serve_topic(loopback.router)


@pytest.fixture
def sender(loopback, credential):
    made = EventGridSender(
        f"{loopback.url}{TOPIC}",
        credential,
        retry_backoff_factor=0.01,
        retry_total=2,
    )
    yield made
    made.close()


def message(number, *, padding=0):
    return Message(
        id=f"m{number}",
        queue="findings",
        session="model/loan-default",
        body={
            "specversion": "1.0",
            "id": f"m{number}",
            "source": "driftgate/model/loan-default",
            "type": "io.driftgate.FindingsMade",
            "subject": "model/loan-default",
            "time": "2026-02-03T12:00:00.000Z",
            "datacontenttype": "application/json",
            "correlationid": "c1",
            "data": {"verdict": "fail", "text": "é" + "x" * padding},
        },
    )


def test_a_finding_arrives_as_it_was_sent(sender, published):
    sender.send([message(1), message(2)])

    assert published == [dict(message(1).body), dict(message(2).body)]


def test_nothing_is_published_for_nothing(sender, published):
    sender.send([])

    assert published == []


def test_many_large_events_go_out_in_calls_of_at_most_a_megabyte(sender, published, loopback):
    sender.send([message(number, padding=400_000) for number in range(5)])

    assert [event["id"] for event in published] == ["m0", "m1", "m2", "m3", "m4"]
    assert len(loopback.router.requests("POST", TOPIC)) == 3


def test_an_event_over_a_megabyte_is_refused_before_it_is_sent(sender, published):
    with pytest.raises(Refused, match="Event Grid takes 1000000 at most"):
        sender.send([message(1, padding=1_000_000)])

    assert published == []


def test_a_message_that_is_no_cloud_event_is_refused(sender, published):
    with pytest.raises(Refused, match=r"specversion is not 1\.0"):
        sender.send([Message(id="m1", queue="findings", session="s", body={"a": 1})])

    assert published == []


def test_a_busy_topic_is_tried_again(sender, published, loopback):
    loopback.router.fail_next(
        "POST",
        TOPIC,
        refusal(429, "Busy", "Later.", Retry_After="0.01"),
        refusal(503, "Busy", "Later."),
    )

    sender.send([message(1)])

    assert len(published) == 1


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (refusal(403, "Forbidden", "No."), NoPermission, "needs the role EventGrid Data Sender"),
        (refusal(404, "NotFound", "No."), NotFound, "Event Grid topic at"),
        (refusal(503, "Busy", "Later."), Unavailable, "Could not publish findings"),
        (refusal(413, "TooLarge", "No."), Refused, "refused it with 413"),
    ],
    ids=["forbidden", "missing", "busy", "too-large"],
)
def test_a_lasting_fault_is_told_in_one_sentence(
    sender, published, loopback, answer, error, sentence
):
    loopback.router.fail_next("POST", TOPIC, *[answer] * 5)

    with pytest.raises(error, match=sentence):
        sender.send([message(1)])

    assert published == []
