"""`driftgate performance` on the real loans, whose outcomes came later."""

import json
from pathlib import Path

import pytest

LOANS = Path(__file__).resolve().parents[2] / "samples" / "car-loan"
SCORES = ("--score", "y_pred_proba", "--label", "repaid", "--prediction", "y_pred")


def test_the_estimate_without_labels_is_what_the_labels_said_later(run):
    done = run(
        "performance",
        LOANS / "reference.parquet",
        LOANS / "analysis.parquet",
        *SCORES,
        "--labels",
        LOANS / "analysis_targets.parquet",
        "--json",
    )

    assert (done.returncode, done.stderr) == (2, "")
    result = json.loads(done.stdout)
    [estimated, realised] = [
        next(one for one in result[name]["metrics"] if one["metric"] == "auc")
        for name in ("estimated", "labelled")
    ]
    assert estimated["low"] <= realised["estimate"] <= estimated["high"]
    assert realised["estimate"] == pytest.approx(0.9664, abs=0.003)
    assert realised["change"] < 0
    failed = [one["metric"] for one in result["labelled"]["metrics"] if one["verdict"] == "fail"]
    assert failed == ["brier"]
    assert result["labelled"]["labelled"] == 50_000


def test_a_limit_that_is_not_kept_fails_with_the_measure_and_its_interval(run):
    done = run(
        "performance",
        LOANS / "reference.parquet",
        LOANS / "analysis.parquet",
        *SCORES,
        "--limit",
        "auc=0.99",
    )

    assert done.returncode == 2
    assert "Estimated without labels" in done.stdout
    assert "cannot see" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--limit", "auc"), "--limit auc is no limit; write it as auc=0.9."),
        (("--limit", "acu=1"), "acu"),
        (("--labels", LOANS / "none.parquet"), "does not exist"),
    ],
)
def test_what_cannot_be_is_one_sentence(run, arguments, sentence):
    both = (LOANS / "reference.parquet", LOANS / "analysis.parquet")

    done = run("performance", *both, *SCORES, *arguments)

    assert done.returncode == 3
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
