"""`driftgate gate` as the step of a pipeline runs it."""

import json
from xml.etree import ElementTree

import pytest

from shared.cli.promotion.gate_screen import print_report
from shared.cli.promotion.pipelines.azure_devops import to_logging_commands
from shared.cli.promotion.pipelines.github import to_annotations, to_output
from shared.cli.promotion.pipelines.junit import to_junit
from shared.cli.promotion.pipelines.markdown import to_markdown
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.service.gating import GateReport
from tests.conftest import NOON


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
        (["7", "--stage", "nowhere", "--min-auc", "0.84"], 3, "error"),
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
        (["--skip", "wind"], "is no gate; they are metrics"),
        (["--policy", "nowhere.yaml"], "does not exist"),
        (["--model", "loan:7"], "not both"),
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


def test_a_version_may_be_written_as_name_and_version_in_one(run, home):
    for written in ("loan:7", "azureml:loan:7"):
        done = run("gate", "--model", written, "--min-auc", "0.84", "--json", home=home)
        assert (done.returncode, json.loads(done.stdout)["version"]) == (0, "7")

    unfinished = run("gate", "--model", "loan", "--min-auc", "0.84", home=home)
    assert unfinished.returncode == 2


def test_a_policy_file_is_used_in_place_of_the_stored_one(run, home, tmp_path):
    (home / "policies/loan.yaml").write_text("model: loan\ngates: {min_auc: 0.99}\n")
    proposed = tmp_path / "proposed.yaml"
    proposed.write_text("model: loan\ngates: {min_auc: 0.85}\n")

    assert run("gate", "loan", "7", home=home).returncode == 1
    assert run("gate", "loan", "7", "--policy", proposed, home=home).returncode == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("model: loan\ngate: {}\n", "gate is not a known key"),
        ("model: other\n", "The policy that was given is of other, not of loan"),
    ],
)
def test_a_policy_file_that_cannot_be_used_is_an_error(run, home, tmp_path, content, sentence):
    proposed = tmp_path / "proposed.yaml"
    proposed.write_text(content)

    done = run("gate", "loan", "7", "--policy", proposed, "--json", home=home)

    [finding] = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding["reason"]) == (3, "refused")
    assert sentence in finding["sentence"]


STAGES = """\
model: loan
stages:
  - {name: staging, gates: {min_auc: 0.85}}
  - {name: production, gates: {min_auc: 0.95}}
"""


def test_each_stage_has_the_gates_of_its_own_entrance(run, home):
    (home / "policies/loan.yaml").write_text(STAGES)

    for arguments, code, stage in (
        ([], 0, "staging"),
        (["--stage", "production"], 1, "production"),
    ):
        done = run("gate", "loan", "7", *arguments, "--json", home=home)
        assert (done.returncode, json.loads(done.stdout)["stage"]) == (code, stage)

    nowhere = run("gate", "loan", "7", "--stage", "prod", "--json", home=home)
    assert "loan has no stage prod; its stages are staging, production." in nowhere.stdout


def test_a_gate_that_is_left_out_is_named_in_every_report(run, home, tmp_path):
    policy = "model: loan\ngates: {min_auc: 0.85, required_tags: [reviewed]}\n"
    (home / "policies/loan.yaml").write_text(policy)
    summary = tmp_path / "made/summary.md"

    done = run("gate", "loan", "7", "--skip", "tags", "--markdown", summary, home=home)

    assert done.returncode == 0
    assert "Left out, as asked: tags." in done.stdout
    assert "Left out by whoever asked: tags." in summary.read_text()


def test_leaving_out_every_gate_lets_nothing_pass(run, home):
    (home / "policies/loan.yaml").write_text("model: loan\ngates: {min_auc: 0.85}\n")

    done = run("gate", "loan", "7", "--skip", "metrics", "--skip", "schema", home=home)

    assert done.returncode == 3
    assert "Nothing is asked of loan:7" in " ".join(done.stdout.split())


def test_the_table_has_the_number_its_limit_its_age_and_what_to_do(run, home):
    done = run("gate", "loan", "8", "--min-auc", "0.84", home=home)

    text = " ".join(done.stdout.split())
    assert "metric_gate" in text
    assert "limit 0.84" in done.stdout
    assert "just read" in done.stdout
    assert "Train a better version" in text


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

    issue, verdict, missing, evidence, end = [
        line for line in done.stdout.splitlines() if line.startswith("##vso")
    ]
    assert issue.startswith(
        "##vso[task.logissue type=error]loan:8: auc is 0.8, below the floor of 0.84. Train"
    )
    options = "isOutput=true;isReadOnly=true"
    assert verdict == f"##vso[task.setvariable variable=driftgateVerdict;{options}]fail"
    assert missing == f"##vso[task.setvariable variable=driftgateMissing;{options}]metric_gate"
    assert len(evidence.rpartition("]")[2]) == 64
    assert end == "##vso[task.complete result=Failed]The gates of loan:8: fail"


def test_azure_devops_shows_the_summary_of_the_run(run, home, tmp_path):
    arguments = ("gate", "loan", "8", "--min-auc", "0.8", "--logging-commands", "azure-devops")
    asked = tmp_path / "asked.md"

    done = run(*arguments, "--markdown", asked, home=home)
    agents = run(*arguments, home=home, AGENT_TEMPDIRECTORY=str(tmp_path))

    assert f"##vso[task.uploadsummary]{asked}" in done.stdout.splitlines()
    made = tmp_path / "driftgate-gate.md"
    assert f"##vso[task.uploadsummary]{made}" in agents.stdout.splitlines()
    assert "### Gates of loan:8: pass" in asked.read_text()
    assert "### Gates of loan:8: pass" in made.read_text()


def test_github_is_told_in_its_own_words(run, home, tmp_path):
    files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = run(
        *("gate", "loan", "8", "--min-auc", "0.84", "--logging-commands", "github"),
        home=home,
        **{name: str(path) for name, path in files.items()},
    )

    assert (
        "::error title=metric_gate of loan%3A8::auc is 0.8, below the floor of 0.84. "
        in done.stdout
    )
    verdict, missing, evidence = files["GITHUB_OUTPUT"].read_text().splitlines()
    assert (verdict, missing) == ("verdict=fail", "missing=metric_gate")
    assert len(evidence.removeprefix("evidence=")) == 64
    summary = files["GITHUB_STEP_SUMMARY"].read_text()
    assert "| metric_gate metric/auc | fail | 0.8 | 0.84 |" in summary


HOSTILE = (
    "x\n##vso[task.setvariable variable=a]b\r\n::set-output name=a::b\x00 | <b> %0A\u202e"
    " ###[error] :::add-mask::y [a](https://evil.example) " + "w" * 300 + " ::stop-commands::z"
)


def report_of(finding, model="loan", version="7"):
    return GateReport(model=model, version=version, at=NOON, findings=(finding,))


def hostile():
    finding = Finding(
        rule=Rule.METRIC_GATE,
        thing=HOSTILE,
        verdict=Verdict.FAIL,
        reason="below_floor",
        sentence=HOSTILE,
    )
    return report_of(finding, HOSTILE, HOSTILE)


def test_a_hostile_name_gives_azure_devops_no_command_of_its_own():
    lines = to_logging_commands(hostile())

    assert len(lines) == 5
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert all(line.startswith("##vso[task.") for line in lines)
    assert all(line.count("##vso[") == 1 for line in lines)
    assert "%AZP250A" in lines[0]


def test_a_hostile_name_gives_github_no_command_of_its_own():
    [line] = to_annotations(hostile())

    assert "\n" not in line
    assert "\r" not in line
    title = line.partition("::error title=")[2].partition("::")[0]
    assert "%0A##vso" in title
    assert "::set-output" not in title
    assert len(to_output(hostile()).splitlines()) == 3


def test_a_hostile_name_gives_no_command_wherever_the_table_breaks_its_line(capsys):
    print_report(hostile())

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert not [line for line in lines if "##" in line or "::" in line]
    assert not [line for line in lines if not line.isprintable()]


def test_a_hostile_name_makes_no_row_or_tag_in_the_summary():
    summary = to_markdown(hostile())

    assert len(summary.splitlines()) == 9
    assert "<b>" not in summary
    assert "](" not in summary.replace("\\](", "")
    assert "https://" not in summary


def test_a_hostile_name_leaves_the_junit_file_well_formed():
    [suite] = ElementTree.fromstring(to_junit(hostile()))  # noqa: S314

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

    [suite] = ElementTree.fromstring(to_junit(report_of(told)))  # noqa: S314
    [first, *_] = to_logging_commands(report_of(told))

    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("0", "1")
    assert first.startswith("##vso[task.logissue type=warning]")
