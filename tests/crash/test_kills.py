"""A process that is killed anywhere leaves nothing undone and nothing done twice."""

import pytest

from tests.crash.cases import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_killed_anywhere_the_next_process_goes_on(case, killed_in):
    """Everything kept, decided once and acted on once; the chains hold and the queues are empty."""
    told = killed_in(case.name, most=6)

    assert told["faults"] == []
    assert told["survived"] == told["kills"] > 0
    assert set(case.families) <= set(told["families"])
