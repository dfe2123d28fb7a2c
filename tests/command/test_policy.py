"""`driftgate policy`: checked, looked through, tried out and tested, with exit codes for CI."""

import json

import pytest

from tests.command.conftest import ROOT

FLEET = """receivers:
  - {name: on-call, channel: pagerduty, secret: PAGER}
  - {name: team, channel: teams, secret: TEAM}
hours: {nights: {hours: "22:00-06:00"}}
routes:
  - {to: [on-call], severity: [critical], group_by: [endpoint], continue: true}
  - {to: [team], severity: [critical, warning], mute: [nights]}
"""
OWN = "model: churn\nalerts: {routes: [{to: [team], kind: [drift], labels: {column: 'a*'}}]}\n"
STORY = "# Nothing.\nendpoint e\n  deployment blue carries churn:6 since 30 days, traffic 100\n"


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / "policies" / name.replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return tmp_path / "policies"

    return write


def test_the_fleets_file_is_checked_as_a_policy_is(run, folder):
    well = run("policy", folder(fleet_yaml=FLEET) / "fleet.yaml")
    wrong = run("policy", folder(fleet_yml="default: a\n") / "fleet.yml")

    assert (well.returncode, well.stdout) == (0, "fleet.yaml names 2 receivers.\n")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "fleet.yml: default is a, which is no receiver; known are none.\n",
    )


def test_a_policy_with_its_defaults_is_one_document(run, folder):
    done = run("policy", "check", folder(a_yaml="model: a\n") / "a.yaml", "--json")

    assert json.loads(done.stdout)["alerts"]["flapping"]["changes"] == 4


def test_without_a_file_it_asks_for_one(run):
    done = run("policy")

    assert (done.returncode, done.stderr) == (3, "Name a policy file, or ask for --schema.\n")


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        (("--schema",), "policy"),
        (("--schema", "fleet"), "fleet"),
        (("schema", "--of", "fleet"), "fleet"),
    ],
)
def test_the_schemas_are_those_that_are_published(run, asked, file):
    """Write one anew with: driftgate policy schema --of fleet > samples/fleet.schema.json."""
    published = (ROOT / "samples" / f"{file}.schema.json").read_text()

    assert run("policy", *asked).stdout == published


def test_what_is_found_is_one_line_each_and_an_error_is_exit_code_2(run, folder):
    wrong = FLEET + "default: tea\n"
    done = run("policy", "lint", folder(fleet_yaml=wrong, churn_yaml=OWN))

    assert done.returncode == 2
    assert done.stdout.splitlines()[-2:] == [
        f"error {folder() / 'fleet.yaml'}: default is tea, which is no receiver; write team.",
        "1 error, 0 warnings.",
    ]


def test_warnings_are_exit_code_0_unless_it_is_strict(run, folder):
    path = folder(fleet_yaml=FLEET, churn_yaml=OWN)
    done = run("policy", "lint", path, "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "errors": 0,
        "warnings": 1,
        "found": [
            {
                "file": str(path / "fleet.yaml"),
                "weight": "warning",
                "sentence": "There is no default: an alert that no route takes is told to nobody; "
                "name one.",
            }
        ],
    }
    assert run("policy", "lint", path, "--strict").returncode == 2
    assert run("policy", "lint", path / "churn.yaml", "--strict").returncode == 0


def test_a_path_that_holds_no_policy_is_exit_code_3(run, folder):
    empty = folder(notes_md="")

    assert "holds no policy" in run("policy", "lint", empty).stderr
    gone = run("policy", "lint", empty / "no.yaml")
    assert gone.returncode == 3
    assert gone.stderr == f"{empty / 'no.yaml'} cannot be read: No such file or directory.\n"


def test_an_alert_is_shown_its_way_with_what_would_hold_it(run, folder):
    path = folder(fleet_yaml=FLEET, churn_yaml=OWN)
    done = run(
        *("policy", "route", "--policies", path, "--kind", "drift", "--severity", "critical"),
        *("--model", "churn", "--label", "endpoint=e", "--label", "column=b"),
        *("--at", "2026-02-03T23:00Z"),
    )

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "drift critical of churn with endpoint=e, column=b, Tuesday 2026-02-03 23:00 UTC",
        "  the policy's routes[0] no: its column is 'b', not a*",
        "  the fleet's routes[0] takes it",
        "  the fleet's routes[1] takes it",
        "on-call over pagerduty, by the fleet's routes[0]",
        "  first notice Tuesday 2026-02-03 23:00 UTC; one notice with others of endpoint=e of the"
        " model",
        "  waits 30 s, changes after 5 min, again each 4 h",
        "team over teams, by the fleet's routes[1]",
        "  first notice Wednesday 2026-02-04 06:00 UTC; one notice with all others of the model",
        "  waits 30 s, changes after 5 min, again each 4 h",
        "  held Its route mutes the hours nights, until Wednesday 2026-02-04 06:00 UTC.",
    ]


def test_where_a_worse_or_milder_one_goes_is_shown_when_no_severity_is_named(run, folder):
    path = folder(fleet_yaml=FLEET)
    done = run("policy", "route", "--policies", path, "--kind", "slow")

    assert done.stdout.splitlines()[0].startswith("slow warning of any, ")
    assert done.stdout.splitlines()[-2:] == [
        "With --severity critical it goes to on-call, team.",
        "With --severity info it goes to nobody.",
    ]


def test_an_alert_that_nobody_is_told_of_is_exit_code_2(run, folder):
    path = folder(fleet_yaml=FLEET)
    done = run(
        "policy", "route", "--policies", path, "--kind", "slow", "--severity", "info", "--json"
    )

    said = json.loads(done.stdout)
    assert done.returncode == 2
    assert said["told"] == []
    assert [one["why_not"] for one in said["tried"]] == [
        "its severity is info, not critical",
        "its severity is info, not critical or warning",
    ]


def test_without_a_kind_it_is_a_table_of_all(run, folder):
    path = folder(fleet_yaml=FLEET, churn_yaml=OWN)
    shown = run("policy", "route", "--policies", path, "--model", "churn")
    plain = run("policy", "route", "--policies", path, "--severity", "info", "--json")

    [errors] = [line for line in shown.stdout.splitlines() if line.strip().startswith("errors ")]
    assert errors.split() == ["errors", "critical", "critical,", "warning", "info"]
    assert "Routes that ask for labels take none of these" in shown.stdout
    assert set(map(len, json.loads(plain.stdout)["kinds"].values())) == {0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--kind", "slow"), "There is no fleet.yaml beside the policies"),
        (("--policies", "nowhere"), "There is no folder nowhere"),
        (("--at", "soon"), "at is 'soon', which is no time"),
    ],
)
def test_what_cannot_be_tried_is_told_in_a_sentence(run, folder, arguments, sentence):
    done = run("policy", "route", *arguments, DRIFTGATE_POLICIES=str(folder(churn_yaml=OWN)))

    assert done.returncode == 3
    assert sentence in done.stderr


def test_a_label_is_a_name_and_a_value(run, folder):
    path = folder(fleet_yaml=FLEET)

    assert run("policy", "route", "--policies", path, "--label", "green").returncode == 3


def test_the_stories_beside_the_policies_are_played(run, folder):
    held = run("policy", "test", folder(a_scenario=STORY + "at 00:40 nothing fires\n"))
    failed = run(
        "policy",
        "test",
        DRIFTGATE_POLICIES=str(folder(b_scenario=STORY + "at 00:40 expect alert drift of churn\n")),
    )

    assert (held.returncode, held.stdout.splitlines()[-1]) == (0, "1 of 1 scenarios held.")
    assert failed.returncode == 2
    assert "1 of 2 scenarios held." in failed.stdout


def test_no_story_at_all_is_no_success(run, folder):
    done = run("policy", "test", folder(a_yaml="model: a\n"))

    assert done.returncode == 3
    assert "holds no file that ends in .scenario" in done.stderr
