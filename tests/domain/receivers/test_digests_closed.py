"""A digest is an incident in PagerDuty: it does not stay open for ever."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.decisions.receivers.desk import MOST_KNOWN
from shared.domain.policy import ChannelKind
from tests.domain.receivers.receiver_world import Receiver, paced


@pytest.fixture
def pager():
    """A receiver with a digest that its channel has taken."""
    pager = Receiver(rule=replace(paced(3), channel=ChannelKind.PAGERDUTY))
    digested(pager, "abc")
    return pager


def digested(pager, names):
    for group in names:
        if "sent" in pager.make(group * 3):
            pager.deliver(reference={"dedup_key": group * 3})
    while "digest_sent" not in pager.look(minutes=1):
        assert pager.watch.folded is not None
    pager.deliver(reference={"dedup_key": pager.orders[-1].notice.group})


def digests(pager):
    return [one.notice for one in pager.orders if one.notice.scope == "receiver.team"]


@pytest.fixture(autouse=True)
def _over_the_pace(pager):
    [digest] = digests(pager)
    assert not digest.resolved


def test_it_is_closed_after_a_day(pager):
    told = pager.now
    pager.look(minutes=10)
    assert pager.looks[-1] == told + timedelta(days=1)
    pager.look(hours=24)

    end = pager.orders[-1]
    assert (end.notice.group, end.notice.resolved) == (digests(pager)[0].group, True)
    assert end.reference == {"dedup_key": end.notice.group}
    used = len(pager.watch.sent)
    pager.deliver()
    assert (pager.watch.waiting, len(pager.watch.sent)) == ({}, used)
    assert end.notice.group not in pager.watch.references


def test_the_next_one_closes_it(pager):
    pager.look(hours=2)
    digested(pager, "def")

    first, second, end = digests(pager)
    assert (end.group, end.resolved) == (first.group, True)
    assert list(pager.watch.waiting) == [second.group]


def test_the_end_that_fails_is_tried_again(pager):
    pager.look(hours=24)
    pager.fail()
    pager.look(minutes=5)

    assert [one.resolved for one in digests(pager)] == [False, True, True]


@pytest.mark.parametrize("told", ["timeout", "nobody"])
def test_one_that_people_may_have_though_nobody_says_so_is_closed_too(pager, told):
    pager.look(hours=2)
    for group in "def":
        if "sent" in pager.make(group * 3):
            pager.deliver()
    while "digest_sent" not in pager.look(minutes=1):
        pass
    if told == "timeout":
        pager.fail(reason=told)
    while "digest_sent" not in pager.look(minutes=10):
        pass
    pager.deliver()
    for _ in range(2):
        pager.deliver(pager.orders[-1])
        pager.look(minutes=1)

    ended = {one.group for one in digests(pager) if one.resolved}
    opened = [one.group for one in digests(pager) if not one.resolved]
    assert len(opened) == 3
    assert ended == set(opened[:2])


def test_it_is_closed_though_very_many_groups_were_told_since(pager):
    pager.rule = replace(pager.rule, pace=paced(500).pace)
    for number in range(MOST_KNOWN + 1):
        pager.look(seconds=1)
        pager.make(f"g{number}")
        pager.deliver(reference={"dedup_key": f"g{number}"})
    [digest] = digests(pager)
    assert digest.group not in pager.watch.references
    pager.look(hours=24)

    assert pager.orders[-1].notice.group == digest.group
    assert pager.orders[-1].notice.resolved


def test_another_channel_has_none_to_close(pager):
    pager.rule = replace(pager.rule, channel=ChannelKind.TEAMS)
    pager.look(hours=25)

    assert len(digests(pager)) == 1
    assert pager.watch.waiting == {}


def test_without_ends_and_in_other_channels_nothing_waits():
    for rule in (paced(3), replace(paced(3), channel=ChannelKind.PAGERDUTY, resolved=False)):
        other = Receiver(rule=rule)
        digested(other, "abc")
        assert other.watch.waiting == {}
