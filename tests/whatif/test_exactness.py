"""Where nothing is changed the simulation is the recording, to the last digit of every hash."""

import pytest

from shared.service.whatif.reading import FLEET, OWN, READS, touches
from tests.whatif.staged import staged

FAMILIES_AND_TIES = (1, 30, 45, 48, 49, 115, 119, 134)
"""Scenarios in which every family decides, among them those whose moments hold many decisions."""


@pytest.fixture(scope="module", params=FAMILIES_AND_TIES)
def story(request):
    with staged(request.param) as played:
        yield played


def test_everything_decided_again_is_what_was_recorded(story):
    course = story.forced()

    assert course.again > 0
    assert (course.other, course.differing, dict(course.undecidable)) == (0, [], {})
    assert course.simulated == course.recorded


def test_policies_put_in_place_of_themselves_change_nothing(story):
    report = story.under(*story.unchanged().policies.values(), fleet=story.unchanged().fleet)

    assert not report.differs
    assert report.warnings == ()
    assert all(counts.before == counts.after for counts in report.counts.values())


def test_no_decision_reads_a_field_that_its_family_does_not_declare(story):
    for seen in story.seen:
        declared = READS[seen.family]
        undeclared = [one for one in seen.policy if not touches([one], declared.decide)]
        assert undeclared == [], f"{seen.family} reads {undeclared}"
        of_fleet = [one for one in seen.fleet if not touches([one], FLEET.get(seen.family, ()))]
        assert of_fleet == [], f"{seen.family} reads {of_fleet} of the fleet's file"


def test_a_decision_with_none_but_quiet_reasons_reads_no_more_than_is_always_read(story):
    for seen in story.seen:
        declared = READS[seen.family]
        if declared.quiet and seen.reasons <= declared.quiet:
            more = [one for one in seen.policy if not touches([one], declared.always)]
            assert more == [], f"{seen.family} with {sorted(seen.reasons)} reads {more}"


def test_nothing_is_gathered_by_a_field_that_its_family_does_not_declare(story):
    assert story.gathering
    for family, read in story.gathering.items():
        declared = READS[family].gather
        undeclared = [one for one in read if not touches([one], declared)]
        assert family in OWN or undeclared == [], f"{family} gathers by {undeclared}"


def test_every_family_is_declared_and_those_that_gather_alone_are_among_them():
    assert set(READS) >= OWN
    assert set(FLEET) == OWN
