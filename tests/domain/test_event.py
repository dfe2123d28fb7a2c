"""Events read back from what is kept: with which fault, where it is none."""

from datetime import UTC, datetime

import pytest

from shared.domain.event import Check, Event, check_due

KEPT = check_due(Check.DRIFT, "model/churn", datetime(2026, 2, 3, tzinfo=UTC)).to_cloud_event()


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        ({name: value for name, value in KEPT.items() if name != "subject"}, KeyError),
        ({**KEPT, "type": "com.example.Foo"}, ValueError),
        ({**KEPT, "time": "soon"}, ValueError),
        ({**KEPT, "time": None}, AttributeError),
        (None, TypeError),
    ],
)
def test_what_is_no_event_is_one_of_four_faults(kept, fault):
    with pytest.raises(fault):
        Event.from_cloud_event(kept)


def test_what_was_written_is_read_back_the_same():
    assert Event.from_cloud_event(KEPT).to_cloud_event() == KEPT
