"""A metric may not lie far apart between slices of the rows, nor outside of its bounds in one."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.decisions.gates.slices.judging import judge_slices
from shared.domain.decisions.gates.slices.names import Slice, slices_of
from shared.domain.policy import Bound, Gates, SlicesGate
from shared.domain.verdict import Verdict
from tests.domain.gates.recorded_case import case, findings, version

REGIONS = {"auc/region/north": 0.91, "auc/region/south": 0.71, "auc/region/west": 0.9}


def judged(gate, **recorded):
    [one] = judge_slices(case(version(**recorded), Gates(slices=gate)))
    assert one.look_again is None
    return one.finding


def gap(most, **recorded):
    return judged(SlicesGate(max_gap={"auc": most}), **recorded)


def test_without_limits_no_slice_is_asked_for():
    assert judge_slices(case(version(metrics=REGIONS))) == ()


def test_the_largest_gap_names_both_slices_and_fails_beyond_its_limit():
    finding = gap(0.1, metrics=REGIONS)

    assert (finding.verdict, finding.reason, finding.thing) == (
        "fail",
        "gap_too_large",
        "slice_gap/auc",
    )
    assert finding.sentence == (
        "auc differs by 0.2 between region=north (0.91) and region=south (0.71); at most 0.1 is "
        "allowed. Nobody knows how sure that is: n_positive and n_negative are not both recorded "
        "as counts of rows."
    )
    assert finding.details["worst"] == ["region=north", "region=south"]
    assert set(finding.details["slices"]) == {"region=north", "region=south", "region=west"}


def test_a_gap_of_exactly_the_limit_is_allowed():
    assert gap(0.2, metrics=REGIONS).verdict is Verdict.PASS


def test_slices_of_different_columns_are_not_compared():
    metrics = {"auc/region/north": 0.9, "auc/region/south": 0.88, "auc/age/old": 0.6}

    finding = gap(0.05, metrics={**metrics, "auc/age/young": 0.62})

    assert (finding.verdict, round(finding.estimate, 6)) == ("pass", 0.02)


def test_both_ways_of_writing_a_slice_are_read_and_brackets_go_first():
    found = slices_of(
        "auc",
        [
            "auc",
            "auc/region/north",
            "auc[region=north]",
            "auc[ region = south , age = old ]",
            "auc/v1",
            "auc//x",
            "auc/x/",
            "f1/region/north",
            "f1[region=north]",
            "auc[region]",
            "auc[region=]",
            "auc[=north]",
            "auc[]",
            "aucs[region=north]",
            "auc/path/a/b",
        ],
    )

    assert found == {
        Slice(columns="age,region", named="age=old,region=south"): (
            "auc[ region = south , age = old ]"
        ),
        Slice(columns="region", named="region=north"): "auc[region=north]",
        Slice(columns="path", named="path=a/b"): "auc/path/a/b",
    }


def test_slices_may_stand_in_properties_and_tags():
    finding = gap(
        0.1,
        properties={"metrics.auc[region=north]": "0.9"},
        tags={"auc[region=south]": "0.7"},
    )

    assert (finding.verdict, round(finding.estimate, 6)) == ("fail", 0.2)


def recalls(south, n):
    """The true positive rate of two groups, which equal opportunity compares."""
    return {
        "recall/sex/f": 0.9,
        "recall/sex/m": south,
        "n_positive/sex/f": n,
        "n_positive/sex/m": n,
        "n/sex/f": 100 * n,
        "n/sex/m": 100 * n,
    }


@pytest.mark.parametrize(
    ("south", "n", "verdict", "reason"),
    [
        (0.89, 5_000, "pass", "gaps_within"),
        (0.8, 2_000, "fail", "gap_too_large"),
        (0.88, 200, "inconclusive", "gap_unsure"),
    ],
)
def test_groups_with_counted_rows_are_compared_by_the_interval_of_their_gap(
    south, n, verdict, reason
):
    """Recall rests on the positives of a group, not on all of its rows."""
    finding = judged(SlicesGate(max_gap={"recall": 0.05}), metrics=recalls(south, n))

    assert (finding.verdict, finding.reason, finding.n) == (verdict, reason, n)
    assert finding.low <= finding.estimate <= finding.high


def test_an_unsure_gap_says_how_many_rows_a_slice_would_decide_and_they_do():
    gate = SlicesGate(max_gap={"recall": 0.05})
    finding = judged(gate, metrics=recalls(0.88, 200))

    assert f"About {finding.n_needed} rows a slice would decide." in finding.sentence
    assert judged(gate, metrics=recalls(0.88, finding.n_needed)).verdict is Verdict.PASS
    assert judged(gate, metrics=recalls(0.88, finding.n_needed - 5)).verdict == "inconclusive"


def test_a_gap_at_its_limit_is_decided_by_no_number_of_rows():
    finding = judged(SlicesGate(max_gap={"recall": 0.1}), metrics=recalls(0.8, 500))

    assert (finding.verdict, finding.n_needed) == ("inconclusive", None)
    assert finding.sentence.endswith(
        "With 95 % confidence over all slices it lies between 0.056 and 0.144. No number of rows "
        "would tell it from the limit it lies at; move the limit."
    )


def test_more_slices_are_harder_to_tell_apart():
    """Each of many gaps gets its part of what may be wrong about all of them."""
    few = {"accuracy/g/a": 0.9, "accuracy/g/b": 0.85, "n/g/a": 1_000, "n/g/b": 1_000}
    many = few | {f"accuracy/g/{one}": 0.88 for one in range(20)}
    many |= {f"n/g/{one}": 1_000 for one in range(20)}
    gate = SlicesGate(max_gap={"accuracy": 0.01})

    assert judged(gate, metrics=few).verdict is Verdict.FAIL
    assert judged(gate, metrics=many).verdict is Verdict.INCONCLUSIVE


def test_a_slice_without_counts_makes_its_gaps_points():
    metrics = recalls(0.88, 200) | {"recall/sex/x": 0.91}
    finding = judged(SlicesGate(max_gap={"recall": 0.2}), metrics=metrics)

    assert finding.verdict is Verdict.PASS


def test_an_error_by_slice_says_how_many_times_the_rows_would_decide():
    metrics = {"rmse/g/a": 2.0, "rmse/g/b": 2.1, "rmse_se/g/a": 0.1, "rmse_se/g/b": 0.1}

    finding = judged(SlicesGate(max_gap={"rmse": 0.2}), metrics=metrics)

    assert (finding.verdict, finding.n_needed) == ("inconclusive", None)
    assert finding.sentence.endswith("About 7.683 times as many rows would decide.")


@pytest.mark.parametrize(
    ("bound", "verdict", "limit", "worst"),
    [
        (Bound(min=0.7), "pass", 0.7, "region=south"),
        (Bound(min=0.8), "fail", 0.8, "region=south"),
        (Bound(max=0.905), "fail", 0.905, "region=north"),
        (Bound(min=0.5, max=0.9), "fail", 0.9, "region=north"),
        (Bound(min=0.8, max=0.95), "fail", 0.8, "region=south"),
    ],
)
def test_every_slice_lies_within_the_bounds_and_the_worst_is_named(bound, verdict, limit, worst):
    finding = judged(SlicesGate(bounds={"auc": bound}), metrics=REGIONS)

    assert (finding.verdict, finding.limit) == (verdict, limit)
    assert finding.thing == "slice_bounds/auc"
    assert f"for {worst}, the worst of 3 slices" in finding.sentence


@pytest.mark.parametrize(("n", "verdict"), [(50, "inconclusive"), (5_000, "pass")])
def test_a_slice_with_counted_rows_is_within_bounds_when_all_of_its_interval_is(n, verdict):
    metrics = {"accuracy/g/a": 0.85, "n/g/a": n}

    finding = judged(SlicesGate(bounds={"accuracy": Bound(min=0.8)}), metrics=metrics)

    assert (finding.verdict, finding.n) == (verdict, n)
    assert (finding.n_needed is None) == (verdict == "pass")


def test_missing_slices_are_inconclusive_with_the_way_to_log_them():
    finding = gap(0.1, metrics={"auc": 0.9, "auc/region/north": 0.9})

    assert (finding.verdict, finding.reason) == ("inconclusive", "slices_missing")
    assert (finding.n, finding.n_needed) == (1, 2)
    assert finding.sentence == (
        "auc is not recorded by slice for loan:8 (a gap is between two; recorded: region=north); "
        "log it in the training run as `auc/region/north` and so on."
    )
    bounds = judged(SlicesGate(bounds={"auc": Bound(min=0.8)}), metrics={"auc": 0.9})
    assert (bounds.verdict, bounds.n_needed) == ("inconclusive", 1)


def test_slices_that_are_not_required_may_be_missing():
    finding = judged(SlicesGate(max_gap={"auc": 0.1}, required=False), metrics={"auc": 0.9})

    assert finding.verdict is Verdict.PASS
    assert finding.sentence.endswith("The policy does not require it.")


def test_a_slice_that_is_no_number_is_told_and_never_passes():
    found = {"unreadable": {"auc/region/east": "nan"}, "metrics": REGIONS}
    passed, failed = gap(0.5, **found), gap(0.1, **found)

    assert (passed.verdict, passed.reason) == ("inconclusive", "slice_unreadable")
    assert failed.verdict is Verdict.FAIL
    assert passed.sentence.endswith(
        "Besides, auc/region/east is recorded as 'nan' (run train-8), which is no number."
    )
    alone = judged(
        SlicesGate(max_gap={"auc": 0.5}, required=False), unreadable={"auc/region/east": "nan"}
    )
    assert alone.verdict is Verdict.INCONCLUSIVE


def test_hundreds_of_slices_are_not_judged_together():
    metrics = {f"auc/user/{one}": 0.9 for one in range(201)}
    gate = SlicesGate(max_gap={"auc": 0.1}, bounds={"auc": Bound(min=0.5)})
    found = findings(judge_slices(case(version(metrics=metrics), Gates(slices=gate))))

    assert {finding.reason for finding in found.values()} == {"too_many_slices"}
    assert {finding.verdict for finding in found.values()} == {"inconclusive"}


def test_slices_that_were_read_long_ago_are_read_again():
    gates = Gates(slices=SlicesGate(max_gap={"auc": 0.5}))
    [stale] = judge_slices(case(version(metrics=REGIONS), gates, age=timedelta(hours=2)))

    assert stale.finding.reason == "stale"


@given(
    values=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6),
    n=st.integers(1, 2_000),
    most=st.floats(0.0, 1.0),
)
@settings(max_examples=40)
def test_a_wider_limit_never_gets_a_worse_verdict(values, n, most):
    metrics = {f"accuracy/g/{one}": value for one, value in enumerate(values)}
    metrics |= {f"n/g/{one}": n for one in range(len(values))}
    order = [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS]
    narrow, wide = (
        judged(SlicesGate(max_gap={"accuracy": limit}), metrics=metrics).verdict
        for limit in (most, most + 0.1)
    )

    assert order.index(narrow) <= order.index(wide)
