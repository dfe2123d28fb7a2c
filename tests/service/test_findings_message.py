"""What a decision found goes out in one message, however much it found."""

from datetime import UTC, datetime

from shared.domain.canonical import canonical_json
from shared.domain.decision import Decision
from shared.domain.event import Event, EventType
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.service.messages import findings_message
from shared.service.messages.findings import MOST_FOUND

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
EVENT = Event(
    id="e", source="test", type=EventType.MODEL_REGISTERED, subject="model/loan", time=NOON, data={}
)


def message(*counts):
    findings = tuple(
        Finding(
            rule=Rule.METRIC_GATE,
            thing=f"metric/m{number}",
            verdict=verdict,
            reason="limit",
            sentence="x" * 800,
        )
        for verdict, count in counts
        for number in range(count)
    )
    return findings_message(
        Decision(
            event=EVENT,
            findings=findings,
            actions=(),
            evidence_hash="0" * 64,
            policy_hash=None,
            decided=NOON,
            previous="",
            state="",
        )
    )


def test_what_fits_goes_out_whole():
    data = message((Verdict.PASS, 20), (Verdict.FAIL, 3)).body["data"]

    assert (len(data["findings"]), "omitted" in data) == (23, False)


def test_what_passes_is_left_out_first_where_it_does_not_fit():
    data = message((Verdict.PASS, 400), (Verdict.FAIL, 3)).body["data"]

    assert (len(data["findings"]), data["omitted"], data["verdict"]) == (3, 400, "fail")


def test_no_message_is_larger_than_the_broker_takes():
    sent = message((Verdict.FAIL, 1000))

    assert MOST_FOUND / 4 < len(canonical_json(sent.body["data"]["findings"])) <= MOST_FOUND
    assert len(canonical_json(sent.body)) < 200 * 1024
    assert len(sent.body["data"]["findings"]) + sent.body["data"]["omitted"] == 1000
