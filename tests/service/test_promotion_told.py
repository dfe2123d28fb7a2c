"""A promotion's story is what the ledger and the evidence say of it, and says what is missing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.canonical import content_hash
from shared.domain.event import Check, EventType, check_due
from shared.domain.finding import Rule
from shared.domain.promotion import Phase, RolloutStatus
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.errors import InvalidPolicy, NotFound
from shared.service.promotion_story import promotions_of, story_of
from shared.service.promotion_story.story import StepState, Weight
from tests.conftest import NOON
from tests.service.promoted import (
    GATES,
    HOUR,
    MODEL,
    OVERRIDE,
    PROMOTION,
    ROLLOUT,
    STAGE,
    SUBJECT,
    VERSION,
    KeptLedger,
    gate,
    kept,
    said,
)


def told(of, version=VERSION, stage=None):
    return story_of(of.ledger, of.evidence, of.policies, MODEL, version, stage)


def rolling(**changes):
    return kept(replace(PROMOTION, rollout=replace(ROLLOUT, **changes)))


def test_the_judgement_is_that_of_the_entrance_and_not_of_a_later_step():
    judgement = told(kept()).judgement

    assert [g.finding.rule for g in judgement.gates] == [finding.rule for finding in GATES]
    assert (judgement.verdict, judgement.overridden) == (Verdict.PASS, 1)
    assert [g.weight for g in judgement.gates[2:]] == [
        Weight.ENFORCED,
        Weight.OVERRIDDEN,
        Weight.TOLD,
    ]


def test_without_the_named_evidence_the_judgement_is_the_last_before_traffic_moved():
    of = kept()
    forgotten = replace(of.ledger.state_of.promotions[0], evidence=None)
    of.ledger.state_of = replace(of.ledger.state_of, promotions=(forgotten,))

    assert told(of).judgement.decision == told(kept()).judgement.decision


def test_where_decisions_say_which_promotion_they_are_of_that_decides():
    of = kept()
    for number, (identity, version) in enumerate(
        [(PROMOTION.identity(MODEL), VERSION), ("another", VERSION), ("another", "9")]
    ):
        time = NOON + (7 + number) * HOUR
        stands = gate(
            Rule.PROMOTION,
            Verdict.PASS,
            f"{MODEL}:{VERSION} is spoken of, number {number}.",
            details={"promotion": identity, "version": version, "stage": STAGE},
        )
        of.ledger.decide(check_due(Check.PROMOTION, SUBJECT, time), stands, at=time)

    assert told(of).moments[-1].sentences == ("loan-default:8 is spoken of, number 0.",)
    of.ledger.state_of = SubjectState()
    assert told(of).moments[-1].sentences == ("loan-default:8 is spoken of, number 1.",)


def test_each_gate_says_how_old_what_it_rests_on_was_when_it_was_judged():
    judgement = told(kept()).judgement

    assert [g.age for g in judgement.gates] == [
        "just read",
        "just read",
        "just read",
        "12 min",
        "5 h",
    ]
    assert judgement.readings[2].problem == "No rows of the last two days were collected."
    assert judgement.problem is None


def test_evidence_that_is_gone_is_said_and_the_gates_are_told_all_the_same():
    of = kept()
    of.evidence.kept.clear()
    judgement = told(of).judgement

    assert judgement.problem is not None
    assert "cannot be shown: No evidence is kept under" in judgement.problem
    assert (len(judgement.gates), judgement.readings) == (len(GATES), ())
    assert {g.age for g in judgement.gates} == {"unknown"}


def test_what_could_not_be_read_at_all_rests_on_no_evidence():
    ledger = KeptLedger(state_of=SubjectState())
    event = said(EventType.MODEL_REGISTERED, "r8", NOON, version=VERSION)
    ledger.decide(event, gate(Rule.METRIC_GATE, Verdict.ERROR, "No answer."), at=NOON)

    story = told(replace(kept(), ledger=ledger))

    assert story.judgement.problem == "The decision rests on no evidence: nothing could be read."
    assert (story.judgement.evidence, story.phase) == (content_hash(None), None)
    assert story.stage == "staging"
    assert story.missing == (f"model/{MODEL}",)
    assert story.notes[0].startswith("The promotion itself is no longer remembered")


def test_only_decisions_of_this_version_and_stage_are_its_own():
    of = kept()
    for kind, identity, data in (
        (EventType.CHECK_ASKED, "a", {"version": "9"}),
        (EventType.CHECK_ASKED, "b", {"version": VERSION, "stage": "staging"}),
        (EventType.CHECK_ASKED, "c", {"version": VERSION, "stage": STAGE}),
    ):
        of.ledger.decide(said(kind, identity, NOON, **data), at=NOON + 7 * HOUR)
    drift = check_due(Check.DRIFT, SUBJECT, NOON + 7 * HOUR)
    watched = gate(Rule.DRIFT, Verdict.PASS, "loan-default:8 sees what it was trained on.")
    of.ledger.decide(drift, watched, at=NOON + 7 * HOUR)

    events = [moment.event for moment in told(of).moments]

    assert events.count("EnvironmentCheckAsked") == 1
    assert events[0] == "ModelRegistered"
    assert "CheckDue: drift" not in events


@pytest.mark.parametrize("sentence", ["loan-default:80 waits.", "my-loan-default:8 waits."])
def test_a_name_that_only_begins_or_ends_alike_is_another(sentence):
    of = kept()
    due = check_due(Check.PROMOTION, SUBJECT, NOON + 7 * HOUR)
    of.ledger.decide(due, gate(Rule.APPROVAL, Verdict.PASS, sentence), at=NOON + 7 * HOUR)

    assert told(of).moments == told(kept()).moments


def test_looks_that_found_the_same_are_one_entry_with_their_number():
    waits = told(kept()).moments[1]

    assert (waits.sentences, waits.repeats) == (("loan-default:8 waits for approvals.",), 2)
    assert (waits.at, waits.until) == (NOON + timedelta(minutes=5), NOON + timedelta(minutes=15))


def test_the_whole_chain_of_the_model_is_hashed_again():
    assert (told(kept()).chain.checked, told(kept()).chain.broken) == (12, None)


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda kept: kept[3].update(verdict="pass"), "no longer what was committed"),
        (lambda kept: kept.pop(3), "Decision 4 follows one that is missing"),
        (lambda kept: kept.reverse(), "their order was changed"),
    ],
    ids=["altered", "lost", "moved"],
)
def test_a_decision_that_was_altered_lost_or_moved_is_named(harm, sentence):
    of = kept()
    harm(of.ledger.kept)

    assert sentence in told(of).chain.broken


def test_each_step_has_its_time_its_state_and_its_last_judgement():
    steps = told(kept()).rollout.steps

    assert [step.state for step in steps] == [
        StepState.DONE,
        StepState.DONE,
        StepState.NOW,
        StepState.TO_COME,
    ]
    assert [step.at for step in steps] == [NOON + hours * HOUR for hours in (2, 3.5, 5)] + [None]
    assert (steps[2].verdict, steps[3].verdict) == (Verdict.INCONCLUSIVE, None)
    assert steps[2].sentences[0].startswith("The error rate of green")


def test_the_shares_are_those_that_were_seen_then_those_that_are_planned():
    shares = told(kept()).rollout.shares

    assert [one.label for one in shares] == ["before", "step 1", "step 2", "step 3", "step 4"]
    assert [one.at is None for one in shares] == [False] * 4 + [True]


def test_a_rollout_that_went_back_shows_the_return_and_reaches_no_further_step():
    of = rolling(status=RolloutStatus.RETURNED)
    data = {"endpoint": "loan-endpoint", "traffic": {"blue": 100.0}, "mirror": {}}
    event = said(
        EventType.TRAFFIC_SHIFTED,
        "back",
        NOON + 7 * HOUR,
        promotion=PROMOTION.identity(MODEL),
        **data,
    )
    of.ledger.decide(event, at=NOON + 7 * HOUR)

    rollout = told(of).rollout

    assert rollout.shares[-1].label == "returned"
    assert [step.state for step in rollout.steps[2:]] == [StepState.DONE, StepState.NOT_REACHED]


def test_shares_that_somebody_set_otherwise_are_shown_as_set():
    of = rolling()
    data = {"endpoint": "loan-endpoint", "traffic": {"blue": 33.0, "green": 67.0}}
    event = said(
        EventType.TRAFFIC_SHIFTED,
        "odd",
        NOON + 7 * HOUR,
        promotion=PROMOTION.identity(MODEL),
        **data,
    )
    of.ledger.decide(event, at=NOON + 7 * HOUR)

    assert told(of).rollout.shares[-2].label == "as set"


def test_a_step_whose_event_was_lost_is_in_force_since_the_rollout_says():
    of = rolling()
    of.ledger.kept[:] = [
        one for one in of.ledger.kept if not one["event"]["type"].endswith("TrafficShifted")
    ]

    assert [step.at for step in told(of).rollout.steps] == [None, None, NOON + 5 * HOUR, None]


def test_a_rollout_that_is_complete_or_only_planned_says_so_of_each_step():
    complete = told(rolling(status=RolloutStatus.COMPLETE, at=3)).rollout.steps
    planned = told(rolling(status=RolloutStatus.PLANNED, at=-1, since=None)).rollout.steps

    assert {step.state for step in complete} == {StepState.DONE}
    assert {step.state for step in planned} == {StepState.TO_COME}
    assert {step.at for step in planned} == {None}


def test_approvals_count_people_against_the_policy_it_was_judged_under():
    of = kept()
    of.policies.policy = None
    approvals = told(of).approvals

    assert (approvals.needed, approvals.counted) == (2, 1)
    assert [one.by for one in approvals.given] == ["ben", "anna"]


def test_a_policy_of_today_that_is_wrong_is_a_note():
    class WrongPolicy:
        def for_model(self, model):
            raise InvalidPolicy(f"{model}.yaml: gate is not a known key; write gates.")

    of = kept()
    of.evidence.kept.clear()
    story = told(replace(of, policies=WrongPolicy()))

    assert story.notes == (
        "The policy of today cannot be read: loan-default.yaml: gate is not a known key; "
        "write gates.",
    )
    assert (story.owner, story.approvals.needed) == (None, 0)


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"until": NOON + 99 * HOUR}, "in force"),
        ({}, "expired"),
        ({"since": NOON + 50 * HOUR, "until": NOON + 99 * HOUR}, "to come"),
        ({"withdrawn": NOON, "withdrawn_by": "dora"}, "withdrawn"),
    ],
)
def test_an_override_stands_as_it_did_at_the_last_decision(changes, standing):
    of = kept()
    others = replace(OVERRIDE, version="9")
    of.ledger.state_of = replace(
        of.ledger.state_of, overrides=(others, replace(OVERRIDE, **changes))
    )

    assert [one.standing for one in told(of).overrides] == [standing]


def test_the_last_promotion_of_a_version_is_told_unless_a_stage_is_named():
    of = kept()
    staging = replace(PROMOTION, stage="staging", phase=Phase.DONE, rollout=None)
    of.ledger.state_of = replace(of.ledger.state_of, promotions=(staging, PROMOTION))

    assert told(of).stage == STAGE
    assert (told(of, stage="staging").stage, told(of, stage="staging").phase) == (
        "staging",
        Phase.DONE,
    )
    assert told(of, stage="staging").rollout is None


def test_a_promotion_that_is_no_longer_remembered_is_told_by_its_decisions():
    of = kept()
    of.ledger.state_of = SubjectState()

    story = told(of)

    assert (story.stage, story.phase, story.rollout) == (STAGE, None, None)
    assert told(of, stage=STAGE).moments == story.moments
    with pytest.raises(NotFound):
        told(of, stage="mars")


def test_a_version_nobody_ever_judged_is_not_found_and_the_known_ones_are_named():
    with pytest.raises(NotFound, match=r"loan-default:99 is known; those of loan-default are: 8"):
        told(kept(), version="99")
    with pytest.raises(NotFound, match="through mars"):
        told(replace(kept(), ledger=KeptLedger()), stage="mars")


def test_open_promotions_are_listed_first_then_the_last_to_change():
    of = kept()
    done = replace(PROMOTION, version="6", phase=Phase.DONE, since=NOON + 90 * HOUR)
    older = replace(PROMOTION, version="5", phase=Phase.DONE, since=NOON + 80 * HOUR)
    of.ledger.state_of = replace(of.ledger.state_of, promotions=(older, done, PROMOTION))

    rows = promotions_of(of.ledger)

    assert [(row["version"], row["open"]) for row in rows] == [
        ("8", True),
        ("6", False),
        ("5", False),
    ]
    assert rows[0]["approved_by"] == ["anna"]
    assert promotions_of(of.ledger, "another") == []
