"""Whoever calls the champion today can call the candidate unchanged, and read its answers."""

import pytest

from shared.domain.decisions.gates.schema import compare_schemas, judge_schema
from shared.domain.schema import compare_schemas as compare_of_the_domain
from shared.domain.world import ColumnSpec
from tests.domain.gates.recorded_case import case, version

AGE = ColumnSpec(name="age", type="integer")
SCORE = ColumnSpec(name="#1", type="double")
CHAMPION = version("7", inputs=(AGE,), outputs=(SCORE,))


def judged(candidate, champion=CHAMPION):
    [one] = judge_schema(case(candidate, champion=champion))
    assert one.look_again is None
    return one.finding


def test_without_a_champion_nobody_calls_it_yet():
    finding = judged(version(), None)

    assert (finding.verdict, finding.reason, finding.details) == ("pass", "no_champion", None)


@pytest.mark.parametrize(
    ("candidate", "champion", "reason", "sentence"),
    [
        (
            version(),
            CHAMPION,
            "no_signature",
            "loan:8 has no recorded signature; log the model with one.",
        ),
        (
            version(inputs=(AGE,)),
            version("7"),
            "no_champion_signature",
            "The serving champion loan:7 has no recorded signature, so its callers' inputs are "
            "unknown.",
        ),
        (
            version(inputs=(AGE,)),
            CHAMPION,
            "no_output_signature",
            "loan:8 has no recorded outputs, while the serving champion loan:7 has; log the model "
            "with a signature that has outputs.",
        ),
    ],
)
def test_a_signature_that_is_not_recorded_is_inconclusive(candidate, champion, reason, sentence):
    finding = judged(candidate, champion)

    assert (finding.verdict, finding.reason) == ("inconclusive", reason)
    assert finding.sentence == sentence


def test_the_same_signature_is_compatible():
    finding = judged(version(inputs=(AGE,), outputs=(SCORE,)))

    assert (finding.verdict, finding.reason) == ("pass", "compatible")
    assert finding.sentence == ("loan:8 is compatible with callers of the serving champion loan:7.")
    assert finding.details == {"breaking": [], "harmless": [], "changes": []}


def test_outputs_of_a_champion_that_recorded_none_are_no_reason_to_wait():
    assert judged(
        version(inputs=(AGE,), outputs=(SCORE,)), version("7", inputs=(AGE,))
    ).verdict == ("pass")


def test_what_breaks_is_named_by_its_part_and_listed_as_a_structure():
    candidate = version(
        inputs=(ColumnSpec(name="age", type="long"),),
        outputs=(ColumnSpec(name="#1", type="string"),),
        params=(ColumnSpec(name="k", type="long", default="3"),),
    )

    finding = judged(candidate)

    assert (finding.verdict, finding.reason) == ("fail", "breaking_change")
    assert finding.sentence == (
        "loan:8 breaks callers of the serving champion loan:7: output #1 changed from double to "
        "string."
    )
    assert finding.details["harmless"] == [
        "age widened from integer to long",
        "k was added with the default 3",
    ]
    assert finding.details["changes"][1] == {
        "part": "outputs",
        "column": "#1",
        "kind": "retyped",
        "breaking": True,
        "before": "double",
        "after": "string",
    }


def test_harmless_changes_are_told_and_many_are_counted():
    inputs = (AGE, *(ColumnSpec(name=f"x{i}", type="long", required=False) for i in range(10)))

    finding = judged(version(inputs=inputs, outputs=(SCORE,)))

    assert finding.verdict == "pass"
    assert finding.sentence.endswith("x7 was added and is optional; 2 more).")


def test_a_declaration_that_cannot_be_read_is_no_pass_and_hides_no_break():
    unreadable = {"schema.age": "[", "auc": "nan"}
    same = {"inputs": (AGE,), "outputs": (SCORE,)}
    ours = judged(version(unreadable=unreadable, **same))
    theirs = judged(version(**same), version("7", unreadable=unreadable, **same))
    broken = judged(version(unreadable=unreadable, inputs=(AGE,), outputs=(AGE,)))

    assert (ours.verdict, ours.reason) == ("inconclusive", "declaration_unreadable")
    assert ours.sentence == (
        "What loan:8 declares in schema.age cannot be read; write JSON such as "
        '{"min": 0, "max": 120, "enforced": true}.'
    )
    assert (theirs.verdict, broken.verdict) == ("inconclusive", "fail")


def test_the_comparison_is_one_for_every_gate():
    assert compare_schemas is compare_of_the_domain
