"""The fleet's rules outlive their file, and the process that read it."""

from datetime import timedelta

import pytest

from shared.adapters.embedded.policies import FilePolicies
from shared.adapters.embedded.profiles import FolderProfiles
from shared.errors import InvalidPolicy, Unavailable
from shared.policies.kept import KeptPolicies

GOOD = """
receivers:
  - {name: team, channel: log, pace: {notices: 3, per: 2h}}
routes:
  - {to: [team], repeat: 3h, continue: true}
hours: {night: {hours: "22:00-06:00", zone: Europe/Berlin}}
inhibit: [{source: {kind: [errors]}, target: {kind: [slow]}, equal: [deployment]}]
default: team
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "policies").mkdir()
    return tmp_path / "policies" / "fleet.yaml"


def policies(file):
    return KeptPolicies(FilePolicies(file.parent), FolderProfiles(file.parent.parent / "profiles"))


@pytest.mark.parametrize("content", ["receivers: 7\n", None])
def test_another_process_follows_the_last_good_rules_to_the_letter(file, content):
    file.write_text(GOOD)
    good = policies(file).fleet()
    assert good.routes[0].repeat == timedelta(hours=3)
    if content is None:
        file.unlink()
    else:
        file.write_text(content)

    assert policies(file).fleet() == good


def test_a_new_file_takes_the_place_of_the_one_before(file):
    file.write_text(GOOD)
    known = policies(file)
    known.fleet()
    file.write_text("receivers: []\n")
    assert known.fleet().receivers == []
    file.write_text("receivers: 7\n")

    assert policies(file).fleet().receivers == []


def test_a_file_that_never_was_right_is_still_wrong(file):
    file.write_text("receivers: 7\n")

    with pytest.raises(InvalidPolicy, match="receivers must be a list"):
        policies(file).fleet()


def test_without_a_file_there_are_no_rules_and_no_problems(file):
    assert policies(file).fleet() is None
    assert list(policies(file).problems()) == []


def test_a_file_that_is_gone_is_told_as_a_problem_and_what_follows(file):
    file.write_text(GOOD)
    policies(file).problems()
    file.unlink()

    [problem] = policies(file).problems()
    assert problem.startswith("fleet.yaml is gone; put it back")


def test_what_another_version_kept_is_forgotten(file):
    FolderProfiles(file.parent.parent / "profiles").save(
        "fleet/last-good", {"fleet": {"receivers": 1}}
    )
    file.write_text("receivers: 7\n")

    with pytest.raises(InvalidPolicy):
        policies(file).fleet()


class FailingProfiles(FolderProfiles):
    """Profiles that do not answer as long as they `fail`."""

    fail = True

    def save(self, name, profile):
        if self.fail:
            raise Unavailable("The profiles do not answer.")
        super().save(name, profile)

    def load(self, name):
        if self.fail:
            raise Unavailable("The profiles do not answer.")
        return super().load(name)


def failing(file):
    profiles = FailingProfiles(file.parent.parent / "profiles")
    return profiles, KeptPolicies(FilePolicies(file.parent), profiles)


def test_a_good_file_counts_where_it_cannot_be_kept_and_is_kept_later(file):
    file.write_text(GOOD)
    profiles, known = failing(file)
    good = known.fleet()
    assert good.default == "team"
    profiles.fail = False
    assert list(known.problems()) == []
    file.unlink()

    assert policies(file).fleet() == good


def test_what_could_not_be_kept_is_not_taken_back_by_what_was_kept_before(file):
    file.write_text("receivers: []\n")
    policies(file).fleet()
    file.write_text(GOOD)
    profiles, known = failing(file)
    good = known.fleet()
    profiles.fail = False
    file.unlink()

    assert known.fleet() == good


@pytest.mark.parametrize("content", ["receivers: 7\n", None])
def test_rules_that_cannot_be_recalled_are_told_as_a_file_that_is_wrong(file, content):
    if content is not None:
        file.write_text(content)
    _, known = failing(file)

    with pytest.raises(InvalidPolicy, match="What was good before cannot be read"):
        known.fleet()
    [problem] = known.problems()
    assert problem


def test_a_process_that_missed_the_last_good_file_follows_it_too(file):
    file.write_text(GOOD)
    known = policies(file)
    known.fleet()
    file.write_text("receivers: []\n")
    policies(file).fleet()
    file.write_text("receivers: 7\n")

    assert known.fleet().receivers == []


def test_what_is_kept_and_is_no_json_is_forgotten(file):
    kept = file.parent.parent / "profiles" / "fleet" / "last-good.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{")
    file.write_text(GOOD)
    assert policies(file).fleet().default == "team"
    file.unlink()

    assert policies(file).fleet().default == "team"
