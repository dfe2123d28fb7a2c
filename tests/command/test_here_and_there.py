"""What a command tells of the home of this machine, it tells of a service over HTTPS as well."""

import json

import pytest
import typer

import shared.bootstrap
from shared.cli.commands import app
from shared.cli.reach import signing
from shared.cli.reach.guarding import leaves
from shared.cli.reach.table import ALIASES, ALONE, REACHES, STAYS
from tests.command.served import Credential, platform_of, served
from tests.command.test_endings import EVENTS, SAID
from tests.integration.loopback.certificates import make_certificates
from tests.web.fuzzed import told

ANNA = ["--author", "anna@contoso.com", "--because", "known, see 4711"]
"""Whom the stand-in of the platform signs in, so that both sides say it in one name."""
READ = {
    "acknowledgements": [],
    "alerts": [],
    "deadletters": [],
    "deadletters list": ["--queue", "checks", "--reason", "NotF*"],
    "deadletters show": ["LETTER"],
    "events": ["--limit", "3"],
    "explain": ["receiver/on-call"],
    "health": [],
    "intent list": ["loan-endpoint"],
    "override list": [],
    "promotions": ["loan-default"],
    "replay list": [],
    "replay run": ["--since", "30d"],
    "report": ["loan-default", "8"],
    "retraining list": ["churn"],
    "silence list": [],
    "status": ["loan-endpoint"],
    "verify": ["endpoint/loan-endpoint"],
}
SAY = {
    "acknowledge": ["ALERT", "--for", "4h", *ANNA],
    "deadletters resubmit": ["--reason", "NotF*", *ANNA],
    "intent declare": ["loan-endpoint", "--traffic", "green=10,blue=90", "--until", "2d", *ANNA],
    "intent withdraw": ["loan-endpoint", "INTENT", *ANNA],
    "override declare": ["churn", "7", "--gate", "metric/auc", "--until", "2d", *ANNA],
    "override withdraw": ["churn", "OVERRIDE", *ANNA],
    "release": ["ALERT", *ANNA],
    "retraining resume": ["churn", *ANNA],
    "send": [EVENTS],
    "silence declare": ["kind=no_traffic", "--for", "2h", *ANNA],
    "silence withdraw": ["SILENCE", *ANNA],
}
OTHERWISE = {
    "deadletters purge": "done at once: the other side finds nothing any more",
    "gate": "here it is judged anew, there its standing is looked up",
    "replay resume": "here the steps are taken, there they are queued",
    "replay stop": "here it is stopped, there it is queued",
    "watch": "a line each, not one document",
}
BEFORE = {
    "intent withdraw": ("intent", "declare", *SAY["intent declare"]),
    "override withdraw": ("override", "declare", *SAY["override declare"]),
    "silence withdraw": ("silence", "declare", *SAY["silence declare"]),
    "release": ("acknowledge", *SAY["acknowledge"]),
}
"""What has to be said before it can be taken back."""


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


class Both:
    """A command run on an application, and on the service that serves the same application."""

    def __init__(self, run, scene, url, certificates, patch):
        self._run, self.scene, self._patch = run, scene, patch
        self.credential = Credential()
        self._there = {
            "DRIFTGATE_URL": url,
            "DRIFTGATE_AUDIENCE": "api://4711",
            "REQUESTS_CA_BUNDLE": str(certificates.authority),
        }

    def here(self, *words):
        self._patch.setattr(shared.bootstrap, "build", lambda: self.scene.application)
        return self._run(*words)

    def there(self, *words, **environment):
        self._patch.setattr(shared.bootstrap, "build", _never)
        self._patch.setattr(signing, "signed_in_here", lambda: self.credential)
        return self._run(*words, **{**self._there, **environment})

    def named(self, words):
        """With the names that this application has for what they stand for."""
        known = {
            "ALERT": ("alerts", "alerts", "fingerprint"),
            "LETTER": ("deadletters list --reason NotF*", "dead_letters", "id"),
            "INTENT": ("intent list", "intents", "id"),
            "OVERRIDE": ("override list", "overrides", "id"),
            "SILENCE": ("silence list", "silences", "id"),
        }

        def name(word):
            if word not in known:
                return word
            command, rows, key = known[word]
            return json.loads(self.here(*command.split(), "--json").stdout)[rows][0][key]

        return [name(word) for word in words]


def _never():
    raise AssertionError("Where a service is named, the home of this machine is left alone.")


@pytest.fixture
def both(run, scene, certificates, monkeypatch):
    told(scene)
    with served(platform_of(scene.application), certificates) as url:
        yield Both(run, scene, url, certificates, monkeypatch)


def test_every_command_says_where_it_may_work():
    found = {path for path, one in leaves(typer.main.get_command(app).commands) if not one.hidden}

    assert found == REACHES | STAYS | ALONE
    assert len(found) == len(REACHES) + len(STAYS) + len(ALONE)
    assert set(ALIASES.values()) <= found
    assert {*READ, *SAY, *OTHERWISE} == REACHES


@pytest.mark.parametrize("command", sorted(READ))
def test_what_is_read_there_is_what_is_read_here(both, command):
    words = [*command.split(), *both.named(READ[command])]

    here, there = both.here(*words, "--json"), both.there(*words, "--json")

    assert (there.returncode, there.stderr) == (here.returncode, here.stderr)
    assert without_speed(there.stdout) == without_speed(here.stdout)
    assert json.loads(there.stdout)
    assert both.here(*words).stdout[:30] == both.there(*words).stdout[:30]


def without_speed(document):
    found = json.loads(document)
    return {name: found[name] for name in found if name not in {"seconds", "links_per_second"}}


@pytest.mark.parametrize("command", sorted(SAY))
def test_what_is_said_there_is_what_is_said_here_but_is_decided_by_the_host(both, command):
    if command in BEFORE:
        assert both.here(*both.named(BEFORE[command])).returncode == 0
    words = [*command.split(), *both.named(SAY[command]), "--json"]

    there = both.there(*words)
    here = both.here(*words)

    assert (there.returncode, there.stderr) == (here.returncode, here.stderr), there.stderr
    said, done = json.loads(there.stdout), json.loads(here.stdout)
    assert said.pop("decisions") == []
    done.pop("decisions")
    assert said == done


def test_the_option_stands_before_the_command_or_behind_it(both):
    url = both._there["DRIFTGATE_URL"]
    without = {"DRIFTGATE_URL": ""}

    before = both.there("--url", url, "alerts", "--json", **without)
    behind = both.there("alerts", "--json", "--url", url, **without)

    assert before == behind == both.there("alerts", "--json")
    assert both.credential.scopes[0] == "api://4711/.default"


def test_a_list_is_walked_page_by_page(both):
    for number in range(205):
        event = json.loads(EVENTS.read_text())
        event = event[0] if isinstance(event, list) else event
        both.scene.application.service.receive(
            json.dumps({**event, "id": f"e-{number}"}).encode(), via="test"
        )

    found = json.loads(both.there("events", "--limit", "1000", "--json").stdout)["events"]

    assert len(found) > 205
    assert found == json.loads(both.here("events", "--limit", "1000", "--json").stdout)["events"]
    assert len(json.loads(both.there("events", "--limit", "3", "--json").stdout)["events"]) == 3


def test_a_role_that_is_missing_is_refused_in_the_services_own_sentence(both):
    both.credential.role = "viewer"

    done = both.there("silence", "kind=drift", "--for", "2h", *SAID)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "This needs the role operator, which anna@contoso.com was not given.\n"


def test_a_token_that_is_none_is_refused_as_nobody(both):
    both.credential.role = "stranger"

    done = both.there("alerts")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("Nobody is signed in; send a token of Entra ID")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["status", "nobody"], "Nothing is known of nobody; known are: "),
        (["replay", "stop", "lost", *SAID], "There is no replay lost; see driftgate replay list."),
        (["verify"], "A service verifies one subject at a time; name it, as model/churn."),
        (["verify", "a/b", "--evidence"], "--evidence is not for a service over --url; "),
        (["replay", "--processes", "2"], "--processes is not for a service over --url; "),
        (["deadletters", "list", "--where", "a"], "--where is not for a service over --url; "),
        (["health", "loan-endpoint"], "A look at an endpoint now is not for a service over --url"),
        (
            ["intent", "e", "--until", "2d", *SAID],
            "Name either a deployment that stands by or the traffic ",
        ),
    ],
)
def test_what_cannot_be_asked_there_is_refused_in_one_sentence(both, words, sentence):
    done = both.there(*words)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


def test_a_version_stands_at_the_services_gate_as_an_environments_check_is_told(both):
    done = both.there("gate", "loan-default", "8", "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["status"]) == (1, "blocked")
    assert "loan-default:8" in both.there("gate", "--model", "loan-default:8").stdout
    never = both.there("gate", "nobody", "1")
    assert (never.returncode, "nobody:1 was never judged" in never.stdout) == (3, True)
    wrong = both.there("gate", "churn", "7", "--min-auc", "0.9")
    assert (wrong.returncode, wrong.stdout) == (3, "")
    assert wrong.stderr.startswith("--min, --min-auc is not for a service over --url")


def test_what_is_decided_there_is_followed_line_by_line(both):
    words = ["watch", "--once", "--all", "--json"]

    lines = both.there(*words).stdout.splitlines()

    assert {json.loads(line)["what"] for line in lines} >= {"decision"}
    assert lines == both.here(*words).stdout.splitlines()


def test_letters_are_thrown_away_there_once_it_is_confirmed(both):
    words = ["deadletters", "purge", "--reason", "NotF*", "--because", "x", "--json"]

    asked = both.there(*words)
    done = both.there(*words, "--yes")

    assert (asked.returncode, asked.stderr) == (
        3,
        "Nothing was done; give --yes where nobody can be asked.\n",
    )
    assert len(json.loads(done.stdout)["purged"]) == 1
    left = json.loads(both.there("deadletters", "list", "--json").stdout)["dead_letters"]
    assert [letter["reason"] for letter in left] == ["MalformedPayload"]


def test_events_are_told_again_there_by_the_service_itself(both):
    words = ["replay", "--apply", "--name", "lost", "--again", "--because", "x", "--yes", "--json"]

    done = both.there(*words)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["asked"]["author"] == "anna@contoso.com"
    assert both.there("replay", "list").stdout.startswith("Nothing was ever told again")
    both.scene.drain()
    assert (
        json.loads(both.there("replay", "list", "--json").stdout)["replays"][0]["replay"] == "lost"
    )


def test_a_report_is_written_there_in_both_forms(both, tmp_path):
    page, text = tmp_path / "there.html", tmp_path / "there.md"

    assert (
        both.there("report", "loan-default", "8", "--html", page, "--markdown", text).stdout == ""
    )
    both.here(
        "report",
        "loan-default",
        "8",
        "--html",
        tmp_path / "h.html",
        "--markdown",
        tmp_path / "h.md",
    )
    assert page.read_text() == (tmp_path / "h.html").read_text()
    assert text.read_text() == (tmp_path / "h.md").read_text()


@pytest.mark.parametrize("command", sorted(STAYS))
def test_what_works_on_stores_is_refused_where_a_service_is_named(run, command):
    from tests.command.test_endings import MEANT, REFUSED

    words = {**MEANT, **REFUSED}[command]

    done = run(*command.split(), *words, DRIFTGATE_URL="https://driftgate.example.com")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"`driftgate {command}` works where Driftgate's stores are and is not for a service over "
        "--url; leave it out (and DRIFTGATE_URL), or run it there.\n"
    )


def test_what_works_on_files_passes_over_the_service(run):
    named = {"DRIFTGATE_URL": "https://driftgate.example.com"}

    assert run("policy", "samples/policies/loan-default.yaml", **named).returncode == 0
    log = "tests/diagnosis/corpus/missing-package-lightgbm.log"
    assert run("diagnose", "--file", log, **named).returncode == 0
    asked = run("diagnose", "loan-endpoint", "green", **named)
    assert (asked.returncode, asked.stderr[:40]) == (3, "A container's log is not for a service o")
