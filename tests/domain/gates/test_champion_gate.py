"""A version may not be worse than the one that serves, and the gate knows how sure it is.

Longer than most: each kind of metric has an interval of its own, judged against one champion.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.decisions.gates.champion import judge_champion
from shared.domain.decisions.gates.measured.change import compare
from shared.domain.decisions.gates.measured.samples import Method, Sample, kind_of, of_some, sample
from shared.domain.decisions.gates.schema import judge_schema
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.policy import Better, ChampionGate, Gates, Margin, MetricKind
from shared.domain.recorded import recorded
from shared.domain.verdict import Verdict
from shared.domain.world import Deployment, Endpoint
from tests.conftest import NOON
from tests.domain.gates.recorded_case import case, version

ORDER = [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS]


def judged(ours, theirs, margin=None, name="auc", **more):
    gates = Gates(champion=ChampionGate(metrics={name: margin or Margin()}))
    champion = version("7", metrics=theirs) if theirs is not None else None
    [one] = judge_champion(case(version(metrics=ours), gates, champion=champion, **more))
    return one.finding


def test_without_a_margin_nothing_is_compared():
    assert judge_champion(case(version(), champion=version("7"))) == ()


def test_the_first_version_of_all_has_nothing_to_be_worse_than():
    finding = judged({}, None)

    assert (finding.verdict, finding.reason) == ("pass", "no_champion")
    assert finding.sentence == "No version of loan serves yet that loan:8 could be worse than."


def test_where_no_endpoint_is_named_nobody_knows_what_serves():
    finding = judged({"auc": 0.9}, None, endpoint=None)

    assert (finding.verdict, finding.reason) == ("inconclusive", "no_endpoint")
    assert finding.sentence.endswith("set `endpoint` in the policy.")


@pytest.mark.parametrize(
    ("model", "number", "verdict", "sentence"),
    [
        ("loan", "8", "pass", "loan:8 serves already, so there is nothing to compare it with."),
        (
            "loan",
            None,
            "inconclusive",
            "Deployment blue serves, but it does not say which version it carries, so loan:8 "
            "cannot be compared; deploy it from a registered model.",
        ),
        (
            "fraud",
            "1",
            "pass",
            "No version of loan serves yet that loan:8 could be worse than.",
        ),
    ],
)
def test_what_serves_without_being_a_champion_is_told(model, number, verdict, sentence):
    blue = Deployment(name="blue", provisioning_state="Succeeded", model=model, version=number)
    endpoint = Endpoint(
        name="e", provisioning_state="Succeeded", traffic={"blue": 100.0}, deployments=(blue,)
    )
    target = EndpointReading(name="e", taken=NOON, endpoint=endpoint)

    finding = judged({}, None, target=target)

    assert (finding.verdict, finding.sentence) == (verdict, sentence)


def test_a_metric_that_the_champion_lacks_is_no_pass():
    finding = judged({"auc": 0.9}, {"f1": 0.8})

    assert (finding.verdict, finding.reason) == ("inconclusive", "champion_lacks_metric")
    assert finding.sentence == (
        "The serving champion is no measure: auc is not recorded for loan:7 (recorded: f1); log "
        "it in the training run or set it as a tag of the version."
    )


def test_a_metric_that_the_version_lacks_is_no_pass():
    finding = judged({"f1": 0.9}, {"auc": 0.8})

    assert (finding.verdict, finding.reason) == ("inconclusive", "metric_missing")
    assert "auc is not recorded for loan:8" in finding.sentence


def test_a_metric_that_is_no_number_on_either_side_is_no_pass():
    gates = Gates(champion=ChampionGate(metrics={"auc": Margin()}))
    good, bad = version(metrics={"auc": 0.9}), version("7", unreadable={"auc": "nan"})
    for ours, theirs in ((good, bad), (bad, good)):
        [one] = judge_champion(case(ours, gates, champion=theirs))
        assert (one.finding.verdict, one.finding.reason) == ("inconclusive", "metric_unreadable")
        assert one.finding.details == {"source": "run train-7"}


def test_a_reading_that_is_too_old_is_made_again():
    finding = judged({"auc": 0.9}, {"auc": 0.8}, age=timedelta(hours=2))

    assert (finding.verdict, finding.reason) == ("inconclusive", "stale")


@pytest.mark.parametrize(
    ("ours", "theirs", "margin", "verdict"),
    [
        (0.91, 0.91, Margin(), "pass"),
        (0.92, 0.91, Margin(), "pass"),
        (0.9, 0.91, Margin(), "fail"),
        (0.9, 0.91, Margin(allowed=0.01), "pass"),
        (0.8999, 0.91, Margin(allowed=0.01), "fail"),
        (0.7, 0.8, Margin(allowed=0.125, relative=True), "pass"),
        (0.69, 0.8, Margin(allowed=0.125, relative=True), "fail"),
        (11.0, 10.0, Margin(allowed=0.1, relative=True, better=Better.LOWER), "pass"),
        (11.1, 10.0, Margin(allowed=0.1, relative=True, better=Better.LOWER), "fail"),
        (-11.0, -10.0, Margin(allowed=0.1, relative=True), "pass"),
        (-11.1, -10.0, Margin(allowed=0.1, relative=True), "fail"),
        (0.3, 0.2, Margin(allowed=0.1, better=Better.LOWER), "pass"),
        (0.31, 0.2, Margin(allowed=0.1, better=Better.LOWER), "fail"),
    ],
)
def test_without_rows_the_change_itself_decides_and_nobody_knows_how_sure(
    ours, theirs, margin, verdict
):
    """A change of exactly the margin is allowed, also in binary."""
    finding = judged({"m": ours}, {"m": theirs}, margin, "m")

    assert finding.verdict == verdict
    assert finding.details["interval"] == "none"
    assert (finding.low, finding.high, finding.n, finding.n_needed) == (None,) * 4
    assert "Nobody knows how sure that is: m_se is not recorded." in finding.sentence


def test_the_sentence_names_both_versions_the_change_and_the_limit():
    finding = judged({"auc": 0.9}, {"auc": 0.92}, Margin(allowed=0.01))

    assert finding.sentence == (
        "auc is 0.9 against 0.92 of the serving champion loan:7: a change of −0.02, and −0.01 is "
        "allowed. Nobody knows how sure that is: n_positive and n_negative are not both recorded "
        "as counts of rows."
    )
    assert (round(finding.estimate, 9), finding.limit) == (-0.02, -0.01)


@pytest.mark.parametrize(
    ("hits", "verdict", "reason"),
    [(9_000, "pass", "not_worse"), (8_700, "fail", "worse"), (8_950, "inconclusive", "unsure")],
)
def test_a_share_of_counted_rows_is_judged_by_the_interval_of_its_change(hits, verdict, reason):
    margin = Margin(allowed=0.01, n="rows")

    finding = judged(
        {"accuracy": hits / 10_000, "rows": 10_000},
        {"accuracy": 0.9, "rows": 8_000},
        margin,
        "accuracy",
    )

    assert (finding.verdict, finding.reason) == (verdict, reason)
    assert finding.details["interval"] == "wilson"
    assert finding.low < finding.estimate < finding.high
    assert finding.n == 10_000


def test_what_is_unsure_says_how_many_rows_would_decide_and_that_many_do():
    ours, theirs = {"accuracy": 0.89, "rows": 500}, {"accuracy": 0.9, "rows": 500}
    margin = Margin(allowed=0.03, n="rows")
    finding = judged(ours, theirs, margin, "accuracy")

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert f"About {finding.n_needed} rows on both sides would decide." in finding.sentence
    ours["rows"] = theirs["rows"] = finding.n_needed
    assert judged(ours, theirs, margin, "accuracy").verdict is Verdict.PASS
    ours["rows"] = theirs["rows"] = finding.n_needed - 5
    assert judged(ours, theirs, margin, "accuracy").verdict is Verdict.INCONCLUSIVE


def test_a_change_at_the_limit_itself_is_decided_by_no_number_of_rows():
    finding = judged(
        {"accuracy": 0.9, "rows": 500}, {"accuracy": 0.9, "rows": 500}, Margin(n="rows"), "accuracy"
    )

    assert (finding.verdict, finding.n_needed) == ("inconclusive", None)
    assert finding.sentence.endswith(
        "With 95 % confidence the change lies between −0.03754 and +0.03754. No number of rows "
        "would tell a change from the limit it lies at; allow a margin in "
        "`gates.champion.metrics.accuracy`."
    )


def test_an_area_is_judged_by_the_rows_of_each_class():
    counts = {"n_positive": 400.0, "n_negative": 3_600.0}
    finding = judged({"auc": 0.9, **counts}, {"auc": 0.89, **counts}, Margin(allowed=0.02))

    assert (finding.verdict, finding.details["interval"]) == ("pass", "hanley_mcneil")
    assert (round(finding.low, 4), round(finding.high, 4)) == (-0.0196, 0.0396)
    assert finding.n == 4_000


def test_the_rows_of_the_other_class_are_what_is_left_of_all():
    split = {"rows": 4_000.0, "n_positive": 400.0}
    both = {"n_positive": 400.0, "n_negative": 3_600.0}
    margin = Margin(allowed=0.02, n="rows")

    assert (
        judged({"auc": 0.9, **split}, {"auc": 0.89, **split}, margin).low
        == judged({"auc": 0.9, **both}, {"auc": 0.89, **both}, margin).low
    )


def test_with_the_number_of_rows_alone_one_class_is_reckoned_to_be_rare():
    """Wider than any split at least as even, whichever class is the rarer one."""
    margin = Margin(n="rows")
    alone = sample("auc", 0.9, margin, _look(rows=2_000.0))
    low, high = alone.interval(1.96)

    assert alone.method is Method.AUC_OF_ROWS
    assert "one row in 20" in alone.why
    for positives in (100.0, 500.0, 1_000.0, 1_900.0):
        split = sample(
            "auc", 0.9, margin, _look(n_positive=positives, n_negative=2_000.0 - positives)
        )
        inner = split.interval(1.96)
        assert low <= inner[0]
        assert inner[1] <= high


def test_a_logged_standard_error_goes_before_every_formula():
    finding = judged(
        {"auc": 0.9, "auc_se": 0.003, "n_positive": 10.0, "n_negative": 10.0},
        {"auc": 0.9, "auc_se": 0.004},
        Margin(allowed=0.01),
    )

    assert (finding.verdict, finding.details["interval"]) == ("pass", "standard_error")
    assert finding.high == pytest.approx(0.0098, abs=1e-5)


def test_an_error_without_rows_says_how_many_times_as_many_would_decide():
    sides = {"rmse": 2.0, "rmse_se": 0.1}, {"rmse": 2.05, "rmse_se": 0.1}

    finding = judged(*sides, Margin(allowed=0.05, better=Better.LOWER), "rmse")

    assert (finding.verdict, finding.n_needed) == ("inconclusive", None)
    assert finding.sentence.endswith("About 7.683 times as many rows on both sides would decide.")
    assert finding.limit == 0.05


@pytest.mark.parametrize(
    ("recorded_", "n", "error"),
    [
        ({"rmse_std": 0.5}, None, 0.5),
        ({"rmse_std": 0.5, "rows": 100.0}, "rows", 0.05),
        ({"rmse_std": 0.5}, "rows", 0.5),
    ],
)
def test_a_standard_deviation_is_an_error_over_the_root_of_its_rows(recorded_, n, error):
    found = sample("rmse", 2.0, Margin(n=n), _look(**recorded_))

    assert (found.method, found.error) == (Method.ERROR, error)


@pytest.mark.parametrize(
    ("recorded_", "why"),
    [
        ({"rmse_std": 0.0}, "rmse_se is not recorded"),
        ({"rmse_se": 0.0}, "rmse_se is not recorded"),
        ({"rmse_se": -1.0}, "rmse_se is not recorded"),
    ],
)
def test_an_error_of_nothing_is_no_error(recorded_, why):
    found = sample("rmse", 2.0, Margin(), _look(**recorded_))

    assert (found.method, found.why, found.interval(1.96)) == (Method.NONE, why, (2.0, 2.0))


@pytest.mark.parametrize("value", [93.0, -0.1])
def test_a_share_in_per_cent_has_no_interval(value):
    found = sample("accuracy", value, Margin(n="rows"), _look(rows=100.0))

    assert (found.method, found.why) == (Method.NONE, "accuracy is no share between 0 and 1")


@pytest.mark.parametrize("rows", [0.0, 0.5, -3.0])
def test_no_rows_are_no_count(rows):
    found = sample("accuracy", 0.9, Margin(n="rows"), _look(rows=rows))

    assert (found.method, found.why) == (Method.NONE, "rows is not recorded as a count of rows")


def test_a_share_whose_rows_nobody_names_says_so():
    assert sample("accuracy", 0.9, Margin(), _look()).why == (
        "the policy names no `n` that counts the rows of accuracy"
    )


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("recall", "n_positive"),
        ("f1_score", "n_positive"),
        ("test_sensitivity", "n_positive"),
        ("specificity", "n_negative"),
        ("fpr", "n_negative"),
        ("precision", "n_predicted_positive"),
        ("accuracy", None),
    ],
)
def test_a_share_of_some_rows_rests_on_their_count(name, counted):
    assert of_some(name, Margin()) == counted
    if counted is not None:
        assert sample(name, 0.9, Margin(), _look(**{counted: 50.0})).n == 50.0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("auc", MetricKind.AUC),
        ("ROC-AUC", MetricKind.AUC),
        ("val_roc_auc", MetricKind.AUC),
        ("training_accuracy_score", MetricKind.PROPORTION),
        ("f1_score", MetricKind.PROPORTION),
        ("pr_auc", MetricKind.OTHER),
        ("average_precision", MetricKind.OTHER),
        ("balanced_accuracy", MetricKind.OTHER),
        ("AUC_weighted", MetricKind.OTHER),
        ("rmse", MetricKind.OTHER),
    ],
)
def test_a_metric_is_told_by_its_name(name, kind):
    assert kind_of(name) is kind


def test_the_policy_may_say_what_a_metric_is():
    margin = Margin(kind=MetricKind.PROPORTION, n="rows")

    assert sample("approved", 0.4, margin, _look(rows=50.0)).method is Method.PROPORTION


def test_a_tag_that_disagrees_is_told_beside_the_comparison():
    gates = Gates(champion=ChampionGate(metrics={"auc": Margin()}))
    ours = version(metrics={"auc": 0.9}, tags={"auc": "0.99"})
    [one] = judge_champion(case(ours, gates, champion=version("7", metrics={"auc": 0.8})))

    assert one.finding.sentence.endswith("The tag auc says '0.99', which does not count.")


def test_a_champion_that_is_known_by_a_tag_alone_is_told_to_be():
    gates = Gates(champion=ChampionGate(metrics={"auc": Margin()}))
    champion = version("7", tags={"auc": "0.8"})
    [one] = judge_champion(case(version(metrics={"auc": 0.9}), gates, champion=champion))

    assert one.finding.sentence.startswith(
        "auc is 0.9 against 0.8 (the tag auc) of the serving champion loan:7: a change of +0.1, "
    )
    assert one.finding.details["champion"]["source"] == "the tag auc"


def test_a_champion_that_serves_and_is_not_registered_any_more_is_no_pass():
    gates = Gates(champion=ChampionGate(metrics={"auc": Margin(allowed=0.01)}))
    blue = Deployment(name="blue", provisioning_state="Succeeded", model="loan", version="7")
    endpoint = Endpoint(
        name="loan-ep", provisioning_state="Succeeded", traffic={"blue": 100.0}, deployments=(blue,)
    )
    asked = case(version(metrics={"auc": 0.5}), gates)
    reading = EndpointReading(name="loan-ep", taken=asked.at, endpoint=endpoint)
    asked = replace(asked, evidence=replace(asked.evidence, target=reading))
    found = [one.finding for judge in (judge_champion, judge_schema) for one in judge(asked)]

    assert [(one.verdict, one.reason) for one in found] == [
        (Verdict.INCONCLUSIVE, "champion_unread")
    ] * 2


@given(
    ours=st.floats(0.0, 1.0),
    better=st.floats(0.0, 1.0),
    theirs=st.floats(0.0, 1.0),
    n=st.integers(2, 5_000),
    allowed=st.floats(0.0, 0.3),
    relative=st.booleans(),
)
@settings(max_examples=60)
def test_a_better_version_never_gets_a_worse_verdict(ours, better, theirs, n, allowed, relative):
    low, high = sorted((ours, better))
    margin = Margin(allowed=allowed, relative=relative)
    champion = Sample(value=theirs, method=Method.PROPORTION, n=n)
    verdicts = [
        compare(Sample(value=v, method=Method.PROPORTION, n=n), champion, margin, 0.95).verdict
        for v in (low, high)
    ]

    assert ORDER.index(verdicts[0]) <= ORDER.index(verdicts[1])


def test_a_relative_margin_is_as_unsure_as_the_champion():
    """An allowed tenth of a champion that may be 0.85 or 0.95 is no fixed 0.09."""
    sides = (Sample(value=v, method=Method.ERROR, error=0.02) for v in (0.8, 0.9))
    ours, theirs = sides

    change = compare(ours, theirs, Margin(allowed=0.1, relative=True), 0.95)

    half = 1.959964 * (0.02**2 + (0.9 * 0.02) ** 2) ** 0.5
    assert change.limit == pytest.approx(-0.09)
    assert change.interval == pytest.approx((-0.1 - half, -0.1 + half), abs=1e-6)


def _look(**recorded_):
    held = version(metrics=recorded_)
    return lambda name: recorded(held, name)
