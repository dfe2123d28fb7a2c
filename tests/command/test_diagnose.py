"""`driftgate diagnose`: of a deployment of the workspace, or of a log in a file."""

import json
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[1] / "diagnosis" / "corpus"


def test_a_log_in_a_file_is_diagnosed_for_people(run):
    done = run("diagnose", "--file", CORPUS / "missing-package-lightgbm.log")

    assert (done.returncode, done.stderr) == (0, "")
    cause, sentence, where, fix, quoted = done.stdout.splitlines()
    assert cause == "missing module"
    assert sentence.startswith("src/score.py line 7 imports lightgbm, which is not installed")
    assert where == "Where  src/score.py line 7"
    assert fix.startswith("Do     Add `lightgbm`")
    assert quoted == "  | ModuleNotFoundError: No module named 'lightgbm'"


def test_a_log_in_a_file_is_diagnosed_for_programs(run):
    done = run("diagnose", "--file", CORPUS / "memory-killed-in-init.log", "--json")

    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert (told["cause"], told["basis"], told["where"]) == ("out_of_memory", "inferred", None)
    assert told["quoted"] == ["Worker (pid:38) was sent SIGKILL! Perhaps out of memory?"]


@pytest.mark.parametrize("log", ["healthy-plain", "unknown-blank"])
def test_a_log_that_does_not_tell_exits_four(run, log):
    done = run("diagnose", "--file", CORPUS / f"{log}.log")

    assert done.returncode == 4
    assert done.stdout.startswith("unknown\n")


def test_a_deployment_of_the_workspace_is_diagnosed(run, tmp_path):
    folder = tmp_path / "workspace"
    (folder / "endpoints").mkdir(parents=True)
    (folder / "endpoints" / "ep.yaml").write_text("deployments: {blue: {}, green: {}}\n")
    (folder / "logs" / "ep").mkdir(parents=True)
    (folder / "logs" / "ep" / "green.log").write_text("MemoryError\n" + "line\n" * 40)
    here = {"DRIFTGATE_WORKSPACE": str(folder)}

    green = run("diagnose", "ep", "green", "--json", **here)
    cut = run("diagnose", "ep", "green", "--lines", "20", **here)
    blue = run("diagnose", "ep", "blue", "--json", **here)

    assert (green.returncode, json.loads(green.stdout)["cause"]) == (0, "out_of_memory")
    assert cut.returncode == 4
    assert json.loads(blue.stdout)["sentence"].startswith("The log is empty")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--file", "nowhere.log"], 3, "nowhere.log cannot be read: No such file or directory."),
        (["nowhere", "green"], 3, "The workspace has no online endpoint nowhere."),
        (
            ["loan-endpoint", "red"],
            3,
            "loan-endpoint has no deployment red; it has blue.",
        ),
        (["loan-endpoint"], 3, "Give an endpoint and a deployment, or --file LOG."),
        (["loan-endpoint", "blue", "--file", "x"], 3, "Give a deployment or --file, not both."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, words, code, sentence):
    done = run("diagnose", *words)

    assert done.returncode == code
    assert sentence in " ".join(done.stderr.replace("│", " ").split())


def test_markup_in_a_log_is_shown_and_not_obeyed(run, tmp_path):
    log = tmp_path / "log"
    log.write_text("FileNotFoundError: [Errno 2] No such file or directory: '/m/[red]x.pkl'\n")

    assert "looks for the model at /m/[red]x.pkl" in run("diagnose", "--file", log).stdout
