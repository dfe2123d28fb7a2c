"""Every parser of what comes from outside, as a function of bytes: it answers, or raises ours.

Used twice: by the tests with seeded cases, and by `benchmarks/fuzz_parsers.py`, which looks for
cases by what they reach.
"""

import json
import tempfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from shared.errors import DriftgateError

NOW = datetime(2026, 2, 3, 12, tzinfo=UTC)
_HOME = Path(tempfile.mkdtemp(prefix="driftgate-fuzz-"))


@dataclass(frozen=True)
class Parser:
    """A way in: `run` takes any bytes; besides DriftgateError it may raise what is `documented`.

    `structured` says that the bytes are JSON, so that cases are made by changing parts of one.
    """

    name: str
    run: Callable[[bytes], object]
    documented: tuple[type[Exception], ...] = ()
    structured: bool = True

    def __call__(self, content: bytes) -> bool:
        """Whether it was taken; anything else than a refusal of ours is raised."""
        try:
            self.run(content)
        except Reached:
            return True
        except (DriftgateError, *self.documented):
            return False
        return True


class Reached(Exception):
    """An order was read whole, and is about to be carried out."""


def _text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _object(content: bytes) -> dict[str, Any]:
    """An object, as the one that reads the bytes before this parser would hand it on."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _texts(content: bytes) -> dict[str, str]:
    return {str(name): str(value) for name, value in _object(content).items()}


def _intake(via: str) -> Callable[[bytes], object]:
    def run(content: bytes) -> None:
        from shared.domain.canonical import canonical_json
        from shared.domain.event import Event
        from shared.ports import ArchivedEvent
        from shared.service.intake import handshake, parse
        from shared.service.intake.sources import source_of
        from shared.service.messages import work_message

        handshake(content)
        for one in parse(content, via=via):
            assert (one.event is None) is (one.refusal is not None)
            told = None if one.event is None else one.event.to_cloud_event()
            source_of(
                ArchivedEvent(
                    key=one.key, received=NOW, via=via, body=one.body, event=told, refusal="x"
                )
            )
            if one.event is not None:
                kept = json.loads(canonical_json(told))
                assert Event.from_cloud_event(kept).key == one.key
                canonical_json(work_message(one.event))

    return run


def _policy(content: bytes) -> None:
    from shared.policies import read_policy

    read_policy(content, "policy.yaml")


def _fleet(content: bytes) -> None:
    from shared.policies.fleet import read_fleet

    read_fleet(content, "fleet.yaml")


def file_of(name: str, content: bytes) -> Path:
    path = _HOME / name
    path.write_bytes(content)
    return path


def _scenario(content: bytes) -> None:
    from shared.scenarios.reading import read_scenario

    read_scenario(file_of("one.scenario", content))


def _rows(name: str) -> Callable[[bytes], object]:
    def run(content: bytes) -> None:
        from shared.profiles.reading import read_parts
        from shared.profiles.sources.unread import Faults

        path = file_of(name, content)
        for faults in (Faults.COUNT, Faults.REFUSE):
            for part in read_parts(path, faults=faults):
                for column in part.names:
                    part.column(column)

    return run


def _baseline(name: str) -> Callable[[bytes], object]:
    def run(content: bytes) -> None:
        from shared.profiles import baseline, window

        base = baseline(file_of(name, content))
        window(file_of(name, content), base)

    return run


def _profile(content: bytes) -> None:
    from shared.statistics import Profile

    Profile.from_json(_object(content))


def _kept_baseline(content: bytes) -> None:
    from shared.profiles.files import load_baseline

    load_baseline(file_of("baseline.json", content))


def _decoded(kind: Callable[[], type]) -> Callable[[bytes], object]:
    def run(content: bytes) -> None:
        from shared.service.codec import decode

        decode(_object(content), kind())

    return run


def _state() -> type:
    from shared.domain.state import SubjectState

    return SubjectState


def _evidence() -> type:
    from shared.domain.evidence import DriftEvidence

    return DriftEvidence


def _routing_evidence() -> type:
    from shared.domain.evidence import RoutingEvidence

    return RoutingEvidence


def _finding() -> type:
    from shared.domain.finding import Finding

    return Finding


def _waiting_check(content: bytes) -> None:
    from shared.service.environment_checks import WaitingCheck

    WaitingCheck.from_body(_object(content)).message()


def _check_call(content: bytes) -> None:
    from shared.adapters.azure.check_address import check_address
    from shared.service.environment_checks import read_call

    given = _texts(content)
    waiting = read_call(given, given, NOW)
    check_address(waiting.check, "https://dev.azure.com/contoso/loans")
    waiting.message()


class _Nothing:
    """Adapters that are never reached, for what only reads an order."""

    def __getattr__(self, name: str) -> Any:
        raise Reached(name)


def _delivery(content: bytes) -> None:
    from shared.service.delivering import deliver, is_delivery

    body = _object(content)
    if is_delivery(body):
        nobody: Any = _Nothing()
        deliver(body, adapters=nobody, settings=nobody, say=lambda _: None, now=NOW)


def _notice_text(content: bytes) -> None:
    from shared.service.notices import notice_text

    notice_text(_object(content))


def _retraining(content: bytes) -> None:
    from shared.service.retraining import carry_out

    nobody: Any = _Nothing()
    carry_out(_object(content), adapters=nobody, say=lambda _: None, now=NOW)


def _promotion(content: bytes) -> None:
    from shared.service.promoting import carry_out

    nobody: Any = _Nothing()
    carry_out(_object(content), adapters=nobody, say=lambda _: None, now=NOW)


def _principal(content: bytes) -> None:
    from shared.access_settings import Access, AccessSettings
    from shared.web.http.callers import PRINCIPAL, caller_of
    from shared.web.http.problems import Problem

    access = AccessSettings(mode=Access.ENTRA, authenticates=True, hosted=True)
    try:
        caller_of(access, {PRINCIPAL.lower(): b64encode(content).decode()}, None)
        caller_of(access, {PRINCIPAL.lower(): _text(content)}, None)
    except Problem:
        return


def _dead_events(content: bytes) -> None:
    from shared.adapters.dead_event_files import dead_events, without

    for one in dead_events(content, "a/b.json", NOW):
        without(content, one.id, "a/b.json")


def _hook(content: bytes) -> None:
    from shared.hook_settings import HookRule, HookSettings
    from shared.service.hooks.contents import refused_contents
    from shared.service.hooks.secrets import HookSecrets

    headers = _texts(content)
    settings = HookSettings(rule=HookRule.SECRET, secrets=("s" * 30,))
    HookSecrets(settings.secrets).know(headers)
    refused_contents(headers, len(content))


def _names(content: bytes) -> None:
    from shared.adapters.azure.online_endpoints import model_of
    from shared.adapters.azure.resource_names import is_resource_name, path_of
    from shared.adapters.names import plain_path
    from shared.domain.resource_id import read_resource_id
    from shared.service.intake.fields import workspace_of
    from shared.service.intake.resources import endpoint_of

    text = _text(content)
    endpoint_of(text)
    workspace_of(text)
    model_of(text)
    is_resource_name(text)
    for read in (read_resource_id, path_of, lambda name: plain_path(name, "profile")):
        try:
            read(text)
        except (ValueError, DriftgateError):
            continue


def _moments(content: bytes) -> None:
    from shared.policies.durations import parse_duration
    from shared.policies.moments import parse_moment

    text = _text(content)
    for read in (parse_duration, lambda one: parse_moment(one, NOW, "until")):
        try:
            read(text)
        except (ValueError, OverflowError, DriftgateError):
            continue


def _kql(content: bytes) -> None:
    from shared.adapters.azure.kql import with_parameters

    query = with_parameters("T | where x == tostring(parameters.x)", {"x": _text(content)})
    literal, _, rest = query.partition(");\n")
    assert rest == "T | where x == tostring(parameters.x)"
    assert json.loads(literal.removeprefix("let parameters = dynamic(")) == {"x": _text(content)}


def _log(content: bytes) -> None:
    from shared.adapters.container_logs import last_lines
    from shared.domain.diagnosis import diagnose

    text = _text(content)
    diagnose(text)
    last_lines(text, lambda: text, 100)


def _secret_free(content: bytes) -> None:
    from shared.domain.diagnosis.reading import kept

    kept(_text(content))


def _template(content: bytes) -> None:
    from shared.rendering.templating import TemplateFailed, render_template
    from tests.fuzzing.seeds import sending

    try:
        render_template(sending(_text(content)))
    except TemplateFailed:
        return


def _schedule(content: bytes) -> None:
    from shared.schedules import schedules

    schedules({"DRIFTGATE_DRIFT_SCHEDULE": _text(content)})


ALTERED = (msgspec.ValidationError,)
"""What `decode` documents for a state or a piece of evidence of ours that somebody altered."""

PARSERS = (
    Parser("intake of Event Grid", _intake("event-grid")),
    Parser("intake of Azure DevOps", _intake("azure-devops")),
    Parser("intake of Azure Monitor", _intake("azure-monitor")),
    Parser("intake of commands", _intake("command")),
    Parser("policy", _policy, structured=False),
    Parser("fleet", _fleet, structured=False),
    Parser("scenario", _scenario, structured=False),
    Parser("rows of JSON lines", _rows("rows.jsonl"), structured=False),
    Parser("rows of CSV", _rows("rows.csv"), structured=False),
    Parser("rows of Parquet", _rows("rows.parquet"), structured=False),
    Parser("training data of CSV", _baseline("rows.csv"), structured=False),
    Parser("training data of JSON lines", _baseline("rows.jsonl"), structured=False),
    Parser("profile", _profile),
    Parser("kept baseline", _kept_baseline),
    Parser("state", _decoded(_state), ALTERED),
    Parser("evidence of drift", _decoded(_evidence), ALTERED),
    Parser("evidence of routing", _decoded(_routing_evidence), ALTERED),
    Parser("finding", _decoded(_finding), ALTERED),
    Parser("message of a waiting check", _waiting_check),
    Parser("call of a check", _check_call),
    Parser("message of a delivery", _delivery),
    Parser("message of a notice", _notice_text),
    Parser("message of a retraining", _retraining),
    Parser("message of a promotion", _promotion),
    Parser("principal of a caller", _principal),
    Parser("dead letters of Event Grid", _dead_events),
    Parser("headers of a hook", _hook),
    Parser("names", _names, structured=False),
    Parser("moments", _moments, structured=False),
    Parser("arguments of KQL", _kql, structured=False),
    Parser("container log", _log, structured=False),
    Parser("container log without secrets", _secret_free, structured=False),
    Parser("schedule", _schedule, structured=False),
    Parser("template", _template, structured=False),
)
