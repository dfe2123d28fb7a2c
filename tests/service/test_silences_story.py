"""A silence goes the one way: said, queued, decided, and the scopes hold or tell by it."""

from datetime import timedelta

import pytest

from shared.errors import InvalidData, NotFound
from shared.service.people.silences import declare, silences, withdraw
from shared.service.service import Receipt
from tests.conftest import NOON
from tests.service.silenced import SCOPE, Fleet, alert


@pytest.fixture
def fleet(scene):
    return Fleet(scene)


def say(fleet, matchers="kind=errors", **words):
    said = {"author": "anna", "reason": "known", "lasts": "2h", **words}
    one = declare(
        *(fleet.service, fleet.ledger, fleet.application.policies, matchers),
        now=fleet.now,
        via="test",
        **said,
    )
    return one, fleet.work()


def take_back(fleet, silence):
    one = withdraw(
        *(fleet.service, fleet.ledger, silence),
        author="ben",
        reason="fixed",
        now=fleet.now,
        via="test",
    )
    return one, fleet.work()


def standings(fleet):
    return [(one["text"], one["standing"]) for one in silences(fleet.ledger, fleet.now)]


def test_what_fires_is_shown_when_it_is_said_and_is_not_told(fleet):
    fleet.raise_(alert(), alert("slow", "blue"))
    said, _ = say(fleet, "kind=errors deployment=gr*")

    assert (said["text"], said["standing"]) == ("deployment=gr* kind=errors", "in force")
    [muted] = said["mutes"]
    assert (muted["title"], muted["scope"]) == ("green of ep has errors", "endpoint.ep")
    assert fleet.wait(minutes=1) == [("first", "+slow")]


def test_what_still_fires_is_told_when_the_silence_ends(fleet):
    say(fleet)
    fleet.raise_(alert())

    assert fleet.wait(hours=1) == []
    assert [reason for reason, *_ in fleet.wait(hours=1, minutes=1)] == ["silence_ended"]


def test_what_still_fires_is_told_when_the_silence_is_taken_back(fleet):
    fleet.raise_(alert())
    said, _ = say(fleet)
    fleet.wait(minutes=10)
    one, told = take_back(fleet, said["id"][:6])

    assert one["id"] == said["id"]
    assert [*told, *fleet.wait(minutes=10)] == [("silence_ended", "+errors")]
    assert standings(fleet) == [("kind=errors", "withdrawn")]


def test_one_that_was_told_before_is_told_as_over_although_it_is_silenced(fleet):
    fleet.raise_(alert())
    assert fleet.wait(minutes=1) == [("first", "+errors")]
    say(fleet)
    fleet.wait(minutes=5)

    assert [*fleet.end(alert()), *fleet.wait(minutes=10)] == [("all_resolved", "-errors")]


def test_until_resolved_it_holds_until_it_is_over_once(fleet):
    fleet.raise_(alert())
    say(fleet, until_resolved=True, lasts="2d")
    fleet.wait(minutes=10)
    fleet.end(alert())
    fleet.wait(hours=3)

    assert [*fleet.raise_(alert()), *fleet.wait(minutes=1)] == [("first", "+errors")]
    assert standings(fleet) == [("kind=errors", "in force")]


def test_one_that_begins_later_holds_nothing_before(fleet):
    say(fleet, starts="Tuesday 14:00Z", lasts="1h")
    fleet.raise_(alert())

    assert fleet.wait(minutes=1) == [("first", "+errors")]
    assert standings(fleet) == [("kind=errors", "to come")]
    fleet.wait(hours=2)
    assert standings(fleet) == [("kind=errors", "in force")]
    assert "1 silences are in force" in fleet.last("silences/fleet")[0]


def test_the_timer_asks_as_long_as_one_is_in_force(fleet):
    said, _ = say(fleet)
    assert "alerts" in fleet.ledger.reported()["silences/fleet"]
    take_back(fleet, said["id"])

    assert "alerts" not in fleet.ledger.reported()["silences/fleet"]


def test_said_it_is_archived_by_which_way_it_came(fleet):
    say(fleet)

    kept = next(iter(fleet.application.archive.list(limit=1)))
    assert (kept.via, kept.refusal) == ("test", None)
    assert fleet.last("silences/fleet") == [
        "anna silences kind=errors until 2026-02-03 14:00 UTC: known."
    ]


def test_they_are_listed_with_those_in_force_first(fleet):
    say(fleet, "kind=slow", lasts="10m")
    say(fleet, "kind=drift", starts="1h")
    say(fleet, lasts="1d")
    fleet.wait(minutes=20)

    assert [standing for _, standing in standings(fleet)] == ["in force", "to come", "over"]
    [one] = silences(fleet.ledger, fleet.now, silences(fleet.ledger, fleet.now)[0]["id"])
    assert one["end"] == (NOON + timedelta(days=1)).isoformat().replace("+00:00", "Z")


REFUSED = [
    ("no end", {"lasts": None}, "Say either for how long, as 2h, or until when"),
    ("two ends", {"until": "2d"}, "Say either for how long, as 2h, or until when"),
    ("a time that is none", {"lasts": "soon"}, "for is 'soon'; write 30m, 2h or 3d."),
    ("no time at all", {"lasts": "0m"}, "for is '0m'; write 30m, 2h or 3d."),
    ("centuries", {"lasts": "99999999999d"}, "for is '99999999999d'; write 30m, 2h or 3d."),
    ("longer than the fleet allows", {"lasts": "15d"}, "until is more than 14 d after it begins"),
    ("a start in words", {"starts": "soon"}, "starts is 'soon', which is no time; write 2d"),
    ("an end that is over", {"lasts": None, "until": "2026-01-01T00:00Z"}, "until is not after"),
    ("no reason", {"reason": ""}, "reason is empty"),
]


@pytest.mark.parametrize(
    ("words", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_may_not_be_said_is_refused_and_leaves_no_trace(fleet, words, sentence):
    with pytest.raises(InvalidData) as refusal:
        say(fleet, **words)

    assert sentence in str(refusal.value)
    assert list(fleet.application.archive.list()) == []


def test_the_fleet_says_how_long_a_silence_may_last(scene):
    fleet = Fleet(scene, "receivers: []\nsilences: {longest: 1h}\n")

    with pytest.raises(InvalidData, match=r"^until is more than 1 h after it begins"):
        say(fleet)


def test_a_fleets_file_that_is_wrong_keeps_nobody_from_silencing(scene):
    assert say(Fleet(scene, "recievers: []\n"))[0]["standing"] == "in force"


def test_without_a_fleets_file_there_is_nothing_to_silence(scene):
    with pytest.raises(InvalidData, match=r"^Nobody is told of alerts, since there is no fleet"):
        say(Fleet(scene, None))


def test_one_that_is_unknown_or_over_cannot_be_taken_back(fleet):
    said, _ = say(fleet, lasts="10m")
    with pytest.raises(NotFound, match=rf"^There is no silence abc; .* are: {said['id']}\. One"):
        take_back(fleet, "abc")
    with pytest.raises(NotFound, match="There is no silence abcdef"):
        silences(fleet.ledger, fleet.now, "abcdef")
    fleet.wait(minutes=10)
    with pytest.raises(InvalidData, match=r"is over already; there is nothing to take back"):
        take_back(fleet, said["id"])


def test_what_the_intake_refuses_nobody_takes_for_said(fleet):
    class Strict:
        def say(self, event, *, via):
            return Receipt(key=via, event=event, refusal="Not today.", duplicate=False)

    fleet.service = Strict()
    with pytest.raises(InvalidData, match=r"^Not today\.$"):
        say(fleet)
    assert SCOPE not in fleet.ledger.subjects()
