"""However many alerts there are, the state, each decision and each notice fit where they go."""

from dataclasses import replace

import pytest

from shared.adapters.azure.table_rows import texts
from shared.domain.canonical import canonical_json, to_plain
from shared.domain.decision import Decision
from shared.domain.policy import Route
from shared.domain.state import AlertRecord, AlertStatus
from shared.service.messages.large import MOST_BODY
from tests.domain.alerts.script import OF, START, Script, alert, fleet

RECEIVERS = [f"team-{number}" for number in range(4)]


def much(number, severity="warning"):
    named = {"deployment": f"{number:03d}" + "n" * 60, "signal": "s" * 80}
    return replace(
        alert("drift", severity, **named),
        title="t" * 400,
        text="ä" * 5000,
        first_step="f" * 5000,
    )


def fits(event, outcome):
    decision = Decision(
        event=event,
        findings=outcome.findings,
        actions=outcome.actions,
        evidence_hash="0" * 64,
        policy_hash="0" * 64,
        decided=START,
        previous="0" * 64,
        state="0" * 64,
    )
    for kept in (decision.to_json(), to_plain(outcome.state)):
        texts(canonical_json(kept).decode(), "It")


def storm(group_by, count):
    routes = [Route(to=[name], group_by=group_by, continue_=True) for name in RECEIVERS]
    script = Script(fleet=fleet(*routes, receivers=RECEIVERS), loses_looks=True)
    records = [
        AlertRecord(alert=much(number), status=AlertStatus.FIRING, posted=START)
        for number in range(count)
    ]
    script.truth[OF] = {one.alert.fingerprint: one for one in records}
    return script


@pytest.mark.parametrize("group_by", [[], ["deployment", "signal"]])
def test_hundreds_of_long_alerts_to_several_receivers_fit(group_by):
    script = storm(group_by, 230)
    script.raised(much(999, "critical"))
    script.silenced(60, kind="drift")
    script.silences.clear()
    for minutes in (1, 3):
        script.at(60 * minutes).look()
    for event, outcome in script.decisions[-4:]:
        fits(event, outcome)
    watch = script.state.scope
    assert watch.dropped >= 31
    assert much(999).fingerprint in watch.lives
    assert len(watch.lives) <= 200
    for _, notice in script.notices:
        assert len(notice.alerts) <= 20
        assert len(canonical_json(notice)) < 26_000
        assert notice.omitted >= watch.dropped
    told = [
        (notice.receiver, one.fingerprint)
        for _, notice in script.notices
        for one in notice.alerts
        if one.new
    ]
    assert len(told) == len(set(told))


def test_alerts_that_are_too_long_to_keep_are_counted_and_none_is_told_again_and_again():
    script = Script(loses_looks=True)
    records = [
        AlertRecord(
            alert=alert("drift", signal=f"{number:03d}" + "s" * 6000),
            status=AlertStatus.FIRING,
            posted=START,
        )
        for number in range(80)
    ]
    script.truth[OF] = {one.alert.fingerprint: one for one in records}
    script.raised(alert("errors"))
    for minutes in range(1, 20, 4):
        script.at(60 * minutes).look()
    fits(*script.decisions[-1])

    watch = script.state.scope
    assert watch.dropped > 20
    assert watch.dropped + len(watch.lives) == 81
    assert [notice.reason.value for _, notice in script.notices] == ["first"]

    worse = alert("no_traffic", "critical", signal="w" * 6000)
    script.raised(worse)
    script.at(1300).look()
    assert worse.fingerprint in script.state.scope.lives
    [group] = script.state.scope.groups.values()
    assert set(group.told) > set(script.state.scope.lives), "what made room was told as well"


def test_the_worst_go_first_and_the_others_soon_after():
    script = storm(["deployment"], 15)
    script.loses_looks = False
    script.raised(much(999, "critical"))
    script.at(60)

    kinds = [notice.severity.value for _, notice in script.notices]
    assert kinds[: len(RECEIVERS)] == ["critical"] * len(RECEIVERS)
    assert len(kinds) == 16 * len(RECEIVERS)
    assert max(at for at, _ in script.notices) > min(at for at, _ in script.notices)
    assert {notice.reason.value for _, notice in script.notices} == {"first"}


def test_a_group_of_many_that_is_over_is_over_although_not_all_are_listed():
    script = Script()
    alerts = [alert("drift", number=str(number)) for number in range(24)]
    script.raised(*alerts)
    script.at(60).ended(*alerts)
    script.at(120)

    [(_, first), (_, last)] = script.notices
    assert (len(first.alerts), first.omitted, first.resolved) == (20, 4, False)
    assert (len(last.alerts), last.omitted, last.resolved) == (20, 0, True)
    assert last.title == "loan-default: 24 alerts are over"
    assert first.title == "loan-default: 24 alerts, worst warning: drift is wrong"


def test_signs_that_take_two_places_fit_as_well():
    script = storm([], 230)
    script.truth[OF] = {
        name: replace(record, alert=replace(record.alert, text="😀" * 5000, title="😀" * 400))
        for name, record in script.truth[OF].items()
    }
    script.raised(much(999, "critical"))
    script.at(60)

    for event, outcome in script.decisions:
        fits(event, outcome)
    assert len(script.state.scope.lives) == 200


def test_one_alert_of_any_length_is_told_in_a_notice_that_fits_a_message():
    script = Script(loses_looks=True)
    long = replace(
        alert("errors"), title="t" * 9_000, text="\U0001f600" * 300_000, first_step="f" * 90_000
    )
    script.raised(long)
    script.at(60).look()

    [(_, notice)] = script.notices
    assert len(canonical_json(notice)) < MOST_BODY / 10
    [told] = notice.alerts
    assert (len(told.title), len(told.text), len(told.first_step)) == (300, 1_500, 500)
