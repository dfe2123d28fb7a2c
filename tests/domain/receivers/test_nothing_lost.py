"""Whatever comes in whatever order: nothing is lost, nothing told twice, no group flies twice."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.alert import AlertKind, Severity
from shared.domain.policy import ChannelKind
from tests.domain.receivers.receiver_world import START, TEAM, Receiver, alert, paced, size

GROUPS = "abcd"
STEPS = st.one_of(
    st.tuples(st.just("make"), st.sampled_from(GROUPS), st.sampled_from(list(Severity))),
    st.tuples(st.just("end"), st.sampled_from(GROUPS), st.none()),
    st.tuples(st.just("deliver"), st.integers(0, 30), st.none()),
    st.tuples(
        st.just("fail"),
        st.integers(0, 30),
        st.sampled_from(["unavailable", "throttled", "gone", "refused", "timeout"]),
    ),
    st.tuples(st.just("pass"), st.sampled_from([1, 30, 61, 700, 4000]), st.none()),
)


class Scopes:
    """What the scopes say when they are asked; each numbers its groups' notices."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.numbers = Counter()
        self.firing = {}

    def make(self, group, severity):
        self.firing[group] = severity
        self._tell(group)

    def end(self, group):
        if self.firing.pop(group, None) is not None:
            self._tell(group)

    def _tell(self, group):
        self.numbers[group] += 1
        self.receiver.now += timedelta(seconds=1)
        severity = self.firing.get(group, Severity.INFO)
        ended = group not in self.firing
        self.receiver.make(group, number=self.numbers[group], severity=severity, resolved=ended)

    def answer(self):
        """Each question, unless the group is over: then it was said already."""
        asked, self.receiver.asked = self.receiver.asked, []
        for event in asked:
            if event.data["group"] in self.firing:
                self._tell(event.data["group"])


def play(receiver, scopes, steps):
    for kind, what, detail in steps:
        match kind:
            case "make":
                scopes.make(what, detail)
            case "end":
                scopes.end(what)
            case "pass":
                receiver.look(seconds=what)
            case "deliver" if receiver.orders:
                receiver.deliver(receiver.orders[what % len(receiver.orders)])
            case "fail" if receiver.orders:
                final = detail in {"gone", "refused"}
                order = receiver.orders[what % len(receiver.orders)]
                receiver.fail(order, reason=detail, final=final)
        scopes.answer()
        in_flight = [flight.order for flight in receiver.watch.flying.values()]
        assert len(in_flight) == len(set(in_flight))
        assert not receiver.events or receiver.watch.looked == receiver.now


def settle(receiver, scopes):
    """The channel works from now on, and all looks are those that the receiver asked for."""
    for _ in range(200):
        if not (receiver.watch.flying or receiver.watch.waiting or receiver.watch.folded):
            return
        orders = {one.order for one in receiver.watch.flying.values()}
        for order in [one for one in receiver.orders if one.order in orders]:
            receiver.deliver(order)
            scopes.answer()
        if receiver.watch.flying:
            continue
        waited = min((due for due in receiver.looks if due > receiver.now), default=None)
        if waited is not None:
            receiver.look(seconds=(waited - receiver.now).total_seconds())
            scopes.answer()
    raise AssertionError("it never comes to rest")


@settings(max_examples=60)
@given(
    steps=st.lists(STEPS, max_size=40),
    pace=st.sampled_from([(1, 1), (3, 3), (30, 30), (30, 1), (30, 2), (4, 2)]),
)
def test_every_notice_ends_once_and_what_people_know_is_what_there_is(steps, pace):
    notices, burst = pace
    receiver = Receiver(rule=paced(notices, burst=burst))
    scopes = Scopes(receiver)

    play(receiver, scopes, steps)
    settle(receiver, scopes)

    for name, ended in receiver.ends().items():
        told = ended["delivered"]
        assert told <= 1, name
        assert ended.total() >= 1, name
        assert not (told and ended["folded"]), name
    refused = {g for g in GROUPS if any(tells(aside, g) for aside in receiver.asides)}
    assert receiver.watch.references.keys() - refused == scopes.firing.keys() - refused
    assert receiver.state.checks == {}


def tells(aside, group):
    """Whether a notice that its channel refused was of this group, by itself or in a digest."""
    fingerprints = {one.fingerprint for one in aside.notice.alerts}
    return aside.reason == "refused" and alert(group).fingerprint in fingerprints


def told(receiver):
    """How many alerts people were told of, by themselves and in digests."""
    singly = digested = 0
    for order in receiver.orders:
        if order.notice.reason.value == "digest":
            digested += sum(order.notice.folded.values())
        else:
            singly += len(order.notice.alerts)
    return singly, digested


@pytest.mark.parametrize(("rule", "most"), [(paced(30), 31), (TEAM, 9)])
def test_in_a_storm_people_get_few_notices_and_every_alert_is_counted(rule, most):
    receiver = Receiver(rule=rule)
    for number in range(1500):
        severity = Severity.CRITICAL if number % 100 == 0 else Severity.WARNING
        if "sent" in receiver.make(f"group-{number}", severity=severity):
            receiver.deliver()
        receiver.now += timedelta(milliseconds=40)
        if receiver.watch.folded and receiver.watch.folded.due <= receiver.now:
            receiver.deliver()
    receiver.look(hours=1)
    receiver.deliver()

    assert len(receiver.orders) <= most
    assert sum(told(receiver)) == 1500
    assert receiver.watch.folded is None


def test_the_state_stays_small_whatever_comes():
    """Long names, quotes that JSON doubles, references of all that is kept, and all that waits."""
    long = '"' * 120
    rule = replace(paced(1000), channel=ChannelKind.SLACK, room="C1")
    receiver = Receiver(rule=rule)
    kinds = list(AlertKind)

    def big(number):
        alerts = tuple(
            replace(
                alert(f"{number}-{n}", kind=kinds[(number + n) % len(kinds)], severity=severity),
                subject=f"model/{long}",
            )
            for n, severity in enumerate([Severity.CRITICAL] * 5)
        )
        group = f"{number:016}"
        return group, {"scope": "m" * 255, "alerts": alerts, "severity": Severity.CRITICAL}

    for number in range(200):
        group, made = big(number)
        receiver.make(group, **made)
        receiver.deliver(reference={"text": "x" * 280})
    for number in range(200, 250):
        group, made = big(number)
        receiver.make(group, **made)
    assert len(receiver.watch.flying) == 40
    receiver.state = replace(
        receiver.state,
        receiver=replace(
            receiver.watch,
            waiting={},
            sent=tuple(START - timedelta(minutes=1, seconds=n) for n in range(1000)),
            breaker=replace(receiver.watch.breaker, until=START + timedelta(hours=1), failures=9),
        ),
    )
    for number in range(250, 800):
        group, made = big(number)
        receiver.make(group, **made)

    assert len(receiver.watch.waiting) == 300
    assert len(receiver.watch.folded.listed) == 40
    assert size(receiver.state) < 400_000


def test_a_reference_that_is_too_long_to_keep_is_forgotten():
    receiver = Receiver(rule=TEAM)
    receiver.make("a")
    receiver.deliver(reference={"text": "x" * 5000})

    assert receiver.watch.references == {"a": {}}
