"""A message over the broker's limit reaches whoever reads it, over every broker and store."""

import pytest

from shared.adapters.azure.blob_stores import BlobEvidence
from shared.adapters.embedded import EmbeddedEvidence
from shared.errors import Refused
from shared.ports import Message
from shared.service.messages import by_reference, whole
from tests.contracts.test_queue import clock, queue

__all__ = ["clock", "queue"]


@pytest.fixture(params=["embedded", "blobs"])
def evidence(request, tmp_path):
    if request.param == "embedded":
        return EmbeddedEvidence(tmp_path / "evidence.db")
    return BlobEvidence(request.getfixturevalue("account").blobs)


def large(size):
    return Message(
        id=f"large-{size}",
        queue="retraining-requests",
        session="model/loan",
        body={
            "specversion": "1.0",
            "id": "m",
            "source": "driftgate/model/loan",
            "type": "io.driftgate.RequestRetraining",
            "subject": "model/loan",
            "time": "2026-02-03T12:00:00Z",
            "data": {"action": "RequestRetraining", "text": "ü" * (size // 2)},
        },
        properties={"model": "loan"},
    )


@pytest.mark.parametrize("size", [100_000, 220_000, 230_000, 5_000_000])
def test_a_message_of_any_size_is_read_as_it_was_made(queue, evidence, size):
    made = large(size)
    [sent], pieces = by_reference([made])
    for piece in pieces:
        evidence.put(piece)
    queue.send([sent])

    delivery = queue.receive("retraining-requests")

    assert bool(pieces) == (size >= 230_000)
    assert whole(delivery.message.body, evidence)["data"] == made.body["data"]
    queue.complete(delivery)


def test_what_is_sent_past_that_is_refused_with_what_to_do_before_anything_is_sent(queue):
    small = Message(id="small", queue="retraining-requests", session="s", body={"a": 1})

    with pytest.raises(Refused, match="over the limit of 262144; keep what is large as evidence"):
        queue.send([small, large(300_000)])
    assert queue.receive("retraining-requests") is None
