"""What is scored lately is like what the version was trained on, or that is said."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from shared.domain.decisions.gates.drift import judge_drift
from shared.domain.evidence.promotion import DriftReading
from shared.domain.finding import Rule
from shared.domain.policy import DriftPolicy, Gates, Policy
from shared.domain.policy.gates import DriftGate
from shared.domain.verdict import Verdict
from shared.domain.world import ColumnSpec
from shared.profiles import baseline, window
from tests.domain.gates.live_cases import DAY, HOUR, NOON, case, only, version

AGAIN = NOON + timedelta(minutes=5)
END = NOON - 12 * HOUR
SPAN = "from 2026-01-27 00:00 UTC to 2026-02-03 00:00 UTC"


def table(seed=1, n=4000, income=0.0, age=0.0, **columns):
    """Rows of two columns, each moved by so many standard deviations."""
    rng = np.random.default_rng(seed)
    return pa.table(
        {"income": rng.normal(income, 1.0, n), "age": rng.normal(age, 1.0, n), **columns}
    )


BASE = baseline(table(), bins=10)
LABELLED = baseline(table(label=np.arange(4000) % 2))


def read(rows=None, base=BASE, **more):
    """The profiles of the training data and of a week's rows."""
    found = None if rows is None else window(rows, base).to_json()
    facts = {"baseline": base.to_json(), "window": found, **more}
    return DriftReading(taken=NOON, start=END - 7 * DAY, end=END, **facts)


def inputs(*names):
    """A version with these inputs."""
    return version("8", tuple(ColumnSpec(name=name, type="double") for name in names))


def judge(drift, **more):
    return only(judge_drift(case(drift=drift, **{"candidate": inputs("income", "age"), **more})))


def test_rows_like_the_training_data_pass():
    finding, again = judge(read(table(seed=2)))

    assert (finding.verdict, finding.reason, again) == (Verdict.PASS, "within_limit", None)
    assert finding.sentence.startswith(
        f"What is scored is like what loan:8 was trained on (4000 rows {SPAN}). "
    )
    assert (finding.rule, finding.statistic, finding.n) == (Rule.DRIFT_GATE, "psi", 4000)
    assert finding.estimate < finding.limit == 0.2


def test_columns_that_moved_fail_the_worst_first():
    finding, again = judge(read(table(seed=2, income=1.0, age=2.0)))

    assert (finding.verdict, finding.reason, again) == (Verdict.FAIL, "above_limit", None)
    assert finding.sentence.startswith(
        f"2 of 2 columns are not like what loan:8 was trained on (4000 rows {SPAN}). age: "
    )
    assert finding.details == {"columns": ["age", "income"]}
    assert finding.low > finding.limit


def test_few_rows_say_how_many_more_and_how_long_that_takes():
    finding, again = judge(read(table(seed=2, n=60)))

    assert (finding.verdict, finding.reason, again) == (
        Verdict.INCONCLUSIVE,
        "too_few_rows",
        AGAIN,
    )
    assert finding.sentence.startswith(
        f"2 of 2 columns cannot be told yet for loan:8 (60 rows {SPAN}). "
    )
    assert finding.n_needed > finding.n == 60
    assert "d; `gates.drift.window` may be set to that." in finding.sentence


def test_so_few_rows_that_nobody_can_wait_are_told_so():
    finding, again = judge(read(table(seed=2, n=2)))

    assert finding.sentence.endswith(" So many do not come at this rate.")
    assert again == AGAIN


def test_a_baseline_that_no_number_of_rows_could_decide_is_for_people():
    tiny = baseline(table(n=12))

    finding, again = judge(read(table(seed=2, n=3000), base=tiny))

    assert (finding.verdict, again) == (Verdict.INCONCLUSIVE, None)
    assert "no number of rows would decide against this baseline" in finding.sentence


@pytest.mark.parametrize(
    ("gates", "policy", "verdict"),
    [
        (Gates(), Policy(model="loan"), Verdict.FAIL),
        (Gates(), Policy(model="loan", drift=DriftPolicy(limit=9.0)), Verdict.PASS),
        (Gates(), Policy(model="loan", drift=DriftPolicy(limits={"income": 9.0})), Verdict.PASS),
        (
            Gates(drift=DriftGate(limit=0.3)),
            Policy(model="loan", drift=DriftPolicy(limit=9.0)),
            Verdict.FAIL,
        ),
    ],
)
def test_the_gates_own_limit_comes_before_those_of_the_drift_check(gates, policy, verdict):
    finding, _ = judge(read(table(seed=2, income=1.0)), gates=gates, policy=policy)

    assert finding.verdict is verdict


def test_columns_that_are_no_inputs_are_not_asked_for():
    labelled = read(table(seed=2), base=LABELLED)

    with_signature, _ = judge(labelled)
    without, _ = judge(labelled, candidate=version("8", ()))

    assert with_signature.verdict is without.verdict is Verdict.PASS
    assert with_signature.sentence.endswith(" Not asked for: label.")
    assert without.sentence.endswith(" Not asked for: label.")


def test_an_input_that_is_not_sent_any_more_fails():
    finding, _ = judge(read(table(seed=2).drop(["age"])))

    assert (finding.verdict, finding.reason) == (Verdict.FAIL, "column_missing")
    assert (finding.statistic, finding.estimate) == (None, None)
    assert "age is missing" in finding.sentence


def test_training_data_that_is_named_is_waited_for_and_not_asked_for_again():
    named = replace(version("8"), training_data="loans:3")

    finding, _ = judge(read(baseline=None), candidate=named)

    assert finding.sentence.endswith(
        "; loans:3 is profiled once its registration is judged, where it can be read."
    )


def test_rows_of_other_columns_altogether_are_no_evidence():
    finding, again = judge(read(pa.table({"other": [1.0] * 50})), candidate=version("8", ()))

    assert (finding.verdict, finding.reason, again) == (Verdict.INCONCLUSIVE, "no_columns", None)
    assert "(age, income); collect its inputs by their names." in finding.sentence


MISSING = [
    (
        "Without a baseline there is nothing to compare with.",
        read(baseline=None),
        (Verdict.INCONCLUSIVE, "no_baseline", None),
        "loan:8 has no stored profile of its training data to compare with; name its "
        "`training_data` in the policy or a tag, so that it can be profiled.",
    ),
    (
        "Without a data collector there are no rows.",
        read(),
        (Verdict.INCONCLUSIVE, "not_collected", None),
        "No rows of loan are collected anywhere, so loan:8 cannot be compared with what is scored; "
        "switch on the data collector of its deployments.",
    ),
    (
        "A week in which nothing was scored tells nothing.",
        read(table(n=0)),
        (Verdict.INCONCLUSIVE, "no_rows", AGAIN),
        f"No row was scored {SPAN}, so loan:8 cannot be compared with what is scored.",
    ),
    (
        "Rows that may not be read are an error.",
        read(problem="No role Storage Blob Data Reader."),
        (Verdict.ERROR, "cannot_look", AGAIN),
        "No role Storage Blob Data Reader.",
    ),
    (
        "Rows that nobody read are an error.",
        None,
        (Verdict.ERROR, "not_read", AGAIN),
        "What is scored lately of loan was not read.",
    ),
    (
        "A window in another baseline's bins cannot be compared.",
        read(window=window(table(), LABELLED).to_json()),
        (Verdict.ERROR, "cannot_compare", AGAIN),
        "The window was profiled against another baseline; compute it again with this one.",
    ),
]


@pytest.mark.parametrize(
    ("drift", "said", "sentence"), [one[1:] for one in MISSING], ids=[one[0] for one in MISSING]
)
def test_what_is_missing_to_compare_is_said(drift, said, sentence):
    finding, again = judge(drift)

    assert finding.sentence == sentence
    assert (finding.verdict, finding.reason, again) == said


def test_rows_that_end_too_long_ago_decide_nothing():
    gates = Gates(drift=DriftGate(max_age=HOUR))

    finding, again = judge(read(table(seed=2)), gates=gates)

    assert (finding.verdict, finding.reason, again) == (Verdict.INCONCLUSIVE, "stale", AGAIN)
    assert finding.sentence == (
        "The rows end 2026-02-03 00:00 UTC, 12 h ago; at most 1 h is allowed."
    )
