"""How each command ends: refused, at a fault, and interrupted, by one table of all of them."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import shared.bootstrap
from shared.cli.commands import app
from shared.cli.terminal.ending import Ending
from shared.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]
SAID = ["--because", "x", "--author", "a"]
MEANT = {
    "acknowledge": ["0f0f", "--until", "1d", *SAID],
    "acknowledgements": [],
    "alerts": [],
    "approvals": [],
    "approve": ["churn", "7", *SAID],
    "deadletters": [],
    "deadletters edit": ["0f0f", "--undo"],
    "deadletters list": [],
    "deadletters purge": ["--queue", "checks", *SAID],
    "deadletters resubmit": ["--queue", "checks"],
    "deadletters show": ["0f0f"],
    "diagnose": ["endpoint", "blue"],
    "erase": ["model/churn", *SAID],
    "events": [],
    "explain": ["0f0f"],
    "gate": ["churn", "7"],
    "health": ["endpoint"],
    "intend": ["endpoint", "--standby", "blue", "--until", "1d", *SAID],
    "intents": [],
    "override": ["churn", "7", "--gate", "errors", "--until", "1d", *SAID],
    "overrides": [],
    "policy route": [],
    "promotions": [],
    "release": ["0f0f", *SAID],
    "replay": [],
    "replays": [],
    "report": ["churn", "7"],
    "resume-replay": ["lost", *SAID],
    "resume-retraining": ["churn", *SAID],
    "retention": [],
    "retrainings": [],
    "rollout": ["churn", "7"],
    "send": ["samples/events/arm_online_deployment_write_success.derived.json"],
    "serve": ["--port", "0"],
    "silence": ["model=churn", "--until", "1d", *SAID],
    "silences": [],
    "smoke": [],
    "status": [],
    "stop-replay": ["lost", *SAID],
    "unsilence": ["0f0f", *SAID],
    "verify": [],
    "watch": ["--once"],
    "withdraw": ["endpoint", "0f0f", *SAID],
    "withdraw-approval": ["churn", "0f0f", *SAID],
    "withdraw-override": ["churn", "0f0f", *SAID],
}
"""What is connected before anything else is done, with words that can be meant."""
REFUSED = {
    "canary": ["nowhere.csv", "nowhere.csv"],
    "drift": ["nowhere.csv", "nowhere.csv"],
    "performance": ["nowhere.csv", "nowhere.csv", "--score", "p", "--label", "l"],
    "policy check": ["nowhere.yaml"],
    "policy lint": ["nowhere.yaml"],
    "policy test": ["nowhere.scenario"],
    "profile": ["nowhere.csv", "out.json"],
    "scenario": ["nowhere.scenario"],
    "whatif": [],
}
"""What works on files, with files that are not there."""
NEVER = {"demo", "policy schema"}
"""What takes nothing that could be wrong."""
ENDS_AS_PIPELINES_EXPECT = "gate"


def test_every_command_stands_in_one_of_the_tables():
    assert sorted(_names(typer.main.get_command(app))) == sorted({*MEANT, *REFUSED, *NEVER})


@pytest.mark.parametrize("command", sorted(REFUSED))
def test_a_file_that_is_not_there_is_refused_in_one_sentence(run, command):
    done = run(*command.split(), *REFUSED[command])

    assert (done.returncode, done.stdout) == (Ending.REFUSED, "")
    assert re.fullmatch(r"[^\n]+\.\n", done.stderr)


@pytest.mark.parametrize("command", sorted(MEANT))
def test_a_setting_that_cannot_be_meant_is_refused_in_one_sentence(run, command):
    done = run(*command.split(), *MEANT[command], DRIFTGATE_ADAPTERS="cloud")

    assert (done.returncode, done.stdout) == (Ending.REFUSED, "")
    assert re.fullmatch(r"DRIFTGATE_ADAPTERS [^\n]+\.\n", done.stderr)


@pytest.mark.parametrize("command", sorted(MEANT))
def test_what_does_not_answer_is_a_fault_in_one_sentence(run, monkeypatch, command):
    monkeypatch.setattr(shared.bootstrap, "build", _raising(Unavailable("Nobody answers.")))

    done = run(*command.split(), *MEANT[command])

    code = 3 if command == ENDS_AS_PIPELINES_EXPECT else Ending.FAULT
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "Nobody answers.\n")


@pytest.mark.parametrize("command", sorted(MEANT))
def test_whoever_interrupts_gets_one_line(run, monkeypatch, command):
    monkeypatch.setattr(shared.bootstrap, "build", _raising(KeyboardInterrupt()))

    done = run(*command.split(), *MEANT[command])

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nInterrupted.\n")


def test_whoever_interrupts_at_a_question_gets_one_line_too(run, monkeypatch):
    monkeypatch.setattr(shared.bootstrap, "build", _raising(typer.Abort()))

    done = run("status")

    assert (done.returncode, done.stderr) == (130, "\nInterrupted.\n")


@pytest.mark.parametrize("command", sorted({*MEANT, *REFUSED, *NEVER}))
def test_an_option_that_is_none_is_refused(run, command):
    done = run(*command.split(), "--no-such-option")

    code = 2 if command == ENDS_AS_PIPELINES_EXPECT else Ending.REFUSED
    assert (done.returncode, done.stdout) == (code, "")
    assert "No such option: --no-such-option" in done.stderr


@pytest.mark.parametrize("words", [["no-such-command"], ["--no-such-option"], ["policy", "lint"]])
def test_words_that_are_no_command_are_refused(run, words):
    assert run(*words).returncode == Ending.REFUSED


@pytest.mark.parametrize("command", sorted({*MEANT, *REFUSED, *NEVER}))
def test_what_help_says_of_exit_codes_is_one_of_them(run, command):
    """`gate` says its own."""
    text = " ".join(run(*command.split(), "--help").stdout.split())
    told = re.search(r"Exit codes?:? (0.*?)\. ", text)

    if told is not None:
        codes = {int(one) for one in re.findall(r"\b\d+\b", told[1])}
        assert codes <= set(Ending)


def test_each_exit_code_stands_in_the_documentation():
    table = (ROOT / "docs" / "exit-codes.md").read_text()

    assert {int(one) for one in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == set(Ending)


@pytest.mark.parametrize("module", ["typer", "shared.cli.known.looking", "shared.bootstrap"])
def test_ctrl_c_while_it_starts_is_one_line_and_no_traceback(tmp_path, module):
    """A real signal to a real process, at the moment when it imports a module."""
    done = subprocess.run(  # noqa: S603  our own interpreter and our own command
        [sys.executable, "-c", _INTERRUPTED_AT, module, "status"],
        cwd=ROOT,
        env={"DRIFTGATE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nInterrupted.\n")


_INTERRUPTED_AT = f"""
import os, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            os.kill(os.getpid(), {int(signal.SIGINT)})

module = sys.argv.pop(1)
sys.meta_path.insert(0, Interrupting())
from shared.cli.main import main
main()
"""


def _names(group, before=""):
    """Of a group too, where it does something without a subcommand."""
    for name, command in group.commands.items():
        whole = f"{before}{name}"
        inner = getattr(command, "commands", None)
        if inner is None or command.invoke_without_command:
            yield whole
        if inner is not None:
            yield from _names(command, f"{whole} ")


def _raising(problem):
    def raises(*_, **__):
        raise problem

    return raises
