"""Changes whose effect is known beforehand, on ledgers that the real service wrote."""

from dataclasses import replace
from datetime import timedelta

from shared.service.whatif.comparing import Change, Counts
from shared.service.whatif.telling import What
from tests.whatif.staged import staged, with_gates


def test_a_grace_of_90_minutes_has_the_incident_told_an_hour_later():
    with staged(1) as story:
        policy = story.policy()
        longer = replace(policy.routing, grace=timedelta(minutes=90))
        report = story.under(replace(policy, routing=longer))

        [alert] = report.alerts
        assert alert.changes == (Change.LATER, Change.SHORTER)
        assert story.clock(alert.before.raised) == "00:35"
        assert story.clock(alert.after.raised) == "01:35"
        assert alert.before.ended == alert.after.ended
        flipped = {(f.before.reason, f.after.reason) for d in report.decisions for f in d.flips}
        assert ("no_traffic", "within_grace") in flipped


def test_a_grace_beyond_the_incident_has_it_told_to_nobody():
    with staged(1) as story:
        policy = story.policy()
        longer = replace(policy.routing, grace=timedelta(hours=9))
        report = story.under(replace(policy, routing=longer))

        [alert] = report.alerts
        assert alert.changes == (Change.GONE,)
        assert report.counts[What.RAISED] == Counts(before=1, after=0)


def test_an_alert_that_a_shorter_grace_raises_is_new_where_there_was_none():
    with staged(3) as story:
        policy = story.policy()
        shorter = replace(policy.routing, grace=timedelta(minutes=1))
        report = story.under(replace(policy, routing=shorter))

        assert [one.changes for one in report.alerts] == [(Change.NEW,)]


def test_a_route_to_another_receiver_moves_its_pages_and_no_others():
    with staged(130) as story:
        fleet = story.application.policies.fleet()
        routes = [replace(one, to=["team"]) for one in fleet.routes]
        report = story.under(fleet=replace(fleet, routes=routes))

        assert report.alerts == ()
        assert report.pages.receivers["on-call"].after == 0
        moved = report.pages.receivers["on-call"].before
        assert {one.receiver for one in report.pages.gone} == {"on-call"}
        assert {one.receiver for one in report.pages.new} == {"team"}
        assert moved > len(report.pages.new) > 0, "team is not told of ends"


def test_without_mute_hours_the_notices_of_the_morning_come_at_night_and_wake_nobody():
    with staged(129) as story:
        fleet = story.application.policies.fleet()
        routes = [replace(one, mute=[]) for one in fleet.routes]
        report = story.under(fleet=replace(fleet, routes=routes))

        [gone], [new] = report.pages.gone, report.pages.new
        assert (story.clock(gone.at), gone.receiver) == ("06:00", "team")
        assert (story.clock(new.at), new.receiver) == ("03:00", "team")
        assert (gone.what, new.what) == (What.NOTICE, What.NOTICE)
        assert all(counts.before == counts.after for counts in report.pages.hours)


def test_a_floor_above_the_auc_refuses_what_was_put_forward():
    with staged(50) as story:
        report = story.under(with_gates(story.policy(), min_auc=0.95))

        [gone], new = report.promotions
        assert (gone.identity, new) == ("churn:7 production", ())
        turned = {
            (flip.before.reason, flip.after.reason, flip.after.estimate, flip.after.limit)
            for one in report.gates
            for flip in one.flips
            if flip.is_gate and flip.thing == "metric/auc"
        }
        assert ("within_limits", "below_floor", 0.94, 0.95) in turned


def test_a_longer_cool_down_has_the_second_retraining_wait():
    with staged(114) as story:
        policy = story.policy()
        longer = replace(policy.retraining, cool_down=timedelta(days=2))
        report = story.under(replace(policy, retraining=longer))

        [gone], new = report.retrainings
        assert (story.clock(gone.at), new) == ("04:00", ())


def test_without_a_cool_down_it_is_asked_for_at_once_and_taken_to_succeed():
    with staged(114) as story:
        policy = story.policy()
        none = replace(policy.retraining, cool_down=timedelta(minutes=1))
        report = story.under(replace(policy, retraining=none))

        [gone], [new] = report.retrainings
        assert gone.identity == new.identity
        assert story.clock(gone.at) == "04:00"
        assert story.clock(new.at) < "02:30"
        assert any("taken to begin" in remark for remark in report.remarks)


def test_a_drift_limit_that_nothing_reaches_raises_no_alert_and_asks_for_no_retraining():
    with staged(58) as story:
        policy = story.policy()
        report = story.under(replace(policy, drift=replace(policy.drift, limit=90.0)))

        assert [one.changes for one in report.alerts] == [(Change.GONE,)]
        [gone], new = report.retrainings
        assert new == ()
        assert "income" in str(gone.title) or "drift" in gone.title


def test_another_window_is_told_to_rest_on_evidence_of_the_old_one():
    with staged(58) as story:
        policy = story.policy()
        longer = replace(policy.drift, window=timedelta(hours=12), limit=0.21)
        report = story.under(replace(policy, drift=longer))

        assert any("gathered for the old policy" in one for one in report.warnings)


def test_what_differs_is_not_told_as_a_part_of_what_was_decided_again():
    with staged(1) as story:
        policy = story.policy()
        longer = replace(policy.routing, grace=timedelta(hours=12))
        changed = story.under(replace(policy, routing=longer))
        same = story.under(policy)

        assert "otherwise, or in one world alone. Other subjects" in changed.remarks[0]
        assert "None is otherwise. Other subjects" in same.remarks[0]
