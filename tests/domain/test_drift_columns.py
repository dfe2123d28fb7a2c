"""Of very many columns a decision tells those that are worst, and counts the others."""

import pytest

from shared.domain.canonical import canonical_json
from shared.domain.decisions.drift.columns import MOST_FOUND, column_findings
from shared.domain.verdict import Verdict
from shared.statistics import ColumnComparison
from shared.statistics.comparison.compare import Reason


def column(number, verdict=Verdict.PASS):
    name = f"feature_{number:04d}"
    return ColumnComparison(
        name=name,
        kind="numeric",
        n=100,
        missing=0,
        verdict=verdict,
        reason=Reason.COLUMN_MISSING,
        sentence=f"{name} is missing.",
        distances={},
    )


def found(columns):
    return column_findings(columns, lambda name: f"feature/{name}", "features")


@pytest.mark.parametrize("count", [1, MOST_FOUND])
def test_up_to_the_most_each_column_has_a_finding_in_its_place(count):
    told = found([column(number) for number in range(count)])

    assert [one.thing for one in told] == [f"feature/feature_{n:04d}" for n in range(count)]


def test_beyond_the_worst_are_told_in_their_places_and_the_others_are_counted():
    worse = {3: Verdict.FAIL, 4_000: Verdict.FAIL, 4_999: Verdict.INCONCLUSIVE}
    told = found([column(n, worse.get(n, Verdict.PASS)) for n in range(5_000)])

    *each, rest = told
    assert len(each) == MOST_FOUND
    assert [one.thing[-4:] for one in each if one.verdict is not Verdict.PASS] == [
        "0003",
        "4000",
        "4999",
    ]
    assert (rest.thing, rest.verdict, rest.reason, rest.n) == (
        "features",
        Verdict.PASS,
        "not_listed",
        4_500,
    )
    assert "4 500 pass" in rest.sentence or "4500 pass" in rest.sentence


def test_what_is_counted_is_never_worse_than_what_is_told():
    told = found([column(n, Verdict.FAIL if n % 2 else Verdict.PASS) for n in range(2_000)])

    assert {one.verdict for one in told} == {Verdict.FAIL}
    assert told[-1].sentence.endswith("The evidence holds what was counted of each.")
    assert "500 fail, 1000 pass" in told[-1].sentence


def test_five_thousand_columns_that_all_fail_make_a_decision_that_can_be_shown():
    told = found([column(n, Verdict.FAIL) for n in range(5_000)])

    assert len(canonical_json(told)) < 250_000
