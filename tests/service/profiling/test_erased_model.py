"""A model that is erased leaves nothing of what was kept while its rows were counted elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.service.erasing import Erasing
from shared.service.erasing.orders import remove_orders
from tests.service.profiling.test_temporary import counted, names


@pytest.mark.parametrize("subject", ["model/loan-default", "profiling/loan-default"])
def test_orders_and_counts_of_a_model_go_with_it(home, subject):
    scene = counted(home, until_it_is_made=True)
    app = scene.application
    assert {"order", "part-00000", "made"} <= set(names(scene))
    scene.clock.now = datetime.now(UTC) + timedelta(hours=3)

    Erasing.of(app.service, app.adapters, app.clock).erase(subject, author="anna", reason="asked")

    assert names(scene) == []


def test_orders_of_another_model_stay(home):
    scene = counted(home, until_it_is_made=True)
    profiles, before = scene.application.profiles, names(scene)

    removed = remove_orders(profiles, "model/loan", datetime.now(UTC) + timedelta(hours=3))

    assert (removed, names(scene)) == (0, before)


def test_a_model_erased_while_its_rows_are_counted_is_looked_at_anew(home):
    scene = counted(home, until_it_is_made=False)
    app = scene.application
    scene.clock.now = datetime.now(UTC) + timedelta(hours=3)

    Erasing.of(app.service, app.adapters, app.clock).erase(
        "model/loan-default", author="anna", reason="asked"
    )
    scene.drain()

    [one] = app.ledger.state("profiling/loan-default").state["profiling"]["profilings"]
    assert (one["phase"], names(scene)) == ("failed", [])
    assert "is not kept any more" in one["because"]
