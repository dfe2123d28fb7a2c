"""The demo's customers go on to call, at the pace of its clock."""

from datetime import timedelta

import pytest

from shared.cli.hosting.customers import Customers


@pytest.fixture
def customers(scene):
    return Customers(scene.home, scene.clock, scene.clock())


def called(scene, **since):
    start = scene.clock() - timedelta(**since)
    end = scene.clock() + timedelta(seconds=1)
    return scene.application.workspace.requests("loan-endpoint", start, end)


def test_they_call_ten_times_a_minute(scene, customers):
    scene.clock.advance(timedelta(minutes=1))
    customers.call()
    scene.clock.advance(timedelta(minutes=2))
    customers.call()

    assert called(scene, hours=1) == {"green": 30}


def test_they_called_meanwhile_but_no_more_than_a_day_is_kept(scene, customers):
    scene.clock.advance(timedelta(days=3))
    customers.call()

    assert called(scene, days=4) == {"green": 14_400}


def test_they_do_not_call_before_the_story_ended(scene, customers):
    customers.call()

    assert called(scene, days=1) is None
