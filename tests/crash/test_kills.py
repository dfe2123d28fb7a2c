"""A process that is killed anywhere leaves nothing undone and nothing done twice.

A few points of as many cases as have every family among them; `benchmarks/crash_points.py` kills at
every point of every case.
"""

import pytest

from shared.service import reactions
from tests.crash.cases import CASES

WHOLE = ("what nothing reacts to, and what cannot be read", "a silence is given")
"""Killed at each of their points: they are the shortest."""
OFTEN = (
    "a deployment fails",
    "a stage is over",
    "an approval is given and a check called",
    "traffic is shifted",
    "a batch run fails",
    "an alert rule of Azure's own",
    "a retraining is granted and started",
    "the customers change",
    "a job has counted the rows",
    "a deployment answers with errors",
    "approvals fall",
    "the rows stop",
    "what is kept is over",
    "an endpoint is erased",
    "all is told again in a replay",
    "a version is put forward",
    "a notice is posted",
    "a failure that is told after its end",
)
SEEDS = {name: number for number, name in enumerate(OFTEN)}
BY_NAME = {case.name: case for case in CASES}


def every_family() -> set[str]:
    """As the tables of the reactions name them."""
    tables = (
        reactions._FAMILIES,
        reactions._CHECKS,
        reactions._RECONCILED,
        reactions._OF_ALERTS,
    )
    return {family for table in tables for family in table.values()} | {"record", "budget"}


def test_every_family_has_a_case_in_which_it_decides_when_a_process_is_killed():
    """A new family needs a case in tests/crash/cases.py; each case is held to what it names."""
    tried = {family for name in (*WHOLE, *OFTEN) for family in BY_NAME[name].families.split()}

    assert every_family() - tried == set()


@pytest.mark.parametrize("name", WHOLE)
def test_killed_at_each_of_its_calls_the_next_process_goes_on(name, killed_in):
    """Everything kept, decided once and acted on once; the chains hold and the queues are empty."""
    told = killed_in(name)

    assert told["faults"] == []
    assert told["survived"] == told["kills"] == told["points"] > 80
    assert set(BY_NAME[name].families.split()) <= set(told["families"])


@pytest.mark.parametrize("name", OFTEN)
def test_killed_somewhere_the_next_process_goes_on(name, killed_in):
    told = killed_in(name, most=1, seed=SEEDS[name])

    assert told["faults"] == []
    assert told["survived"] == told["kills"] == 1
    assert set(BY_NAME[name].families.split()) <= set(told["families"])


def test_deliveries_come_late_and_again_and_some_never(killed_in):
    """Without them the kills would show less than they say."""
    again = killed_in("a failure that is told after its end", at=["before ledger.commit"])
    never = killed_in("a deployment fails", at=["before archive", "after archive"], loses=True)

    assert again["faults"] == never["faults"] == []
    assert again["counts"]["late"] > 0
    assert again["counts"]["given again"] > 0
    assert never["counts"]["deliveries lost"] > 0


def test_a_message_that_counts_as_sent_before_it_is_would_be_found_lost(killed_in):
    """The search is held to a fault that was made for it."""
    told = killed_in("a deployment fails", at=["before sender.send"], most=2, careless=True)

    assert any("reached nobody" in fault for fault in told["faults"])


def test_a_run_that_was_started_and_not_remembered_is_found_by_its_order(killed_in):
    told = killed_in("a version is rolled back", at=["after pipelines.start"])

    assert told["faults"] == []
    assert told["kills"] == 1


def test_a_post_that_is_made_again_soon_after_a_death_has_the_order_of_the_first(killed_in):
    """At least once is by design: whoever honours the order has one notice."""
    told = killed_in("a notice is posted", at=["after channels"], pause=1)

    assert told["faults"] == []
    assert told["kills"] == 1
    assert told["counts"]["posts repeated with their order"] == 1
    assert told["counts"]["tries lost"] == 0


def test_what_nobody_told_the_outcome_of_for_ten_minutes_is_lost_and_told_as_it_is_then(killed_in):
    """That is another notice under an order of its own: people may hear of it twice."""
    told = killed_in("a notice is posted", at=["after channels"], pause=2)

    assert told["faults"] == []
    assert told["counts"]["posts repeated with their order"] == 0
    assert told["counts"]["tries lost"] == 1


def test_on_azurite_and_the_test_broker_the_next_process_goes_on_as_well(killed_on_azure):
    """Killed after the transaction that commits, and before a message is settled."""
    told = killed_on_azure(
        "a deployment fails",
        at=["after RequestsTransport.send POST $batch", "before ServiceBusReceiver.complete"],
        most=2,
    )

    assert told["faults"] == []
    assert told["survived"] == told["kills"] == 2
