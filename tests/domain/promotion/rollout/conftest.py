"""Gates that say what a test wants, in place of the registered ones."""

import pytest

from tests.domain.promotion.rollout.world import Gates, World


@pytest.fixture
def gates(monkeypatch):
    made = Gates()
    monkeypatch.setattr(
        "shared.domain.decisions.promotion.rollout.judging.run_gates",
        made.run,
    )
    return made


@pytest.fixture
def world(gates):
    """Mode act, 10, 50 and 100 per cent, an hour each."""
    return World(gates)


@pytest.fixture
def make(gates):
    return lambda **more: World(gates, **more)
