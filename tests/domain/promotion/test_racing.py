"""Several versions at once: the newer one goes, and one at a time moves in a stage."""

from dataclasses import replace

import pytest

from shared.domain.decisions.promotion.opening import open_promotion
from shared.domain.event import Check, EventType, check_due
from shared.domain.finding import Rule
from tests.domain.promotion.way import HOUR, MINUTE, NOON, SUBJECT, Way, found, stage


@pytest.mark.parametrize("auc", [0.5, 0.95])
def test_a_newer_version_supersedes_one_that_does_not_move_yet(auc):
    way = Way(stage(pipeline=None))
    way.registered("8", auc=auc)
    way.later(HOUR).registered("9")

    assert (way.phase("8"), way.of("8").why) == (
        "superseded",
        "version 9 was registered after it",
    )
    assert way.phase("9") == "requested"
    assert way.told() in ([], ["+promotion_blocked", "-promotion_blocked"])


@pytest.mark.parametrize("until", ["requested", "running", "watched"])
def test_one_whose_run_is_ordered_goes_on_and_the_newer_waits(until):
    way = Way()
    if until == "watched":
        way.live()
    else:
        way.registered("8")
        if until == "running":
            way.started("8")
    outcome = way.later(MINUTE).registered("9")

    assert (way.phase("8"), way.phase("9")) == (until, "waiting")
    assert way.of("9").why == "it waits for 8 to finish"
    assert found(outcome, Rule.PROMOTION).verdict == "inconclusive"
    assert [one.version for one in way.requests()] == ["8"]


def test_the_newer_is_looked_at_as_soon_as_the_older_has_ended():
    way = Way()
    way.registered("8")
    way.started("8")
    way.later(MINUTE).registered("9")
    outcome = way.ends(result="failed").later(5 * MINUTE).check()
    looks = [look for look in way.looks(outcome) if look.time == way.now]

    assert way.phase("8") == "failed"
    assert [look.data["promotion"] for look in looks] == [way.of("9").identity("loan")]
    way.handle(looks[0])
    assert way.phase("9") == "requested"


def test_a_late_word_of_an_older_version_changes_nothing():
    way = Way()
    way.registered("9", at=NOON)
    way.later(MINUTE).registered("8", at=NOON - HOUR)

    assert (way.phase("8"), way.of("8").why) == (
        "superseded",
        "version 9, which is newer, went before it",
    )
    assert way.phase("9") == "requested"


def test_of_the_same_moment_the_higher_number_is_newer():
    way = Way(stage(pipeline=None))
    way.registered("10")
    way.registered("9")

    assert (way.phase("10"), way.phase("9")) == ("requested", "superseded")


def test_a_timer_looks_at_the_farthest_and_asks_for_looks_at_the_others():
    way = Way()
    way.registered("8")
    way.started("8")
    way.later(MINUTE).registered("9")
    outcome = way.later(5 * MINUTE).check()

    assert found(outcome, Rule.PROMOTION).details["version"] == "8"
    [look] = [one for one in way.looks(outcome) if "promotion" in one.data]
    assert found(way.handle(look), Rule.PROMOTION).details["version"] == "9"


def test_the_reconcile_timer_finds_what_nobody_told():
    way = Way()
    way.model("8")
    event = check_due(Check.RECONCILE, SUBJECT, way.now)
    seen = replace(way.evidence(event), version="8", candidate=way.models["8"], problem=None)
    way.handle(event, seen)

    assert way.phase("8") == "requested"


def test_a_version_on_its_way_in_a_later_stage_is_not_let_in_again():
    way = Way(stage("test", pipeline=None, endpoint=None), stage())
    way.registered("8")
    assert way.phase("8", "production") == "waiting"
    way.later(HOUR).tell(EventType.MODEL_REGISTERED, version="8")

    assert way.phase("8", "production") == "requested"
    assert len([one for one in way.state.promotions if one.stage == "test"]) == 1


def test_what_comes_through_a_stage_enters_the_next_at_once():
    way = Way(stage("test"), stage())
    way.live()
    outcome = way.later(3 * HOUR).check()
    assert (way.phase("8", "test"), way.phase("8", "production")) == ("done", "waiting")

    [look] = [one for one in way.looks(outcome) if one.time == way.now]
    way.handle(look)

    assert way.phase("8", "production") == "requested"
    assert [one.stage for one in way.requests()] == ["test", "production"]


def test_a_newer_version_in_an_earlier_stage_leaves_the_later_stage_alone():
    way = Way(stage("test"), stage())
    way.live().later(3 * HOUR).check()
    way.registered("9")

    assert (way.phase("8", "production"), way.phase("9", "test")) == ("waiting", "requested")


def test_an_older_version_that_comes_later_to_a_stage_ends_there():
    way = Way(stage("test"), stage(pipeline=None))
    way.registered("9", at=NOON)
    way.started("9")
    way.registered("8", at=NOON - HOUR)
    assert way.phase("8", "test") == "superseded"

    way.ends().serve("test-ep", "9", "7")
    way.later(5 * MINUTE).check()
    way.later(3 * HOUR).check()

    assert way.phase("9", "production") == "waiting"


def test_a_watch_that_comes_to_no_conclusion_does_not_hold_up_the_next():
    way = Way().live()
    way.serve("production-ep", "7", "8")
    way.later(2 * HOUR).registered("9")
    assert way.phase("9") == "waiting"
    way.later(HOUR).check(way.of("9"))

    assert (way.phase("8"), way.phase("9")) == ("superseded", "requested")


def test_a_version_that_gives_way_is_waited_for_however_long():
    way = Way().live()
    way.firing["production-ep"] = {"v8": ("errors",)}
    way.later(MINUTE).check()
    way.later(24 * HOUR).registered("9")

    assert (way.phase("8"), way.phase("9")) == ("watched", "waiting")


def test_what_is_in_a_stage_already_does_not_enter_it_twice():
    way = Way()
    way.registered("8")
    opened = open_promotion(
        way.state.promotions,
        version="8",
        stage=way.policy.way()[0],
        registered=NOON,
        at=NOON + HOUR,
    )

    assert opened.promotions == way.state.promotions
    assert opened.promotion == way.of("8")
