"""The promotions of a whole fleet are read out of the few states that have any, all at once."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.canonical import to_plain
from shared.domain.promotion import Phase, Promotion
from shared.domain.state import SubjectState
from shared.errors import NoPermission
from shared.service.readings.budget import read_budget
from tests.conftest import NOON


class Ledger:
    """States by subject; counts of how many something is read."""

    def __init__(self, states):
        self._states = states
        self.read = 0

    def reported(self, check=None):
        return {
            subject: state.checks
            for subject, state in self._states.items()
            if check is None or check in state.checks
        }

    def parts(self, name, subjects):
        wanted = list(subjects)
        self.read += len(wanted)
        return {subject: to_plain(self._states[subject])[name] for subject in wanted}


def promotion(phase, version="7", stage="production"):
    return Promotion(
        version=version, stage=stage, phase=phase, begun=NOON - timedelta(hours=1), since=NOON
    )


def state(*promotions, check=True):
    return SubjectState(promotions=promotions, checks={"promotion": NOON} if check else {})


def test_of_a_thousand_models_only_those_with_a_promotion_are_read():
    quiet = {f"model/quiet-{number}": SubjectState(checks={"drift": NOON}) for number in range(999)}
    ledger = Ledger({**quiet, "model/churn": state(promotion(Phase.RUNNING))})

    assert read_budget(ledger, NOON, None).open == ("churn:7 production",)
    assert ledger.read == 1


def test_open_is_what_was_asked_for_and_has_not_ended():
    ledger = Ledger({f"model/{phase}": state(promotion(phase)) for phase in Phase})

    names = read_budget(ledger, NOON, None).open
    assert names == tuple(
        f"{word}:7 production" for word in ("requested", "rolling", "running", "watched")
    )


def test_the_one_that_is_judged_does_not_count_against_itself():
    both = state(promotion(Phase.WATCHED), promotion(Phase.REQUESTED, version="8"))
    reading = read_budget(Ledger({"model/churn": both}), NOON, "churn:8 production")

    assert (reading.taken, reading.open) == (NOON, ("churn:7 production",))


def test_what_is_no_model_is_not_read():
    odd = Ledger({"service/driftgate": replace(state(promotion(Phase.RUNNING)))})

    assert (read_budget(odd, NOON, None).open, odd.read) == ((), 0)


def test_a_ledger_that_may_not_be_read_is_a_problem_and_no_empty_list():
    class Closed:
        def reported(self, _):
            raise NoPermission("Reading the table ledger was refused.")

    assert read_budget(Closed(), NOON, None).problem == "Reading the table ledger was refused."
