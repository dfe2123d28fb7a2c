"""An archived version never goes on, and what the policy requires of its origin is recorded."""

from datetime import timedelta

import pytest

from shared.domain.decisions.gates import run_gates
from shared.domain.decisions.gates.governance import judge_governance
from shared.domain.policy import Gates, GovernanceGate
from tests.domain.gates.recorded_case import case, findings, version

ALL = Gates(governance=GovernanceGate(owner=True, data=True, run=True, environment=True))
WHOLE = {
    "tags": {"owner": "risk"},
    "training_data": "loans:3",
    "run": "train-8",
    "environment": "credit:4",
}


def test_by_default_only_an_archived_version_is_stopped():
    assert judge_governance(case(version())) == ()
    [archived] = judge_governance(case(version(archived=True)))

    assert (archived.finding.verdict, archived.finding.reason) == ("fail", "archived")
    assert archived.finding.sentence == (
        "loan:8 is archived; restore it in the registry if it was archived by mistake, or "
        "register a new version."
    )
    assert archived.look_again is None


def test_an_archived_version_blocks_whatever_else_it_shows():
    assert run_gates(case(version(archived=True, **WHOLE), ALL)).verdict == "fail"


def test_what_is_required_and_recorded_passes_with_what_it_is():
    found = findings(judge_governance(case(version(**WHOLE), ALL)))

    assert {thing: finding.verdict for thing, finding in found.items()} == {
        "governance/owner": "pass",
        "governance/training_data": "pass",
        "governance/run": "pass",
        "governance/environment": "pass",
    }
    assert found["governance/run"].sentence == "The run that made loan:8 is train-8."
    assert found["governance/owner"].details == {"recorded": "risk"}


@pytest.mark.parametrize(
    ("lost", "thing", "sentence"),
    [
        (
            {"tags": {"owner": " "}},
            "owner",
            "The owner of loan:8 is not recorded; set the tag `owner`.",
        ),
        (
            {"training_data": None},
            "training_data",
            "The training data of loan:8 is not recorded; register it from the job that read the "
            "data asset, or set the tag `training_data`.",
        ),
        (
            {"run": None},
            "run",
            "The run that made loan:8 is not recorded; register it from its run, not from a "
            "local folder.",
        ),
        (
            {"environment": "\u200b"},
            "environment",
            "The environment in which loan:8 was trained is not recorded; register it from its "
            "job, or set the tag `environment`.",
        ),
    ],
)
def test_what_is_required_and_not_recorded_fails_with_the_way_to_mend_it(lost, thing, sentence):
    found = findings(judge_governance(case(version(**{**WHOLE, **lost}), ALL)))

    finding = found.pop(f"governance/{thing}")
    assert (finding.verdict, finding.reason) == ("fail", f"{thing}_missing")
    assert finding.sentence == sentence
    assert {other.verdict for other in found.values()} == {"pass"}


def test_an_owner_may_stand_in_a_property_which_goes_before_a_tag():
    both = version(tags={"owner": "nobody"}, properties={"owner": "risk"})
    gates = Gates(governance=GovernanceGate(owner=True))

    [owner] = judge_governance(case(both, gates))
    assert owner.finding.details == {"recorded": "risk"}


def test_a_version_that_was_read_long_ago_is_read_again():
    [stale] = judge_governance(case(version(), age=timedelta(hours=2)))

    assert (stale.finding.verdict, stale.finding.reason) == ("inconclusive", "stale")
    assert stale.finding.sentence == (
        "What is recorded of loan:8 is 2 h old; at most 1 h is allowed."
    )
    assert stale.look_again is not None
