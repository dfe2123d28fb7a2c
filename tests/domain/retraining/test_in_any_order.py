"""Whatever comes, in whatever order and however often: one under way, no more than may be."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.action import RequestRetraining
from shared.domain.canonical import to_plain
from shared.domain.decisions.retraining import decide_retraining
from shared.domain.event import Event, EventType
from shared.domain.policy import Fleet, RetrainingBudget
from shared.domain.promotion import Phase
from shared.domain.state import SubjectState
from tests.domain.retraining.course import HOUR, PIPELINE, SUBJECT, Course
from tests.domain.retraining.test_the_fleets_budget import Budget

DAY = timedelta(days=1)
MOST, PER = 3, 2 * DAY
SAID = (
    EventType.RETRAINING_STARTED,
    EventType.RETRAINING_REFUSED,
    EventType.RETRAINING_GRANTED,
    EventType.RETRAINING_DELAYED,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wanted"), st.sampled_from(["drift", "performance"]), st.integers(0, 9)),
        st.tuples(st.sampled_from(SAID), st.sampled_from(["job", "run"]), st.integers(0, 3)),
        st.tuples(st.just("job"), st.sampled_from(["completed", "failed", "canceled"]), st.just(0)),
        st.tuples(st.just("run"), st.sampled_from(["succeeded", "failed"]), st.just(0)),
        st.tuples(st.just("version"), st.just("v"), st.integers(0, 5)),
        st.tuples(st.just("promotion"), st.sampled_from(Phase), st.integers(0, 5)),
        st.tuples(st.just("resumed"), st.just(""), st.just(0)),
        st.tuples(st.just("later"), st.just(""), st.sampled_from([-2, 1, 12, 40, 200])),
        st.tuples(st.just("policy"), st.just(""), st.integers(0, 1)),
    ),
    max_size=20,
)
TRAINERS = st.sampled_from([{}, {"job": None}, {"job": None, "pipeline": PIPELINE}])


def play(steps, trainer, limited):
    """A course through which the steps went, each event told twice, a look after each."""
    limits = RetrainingBudget(at_once=1) if limited else RetrainingBudget()
    course = Course(
        rules={**trainer, "most": MOST, "per": PER, "stalls_after": DAY},
        fleet=Fleet(retraining=limits),
    )
    policy, clock = course.policy, course.now
    asked = []
    for what, of, number in steps:
        clock = max(clock, course.now)
        match what:
            case "wanted":
                twice(course, EventType.RETRAINING_WANTED, cause=of, window=f"w{number}")
            case EventType():
                known = course.state.retraining.retrainings
                identity = known[-1 - number].id if number < len(known) else "unknown"
                told = {"job": "job-1"} if of == "job" else {"pipeline": "12", "run": 7}
                twice(course, what, retraining=identity, sentence="So it is.", **told)
            case "job":
                course.job(of)
            case "run":
                course.run(state="completed", result=of)
            case "version":
                known = course.state.retraining.retrainings
                course.version(f"{of}{number}", tag=known[-1].id if known else None)
            case "promotion":
                course.promotion(of, f"v{number}")
            case "resumed":
                course.step(what)
            case "policy":
                course.policy = policy if number else None
            case "later":
                course.now += number * HOUR
        course.look()
        new = [one for one in course.actions if isinstance(one, RequestRetraining)][len(asked) :]
        asked += [course.now] * len(new)
        invariants(course, asked)
    return course


def twice(course, kind, **data):
    event = course.event(kind, data)
    course.handle(event)
    course.handle(replace(event, id=f"{event.id}-again"))


def invariants(course, asked):
    watch = course.state.retraining
    going = [one for one in watch.retrainings if one.phase.is_open]
    assert len(going) <= 1
    assert len(watch.retrainings) <= 20
    assert max(Counter(one.id for one in watch.retrainings).values(), default=1) == 1
    requests = [one.retraining for one in course.actions if isinstance(one, RequestRetraining)]
    assert len(requests) == len(set(requests))
    for time in asked:
        assert sum(time - PER < other <= time for other in asked) <= MOST
    for one in watch.retrainings:
        assert (one.ended is None) == one.phase.is_open
    rests = not going and not watch.causes and not course.firing
    assert ("retraining" in course.state.checks) != rests


@settings(max_examples=60)
@given(STEPS, TRAINERS, st.booleans())
def test_one_is_under_way_and_no_more_are_asked_for_than_may_be(steps, trainer, limited):
    play(steps, trainer, limited)


@settings(max_examples=15)
@given(STEPS, TRAINERS, st.booleans())
def test_what_happened_can_be_decided_again_to_the_letter(steps, trainer, limited):
    course = play(steps, trainer, limited)
    state, actions = SubjectState(), []
    for event, evidence, policy, now in course.given:
        outcome = decide_retraining(event, evidence, policy, state, now)
        state = outcome.state
        actions += outcome.actions

    assert to_plain(state) == to_plain(course.state)
    assert actions == course.actions


@settings(max_examples=15)
@given(STEPS, TRAINERS)
def test_whatever_was_told_nothing_stays_open_for_ever(steps, trainer):
    course = play(steps, trainer, limited=False)
    course.world = replace(course.world, job=None, run=None, promotions=())
    for _ in range(4):
        course.now += timedelta(days=15)
        course.look()

    assert all(not one.phase.is_open for one in course.state.retraining.retrainings)


ASKS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 9), st.sampled_from([0, 10, 40, 70, 130])),
        st.tuples(st.just("return"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("untrained"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("later"), st.just(0), st.sampled_from([-1, 1, 12, 30])),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(ASKS)
def test_the_budget_is_never_overspent_nor_are_there_too_many_at_once(steps):
    budget = Budget(cost=100.0, per=DAY, at_once=3)
    granted = {}
    for what, name, number in steps:
        line = f"later {number}" if what == "later" else f"{what} n{name}"
        budget.play(f"{line} {number}" if what == "ask" else line)
        entries = budget.entries
        assert sum(e.granted is not None and e.ended is None for e in entries.values()) <= 3
        for key, entry in entries.items():
            if entry.granted is not None:
                granted[key, entry.granted] = entry.cost
        granted = {
            (key, at): cost
            for (key, at), cost in granted.items()
            if key in entries or what != "untrained" or key != f"n{name}"
        }
        for _, time in granted:
            within = [c for (_, at), c in granted.items() if time - DAY < at <= time]
            assert sum(within) <= 100.0
        assert ("retraining" in budget.state.checks) == any(
            entry.ended is None for entry in entries.values()
        )


@settings(max_examples=30)
@given(ASKS)
def test_the_first_who_waits_for_money_is_the_next_to_get_it(steps):
    budget = Budget(cost=100.0, per=DAY)
    for what, name, number in steps:
        waiting = sorted(
            (entry.asked, key) for key, entry in budget.entries.items() if not entry.granted
        )
        line = f"later {number}" if what == "later" else f"{what} n{name}"
        budget.play(f"{line} {number}" if what == "ask" else line)
        still = [key for _, key in waiting if key in budget.entries]
        passed = [bool(budget.entries[key].granted) for key in still if budget.entries[key].cost]
        assert passed == sorted(passed, reverse=True)


def test_an_event_of_another_kind_is_taken_for_what_it_is():
    event = Event(
        id="1",
        source="driftgate/test",
        type=EventType.RETRAINING_GRANTED,
        subject=SUBJECT,
        time=Course().now,
        data={"retraining": 7},
    )

    assert Course().handle(event).findings[0].reason == "unreadable"
