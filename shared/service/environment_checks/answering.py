"""Looks at a check that waits: decides it, answers it, or lets it wait on.

What the platform does not take is tried again until the check's time is up; a token that has run
out is nothing that waiting mends.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.canonical import content_hash, parse_time
from shared.domain.event import Event, EventType
from shared.domain.finding import Rule
from shared.domain.state import SubjectState
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration
from shared.errors import Conflict, MalformedPayload, NoPermission, Refused, Unavailable
from shared.ports import Adapters, Clock, EnvironmentChecks
from shared.service.codec import decode
from shared.service.environment_checks.asking import LONGEST
from shared.service.environment_checks.waiting import WaitingCheck
from shared.service.intake.fields import required_name
from shared.service.promoting import SOURCE
from shared.service.service import Service

_LOG = logging.getLogger("driftgate.checks")
_USUAL = timedelta(hours=24)
_SOONEST = timedelta(seconds=30)
_LATEST = timedelta(minutes=5)


def look_at(body: Mapping[str, Any], *, service: Service, adapters: Adapters, clock: Clock) -> None:
    """Look once at the check of a message of the queue; another message asks for the next look.

    Raises MalformedPayload for a message nobody of ours wrote, Refused where the platform does not
    let it be answered, such as NoPermission for a token that ran out, and Unavailable where it did
    not answer until the check's time was up.
    """
    waiting = WaitingCheck.from_body(body)
    if adapters.environment_checks is None:
        raise Refused("No check can be answered: set DRIFTGATE_DEVOPS_URL to the project.")
    look = _Look(waiting, service, adapters, adapters.environment_checks, clock)
    try:
        following = look.once()
    except Refused as problem:
        _LOG.error("check %s cannot be answered: %s", waiting.check.task, problem)
        raise
    except Unavailable as problem:
        following = look.again(problem)
    if following is not None:
        adapters.sender.send([following.message()])


class _Look:
    """One look; `waiting` is what the next message has to know if this one comes to nothing."""

    def __init__(
        self,
        waiting: WaitingCheck,
        service: Service,
        adapters: Adapters,
        platform: EnvironmentChecks,
        clock: Clock,
    ) -> None:
        self.waiting = waiting
        self._service = service
        self._adapters = adapters
        self._platform = platform
        self._clock = clock

    def once(self) -> WaitingCheck | None:
        """The next look, None when it is answered.

        A pass that the platform did not take for a while is not given any more, but decided anew:
        what it was of may have changed.
        """
        if not self.waiting.begun:
            sentence = f"Driftgate looks at {self._named()} for {self._where()}."
            self._platform.begin(self.waiting.check, sentence)
            self.waiting = replace(self.waiting, begun=True)
        try:
            self._name()
        except Refused as problem:
            self._answer_once(f"Driftgate cannot tell which version is meant: {problem}")
            return None
        now = self._clock()
        if now >= self._deadline():
            self._answer_once(self._timed_out())
            return None
        decision, repeated = self._decide()
        waiting = self.waiting
        repeated = repeated or waiting.given or (waiting.attempt > 0 and waiting.tries > 0)
        findings = [f for f in decision["findings"] if f["rule"] != Rule.RECORDED.value]
        verdict = Verdict(decision["verdict"]) if findings else Verdict.INCONCLUSIVE
        log = _log_of(decision, f"{self._named()} for {self._where()}")
        if verdict is Verdict.PASS and now - parse_time(decision["decided"]) > _LATEST:
            return replace(waiting, attempt=waiting.attempt + 1, due=now, given=repeated)
        if verdict is Verdict.PASS:
            sentence = f"{self._named()} may enter {self._where()}: {decision['hash'][:12]}."
            self._answer(True, sentence, log, repeated=repeated)
            return None
        missing = " ".join(_missing(findings)) or "nothing has judged it yet."
        if verdict is Verdict.FAIL:
            sentence = f"{self._named()} may not enter {self._where()}: {missing}"
            self._answer(False, sentence, log, repeated=repeated)
            return None
        return self._wait(f"waiting: {missing}", now)

    def again(self, problem: Unavailable) -> WaitingCheck:
        """The same look some time later. Raises what was raised once the time is up."""
        now = self._clock()
        try:
            deadline = self._deadline()
        except Unavailable:
            deadline = self.waiting.asked + _USUAL
        if now >= deadline:
            _LOG.error("check %s was not answered in time: %s", self.waiting.check.task, problem)
            raise problem
        _LOG.warning("check %s is tried again: %s", self.waiting.check.task, problem)
        pause = min(_SOONEST * 2 ** min(self.waiting.tries, 4), _LATEST)
        due = min(now + pause, deadline)
        return replace(self.waiting, tries=self.waiting.tries + 1, due=due)

    def _name(self) -> None:
        """What the call did not name is read from the run it is about."""
        waiting = self.waiting
        if waiting.model is not None and waiting.version is not None:
            return
        if self._adapters.pipelines is None or waiting.run is None or waiting.pipeline is None:
            raise MalformedPayload("the call names neither a version nor its run.")
        given = self._adapters.pipelines.run(waiting.pipeline, waiting.run).parameters
        stage = given.get("stage") or None
        self.waiting = replace(
            waiting,
            model=waiting.model or required_name(given.get("model"), "run's parameter model"),
            version=waiting.version
            or required_name(given.get("version"), "run's parameter version"),
            stage=waiting.stage or (stage and required_name(stage, "run's parameter stage")),
        )

    def _deadline(self) -> datetime:
        waiting = self.waiting
        if waiting.timeout is not None:
            return waiting.asked + timedelta(seconds=waiting.timeout)
        return waiting.asked + min(self._by_policy() or _USUAL, LONGEST)

    def _by_policy(self) -> timedelta | None:
        if self.waiting.model is None:
            return None
        try:
            policy = self._adapters.policies.for_model(self.waiting.model)
        except Refused:
            return None
        stages = policy.way() if policy is not None else []
        named = [stage for stage in stages if stage.name == self.waiting.stage]
        return (named or stages)[0].answer_within if stages else None

    def _decide(self) -> tuple[Mapping[str, Any], bool]:
        """The one decision of this look, and whether it was made before."""
        waiting = self.waiting
        event = Event(
            id=content_hash([waiting.check.task, waiting.attempt])[:32],
            source=SOURCE,
            type=EventType.CHECK_ASKED,
            subject=f"model/{waiting.model}",
            time=waiting.asked if waiting.attempt == 0 else waiting.due,
            data={
                "version": waiting.version,
                "stage": waiting.stage,
                "run": waiting.run,
                "plan": waiting.check.plan,
                "job": waiting.check.job,
                "task": waiting.check.task,
                "attempt": waiting.attempt,
            },
        )
        self._service.say(event, via="environment-check")
        made = self._service.handle(event.to_cloud_event())
        if made is not None:
            return made.to_json(), False
        kept = self._adapters.ledger.decision(event.subject, event.key)
        if kept is None:
            raise Unavailable(f"The decision on {self._named()} is not to be read yet.")
        return kept, True

    def _wait(self, line: str, now: datetime) -> WaitingCheck:
        """Say why, where it is not said yet; look again when the model is looked at, or soon."""
        if line != self.waiting.told:
            self._platform.tell(self.waiting.check, [line])
        state = self._adapters.ledger.state(f"model/{self.waiting.model}").state
        asked = decode(state, SubjectState).asked
        sooner = now + _LATEST if asked is None or asked <= now else asked
        due = min(max(sooner, now + _SOONEST), now + _LATEST)
        attempt = self.waiting.attempt + 1
        due = min(due, self._deadline())
        return replace(self.waiting, told=line, attempt=attempt, tries=0, due=due)

    def _answer(
        self, passed: bool, sentence: str, log: Sequence[str] = (), *, repeated: bool = False
    ) -> None:
        """Complete the check. What was decided before may have been answered before as well."""
        task = self.waiting.check.task
        try:
            self._platform.answer(self.waiting.check, passed, sentence, log)
        except (Conflict, Refused) as problem:
            if not repeated:
                raise
            _LOG.info("check %s was decided before and takes no answer: %s", task, problem)
        else:
            _LOG.info("check %s is answered: %s", task, sentence)

    def _answer_once(self, sentence: str) -> None:
        """Let it fail without a decision, which nobody remembers: the message may come again.

        A platform that takes no answer then has one, or no check any more.
        """
        try:
            self._platform.answer(self.waiting.check, False, sentence)
        except NoPermission:
            raise
        except Refused as problem:
            _LOG.warning("check %s takes no answer: %s", self.waiting.check.task, problem)
        else:
            _LOG.info("check %s is answered: %s", self.waiting.check.task, sentence)

    def _timed_out(self) -> str:
        waited = spell_duration(self._deadline() - self.waiting.asked)
        last = f" Last {self.waiting.told}" if self.waiting.told else ""
        return f"{self._named()} was not let through within {waited}: timed out.{last}"

    def _named(self) -> str:
        waiting = self.waiting
        if waiting.model is None or waiting.version is None:
            return f"the version of run {waiting.run}"
        return f"{waiting.model}:{waiting.version}"

    def _where(self) -> str:
        return self.waiting.stage or "its stage"


def _missing(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What stands in the way, failures first; why the promotion fails where nothing else does."""
    stands = [f for f in findings if f["enforced"] and f["verdict"] != Verdict.PASS.value]
    stands.sort(key=lambda finding: finding["verdict"] != Verdict.FAIL.value)
    others = [f for f in stands if f["rule"] != Rule.PROMOTION.value]
    failing = {f["rule"] for f in stands if f["verdict"] == Verdict.FAIL.value}
    told = stands if failing == {Rule.PROMOTION.value} else others or stands
    return [finding["sentence"] for finding in told]


def _log_of(decision: Mapping[str, Any], what: str) -> list[str]:
    """Every finding in its own line, and where the decision is found again."""
    lines = [f"{what}: {decision['verdict']}, decided {decision['decided']}"]
    for finding in decision["findings"]:
        note = "" if finding["enforced"] else " (does not decide)"
        lines.append(f"{finding['verdict']}: {finding['sentence']}{note}")
    return [*lines, f"decision {decision['hash']}, evidence {decision['evidence']}"]
