"""Approvals given to Driftgate itself: the same rules, and no run is ordered before them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.event import Event
from shared.domain.finding import Rule
from shared.domain.people.approval import approval_of, approval_said, approval_withdrawn
from shared.domain.policy import (
    ApprovalPlace,
    ApprovalPolicy,
    CalendarGate,
    Freeze,
    RolloutMode,
    RolloutPolicy,
)
from shared.errors import InvalidData
from tests.domain.promotion.way import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Way,
    found,
    gates,
    stage,
    verdict,
)

HERE, EITHER = ApprovalPlace.DRIFTGATE, ApprovalPlace.EITHER


class Asking(Way):
    """Version 8 is registered, and its stage takes approvals given to Driftgate."""

    def __init__(self, needed=1, given=HERE, registered=None, place=None, **approvals):
        policy = ApprovalPolicy(needed=needed, given=given, **approvals)
        super().__init__(stage(approvals=policy, **(place or {})))
        self.registered("8", **(registered or {}))

    def say(self, author, *, approves=True, because="looked at it", look=True, **more):
        """Say it of what is in force, and look as the look that is asked for does."""
        event = approval_said(
            "loan",
            self.of("8"),
            approves=approves,
            author=author,
            reason=because,
            now=self.now,
            **more,
        )
        self.handle(event)
        return self.looked() if look else self

    def take_back(self, author):
        said = next(one for one in self.state.approvals if one.author == author)
        self.handle(
            approval_withdrawn("loan", said, author=author, reason="a mistake", now=self.now)
        )
        return self.looked()

    def looked(self):
        self.check(self.of("8"))
        return self

    @property
    def counting(self):
        return [one.by for one in self.of("8").approvals if one.counts]


def test_nothing_is_ordered_before_the_approvals_are_there_and_those_who_may_are_told():
    way = Asking(2, by=["anna@x", "ben@x"])

    assert (way.phase("8"), way.of("8").why) == ("waiting", "it waits for approval")
    assert way.requests() == []
    assert way.told() == ["+promotion_waiting"]
    alert = way.last_told().alert
    assert alert.title == "loan:8 waits for approval for production"
    assert alert.first_step == (
        "Ask anna@x, ben@x to approve it with `driftgate approve loan 8 --stage production "
        "--because ...`."
    )
    basis = way.of("8").basis[:12]
    assert way.of("8").missing == (
        "0 of 2 approvals of loan:8 for production are there. "
        f"To be approved is {basis}, in Driftgate.",
    )


def test_enough_different_people_let_it_be_ordered():
    way = Asking(2).say("anna@x")
    assert (way.phase("8"), way.requests()) == ("waiting", [])

    way.later(MINUTE).say("ben@x")

    assert (way.phase("8"), len(way.requests())) == ("requested", 1)
    assert way.told() == ["+promotion_waiting", "-promotion_waiting"]
    assert way.counting == ["anna@x", "ben@x"]
    assert [one.place for one in way.of("8").approvals] == ["driftgate", "driftgate"]
    assert found(way.decided[-1], Rule.APPROVAL).sentence == (
        "2 of 2 approvals of loan:8 for production are there: anna@x (2026-02-03 12:00 UTC, in "
        "Driftgate), ben@x (2026-02-03 12:01 UTC, in Driftgate)."
    )


@pytest.mark.parametrize("again", ["anna@x", " ANNA@X"])
def test_one_person_counts_once_and_it_is_their_last_word(again):
    way = Asking(2).say("anna@x")
    way.later(MINUTE).say(again, because="and again")

    assert (way.phase("8"), len(way.counting)) == ("waiting", 1)
    assert [one.reason for one in way.of("8").approvals] == ["and again"]


@pytest.mark.parametrize(
    ("again", "person", "told"),
    [
        ("anna@x.onmicrosoft.com", "ANNA Berg", "ANNA Berg is counted already"),
        ("Anna Berg", None, "Anna Berg is counted already"),
        ("0a1b-object-id", "anna@X", "anna@X is counted already"),
    ],
)
def test_one_person_counts_once_by_whichever_of_their_names(again, person, told):
    way = Asking(2).say("anna@x", person="Anna Berg")
    way.later(MINUTE).say(again, person=person)

    assert (way.phase("8"), way.counting) == ("waiting", ["anna@x"])
    assert way.of("8").approvals[-1].why == told
    assert way.later(MINUTE).say("ben@x", person="Ben Koch").phase("8") == "requested"


def test_one_person_counts_once_in_both_places_by_the_name_that_both_show():
    way = Asking(2, given=EITHER)
    way.started("8")
    way.say("anna@x.onmicrosoft.com", person="Anna Berg").later(MINUTE)

    way.approve("anna@x", name="Anna Berg")

    outcome = way.ask("8")
    assert (verdict(outcome), found(outcome, Rule.APPROVAL).n) == ("inconclusive", 1)


def test_only_those_who_are_named_count_and_only_they_refuse():
    way = Asking(by=["ben@x"]).say("anna@x").later(MINUTE).say("eve@x", approves=False)

    assert way.phase("8") == "waiting"
    assert [one.why for one in way.of("8").approvals] == [
        "anna@x is not among those who may approve: ben@x",
        "eve@x is not among those who may approve: ben@x",
    ]
    assert way.say("Ben@X").phase("8") == "requested"


@pytest.mark.parametrize(("author", "person"), [("Anna@x", None), ("anna@x", "Anna  Berg")])
def test_nobody_approves_what_they_registered_by_either_of_their_names(author, person):
    creator = "anna@X" if person is None else "Anna Berg"
    way = Asking(registered={"created_by": creator}).say(author, person=person)

    assert (way.phase("8"), way.counting) == ("waiting", [])
    assert (
        f"{author} registered version 8, and nobody approves their own" in (way.of("8").missing[0])
    )


def test_an_approval_is_void_when_the_evidence_changes_and_good_again_when_it_is_back():
    way = Asking(2).say("anna@x").later(MINUTE)
    way.model("8", auc=0.92)
    way.looked()

    assert way.counting == []
    assert (
        "given for other evidence: since then metric auc changed from 0.95 to 0.92"
        in (way.of("8").missing[0])
    )
    way.model("8", auc=0.95)
    way.later(MINUTE).looked()
    assert way.counting == ["anna@x"]


def test_an_approval_that_was_of_the_promotion_before_is_of_nothing_now():
    way = Asking().say("anna@x", look=False)
    way.say("ben@x", approves=False)
    assert way.phase("8") == "refused"

    way.later(HOUR).registered("8")

    assert (way.phase("8"), way.of("8").approvals) == ("waiting", ())


def test_an_approval_lasts_for_so_long():
    way = Asking(2, lasts=DAY).say("anna@x")
    way.later(DAY - MINUTE).looked()
    assert way.counting == ["anna@x"]

    way.later(MINUTE).looked()

    assert way.counting == []
    assert "it is older than 1 d" in way.of("8").missing[0]


def test_a_refusal_by_one_ends_it_whatever_it_was_given_for():
    way = Asking(2).say("anna@x")
    way.say("ben@x", approves=False, because="not before\nthe audit", look=False)
    way.model("8", auc=0.92)
    way.later(MINUTE).looked()

    assert (way.phase("8"), way.of("8").why) == (
        "refused",
        "ben@x rejected it: not before the audit",
    )
    assert way.told()[-2:] == ["+promotion_failed", "-promotion_waiting"]
    assert way.requests() == []


def test_a_refusal_while_it_runs_ends_it_and_its_check():
    way = Asking().say("anna@x")
    way.started("8")
    way.say("ben@x", approves=False, look=False)
    assert verdict(way.ask("8")) == "fail"
    way.looked()

    assert way.phase("8") == "refused"
    assert way.last_told().alert.first_step.startswith("See that run 31 does not go on where no")
    assert verdict(way.ask("8", attempt=1)) == "fail"


def test_a_refusal_of_what_was_ordered_and_has_not_begun_ends_it_too():
    way = Asking().say("anna@x").say("ben@x", approves=False)
    assert way.phase("8") == "refused"

    way.started("8")

    assert way.phase("8") == "refused"


def test_what_is_taken_back_counts_no_more_and_says_so():
    way = Asking(2).say("anna@x").take_back("anna@x").later(MINUTE).say("ben@x")

    assert (way.phase("8"), way.counting) == ("waiting", ["ben@x"])
    assert [one.why for one in way.of("8").approvals] == [
        "it was taken back 2026-02-03 12:00 UTC: a mistake",
        "",
    ]
    assert way.later(MINUTE).say("anna@x").phase("8") == "requested"


def test_nobody_takes_back_what_another_said():
    way = Asking(2).say("anna@x")
    [said] = way.state.approvals

    with pytest.raises(InvalidData, match=r"is anna@x's to take back; say in your own name"):
        approval_withdrawn("loan", said, author="ben@x", reason="no", now=NOON)


def test_before_there_is_a_judgement_there_is_nothing_to_approve():
    way = Asking()
    never = type(way.of("8"))(
        version="9", stage="production", phase=way.of("8").phase, begun=NOON, since=NOON
    )
    with pytest.raises(InvalidData, match="loan:9 was not judged for production yet"):
        approval_said("loan", never, approves=True, author="anna", reason="ok", now=NOON)


def test_gates_are_asked_beside_the_approvals_and_may_be_waited_for_meanwhile():
    freeze = Freeze(start=NOON - HOUR, end=NOON + HOUR, reason="audit")
    way = Asking(place={"gates": gates(calendar=CalendarGate(freezes=[freeze]))})
    assert (way.phase("8"), way.of("8").why) == ("waiting", "it waits for approval, calendar")
    assert way.told() == []

    way.say("anna@x")
    assert (way.phase("8"), way.of("8").why) == ("waiting", "it waits for calendar")

    way.later(HOUR + MINUTE).looked()
    assert way.phase("8") == "requested"


def test_the_check_of_the_environment_asks_for_the_approvals_again():
    way = Asking().say("anna@x")
    way.started("8")
    assert verdict(way.ask("8")) == "pass"

    way.model("8", auc=0.92)
    outcome = way.later(MINUTE).ask("8", attempt=1)

    assert verdict(outcome) == "inconclusive"
    assert found(outcome, Rule.APPROVAL).reason == "approvals_void"
    way.say("anna@x")
    assert verdict(way.ask("8", attempt=2)) == "pass"


def test_a_check_that_asks_before_the_approvals_are_there_waits():
    way = Asking()
    assert verdict(way.ask("8", run=99)) == "inconclusive"
    way.say("anna@x", approves=False, look=False)
    assert verdict(way.ask("8", run=99, attempt=1)) == "fail"
    assert way.phase("8") == "refused"


def test_what_is_approved_in_the_pipeline_does_not_count_where_it_is_said_to_driftgate():
    way = Asking(2).say("anna@x").say("ben@x")
    way.started("8")
    way.take_back("ben@x")
    outcome = way.later(MINUTE).approve("cora@x").ask("8")

    assert verdict(outcome) == "inconclusive"
    assert "That of cora@x (2026-02-03 12:01 UTC) does not count: approvals of this stage are " in (
        found(outcome, Rule.APPROVAL).sentence
    )


def test_a_rejection_in_the_pipeline_ends_it_wherever_approvals_are_given():
    way = Asking().say("anna@x")
    way.started("8")
    way.approve("ben@x", status="rejected").later(MINUTE).looked()

    assert (way.phase("8"), way.of("8").why) == ("refused", "ben@x rejected it")


def test_a_pipeline_that_does_not_answer_voids_nothing_that_was_said_to_driftgate():
    way = Asking().say("anna@x")
    way.started("8")
    way.pipeline_problem = "Azure DevOps does not answer."

    assert found(way.ask("8"), Rule.APPROVAL).verdict == "pass"


def test_either_place_counts_and_the_run_is_ordered_at_once():
    way = Asking(2, given=EITHER)
    assert (way.phase("8"), len(way.requests())) == ("requested", 1)
    way.started("8")
    way.say("anna@x")
    way.later(MINUTE).approve("ANNA@x").later(MINUTE)
    assert verdict(way.ask("8")) == "inconclusive"

    way.approve("ben@x")

    outcome = way.ask("8", attempt=1)
    assert verdict(outcome) == "pass"
    assert found(outcome, Rule.APPROVAL).n == 2
    assert [one.place for one in way.of("8").approvals if one.counts] == ["driftgate", "pipeline"]


def test_of_either_place_one_that_cannot_be_read_lets_nobody_count():
    way = Asking(given=EITHER).say("anna@x")
    way.started("8")
    way.pipeline_problem = "Azure DevOps does not answer."

    outcome = way.ask("8")

    assert verdict(outcome) == "inconclusive"
    assert found(outcome, Rule.APPROVAL).verdict == "error"


def test_what_is_said_to_driftgate_counts_for_nothing_where_the_pipeline_is_asked():
    way = Asking(given=ApprovalPlace.PIPELINE)
    way.started("8")
    way.say("anna@x").say("ben@x", approves=False)

    assert (way.phase("8"), way.of("8").approvals) == ("running", ())
    assert verdict(way.ask("8")) == "inconclusive"


def test_a_stage_without_a_pipeline_is_asked_for_once_it_is_approved():
    way = Asking(place={"pipeline": None})
    assert way.phase("8") == "waiting"
    assert way.say("anna@x").phase("8") == "requested"
    assert "it waits to be seen on production-ep" in way.of("8").why


def test_what_people_deployed_before_it_was_approved_is_told():
    way = Asking(place={"pipeline": None})
    way.serve("production-ep", "8", "7")
    way.later(MINUTE).looked()
    way.later(MINUTE).looked()

    assert way.phase("8") == "watched"
    assert way.told()[-1] == "+promotion_failed"
    assert "with 0 of 1 approvals; whoever deployed it did not wait" in (way.last_told().alert.text)


def test_traffic_is_not_moved_by_an_approval_that_became_void():
    rollout = RolloutPolicy(mode=RolloutMode.ACT)
    way = Asking(place={"rollout": rollout}).say("anna@x")
    way.started("8")
    way.model("8", auc=0.92)
    way.ends().later(10 * MINUTE).looked()

    assert (way.phase("8"), way.of("8").why) == (
        "running",
        "run 31 succeeded; traffic is moved when its approvals are there",
    )


def test_where_approvals_are_given_is_part_of_what_is_approved_unless_it_is_the_usual_place():
    way = Asking(given=ApprovalPlace.PIPELINE)
    assert way.of("8").bases[-1].facts["setting approvals"] == (
        '{"by":[],"lasts":259200.0,"needed":1}'
    )
    way.set_stage(approvals=ApprovalPolicy(needed=1, given=EITHER))
    way.later(MINUTE).looked()
    assert "setting approvals changed" in way.of("8").bases[-1].changed


PEOPLE = ("anna@x", "ben@x", "cora@x")
WORDS = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.booleans(),
        st.booleans(),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=6,
)


def sayings(way, words):
    """Events of sayings and of their withdrawals, each at a time of its own."""
    events: list[Event] = []
    for number, (author, approves, withdrawn, minutes) in enumerate(words):
        at = NOON + minutes * MINUTE + timedelta(seconds=number)
        reason = f"word {number}"
        promotion = way.of("8")
        said = approval_said(
            "loan", promotion, approves=approves, author=author, reason=reason, now=at
        )
        events.append(said)
        if withdrawn:
            events.append(
                approval_withdrawn(
                    "loan", approval_of(said), author=author, reason="no", now=at + MINUTE
                )
            )
    return events


@settings(max_examples=60)
@given(WORDS, st.data())
def test_whatever_the_order_and_however_often_it_is_told_the_standing_is_the_same(words, data):
    way = Asking(2)
    events = sayings(way, words)
    told = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events)))))
    other = Asking(2)
    for event in events:
        way.handle(event)
    for event in told:
        other.handle(event)
    for one in (way, other):
        one.later(10 * MINUTE).looked()

    assert other.of("8") == way.of("8")
    known = [{one for one in w.state.approvals if one.basis} for w in (way, other)]
    assert known[0] == known[1]


@settings(max_examples=40)
@given(WORDS)
def test_it_goes_on_exactly_when_enough_last_words_approve_and_none_refuses(words):
    way = Asking(2)
    for event in sayings(way, words):
        way.handle(event)
    way.later(10 * MINUTE).looked()
    last = {}
    for number, (author, approves, withdrawn, minutes) in enumerate(words):
        at = (minutes, number)
        if author not in last or last[author][0] < at:
            last[author] = (at, None if withdrawn else approves)
    said = [word for _, word in last.values()]
    phase = "requested" if said.count(True) >= 2 else "waiting"

    assert way.phase("8") == ("refused" if False in said else phase)
