"""The command on real terminals and pipes: colours, width, readers that go, Tab, the start."""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest

import shared.bootstrap
from shared.cli.reach import complete
from tests.command.served import Answering, served
from tests.service.explained import Night

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "shared.cli.main"]
HEAVY = {
    *("azure", "fastapi", "jinja2", "numpy", "opentelemetry", "polars", "pyarrow", "pydantic"),
    *("requests", "scipy", "sqlite3", "uvicorn", "vl_convert", "yaml"),
}


def environment(home, **more):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "DRIFTGATE_HOME": str(home), "PYTHONPATH": str(ROOT), **more}


def on_a_terminal(home, columns, *words, **more):
    """What a command writes to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    shown = environment(home, TERM="xterm-256color", COLUMNS=str(columns), **more)
    with subprocess.Popen(  # noqa: S603  our own interpreter and our own command
        [*COMMAND, *words], cwd=ROOT, env=shown, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        written = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                read = os.read(ours, 65536)
            except OSError:
                break
            if not read:
                break
            written += read
        process.wait()
    os.close(ours)
    return written.decode()


@pytest.fixture
def home(scene):
    return Night(scene).told().scene.home


def test_colours_are_for_terminals_and_for_whoever_wants_them(home):
    assert "\x1b[" in on_a_terminal(home, 80, "alerts")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", on_a_terminal(home, 80, "alerts", NO_COLOR="1"))
    piped = subprocess.run(  # noqa: S603  our own interpreter and our own command
        [*COMMAND, "alerts"], cwd=ROOT, env=environment(home), capture_output=True, check=True
    )
    assert b"\x1b" not in piped.stdout


@pytest.mark.parametrize("words", [["status"], ["silence", "--help"]])
def test_nothing_is_wider_than_a_narrow_terminal(home, words):
    written = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", on_a_terminal(home, 44, *words))

    assert max(len(line) for line in written.splitlines()) <= 44
    assert len(written) > 100


@pytest.mark.parametrize("words", [["alerts"], ["alerts", "--json"]])
def test_a_reader_that_goes_ends_the_command_without_a_word(home, words):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(  # noqa: S603  our own interpreter and our own command
        [*COMMAND, *words],
        cwd=ROOT,
        env=environment(home),
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")


def test_the_help_is_there_before_anything_heavy_is_imported():
    code = (
        "import sys\nfrom shared.cli.main import main\n"
        "sys.argv = ['driftgate', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n"
        "    sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(ROOT),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Exit codes: 0 done" in done.stdout
    assert HEAVY & set(done.stderr.split()) == set()


def test_the_version_is_one_line(run):
    done = run("--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"driftgate \d+\.\d+\.\d+\n", done.stdout)


@pytest.fixture
def completed(run, home):
    """What Tab offers behind a line, as bash asks for it."""

    def complete_it(line, **more):
        count = len(line.split(" ")) - 1
        done = run(
            home=home,
            _DRIFTGATE_COMPLETE="complete_bash",
            COMP_WORDS=line,
            COMP_CWORD=str(count),
            **more,
        )
        assert done.stderr == ""
        return done.stdout.split()

    return complete_it


def test_tab_offers_commands_and_the_names_that_are_known(completed, scene):
    [fingerprint] = scene.application.ledger.state("endpoint/loan-endpoint").state["alerts"]

    assert completed("driftgate ver") == ["verify"]
    assert completed("driftgate silence wi") == ["withdraw"]
    assert "endpoint/loan-endpoint" in completed("driftgate status e")
    assert completed("driftgate intent withdraw lo") == ["loan-endpoint"]
    assert completed("driftgate acknowledge ") == [fingerprint]
    assert "receiver/on-call" in completed("driftgate explain r")


def test_tab_is_silent_where_nothing_can_be_asked(completed):
    nowhere = {"DRIFTGATE_URL": "https://localhost:9", "DRIFTGATE_KEY": "k"}

    assert completed("driftgate status e", **nowhere) == []
    assert completed("driftgate status e", DRIFTGATE_ADAPTERS="cloud") == []
    assert completed("driftgate policy li") == ["lint"]
    assert completed("driftgate ver", **nowhere) == ["verify"]


def test_tab_asks_the_service_that_is_named(monkeypatch):
    def never():
        raise AssertionError

    monkeypatch.setattr(shared.bootstrap, "build", never)
    row = {"subject": "model/churn", "verdict": None, "event": None, "decided": None, "firing": 0}
    app = Answering((200, {"subjects": [row]}, {}))
    with served(app) as url:
        monkeypatch.setenv("DRIFTGATE_URL", url)

        assert complete.models(None, "ch") == ["churn"]
        assert complete.subjects(None, "") == ["model/churn", "churn"]
        assert complete.endpoints(None, "") == []
    assert [one[1] for one in app.came][:1] == ["/api/v1/status?limit=200"]
