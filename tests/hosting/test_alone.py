"""One host works on a home; whoever asks is told whether one does."""

from dataclasses import replace

import pytest

from shared.errors import Refused, Unavailable
from shared.hosting.alone import alone, is_hosted, lock_beside, lock_in
from shared.settings import Settings
from tests.hosting.test_host import AZURE


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


@pytest.mark.parametrize("first", [lock_in, lock_beside])
@pytest.mark.parametrize("second", [lock_in, lock_beside])
def test_a_second_host_is_refused_until_the_first_is_gone(settings, first, second):
    with alone(settings, first(settings.home)):
        assert is_hosted(settings)
        with (
            pytest.raises(Refused, match="Another driftgate serve works on"),
            alone(settings, second(settings.home)),
        ):
            pass

    with alone(settings, second(settings.home)):
        assert is_hosted(settings)


def test_a_home_that_nobody_hosts_is_known_as_that(settings):
    assert not is_hosted(settings)

    with alone(settings, lock_in(settings.home)):
        assert not is_hosted(replace(settings, azure=AZURE))
    assert not is_hosted(settings)


def test_the_lock_of_a_demo_does_not_go_with_its_home(tmp_path):
    assert lock_beside(tmp_path / "demo") == tmp_path / "demo.lock"


@pytest.mark.parametrize("spoil", ["folder", "text"])
def test_a_lock_that_cannot_be_held_is_a_fault_that_says_what_to_set(settings, spoil):
    lock = lock_in(settings.home)
    settings.home.mkdir()
    if spoil == "folder":
        lock.mkdir()
    else:
        lock.write_text("another program's " * 100, encoding="utf-8")

    with (
        pytest.raises(Unavailable, match="Let DRIFTGATE_HOME name a folder"),
        alone(settings, lock),
    ):
        pass


def test_what_fails_within_is_no_fault_of_the_lock(settings):
    with pytest.raises(BrokenPipeError), alone(settings, lock_in(settings.home)):
        raise BrokenPipeError
