"""A subject erased: what was kept of it is gone, its chain holds, and a crash is made up for."""

import json
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from shutil import copytree
from typing import Any

import pytest

from shared.bootstrap import build
from shared.domain.chain.links import is_stub
from shared.errors import InvalidData, NotFound
from shared.service.erasing import Erasing
from shared.service.erasing.contents import Contents
from shared.service.explaining import explain
from shared.service.past.deciding import PastDecisions
from shared.service.past.folding import fold, state_before
from shared.service.verifying import verify
from shared.settings import Settings
from shared.web.http.walking import decisions_page
from tests.conftest import NOON

ENDPOINT = "endpoint/loan-endpoint"
ASKED = {"author": "anna@example.com", "reason": "asked for by <the> owner"}
POLICY = "model: loan-default\nendpoint: loan-endpoint\nrouting: {}\n"


@pytest.fixture
def watched(scene, completed):
    """An endpoint without traffic, which is an alert, looked at often enough."""
    scene.policy(POLICY)
    scene.write("policies/fleet.yaml", "receivers: [{name: log, channel: log}]\ndefault: log\n")
    scene.endpoint("{}", "{blue: {model: 'loan-default:7', state: Succeeded}}")
    for n in range(4):
        scene.clock.now = NOON + timedelta(minutes=30 * n)
        scene.send(completed("blue", at=scene.clock.now))
    scene.clock.now = settled()
    scene.drain()
    return scene


def settled():
    """So much later that no evidence on disk counts as being decided upon."""
    return datetime.now(UTC) + timedelta(hours=3)


def erasing(application):
    return Erasing.of(application.service, application.adapters, application.clock)


def verified(application, **asked):
    found = verify(application.ledger, application.evidence, application.clock(), **asked)
    return [(one.fault, one.subject, one.version) for one in found.breaks]


def explained(application, text):
    return explain(
        text,
        ledger=application.ledger,
        archive=application.archive,
        policies=application.policies,
        now=application.clock(),
    )


def chain(application, subject=ENDPOINT):
    return [logged.decision for logged in application.ledger.chain(subject)]


def test_what_is_kept_of_a_subject_goes_and_its_chain_says_who_asked_for_it(watched):
    application = watched.application
    before = chain(application)
    plan = erasing(application).plan(ENDPOINT)
    done = erasing(application).erase(ENDPOINT, **ASKED)

    *stubs, last = chain(application)
    assert (plan.decisions, plan.up_to, plan.firing) == (len(before), len(before), 1)
    assert (done.decisions, done.waiting, done.payloads) == (len(before), 0, plan.payloads)
    assert done.evidence == plan.evidence > 0
    assert [set(stub) for stub in stubs] == [{"hash", "previous", "decided", "erased"}] * len(
        before
    )
    assert {stub["erased"] for stub in stubs} == {last["hash"]} == {done.decision}
    assert [stub["hash"] for stub in stubs] == [decision["hash"] for decision in before]
    assert last["event"]["data"]["by"] == "anna@example.com"
    assert last["findings"][0]["sentence"] == (
        f"The contents of {len(before)} decisions of endpoint/loan-endpoint, up to decision "
        f"{len(before)}, were erased for anna@example.com, with what is known of it: asked for by "
        "<the> owner"
    )
    assert plan.payloads == 4
    assert ENDPOINT not in {one.event["subject"] for one in application.archive.walk()}
    assert verified(application, with_evidence=True, again=True) == []


def test_nothing_of_it_is_left_in_any_file(watched):
    for mark in (b"deployments/blue", b"loan-default:7"):
        assert any(mark in path.read_bytes() for path in files(watched))

    erasing(watched.application).erase(ENDPOINT, **ASKED)
    erasing(watched.application).erase("alerts/loan-default", **ASKED)
    erasing(watched.application).erase("receiver/log", **ASKED)
    left = [path.name for path in files(watched) if b"deployments/blue" in path.read_bytes()]

    assert left == []


def files(scene):
    return list(scene.home.glob("driftgate.db*"))


def test_its_alerts_are_told_as_over_and_it_begins_anew(watched, completed):
    application = watched.application
    assert ("PostAlert", "no_traffic") in watched.told()

    erasing(application).erase(ENDPOINT, **ASKED)
    watched.drain()

    assert watched.told()[-1] == ("ResolveAlert", "no_traffic")
    assert watched.notices[-1]["data"]["reason"] == "erased"
    state = application.ledger.state(ENDPOINT).state
    assert (state["alerts"], state["deployments"]) == ({}, {})
    watched.send(completed("blue", at=watched.clock.now))
    watched.clock.advance(timedelta(minutes=30))
    watched.send(completed("blue", at=watched.clock.now))
    assert watched.told()[-1] == ("PostAlert", "no_traffic")
    assert verified(application, again=True) == []


def test_an_event_that_was_decided_before_is_not_decided_again(watched, completed):
    erasing(watched.application).erase(ENDPOINT, **ASKED)
    before = len(chain(watched.application))

    watched.send(completed("blue", at=NOON))

    assert len(chain(watched.application)) == before


@pytest.mark.parametrize("sent_again", [False, True])
def test_an_event_that_was_erased_is_explained_as_that_by_its_key(watched, completed, sent_again):
    application = watched.application
    [key, *_] = [one.key for one in application.archive.list() if one.event["subject"] == ENDPOINT]
    erasing(application).erase(ENDPOINT, **ASKED)
    if sent_again:
        for number in range(4):
            watched.send(completed("blue", at=NOON + timedelta(minutes=30 * number)))
    assert (application.archive.get(key) is not None) is sent_again

    told = explained(application, key)

    assert told.now == ("It was decided; what was decided was erased since.",)
    assert ENDPOINT in told.title
    assert told.commands == ()


def test_a_key_that_nobody_has_is_unknown(watched):
    with pytest.raises(NotFound):
        explained(watched.application, "0" * 64)


class Meanwhile:
    """Profiles; right before the so many-th call somebody else does something."""

    def __init__(self, profiles, at, act):
        self._profiles, self._at, self._act = profiles, at, act

    def _next(self):
        self._at -= 1
        if self._at == 0:
            self._act()

    def load(self, name):
        self._next()
        return self._profiles.load(name)

    def save(self, name, profile):
        self._next()
        self._profiles.save(name, profile)


@pytest.mark.parametrize("other", [ENDPOINT, "alerts/loan-default"])
@pytest.mark.parametrize("at", range(1, 6))
def test_two_erasures_at_once_and_one_dies_and_a_later_run_finishes_it(
    watched, completed, other, at
):
    application, adapters = watched.application, watched.application.adapters

    def die():
        watched.send(completed("green", at=watched.clock.now))
        dying = replace(adapters, ledger=DyingInErase(adapters.ledger))
        with suppress(Crash):
            erasing(replace(application, adapters=dying)).erase(other, **ASKED)

    profiles = Meanwhile(adapters.profiles, at, die)
    meanwhile = replace(application, adapters=replace(adapters, profiles=profiles))
    erasing(meanwhile).erase(ENDPOINT, **ASKED)
    list(erasing(application).finish())

    for subject in (ENDPOINT, other):
        assert Contents.of(application.ledger, subject).unfinished() is None
        assert not erasing(application)._is_pending(subject)
    assert verified(application) == []


def test_evidence_that_another_subject_rests_on_stays(watched):
    application = watched.application
    policies = {one["policy"] for one in chain(application, "alerts/loan-default")} - {None}
    assert policies & {one["policy"] for one in chain(application)}

    erasing(application).erase(ENDPOINT, **ASKED)

    assert all(application.evidence.get(name) for name in policies)


def test_evidence_that_was_put_just_now_waits_with_the_decisions_that_name_it(watched, completed):
    application = watched.application
    watched.clock.now = datetime.now(UTC)
    count = len(chain(application))

    done = erasing(application).erase(ENDPOINT, **ASKED)

    assert (done.decisions, done.waiting) == (0, count)
    assert erasing(application).plan(ENDPOINT).begun is not None
    assert verified(application) == []
    watched.send(completed("green", at=watched.clock.now))
    watched.clock.now = settled()
    [finished] = erasing(application).finish()
    assert (finished.decision, finished.decisions, finished.waiting) == (done.decision, count, 0)
    assert [is_stub(one) for one in chain(application)] == [True] * count + [False] * 2
    assert list(erasing(application).finish()) == []
    assert verified(application, again=True, with_evidence=True) == []


def test_a_run_of_retention_takes_nothing_from_an_erasure_that_waits(watched):
    application = watched.application
    watched.clock.now = datetime.now(UTC)
    count = len(chain(application))
    erasing(application).erase(ENDPOINT, **ASKED)

    assert erasing(application).forget(ENDPOINT, count) == 0

    watched.clock.now = settled()
    [finished] = erasing(application).finish()
    assert (finished.decisions, finished.waiting) == (count, 0)
    assert finished.evidence > 0


def test_an_erasure_is_none_that_a_run_of_retention_left_half_done(watched):
    """Killed behind its word, a run of retention has said that old decisions go, and no more."""
    application = watched.application
    count = len(chain(application))
    with suppress(Crash):
        dying = erasing(application)
        dying._ledger = DyingInErase(application.ledger)
        dying.forget(ENDPOINT, count - 1)
    assert not any(is_stub(one) for one in chain(application))

    done = erasing(application).erase(ENDPOINT, **ASKED)

    assert (done.decisions, done.payloads) == (count, 4)
    assert application.ledger.state(ENDPOINT).state["deployments"] == {}
    assert verified(application, with_evidence=True) == []


def test_a_subject_can_be_erased_again_and_each_erasure_stays_told(watched, completed):
    application = watched.application
    count = len(chain(application))
    first = erasing(application).erase(ENDPOINT, **ASKED)
    watched.send(completed("green", at=watched.clock.now))
    watched.clock.now = settled()

    second = erasing(application).erase(ENDPOINT, **ASKED)

    told = chain(application)
    assert [is_stub(one) for one in told] == [True] * count + [False, True, False]
    assert {one["erased"] for one in told if is_stub(one)} == {first.decision, second.decision}
    assert verified(application, with_evidence=True, again=True) == []


def test_what_was_erased_is_listed_nowhere_and_cannot_be_decided_again(watched, completed):
    application = watched.application
    erasing(application).erase(ENDPOINT, **ASKED)
    watched.send(completed("green", at=watched.clock.now))
    past = PastDecisions(application.evidence)

    listed = application.ledger.decisions(ENDPOINT)
    steps = list(fold(application.ledger, application.evidence, past, ENDPOINT))

    assert [one["event"]["type"].rpartition(".")[2] for one in listed] == [
        "DeploymentCompleted",
        "SubjectErased",
    ]
    assert [(step.recorded.version, step.same) for step in steps] == [
        (len(chain(application)), True)
    ]
    with pytest.raises(NotFound, match="before decision 3 is not known any more: the contents"):
        state_before(application.ledger, application.evidence, past, ENDPOINT, 3)


def test_its_decisions_are_paged_past_what_was_erased(watched, completed):
    application = watched.application
    erasing(application).erase(ENDPOINT, **ASKED)
    watched.send(completed("green", at=watched.clock.now))
    last = application.ledger.state(ENDPOINT).version

    first = decisions_page(application.ledger, ENDPOINT, 3, None)
    rest = decisions_page(application.ledger, ENDPOINT, 100, first["next"])

    told = [one["event"]["type"].rpartition(".")[2] for one in first["decisions"]]
    assert told == ["DeploymentCompleted", "SubjectErased"]
    assert (rest, last > 3) == ({"decisions": []}, True)


def test_what_others_say_of_it_is_counted_by_subject(watched):
    elsewhere = erasing(watched.application).plan(ENDPOINT).elsewhere

    assert set(elsewhere) == {"alerts/loan-default", "receiver/log"}
    assert min(elsewhere.values()) > 0


@pytest.mark.parametrize(
    ("subject", "asked", "fault", "sentence"),
    [
        ("model/nobody", ASKED, NotFound, "Nothing is kept of 'model/nobody'"),
        (ENDPOINT, {**ASKED, "reason": " "}, InvalidData, "has an author and a reason"),
        (ENDPOINT, {**ASKED, "author": "<>"}, InvalidData, "has an author and a reason"),
    ],
)
def test_an_erasure_has_a_subject_an_author_and_a_reason(watched, subject, asked, fault, sentence):
    with pytest.raises(fault, match=sentence):
        erasing(watched.application).erase(subject, **asked)


class Crash(Exception):
    """The process ended here."""


@dataclass
class DyingInErase:
    """A ledger whose process ends before any contents are gone."""

    store: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def erase(self, *_: Any) -> None:
        raise Crash


@dataclass
class Dying:
    """A store that ends the process before, or after, its so many-th call of any kind."""

    store: Any
    calls: list[int]
    at: int
    after: bool

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls[0] += 1
            dies = self.calls[0] == self.at
            if dies and not self.after:
                raise Crash
            done = method(*arguments, **named)
            if dies:
                raise Crash
            return done

        return call


def test_wherever_it_is_killed_it_is_finished_by_running_it_again(tmp_path, completed):
    """Before and after every call of every store."""
    points = survived = 0
    lived(tmp_path / "lived", completed)
    for after in (False, True):
        at, died = 0, True
        while died:
            at += 1
            application = of(copytree(tmp_path / "lived", tmp_path / f"{after}{at}"))
            calls = [0]
            dying = Erasing(
                service=application.service,
                clock=application.clock,
                **{
                    name: Dying(getattr(application.adapters, name), calls, at, after)
                    for name in ("ledger", "archive", "evidence", "profiles")
                },
            )
            try:
                dying.erase(ENDPOINT, **ASKED)
            except Crash:
                points += 1
                list(erasing(application).finish())
                with suppress(NotFound):
                    erasing(application).erase(ENDPOINT, **ASKED)
            else:
                died = False
            told = chain(application)
            erased = [one for one in told if not is_stub(one)]
            survived += died
            assert len(told) == 3
            assert [one["event"]["type"] for one in erased] == ["io.driftgate.SubjectErased"]
            assert not list(application.archive.walk())
            assert verified(application, with_evidence=True) == []
            assert list(erasing(application).finish()) == []
    assert points == survived > 25
    sys.stdout.write(f"{points} kill points of an erasure, all survived\n")


def of(home):
    settings = Settings(home=home, workspace=home / "workspace", policies=home / "policies")
    return build(settings, clock=settled)


def lived(home, completed):
    """Two decisions of one endpoint, long ago."""
    for folder in ("policies", "workspace/endpoints", "workspace/models"):
        (home / folder).mkdir(parents=True)
    (home / "policies/policy.yaml").write_text(POLICY)
    (home / "workspace/endpoints/loan-endpoint.yaml").write_text(
        "traffic: {blue: 100}\ndeployments: {blue: {model: 'loan-default:7', state: Succeeded}}\n"
    )
    application = of(home)
    for n in range(2):
        at = NOON + timedelta(minutes=n)
        payload = json.dumps(completed("blue", at=at)).encode()
        for receipt in application.service.receive(payload, via="test"):
            application.service.handle(receipt.event.to_cloud_event())
