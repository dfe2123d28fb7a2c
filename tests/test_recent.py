"""The one bound of what is only kept to spare a question."""

import pytest

from shared.recent import Recent


def test_however_many_keys_come_the_newest_stay():
    last = Recent(100)
    for number in range(50_000):
        last[number] = number
        assert len(last) <= 100

    assert list(last) == list(range(49_900, 50_000))


def test_what_is_set_anew_is_the_newest_and_what_is_read_is_not():
    last = Recent(2)
    last["a"] = last["b"] = last["a"] = 1
    assert last["b"] == last.get("b") == 1
    last["c"] = 1

    assert list(last) == ["a", "c"]


@pytest.mark.parametrize("forget", [lambda last: last.pop("a"), lambda last: last.clear()])
def test_what_is_forgotten_makes_room(forget):
    last = Recent(2)
    last["a"] = last["b"] = 1
    forget(last)
    last["c"] = 1

    assert "c" in last
    assert "a" not in last


def test_a_default_is_bounded_too():
    last = Recent(2)
    for number in range(10):
        last.setdefault(number, number)
        last.update({-number: number})

    assert len(last) == 2
