"""Whatever comes, in whatever order and however often: one request, one mover, the same again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.action import RequestPromotion, RequestRollback
from shared.domain.canonical import to_plain
from shared.domain.decisions.promotion import decide_promotion
from shared.domain.policy import ApprovalPolicy
from shared.domain.promotion import Phase
from shared.domain.state import SubjectState
from tests.domain.promotion.way import HOUR, MINUTE, Way, stage

VERSIONS = ("8", "9", "10")
MOVING = {Phase.RUNNING, Phase.ROLLING, Phase.WATCHED}

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("registered"), st.sampled_from(VERSIONS), st.sampled_from([0.5, 0.95])),
        st.tuples(st.just("started"), st.sampled_from(VERSIONS), st.integers(31, 33)),
        st.tuples(st.just("refused"), st.sampled_from(VERSIONS), st.just(0)),
        st.tuples(st.just("asked"), st.sampled_from(VERSIONS), st.integers(31, 33)),
        st.tuples(st.just("ends"), st.sampled_from(["succeeded", "failed"]), st.integers(31, 33)),
        st.tuples(st.just("serves"), st.sampled_from(("7", *VERSIONS)), st.just(0)),
        st.tuples(st.just("errors"), st.sampled_from(VERSIONS), st.just(0)),
        st.tuples(st.just("archived"), st.sampled_from(VERSIONS), st.just(0)),
        st.tuples(st.just("approved"), st.sampled_from(["anna@x", "ben@x"]), st.integers(31, 33)),
        st.tuples(st.just("check"), st.just(""), st.integers(0, 2)),
        st.tuples(st.just("later"), st.just(""), st.sampled_from([1, 30, 240])),
    ),
    max_size=25,
)
PIPELINES = st.booleans()


def play(steps, piped):
    """A way through which the steps went, with each event told twice."""
    more = {} if piped else {"pipeline": None}
    approvals = ApprovalPolicy(needed=1 if piped else 0)
    way = Way(stage("test", **more), stage(approvals=approvals, finish_within=24 * HOUR, **more))
    way.given = []
    handle = way.handle

    def twice(event, evidence=None):
        evidence = evidence or way.evidence(event)
        for _ in range(2):
            way.given.append((event, evidence, way.now))
            outcome = handle(event, evidence)
        invariants(way)
        return outcome

    way.handle = twice
    for what, name, number in steps:
        step(way, what, name, number)
    return way


def step(way, what, name, number):
    known = name in {one.version for one in way.state.promotions}
    said = {
        "started": lambda: way.started(name, number),
        "refused": lambda: way.refused(name),
        "asked": lambda: way.ask(name, stage=None, run=number),
    }
    done = {
        "registered": lambda: way.registered(name, auc=number),
        "ends": lambda: way.ends(number, name),
        "serves": lambda: serves(way, name),
        "errors": lambda: way.firing.update({"test-ep": {f"v{name}": ("errors",)}}),
        "archived": lambda: name in way.models and way.model(name, archived=True),
        "approved": lambda: way.approve(name, number=number),
        "check": lambda: check(way, number),
        "later": lambda: way.later(number * MINUTE),
    }
    if what in done:
        done[what]()
    elif known:
        said[what]()


def serves(way, name):
    for endpoint in ("test-ep", "production-ep"):
        way.serve(endpoint, name, *({"7"} - {name}))


def check(way, number):
    open_ = [one for one in way.state.promotions if one.phase.is_open]
    way.check(open_[number] if number < len(open_) else None)


def invariants(way):
    promotions = way.state.promotions
    for place in ("test", "production"):
        there = [one for one in promotions if one.stage == place]
        assert sum(one.phase in MOVING for one in there) <= 1
        assert len({one.version for one in there if one.phase.is_open}) == sum(
            one.phase.is_open for one in there
        )
    requested = [a.promotion for a in way.actions if isinstance(a, RequestPromotion)]
    assert len(requested) == len(set(requested))
    returned = [a.promotion for a in way.actions if isinstance(a, RequestRollback)]
    assert len(returned) == len(set(returned))
    reported = "promotion" in way.state.checks
    assert reported == any(one.phase.is_open for one in promotions)
    assert all(one.requested for one in promotions if one.phase in MOVING)


@settings(max_examples=60)
@given(STEPS, PIPELINES)
def test_a_promotion_is_requested_once_and_one_version_moves_in_a_stage(steps, piped):
    play(steps, piped)


@settings(max_examples=20)
@given(STEPS, PIPELINES)
def test_what_happened_can_be_decided_again_to_the_letter(steps, piped):
    way = play(steps, piped)
    state, actions = SubjectState(), []
    for event, evidence, now in way.given:
        outcome = decide_promotion(event, evidence, way.policy, state, now)
        state = outcome.state
        actions += outcome.actions

    assert to_plain(state) == to_plain(way.state)
    assert to_plain(actions) == to_plain(way.actions)


@settings(max_examples=20)
@given(STEPS)
def test_a_way_without_policy_lets_nothing_pass(steps):
    way = play(steps, True)
    for event, evidence, now in way.given:
        outcome = decide_promotion(event, evidence, None, SubjectState(), now)
        assert not any(isinstance(action, RequestPromotion) for action in outcome.actions)
