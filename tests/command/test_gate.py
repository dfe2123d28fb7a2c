"""`driftgate gate` as the step of a pipeline runs it."""

import json
from xml.etree import ElementTree

import pytest

from shared.cli.pipelines.azure_devops import to_logging_commands
from shared.cli.pipelines.github import to_annotations, to_summary
from shared.cli.pipelines.junit import to_junit
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict


@pytest.fixture
def home(tmp_path):
    """A home with one model, one policy that asks for nothing but a tag, and no endpoint."""
    models = tmp_path / "home/workspace/models/loan"
    models.mkdir(parents=True)
    (models / "7.yaml").write_text("metrics: {auc: 0.9, f1: 0.7}\ntags: {owner: risk}\n")
    (models / "8.yaml").write_text("metrics: {auc: 0.8}\ntags: {owner: risk, latency_ms: 150}\n")
    (tmp_path / "home/policies").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("arguments", "code", "verdict"),
    [
        (["7", "--min-auc", "0.84"], 0, "pass"),
        (["8", "--min-auc", "0.84"], 1, "fail"),
        (["8", "--max-latency-ms", "200"], 0, "pass"),
        (["7", "--max-latency-ms", "200"], 3, "inconclusive"),
        (["7", "--min", "f1=0.6", "--max", "f1=0.8"], 0, "pass"),
        (["7", "--min", "f1=0.6", "--min", "f1=0.75"], 1, "fail"),
        (["9", "--min-auc", "0.84"], 3, "error"),
        (["7"], 3, "error"),
    ],
)
def test_the_exit_code_is_that_of_the_verdict(run, home, arguments, code, verdict):
    done = run("gate", "loan", *arguments, "--json", home=home)

    assert done.returncode == code, done.stderr
    assert json.loads(done.stdout)["verdict"] == verdict


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--min", "f1"], "write NAME=NUMBER"),
        (["--max", "f1=high"], "write NAME=NUMBER"),
        (["--min-auc", "nan"], "give a finite number"),
        (["--logging-commands", "jenkins"], "azure-devops"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_read(run, home, arguments, sentence):
    done = run("gate", "loan", "7", *arguments, home=home)

    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.replace("│", " ").split())


def test_the_gates_of_the_policy_hold_beside_the_limits(run, home):
    policy = "model: loan\ngates: {min_auc: 0.85, required_tags: [owner, reviewed]}\n"
    (home / "policies/loan.yaml").write_text(policy)

    done = run("gate", "loan", "7", "--min-auc", "0.5", "--json", home=home)

    found = {finding["rule"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert found["metric_gate"]["limit"] == 0.85
    assert found["tags_gate"]["reason"] == "tags_missing"


def test_a_policy_that_is_wrong_lets_nothing_pass(run, home):
    (home / "policies/loan.yaml").write_text("model: loan\ngate: {}\n")

    done = run("gate", "loan", "7", "--min-auc", "0.5", home=home)

    assert done.returncode == 3
    assert "gate" in done.stdout


def test_a_missing_metric_says_what_is_recorded(run, home):
    done = run("gate", "loan", "7", "--min", "recall=0.5", "--json", home=home)

    assert done.returncode == 3
    assert "recall is not recorded for loan:7 (recorded: auc, f1)" in done.stdout


def test_the_results_are_a_junit_file(run, home, tmp_path):
    target = tmp_path / "gate.xml"
    run("gate", "loan", "8", "--min-auc", "0.84", "--min", "f1=1", "--junit", target, home=home)

    [suite] = ElementTree.fromstring(target.read_bytes())  # noqa: S314  our own file
    assert suite.attrib["tests"] == "2"
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.attrib["message"] == "auc is 0.8, below the floor of 0.84."


def test_azure_devops_is_told_in_its_own_words(run, home):
    done = run(
        *("gate", "loan", "8", "--min-auc", "0.84", "--logging-commands", "azure-devops"), home=home
    )

    assert [line for line in done.stdout.splitlines() if line.startswith("##vso")] == [
        "##vso[task.logissue type=error]loan:8: auc is 0.8, below the floor of 0.84.",
        "##vso[task.setvariable variable=driftgateVerdict;isOutput=true;isReadOnly=true]fail",
        "##vso[task.complete result=Failed]The gates of loan:8: fail",
    ]


def test_github_is_told_in_its_own_words(run, home, tmp_path):
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = run(
        *("gate", "loan", "8", "--min-auc", "0.84", "--logging-commands", "github"),
        home=home,
        **{name: str(path) for name, path in files.items()},
    )

    assert (
        "::error title=metric_gate of loan%3A8::auc is 0.8, below the floor of 0.84."
        in done.stdout.splitlines()
    )
    assert files["GITHUB_OUTPUT"].read_text() == "verdict=fail\n"
    assert "| metric_gate metric/auc | fail |" in files["GITHUB_STEP_SUMMARY"].read_text()


HOSTILE = "x\n##vso[task.setvariable variable=a]b\r\n::set-output name=a::b\x00 | <b> %0A"


def hostile():
    return Finding(
        rule=Rule.METRIC_GATE,
        thing=HOSTILE,
        verdict=Verdict.FAIL,
        reason="below_floor",
        sentence=HOSTILE,
    )


def test_a_hostile_name_gives_azure_devops_no_command_of_its_own():
    lines = to_logging_commands(HOSTILE, [hostile()], Verdict.FAIL)

    assert len(lines) == 3
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert all(line.startswith("##vso[task.") for line in lines)
    assert "%AZP250A" in lines[0]


def test_a_hostile_name_gives_github_no_command_of_its_own():
    [line] = to_annotations(HOSTILE, [hostile()])

    assert "\n" not in line
    assert "\r" not in line
    title = line.partition("::error title=")[2].partition("::")[0]
    assert "%0A##vso" in title
    assert "::set-output" not in title


def test_a_hostile_name_makes_no_row_or_tag_in_the_summary():
    summary = to_summary(HOSTILE, [hostile()], Verdict.FAIL)

    assert len(summary.splitlines()) == 5
    assert "<b>" not in summary


def test_a_hostile_name_leaves_the_junit_file_well_formed():
    [suite] = ElementTree.fromstring(to_junit(HOSTILE, [hostile()]))  # noqa: S314

    assert len(suite) == 1


def test_a_hostile_tag_gives_no_command_in_the_table_or_in_json(run, home):
    policy = 'model: loan\ngates: {required_tags: ["##vso[task.complete]"]}\n'
    (home / "policies/loan.yaml").write_text(policy)

    for arguments in ([], ["--json"]):
        done = run("gate", "loan", "7", *arguments, home=home)
        assert done.returncode == 1
        assert "##vso[" not in done.stdout


def test_a_finding_that_is_told_only_breaks_no_build():
    told = Finding(
        rule=Rule.SCHEMA_GATE,
        thing="model/loan",
        verdict=Verdict.FAIL,
        reason="breaking_change",
        sentence="income was added.",
        enforced=False,
    )

    [suite] = ElementTree.fromstring(to_junit("loan:7", [told]))  # noqa: S314
    [first, *_] = to_logging_commands("loan:7", [told], Verdict.PASS)

    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("0", "1")
    assert first.startswith("##vso[task.logissue type=warning]")
