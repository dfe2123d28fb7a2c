"""Sentences about who is told: silences, acknowledgements, channels, and what then is expected."""

import pytest

from shared.errors import InvalidScenario
from shared.scenarios import play

WORLD = (
    "watched from the start\n"
    'schedule all "0 0 * * * *"\n'
    "policy\n  model: churn\n  endpoint: churn-endpoint\n"
    "endpoint churn-endpoint\n  deployment blue carries churn:6 since 30 days, traffic 100\n"
)
FLEET = (
    "fleet\n  receivers:\n    - {name: on-call, channel: pagerduty, secret: A}\n"
    "    - {name: team, channel: teams, secret: B}\n  routes: [{to: [on-call], repeat: 1h}]\n"
    "  default: team\n"
)
FAILED = "at 00:05 deployment green fails\n"
TOLD = FAILED + "at 00:05 expect notice warning to on-call because first of green\n"


def failures(script, text):
    return [failure.spelled() for failure in play(script(WORLD + FLEET + text)).failures]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            'at 00:01 anna silences "deployment=green" from 00:05 until 00:30 because "work"\n'
            + FAILED
            + "until 00:29 expect nothing\n"
            "at 00:30 expect notice to on-call because silence_ended of green\n",
            id="A silence may be said before it begins.",
        ),
        pytest.param(
            'at 00:01 anna silences "deployment=green" for 5 h because "work"\n'
            + FAILED
            + 'at 00:20 anna ends the last silence because "done"\n'
            "at 00:20 expect notice to on-call because silence_ended of green\n",
            id="A silence may be ended.",
        ),
        pytest.param(
            'at 00:01 anna silences "kind=drift" for 30 days because "holidays"\n'
            'at 00:01 expect refusal "more than 14 d"\n',
            id="One that is too long is refused.",
        ),
        pytest.param(
            'at 00:01 anna ends the last silence because "done"\n'
            'at 00:01 expect refusal "by line 14"\n',
            id="Nobody can end what nobody said.",
        ),
        pytest.param(
            TOLD + "at 00:10 ben acknowledges deployment_failed of green "
            'because "mine", for 30 min\n'
            'at 00:10 expect notice to on-call because acknowledged "failed"\n'
            "at 00:40 expect notice to on-call because acknowledgement_ended of green\n",
            id="Somebody takes an alert on for a while.",
        ),
        pytest.param(
            'at 00:10 ben acknowledges drift because "mine"\n'
            'at 00:10 expect refusal "No drift fires"\n',
            id="Nobody can take on what does not fire.",
        ),
        pytest.param(
            FAILED + "at 00:05 deployment red fails\n"
            "at 00:05 expect notice to on-call because first\n"
            'at 00:10 ben acknowledges deployment_failed because "mine"\n'
            'at 00:10 expect refusal "2 alerts are deployment_failed"\n'
            'at 00:11 ben releases deployment_failed of red because "not mine"\n'
            'at 00:11 expect refusal "Nobody has"\n',
            id="One alert is meant, and one that somebody has.",
        ),
        pytest.param(
            "at 00:01 on-call refuses\n"
            + FAILED
            + 'at 00:05 expect dead letter because "refused"\n'
            'within 2 min expect notice to team of on-call "refuses a notice"\n',
            id="What a channel does not take is put aside.",
        ),
        pytest.param(
            "from 00:01 until 00:06 on-call cannot be reached\n"
            + FAILED
            + "until 00:05 expect nothing to on-call\n"
            "between 00:06 and 00:10 expect notice to on-call because first of green\n",
            id="What a channel that hangs did not take is told when it works.",
        ),
    ],
)
def test_the_sentence_does_what_it_says(script, text):
    assert failures(script, text) == []


def test_a_refusal_that_nobody_expects_fails_the_scenario(script):
    text = 'at 00:01 anna silences "kind=drift" for 30 days because "x"\nat 00:05 nothing fires\n'

    [failure] = failures(script, text)
    assert "nobody expected what was told at 00:01 refusal" in failure


def test_what_failed_to_be_told_is_explained_by_who_is_told(script):
    [missed, unexpected] = failures(
        script, FAILED + "at 00:05 expect notice critical to on-call of green\n"
    )

    assert "alerts/churn pass: on-call is told of the group" in missed
    assert "receiver/on-call pass" in unexpected
    assert (
        "endpoint/churn-endpoint" not in missed.partition("the last findings")[2].split("pass")[0]
    )


def test_a_reason_that_no_notice_has_is_named_with_the_one_that_is_meant(script):
    with pytest.raises(InvalidScenario, match="there is no reason 'repeated'; write repeat"):
        script(WORLD + FLEET + "at 00:05 expect notice to on-call because repeated\n")
