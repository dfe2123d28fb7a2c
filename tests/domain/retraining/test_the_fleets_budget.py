"""Who is granted, in which order, and what becomes of what is not given back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import format_time, to_plain
from shared.domain.decisions.budget import decide_budget
from shared.domain.event import Check, Event, EventType, check_due
from shared.domain.evidence import BudgetEvidence
from shared.domain.policy import Fleet, RetrainingBudget
from shared.domain.state import SubjectState
from shared.service.codec import decode
from tests.conftest import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUBJECT = "budget/retraining"


class Budget:
    """The fleet's budget, written as lines: `ask a 40`, `return a`, `later 30`."""

    def __init__(self, **limits):
        self.limits, self.now, self.state = limits, NOON, SubjectState()
        self.problem, self.standings, self.known = None, {}, ()
        self.number, self.said, self.outcome = 0, [], None

    @property
    def entries(self):
        return self.state.budget.entries

    def handle(self, event):
        evidence = BudgetEvidence(
            taken=self.now,
            fleet=Fleet(retraining=RetrainingBudget(**self.limits)),
            standings=self.standings,
            known=self.known,
            problem=self.problem,
        )
        self.outcome = decide_budget(event, evidence, None, self.state, self.now)
        self.state = decode(to_plain(self.outcome.state), SubjectState)
        self.said += [
            f"{told.event.type.value.removeprefix('Retraining').lower()} "
            f"{told.event.data['retraining']}"
            for told in self.outcome.actions
        ]

    def say(self, kind, **data):
        self.number += 1
        self.handle(
            Event(
                id=str(self.number),
                source="driftgate/test",
                type=kind,
                subject=SUBJECT,
                time=self.now,
                data=data,
            )
        )

    def ask(self, name, cost="0"):
        cost = float(cost)
        self.say(EventType.BUDGET_ASKED, retraining=name, model=f"model-{name}", cost=cost)

    def give_back(self, name, spent=True):
        self.say(EventType.BUDGET_RETURNED, retraining=name, model=f"model-{name}", spent=spent)

    def look(self):
        self.handle(check_due(Check.RETRAINING, SUBJECT, self.now))

    def play(self, script):
        for line in script.split(", "):
            word, *of = line.split()
            match word:
                case "ask":
                    self.ask(*of)
                case "return":
                    self.give_back(*of)
                case "untrained":
                    self.give_back(*of, spent=False)
                case "later":
                    self.now += int(of[0]) * HOUR
                    self.look()
        return ", ".join(self.said)


CASES = [
    (
        "What fits is granted at once.",
        {"cost": 100.0},
        "ask a 40, ask b 60",
        "granted a, granted b",
    ),
    (
        "What does not fit is told to wait.",
        {"cost": 100.0},
        "ask a 60, ask b 60",
        "granted a, delayed b",
    ),
    (
        "It is granted when the span has passed since.",
        {"cost": 100.0, "per": DAY},
        "ask a 60, ask b 60, later 23, later 1",
        "granted a, delayed b, granted b",
    ),
    (
        "Nobody overtakes: a cheap one waits behind a dear one.",
        {"cost": 100.0, "per": DAY},
        "ask a 60, ask b 60, ask c 10, later 24",
        "granted a, delayed b, delayed c, granted b, granted c",
    ),
    (
        "What costs nothing takes nothing from one that waits for money.",
        {"cost": 100.0},
        "ask a 60, ask b 60, ask c 0",
        "granted a, delayed b, granted c",
    ),
    (
        "Two at once: the third waits for a place.",
        {"at_once": 2},
        "ask a, ask b, ask c, return a",
        "granted a, granted b, delayed c, granted c",
    ),
    (
        "What ended stays spent for the span.",
        {"cost": 100.0},
        "ask a 60, return a, ask b 60",
        "granted a, delayed b",
    ),
    (
        "What was not trained is not spent.",
        {"cost": 100.0},
        "ask a 60, untrained a, ask b 60",
        "granted a, granted b",
    ),
    (
        "Who waits and gives up makes room for those behind.",
        {"cost": 100.0},
        "ask a 60, ask b 60, ask c 10, untrained b",
        "granted a, delayed b, delayed c, granted c",
    ),
    ("More than the whole budget is refused.", {"cost": 100.0}, "ask a 101", "refused a"),
    (
        "An answer that was lost is given again.",
        {"cost": 100.0},
        "ask a 60, ask a 60",
        "granted a, granted a",
    ),
    (
        "Asked twice it is spent once.",
        {"cost": 100.0},
        "ask a 40, ask a 40, ask b 60",
        "granted a, granted a, granted b",
    ),
    ("Without limits whoever asks is granted.", {}, "ask a 9000", "granted a"),
    ("A place for none lets all wait.", {"at_once": 0}, "ask a", "delayed a"),
    (
        "What is given back twice is given back once.",
        {"at_once": 1},
        "ask a, ask b, ask c, return a, return a",
        "granted a, delayed b, delayed c, granted b",
    ),
]


@pytest.mark.parametrize(("says", "limits", "script", "said"), CASES, ids=[c[0] for c in CASES])
def test_the_budget_is_granted_in_the_order_of_asking(says, limits, script, said):
    assert Budget(**limits).play(script) == said, says


def test_who_waits_is_told_the_numbers_and_when_it_may_go():
    budget = Budget(cost=100.0, per=DAY)
    budget.play("ask a 30, later 2, ask b 50, ask c 60")

    data = budget.outcome.actions[0].event.data
    assert data["sentence"] == (
        "The fleet's budget lets it wait: 80 of 100 are spent in 1 d, and 60 more are needed; "
        "that much is free at 2026-02-04 14:00 UTC."
    )
    assert data["until"] == format_time(NOON + 26 * HOUR)


@pytest.mark.parametrize("cost", [None, -1.0, float("nan"), float("inf"), True, "40"])
def test_a_cost_that_is_none_is_told_and_enters_nothing(cost):
    budget = Budget(cost=100.0)
    budget.say(EventType.BUDGET_ASKED, retraining="a", model="churn", cost=cost)

    [finding] = budget.outcome.findings
    assert (finding.reason, budget.entries) == ("unreadable", {})
    assert finding.sentence.startswith("cost of 1 is ")


@pytest.mark.parametrize("key", ["retraining", "model"])
def test_who_does_not_say_its_name_is_told_so(key):
    budget = Budget()
    budget.say(EventType.BUDGET_ASKED, **{"retraining": "a", "model": "churn", "cost": 1, key: ""})

    assert budget.outcome.findings[0].sentence.startswith(f"{key} of 1 is ''")
    assert budget.state.checks == {}


@pytest.mark.parametrize(
    ("phase", "places"), [("running", ["a"]), ("failed", ["b"]), ("promoted", ["b"])]
)
def test_a_place_whose_retraining_ended_is_released_without_a_word(phase, places):
    budget = Budget(at_once=1)
    budget.play("ask a, ask b")
    budget.standings, budget.known = {"a": phase, "b": "asked"}, ("model-a", "model-b")
    budget.look()

    there = [name for name, entry in budget.entries.items() if entry.granted and not entry.ended]
    assert there == places


def test_a_place_that_its_governor_does_not_know_is_released_after_an_hour():
    budget = Budget(at_once=1)
    budget.play("ask a")
    budget.known = ("model-a",)
    budget.look()
    assert budget.entries["a"].ended is None

    budget.play("later 1")
    assert budget.entries["a"].ended == budget.now
    assert budget.state.checks == {}


def test_who_waits_and_is_over_is_forgotten_and_a_state_unread_keeps_its_place():
    budget = Budget(at_once=0)
    budget.play("ask a, ask b")
    budget.standings, budget.known = {"a": "cancelled", "b": "cancelled"}, ("model-a",)
    budget.look()

    assert list(budget.entries) == ["b"]


def test_a_place_that_was_given_back_too_soon_can_be_asked_for_again():
    budget = Budget(at_once=1, cost=100.0)

    budget.play("ask a 60, return a, ask a 60")
    assert budget.said == ["granted a"]
    assert budget.outcome.findings[0].reason == "asked_late"

    budget.standings = {"a": "asked"}
    assert budget.play("ask a 60") == "granted a, granted a"


def test_while_the_fleets_file_cannot_be_read_nobody_is_granted():
    budget = Budget(cost=100.0)
    budget.problem = "fleet.yaml has no such key."
    assert budget.play("ask a 40") == ""
    assert budget.outcome.findings[-1].reason == "fleet_unread"
    assert budget.state.checks["retraining"] == NOON

    budget.problem = None
    assert budget.play("later 1") == "granted a"


def test_a_limit_that_was_lowered_refuses_who_waits_for_more_and_keeps_who_runs():
    budget = Budget(cost=100.0)
    budget.play("ask a 60, ask b 60")
    budget.limits = {"cost": 50.0}

    assert budget.play("later 1") == "granted a, delayed b, refused b"
    assert list(budget.entries) == ["a"]


def test_a_clock_that_went_back_spends_nothing_twice():
    budget = Budget(cost=100.0, per=DAY)
    budget.play("ask a 60")
    budget.now -= 30 * HOUR

    assert budget.play("ask b 60") == "granted a, delayed b"


def test_what_was_spent_is_forgotten_after_the_span():
    budget = Budget(cost=100.0, per=DAY)
    budget.play("ask a 60, return a, later 24")

    assert budget.entries == {}
    assert budget.outcome.state == replace(SubjectState(), budget=budget.state.budget)
