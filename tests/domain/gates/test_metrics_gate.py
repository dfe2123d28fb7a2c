"""A metric passes only as a number within its limits, and the finding says who recorded it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decisions.gates.metrics import judge_metrics
from shared.domain.policy import Bound, Gates
from shared.domain.verdict import Verdict
from tests.domain.gates.recorded_case import case, version

FLOOR = Gates(min_auc=0.9)
ORDER = [Verdict.FAIL, Verdict.PASS]


def judged(candidate, gates=FLOOR):
    [one] = judge_metrics(case(candidate, gates))
    assert one.look_again is None
    return one.finding


def test_without_limits_no_metric_is_asked_for():
    assert judge_metrics(case(version(metrics={"auc": 0.1}))) == ()


@pytest.mark.parametrize(
    ("bound", "value", "verdict", "reason", "sentence"),
    [
        (Bound(min=0.9), 0.9, "pass", "within_limits", "m is 0.9, wanted at least 0.9."),
        (Bound(min=0.9), 0.89, "fail", "below_floor", "m is 0.89, below the floor of 0.9."),
        (Bound(max=50), 50.0, "pass", "within_limits", "m is 50, wanted at most 50."),
        (Bound(max=50), 61.0, "fail", "above_ceiling", "m is 61, above the ceiling of 50."),
        (Bound(min=0, max=1), 2.0, "fail", "above_ceiling", "m is 2, above the ceiling of 1."),
        (
            Bound(min=0, max=1),
            0.5,
            "pass",
            "within_limits",
            "m is 0.5, wanted at least 0 and at most 1.",
        ),
        (Bound(), 3.0, "pass", "within_limits", "m is 3, wanted any value."),
    ],
)
def test_a_metric_is_held_to_its_ends_which_belong_to_it(bound, value, verdict, reason, sentence):
    finding = judged(version(metrics={"m": value}), Gates(metrics={"m": bound}))

    assert (finding.verdict, finding.reason, finding.sentence) == (verdict, reason, sentence)
    assert finding.estimate == value


def test_a_metric_nobody_recorded_is_inconclusive_and_says_what_there_is():
    finding = judged(version(metrics={"f1": 0.8}))

    assert (finding.verdict, finding.reason, finding.limit) == (
        "inconclusive",
        "metric_missing",
        0.9,
    )
    assert finding.sentence == (
        "auc is not recorded for loan:8 (recorded: f1); log it in the training run or set it as a "
        "tag of the version."
    )


@pytest.mark.parametrize("text", ["NaN", "n/a", "inf", "-Infinity", "0,95", "true", "  "])
def test_what_is_no_number_never_passes_and_is_told_as_it_is_recorded(text):
    for bound in (Bound(min=-math.inf), Bound(max=math.inf), Bound()):
        gates = Gates(metrics={"auc": bound})
        for candidate in (
            version(unreadable={"auc": text}),
            version(tags={"auc": text}),
            version(properties={"metrics.auc": text}),
        ):
            finding = judged(candidate, gates)
            assert (finding.verdict, finding.reason) == ("inconclusive", "metric_unreadable")

    assert judged(version(unreadable={"auc": "n/a"})).sentence == (
        "auc is recorded as 'n/a' (run train-8), which is no number, for loan:8; log a number in "
        "the training run."
    )


def test_a_number_that_is_none_never_passes_even_among_the_metrics():
    for value in (math.nan, math.inf, -math.inf):
        assert judged(version(metrics={"auc": value})).verdict is Verdict.INCONCLUSIVE


def test_an_empty_value_is_told_as_one():
    assert judged(version(tags={"auc": ""})).sentence == (
        "auc is recorded without a value (the tag auc), for loan:8; correct it there."
    )


@pytest.mark.parametrize(
    ("recorded", "source", "value"),
    [
        ({"metrics": {"auc": 0.95}}, "run train-8", 0.95),
        ({"metrics": {"auc": 0.95}, "tags": {"auc": "0.5"}}, "run train-8", 0.95),
        ({"properties": {"metrics.auc": "0.95"}}, "the property metrics.auc", 0.95),
        ({"properties": {"auc": "0.95"}, "tags": {"auc": "0.5"}}, "the property auc", 0.95),
        ({"tags": {"metrics.auc": "0.95", "auc": "0.5"}}, "the tag metrics.auc", 0.95),
        ({"tags": {"auc": " 0.95 "}}, "the tag auc", 0.95),
    ],
)
def test_the_run_counts_then_a_property_then_a_tag(recorded, source, value):
    finding = judged(version(**recorded))

    assert (finding.estimate, finding.details["source"]) == (value, source)


def test_what_a_tag_says_is_told_to_come_from_there():
    assert judged(version(tags={"auc": "0.95"})).sentence == (
        "auc is 0.95, as the tag auc says, wanted at least 0.9."
    )


def test_metrics_that_are_only_written_on_the_version_are_told_to_stand_there():
    """Without its run an adapter finds them among the tags, which are what counts then."""
    tagged = version(metrics={"auc": 0.95}, measured=None, tags={"metrics.auc": "0.95"})
    bare = version(metrics={"auc": 0.95}, measured=None)

    assert judged(tagged).details == {"source": "the tag metrics.auc"}
    assert judged(bare).details == {"source": "version 8"}


def test_a_tag_that_disagrees_with_the_run_is_told_and_does_not_count():
    finding = judged(version(metrics={"auc": 0.85}, tags={"auc": "0.95"}))

    assert finding.verdict is Verdict.FAIL
    assert finding.sentence == (
        "auc is 0.85, below the floor of 0.9. The tag auc says '0.95', which does not count."
    )
    assert finding.details["others"] == [{"source": "the tag auc", "text": "0.95"}]


def test_a_number_in_a_tag_makes_up_for_none_in_the_run():
    finding = judged(version(unreadable={"auc": "nan"}, tags={"auc": "0.95"}))

    assert (finding.verdict, finding.details["others"][0]["text"]) == ("inconclusive", "0.95")


@pytest.mark.parametrize("text", ["0.91", "0.912", "9.1e-1", "1", f"0.9123456{'0' * 99}"])
def test_a_tag_that_is_rounded_says_the_same(text):
    assert (
        "does not count"
        not in judged(version(metrics={"auc": 0.9123456}, tags={"auc": text})).sentence
    )


@pytest.mark.parametrize("text", ["0.92", "0.9124", "0.8", "n/a", "1_0"])
def test_a_tag_that_says_something_else_is_told(text):
    assert text in judged(version(metrics={"auc": 0.9123456}, tags={"auc": text})).sentence


def test_two_places_that_say_the_same_words_agree():
    finding = judged(version(unreadable={"auc": "n/a"}, tags={"auc": "n/a"}))

    assert finding.details == {"source": "run train-8"}


@given(value=st.floats(-1e6, 1e6), other=st.floats(-1e6, 1e6), floor=st.floats(-1e6, 1e6))
def test_a_better_value_never_gets_a_worse_verdict(value, other, floor):
    low, high = sorted((value, other))
    gates = Gates(metrics={"m": Bound(min=floor)})
    worse, better = (judged(version(metrics={"m": v}), gates).verdict for v in (low, high))

    assert ORDER.index(worse) <= ORDER.index(better)


@given(text=st.text("0189.eE+-naif_ ,\n", max_size=12))
def test_whatever_is_written_in_a_tag_is_judged(text):
    assert judged(version(tags={"auc": text})).verdict in set(Verdict)
