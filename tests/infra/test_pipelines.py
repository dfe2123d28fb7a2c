"""Both pipelines ask the same gate in the same order, and hand names over as variables.

So do those that Driftgate starts, which declare what it gives them: two that promote, and two that
train.
"""

import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
import yaml
from typer.testing import CliRunner

from shared.cli.commands import app
from shared.domain.action import RequestRetraining
from shared.domain.world import RETRAINING_TAG
from shared.service.retraining.orders import pipeline_order
from tests.infra.bicep import INFRA

AZURE = yaml.safe_load((INFRA / "pipelines" / "azure-pipelines.yml").read_text())
GITHUB = yaml.safe_load((INFRA / "pipelines" / "github-actions.yml").read_text())
AZURE_STAGE = yaml.safe_load((INFRA / "pipelines" / "azure-stage.yml").read_text())
GITHUB_STAGE = yaml.safe_load((INFRA / "pipelines" / "github-stage.yml").read_text())
AZURE_RETRAIN = yaml.safe_load((INFRA / "pipelines" / "azure-retrain.yml").read_text())
GITHUB_RETRAIN = yaml.safe_load((INFRA / "pipelines" / "github-retrain.yml").read_text())
GIVEN = {"model", "version", "stage", "correlationId"}
STAGES = ["validate_model", "deploy_to_staging", "production"]
PLACEHOLDER = re.compile(r"\$\(|\$\{\{")


def steps_of(value):
    """Every step anywhere below."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "steps":
                yield from one
            else:
                yield from steps_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from steps_of(one)


def script(step):
    return step.get("bash") or step.get("run") or step.get("inputs", {}).get("inlineScript")


WHOLE = (AZURE, GITHUB, AZURE_STAGE, GITHUB_STAGE, AZURE_RETRAIN, GITHUB_RETRAIN)
SCRIPTS = [text for pipeline in WHOLE for text in map(script, steps_of(pipeline)) if text]


def gate_command(steps):
    [command] = [text for text in map(script, steps) if text and text.startswith("driftgate ")]
    return shlex.split(command)


def test_both_have_the_same_stages_one_after_the_other():
    assert [stage["stage"] for stage in AZURE["stages"]] == STAGES == list(GITHUB["jobs"])
    for before, stage in zip(AZURE["stages"], AZURE["stages"][1:], strict=False):
        assert stage["dependsOn"] == before["stage"]
        assert stage["condition"] == "succeeded()"
        assert GITHUB["jobs"][stage["stage"]]["needs"] == before["stage"]


@pytest.mark.parametrize("pipeline", [AZURE, GITHUB], ids=["azure-devops", "github"])
def test_the_command_understands_the_line_that_the_pipeline_writes(pipeline, monkeypatch, tmp_path):
    """It gets as far as the gate, and a version nobody knows is an error, not wrong usage."""
    monkeypatch.setenv("DRIFTGATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    line = [word.replace("$", "") for word in gate_command(list(steps_of(pipeline)))]

    done = CliRunner().invoke(app, line[1:])

    assert done.exit_code == 3, done.output
    assert (tmp_path / "gate.xml").is_file()


@pytest.mark.parametrize(("pipeline", "tongue"), [(AZURE, "azure-devops"), (GITHUB, "github")])
def test_the_gate_is_asked_for_the_same_limits(pipeline, tongue):
    assert gate_command(list(steps_of(pipeline))) == [
        *("driftgate", "gate", "$MODEL", "$VERSION"),
        *("--min-auc", "0.84", "--max-latency-ms", "200"),
        *("--junit", "gate.xml", "--logging-commands", tongue),
    ]


def test_what_the_gate_saw_is_published_when_it_failed_too():
    [published] = [s for s in steps_of(AZURE) if s.get("task") == "PublishTestResults@2"]
    [kept] = [s for s in steps_of(GITHUB) if "upload-artifact" in s.get("uses", "")]

    assert published["condition"] == "succeededOrFailed()"
    assert published["inputs"]["testResultsFormat"] == "JUnit"
    assert published["inputs"]["testResultsFiles"] == kept["with"]["path"] == "gate.xml"
    assert kept["if"] == "${{ !cancelled() }}"


def test_a_gate_that_did_not_pass_stops_the_pipeline():
    for pipeline in WHOLE:
        for step in steps_of(pipeline):
            assert not step.get("continueOnError", step.get("continue-on-error", False))
    for text in SCRIPTS:
        assert "|| true" not in text


def test_production_waits_for_the_check_of_its_environment():
    [job] = AZURE["stages"][2]["jobs"]
    twin = GITHUB["jobs"]["production"]
    first = twin["steps"][0]

    assert job["environment"] == "driftgate-production" == twin["environment"]
    assert job["deployment"] == "production"
    assert "/api/gate/$MODEL/$VERSION" in first["run"]
    assert "'.status == \"successful\"'" in first["run"]


def test_what_driftgate_starts_declares_all_it_is_given():
    """Both platforms refuse a parameter that a pipeline does not declare."""
    inputs = GITHUB_STAGE[True]["workflow_dispatch"]["inputs"]

    assert {one["name"] for one in AZURE_STAGE["parameters"]} == GIVEN == inputs.keys()
    for name in GIVEN - {"correlationId"}:
        assert inputs[name]["required"] is True


def test_what_trains_declares_all_that_a_retraining_is_given():
    request = RequestRetraining(model="churn", cause="drift", window="a/b", pipeline="12")
    order = pipeline_order(request, datetime(2026, 2, 3, tzinfo=UTC))
    inputs = GITHUB_RETRAIN[True]["workflow_dispatch"]["inputs"]

    given = {*order.parameters, "correlationId"}
    assert {one["name"] for one in AZURE_RETRAIN["parameters"]} == given == inputs.keys()


def test_a_training_waits_for_approval_and_its_version_is_recognised():
    [stage] = AZURE_RETRAIN["stages"]
    [job] = stage["jobs"]
    [command] = [text for text in map(script, steps_of(AZURE_RETRAIN)) if text]
    [twin] = [text for text in map(script, steps_of(GITHUB_RETRAIN)) if text]

    assert job["environment"] == "driftgate-retraining"
    assert GITHUB_RETRAIN["jobs"]["retrain"]["environment"] == "driftgate-retraining"
    for text in (command, twin):
        assert f'"tags.{RETRAINING_TAG}=$RETRAINING"' in text
        assert f'--tags "{RETRAINING_TAG}=$RETRAINING"' in text
        assert text.index("grep --line-regexp Completed") < text.index("az ml model create")


@pytest.mark.parametrize("pipeline", [GITHUB_STAGE, GITHUB_RETRAIN], ids=["stage", "retrain"])
def test_a_run_on_github_has_the_name_it_is_found_by(pipeline):
    assert pipeline["run-name"] == "${{ inputs.correlationId }}"


def test_a_stage_waits_for_its_environment_before_its_first_step():
    [stage] = AZURE_STAGE["stages"]
    [job] = stage["jobs"]
    twin = GITHUB_STAGE["jobs"]["deploy"]

    assert job["environment"] == "driftgate-${{ parameters.stage }}"
    assert twin["environment"] == "driftgate-${{ inputs.stage }}"
    assert '--data-urlencode "stage=$STAGE"' in twin["steps"][0]["run"]


def test_the_way_the_check_is_set_up_is_that_of_the_function():
    text = (INFRA.parent / "docs" / "pipelines.md").read_text()
    functions = (INFRA.parent / "functions" / "promotion.py").read_text()
    doors = (INFRA.parent / "shared" / "web" / "doors.py").read_text()

    assert 'route="api/checks/environment"' in doors
    assert "/api/checks/environment`" in text
    assert "the key of the function `environment_check_asked`" in text
    assert 'function_name("environment_check_asked")' in functions


def test_no_value_from_outside_is_written_into_a_script():
    for text in SCRIPTS:
        assert not PLACEHOLDER.search(text), text


def test_nothing_signs_in_with_a_stored_password():
    assert GITHUB["permissions"] == {"contents": "read", "id-token": "write"}
    text = "".join(path.read_text() for path in (INFRA / "pipelines").glob("*.yml"))
    assert GITHUB_STAGE["permissions"] == GITHUB["permissions"] == GITHUB_RETRAIN["permissions"]
    assert set(re.findall(r"secrets\.(\w+)", text)) == {"DRIFTGATE_GATE_KEY"}
    assert "client-secret" not in text


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_is_one_that_the_shell_can_read(text):
    shell = shutil.which("bash")
    assert shell is not None

    assert subprocess.run([shell, "-n", "-c", text], check=False).returncode == 0  # noqa: S603
