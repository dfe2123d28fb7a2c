"""`driftgate scenario`: a model owner's stories, played in a pipeline."""

import json
from xml.etree import ElementTree

import pytest

WORLD = (
    "# Green waits.\nendpoint churn-endpoint\n"
    "  deployment blue carries churn:6 since 30 days, traffic 100\n"
    "at 00:05 deployment green succeeds, carries churn:7\n"
)
HELD = WORLD + "at 00:35 expect alert no_traffic critical of green\n"
BROKEN = WORLD + "at 00:40 nothing fires\n"


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.scenario").write_text(text)
        return str(tmp_path)

    return write


def test_what_holds_is_exit_code_0_with_one_line_a_scenario(run, folder):
    done = run("scenario", folder(held=HELD))

    assert done.returncode == 0
    assert done.stdout.splitlines() == ["held held Green waits.", "1 of 1 scenarios held."]


def test_what_was_told_is_shown_where_asked_for(run, folder):
    done = run("scenario", folder(held=HELD), "--told")

    assert "00:35 alert no_traffic critical of endpoint/churn-endpoint: " in done.stdout


def test_what_does_not_hold_is_exit_code_2_with_the_line_and_what_was_told(run, folder):
    done = run("scenario", folder(held=HELD, broken=BROKEN))

    assert done.returncode == 2
    assert "failed broken Green waits." in done.stdout
    assert "line 5: at 00:40 nothing fires" in done.stdout
    assert "firing: 00:35 alert no_traffic critical" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 of 2 scenarios held."


def test_a_file_that_cannot_be_understood_is_exit_code_3_and_stops_no_other(run, folder):
    done = run("scenario", folder(a=WORLD + "at 01:00 trafic none\n", held=HELD))

    assert done.returncode == 3
    assert done.stderr.startswith("a.scenario line 5: 'trafic none' is not understood; ")
    assert "held held Green waits." in done.stdout


def test_programs_get_one_document(run, folder):
    done = run("scenario", folder(held=HELD, broken=BROKEN, c="at 01:00\n"), "--json")

    said = json.loads(done.stdout)
    assert (said["held"], said["failed"]) == (1, 1)
    assert [one["scenario"] for one in said["scenarios"]] == ["broken", "held"]
    assert said["scenarios"][0]["failures"][0]["line"] == 5
    assert said["scenarios"][1]["told"][0]["kind"] == "no_traffic"
    assert [one["scenario"] for one in said["not_understood"]] == ["c"]


def test_pipelines_get_a_test_case_a_scenario(run, folder, tmp_path):
    run(
        "scenario",
        folder(held=HELD, broken=BROKEN, c="at 01:00\n"),
        "--junit",
        str(tmp_path / "junit.xml"),
    )

    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]  # noqa: S314  our own file
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {"broken": ["failure"], "held": ["system-out"], "c": ["error"]}
    assert "nothing fires" in suite[0][0].get("message")


def test_without_events_the_timers_alone_have_to_find_it(run, folder):
    fails = WORLD.replace("succeeds", "fails") + "within 5 min expect alert deployment_failed\n"
    late = "# Told.\nonly an event can tell: a lost write\n" + BROKEN
    files = folder(fails=fails, late=late)

    assert "00:05 alert deployment_failed" in run("scenario", files, "--told").stdout
    done = run("scenario", files, "--without-events", "--told")
    assert done.returncode == 0
    assert "00:10 alert deployment_failed" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 of 1 scenarios held."
