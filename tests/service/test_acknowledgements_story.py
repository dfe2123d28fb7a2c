"""Somebody takes an alert on: it has an owner, and is not repeated meanwhile."""

import pytest

from shared.errors import InvalidData, NotFound
from shared.service.people.acknowledgements import acknowledge, acknowledgements, release
from shared.service.service import Receipt
from tests.service.silenced import SCOPE, Fleet, alert

ERRORS = alert().fingerprint


@pytest.fixture
def fleet(scene):
    fleet = Fleet(scene)
    fleet.raise_(alert())
    assert fleet.wait(minutes=1) == [("first", "+errors")]
    return fleet


def take_on(fleet, fingerprint=ERRORS, **words):
    said = {"author": "anna", "reason": "on it", **words}
    one = acknowledge(
        *(fleet.service, fleet.ledger, fleet.application.policies, fingerprint),
        now=fleet.now,
        via="test",
        **said,
    )
    return one, fleet.work()


def give_back(fleet, fingerprint=ERRORS):
    one = release(
        *(fleet.service, fleet.ledger, fingerprint),
        author="ben",
        reason="my shift ends",
        now=fleet.now,
        via="test",
    )
    fleet.work()
    return one


def owners(fleet, *words):
    return [
        (one["author"], one["until"]) for one in acknowledgements(fleet.ledger, fleet.now, *words)
    ]


def test_taken_on_it_is_listed_with_its_owner(fleet):
    said, _ = take_on(fleet)

    assert (said["id"], said["alert"]["title"]) == (ERRORS, "green of ep has errors")
    assert owners(fleet) == [("anna", "2026-02-04T12:01:00Z")]
    assert fleet.last(SCOPE)[0] == "anna takes it on until 2026-02-04 12:01 UTC: on it."


def test_it_is_not_repeated_until_it_is_given_back(fleet):
    assert [reason for reason, *_ in fleet.wait(hours=5)] == ["repeat"]
    take_on(fleet)
    fleet.wait(minutes=10)
    assert fleet.wait(hours=9) == []

    give_back(fleet)
    told = [*fleet.wait(minutes=10), *fleet.wait(hours=5)]
    assert "repeat" in [reason for reason, *_ in told]


def test_how_its_fingerprint_begins_is_enough_and_the_time_may_be_said(fleet):
    take_on(fleet, ERRORS[:6], lasts="4h")

    assert owners(fleet, ERRORS) == [("anna", "2026-02-03T16:01:00Z")]
    assert owners(fleet, "f" * 16) == []


def test_given_back_nobody_has_it(fleet):
    take_on(fleet)
    fleet.wait(minutes=5)
    one = give_back(fleet)

    assert (one["author"], one["standing"]) == ("anna", "in force")
    assert owners(fleet) == []
    with pytest.raises(InvalidData, match=rf"^Nobody has alert {ERRORS} in hand"):
        give_back(fleet)


def test_when_it_is_over_nobody_has_it_nor_can_take_it_on(fleet):
    take_on(fleet)
    fleet.end(alert())

    assert owners(fleet) == []
    with pytest.raises(NotFound, match=rf"^No alert with fingerprint '{ERRORS}' fires that people"):
        take_on(fleet)


def test_an_alert_that_is_unknown_is_refused_with_those_that_are_close(fleet):
    fleet.raise_(alert("slow", "blue"))
    wrong = ERRORS[:-1] + ("0" if ERRORS[-1] != "0" else "1")

    with pytest.raises(NotFound, match=rf"close are: {ERRORS} \(errors of endpoint/ep\)\. One"):
        take_on(fleet, wrong)
    with pytest.raises(NotFound, match=r"there are: .* \(slow of endpoint/ep\)"):
        take_on(fleet, "x")
    assert SCOPE in fleet.ledger.subjects()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"reason": "\u202e"}, "reason is empty"),
        ({"until": "2026-01-01T00:00Z"}, "until is over already; name a later end."),
        ({"lasts": "15d"}, "until is more than 14 d away; say it again then."),
        ({"lasts": "4h", "until": "4h"}, "Say either for how long, as 2h, or until when"),
    ],
)
def test_what_may_not_be_said_of_it_is_refused_in_one_sentence(fleet, words, sentence):
    with pytest.raises(InvalidData) as refusal:
        take_on(fleet, **words)

    assert sentence in str(refusal.value)


def test_several_that_begin_alike_are_refused_with_their_names(fleet):
    begun = {}
    for one in (alert("slow", f"d{n}") for n in range(2_000)):
        first = begun.setdefault(one.fingerprint[:4], one)
        if first is not one:
            break
    fleet.raise_(first, one)

    with pytest.raises(InvalidData, match=r"begins the fingerprints of several alerts: .*; name"):
        take_on(fleet, one.fingerprint[:4])


def test_what_the_intake_refuses_nobody_takes_for_said(fleet):
    class Strict:
        def say(self, event, *, via):
            return Receipt(key=via, event=event, refusal="Not today.", duplicate=False)

    fleet.service = Strict()
    with pytest.raises(InvalidData, match=r"^Not today\.$"):
        take_on(fleet)
