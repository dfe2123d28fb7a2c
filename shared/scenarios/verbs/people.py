"""What people write down: policies, and what they mean to be."""

import json
from datetime import datetime

from shared.domain.people.intent import intent_declared, intent_withdrawn
from shared.errors import InvalidData, InvalidPolicy, InvalidScenario
from shared.policies import read_policy
from shared.policies.fleet import read_fleet
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.times import parse_moment
from shared.scenarios.verbs.verb import Vocabulary

verbs = Vocabulary()


@verbs.add("policy", needs_block=True)
def policy(stage: Stage, found: Found) -> None:
    """A model's policy, in place of the one before: the lines below."""
    _write(stage, found, found.block.encode(), "the policy")


@verbs.add("policy FILE")
def policy_file(stage: Stage, found: Found) -> None:
    """A model's policy from a file beside the scenario: yours, to be tried."""
    path = stage.folder / found.text("file")
    if not path.is_file():
        raise InvalidScenario(f"line {found.line}: there is no file {found.text('file')}.")
    _write(stage, found, path.read_bytes(), path.name)


@verbs.add("fleet", needs_block=True)
def fleet(stage: Stage, found: Found) -> None:
    """Who is told, and how: the lines below. From then on people are told by notices."""
    _write_fleet(stage, found, found.block.encode())


@verbs.add("fleet FILE")
def fleet_file(stage: Stage, found: Found) -> None:
    """The same from a file beside the scenario."""
    path = stage.folder / found.text("file")
    if not path.is_file():
        raise InvalidScenario(f"line {found.line}: there is no file {found.text('file')}.")
    _write_fleet(stage, found, path.read_bytes())


def _write_fleet(stage: Stage, found: Found, content: bytes) -> None:
    try:
        read_fleet(content, "fleet.yaml")
    except InvalidPolicy as problem:
        raise InvalidScenario(f"line {found.line}: {problem}") from problem
    (stage.home / "policies" / "fleet.yaml").write_bytes(content)
    stage.fleet = True


@verbs.add("the fleet's file is deleted")
def fleet_deleted(stage: Stage, found: Found) -> None:  # noqa: ARG001  every verb is given it
    """It is gone, as in the middle of a deployment; who was told is still looked after."""
    (stage.home / "policies" / "fleet.yaml").unlink(missing_ok=True)


@verbs.add("an unreadable policy NAME", needs_block=True)
def unreadable_policy(stage: Stage, found: Found) -> None:
    """A policy file that cannot be used, with what is below in it."""
    (stage.home / "policies" / f"{found.text('name')}.yaml").write_text(found.block)


@verbs.add("the policy of NAME is deleted")
def policy_deleted(stage: Stage, found: Found) -> None:
    """Nobody speaks of the model any more."""
    (stage.home / "policies" / f"{found.text('name')}.yaml").unlink(missing_ok=True)


def _write(stage: Stage, found: Found, content: bytes, file: str) -> None:
    try:
        read = read_policy(content, file)
    except InvalidPolicy as problem:
        raise InvalidScenario(f"line {found.line}: {problem}") from problem
    (stage.home / "policies" / f"{read.model}.yaml").write_bytes(content)


@verbs.add("PERSON says DEPLOYMENT [of ENDPOINT] stands by until TIME because TEXT")
def stands_by(stage: Stage, found: Found) -> None:
    """A zero on purpose, with its end."""
    _declare(stage, found, stage.now, deployment=found.text("deployment"))


@verbs.add("PERSON plans traffic SHARES [of ENDPOINT] until TIME because TEXT")
def plans(stage: Stage, found: Found) -> None:
    """A change of traffic that may come at once."""
    _declare(stage, found, stage.now, traffic=found.shares("shares"))


@verbs.add("PERSON plans traffic SHARES [of ENDPOINT] from TIME until TIME_2 because TEXT")
def plans_for_later(stage: Stage, found: Found) -> None:
    """A change of traffic that is announced."""
    since = parse_moment(found.text("time"), stage.start)
    _declare(stage, found, since, traffic=found.shares("shares"))


@verbs.add("PERSON withdraws the last intent [of ENDPOINT] because TEXT")
def withdraws(stage: Stage, found: Found) -> None:
    """What was said last no longer holds."""
    endpoint = stage.endpoint(found)
    intent = stage.intents.pop(endpoint, None)
    if intent is None:
        raise InvalidScenario(f"line {found.line}: nobody declared an intent of {endpoint}.")
    event = intent_withdrawn(
        endpoint,
        intent,
        author=found.text("person"),
        reason=found.text("text"),
        now=stage.now,
    )
    stage.say(json.dumps(event.to_cloud_event()).encode())


def _declare(
    stage: Stage,
    found: Found,
    since: datetime,
    deployment: str | None = None,
    traffic: dict[str, float] | None = None,
) -> None:
    endpoint = stage.endpoint(found)
    until = found.text("time_2") if "time_2" in found else found.text("time")
    try:
        event = intent_declared(
            endpoint,
            author=found.text("person"),
            reason=found.text("text"),
            since=since,
            until=parse_moment(until, stage.start),
            deployment=deployment,
            traffic=traffic,
            now=stage.now,
        )
    except InvalidData as problem:
        raise InvalidScenario(f"line {found.line}: {problem}") from problem
    stage.intents[endpoint] = str(event.data["intent"])
    stage.say(json.dumps(event.to_cloud_event()).encode())
