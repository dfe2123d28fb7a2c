"""There is a way back: a deployment that can take the traffic again as soon as it has to."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.domain.alert import AlertKind
from shared.domain.decisions.gates.age import AGAIN, unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.observed.tried import Place, not_read
from shared.domain.decisions.gates.schema import compare_schemas
from shared.domain.decisions.gates.way_back import Gone, carries_all, proof_of, way_back
from shared.domain.decisions.health import KINDS, percent
from shared.domain.decisions.health.proportion import weigh
from shared.domain.decisions.routing.route import FAILED, SUCCEEDED, model_of
from shared.domain.event import Check
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Enforcement
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import spell_duration, spell_list, spell_time

_UNHEALTHY = KINDS | {
    AlertKind.DEPLOYMENT_FAILED,
    AlertKind.DEPLOYMENT_STUCK,
    AlertKind.TRAFFIC_TO_DELETING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One answer about the way back; `mends` says that time alone may change it."""

    verdict: Verdict
    reason: str
    sentence: str
    mends: bool = False


def judge_rollback(case: Case) -> tuple[Judged, ...]:
    """The deployment to go back to is complete, healthy, usable, large enough, and proven.

    Usable: what the candidate takes, it takes too, else callers who followed the candidate break
    when traffic goes back. Large enough: it carries all of the traffic now, or has no fewer
    instances than when it did. Proven: it last carried all of it alone within `proven_within`;
    what was longer ago, or never seen, is inconclusive, since nobody knows that it cannot. The
    deployment that serves now needs no proof of its health but that no alert of it is open: going
    back to it is what callers have today. Where nothing else ever served there is nothing to go
    back to, which passes. Nothing is asked of a stage without an endpoint.
    """
    name = case.stage.endpoint
    if name is None:
        return ()
    thing, gate, told = f"endpoint/{name}", case.gates.rollback, f"what {name} could go back to"
    reading = case.evidence.target
    gone = reading is not None and reading.gone
    known = replace(reading, problem=None) if reading is not None and gone else reading
    ended = unusable(case, Rule.ROLLBACK_GATE, thing, known, gate, told)
    if ended is not None:
        return (ended,)
    if gone:
        sentence = f"There is no endpoint {name} yet, so there is nothing to go back to."
        return (_judged(thing, _Said(verdict=Verdict.PASS, reason="first", sentence=sentence)),)
    if reading is None or reading.endpoint is None:
        return (not_read(case, Rule.ROLLBACK_GATE, thing, told),)
    back = way_back(case, reading, reading.endpoint)
    if back is None:
        sentence = f"Nothing served on {name} before {case.named}: there is nothing to go back to."
        return (_judged(thing, _Said(verdict=Verdict.PASS, reason="first", sentence=sentence)),)
    if isinstance(back, Gone):
        sentence = (
            f"Deployment {back.name} of {name}, which served before, {back.why}: there is no way "
            f"back from {case.named}. Deploy the version that is to be gone back to beside it."
        )
        said = _Said(verdict=Verdict.FAIL, reason="no_way_back", sentence=sentence)
        return (_judged(thing, said),)
    return (_judge(case, back),)


def _judge(case: Case, back: Place) -> Judged:
    """Everything that is not as it should be, the worst first; else what speaks for it."""
    said = [answer(case, back) for answer in _ASKED]
    verdict = worst(one.verdict for one in said)
    order = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
    wrong = sorted(
        (one for one in said if one.verdict is not Verdict.PASS),
        key=lambda one: order.index(one.verdict),
    )
    carried = model_of(back.deployment) or "an unknown model"
    begins = f"{case.named} would be taken back to {back.what} ({carried})"
    if not wrong:
        sentence = f"{begins}: {'; '.join(one.sentence for one in said)}."
        return _judged(back.thing, _Said(verdict=verdict, reason="ready", sentence=sentence), back)
    sentence = f"{begins}, but: {'; '.join(one.sentence for one in wrong)}."
    whole = _Said(verdict=verdict, reason=wrong[0].reason, sentence=sentence)
    mends = all(one.mends for one in wrong)
    return replace(
        _judged(back.thing, whole, back, [one.reason for one in wrong]),
        look_again=case.at + AGAIN if mends else None,
    )


def _complete(_: Case, back: Place) -> _Said:
    state = back.deployment.provisioning_state
    if back.state == SUCCEEDED:
        return _Said(verdict=Verdict.PASS, reason="complete", sentence="it is complete")
    if back.state in FAILED or back.state == "deleting":
        return _Said(verdict=Verdict.FAIL, reason="not_complete", sentence=f"it is {state}")
    return _Said(
        verdict=Verdict.INCONCLUSIVE,
        reason="unfinished",
        sentence=f"it is {state}, and is looked at again",
        mends=True,
    )


def _healthy(case: Case, back: Place) -> _Said:
    open_ = sorted(kind for kind in back.firing if kind in _UNHEALTHY)
    if open_:
        word = "alert" if len(open_) == 1 else "alerts"
        sentence = f"its {word} {spell_list(open_)} {'is' if len(open_) == 1 else 'are'} open"
        return _Said(verdict=Verdict.FAIL, reason="unhealthy", sentence=sentence, mends=True)
    served, health = back.served, case.policy.health
    if served is not None and served.requests:
        errors = weigh(served.errors, served.requests, health.max_error_rate, health.confidence)
        if errors.verdict is Verdict.FAIL:
            sentence = (
                f"it answered {errors.share} of its calls with errors ({errors.basis}, "
                f"{back.span}; the limit is {percent(errors.limit)})"
            )
            return _Said(verdict=Verdict.FAIL, reason="unhealthy", sentence=sentence, mends=True)
    elif back.share <= 0 and not _watched(case, back):
        return _Said(
            verdict=Verdict.INCONCLUSIVE,
            reason="health_unknown",
            sentence=(
                "it serves nobody, and its health was not looked at within "
                f"{spell_duration(case.gates.rollback.max_age)}"
            ),
            mends=True,
        )
    told = "no alert of its health is open"
    if not _watched(case, back):
        told = f"it {'serves' if back.share > 0 else 'answers'}, though its health is not watched"
    return _Said(verdict=Verdict.PASS, reason="healthy", sentence=told)


def _watched(case: Case, back: Place) -> bool:
    checked = back.reading.checked.get(Check.HEALTH.value)
    return checked is not None and case.at - checked <= case.gates.rollback.max_age


def _usable(case: Case, back: Place) -> _Said:
    """Asked only where the schema gate is: who does not keep signatures has none to compare."""
    version = back.reading.models.get(back.name)
    if case.gates.schema is Enforcement.OFF:
        return _Said(
            verdict=Verdict.PASS, reason="schema_off", sentence="schemas are not asked for"
        )
    if version is None or not version.inputs or not case.candidate.inputs:
        whose = case.named if version is not None and version.inputs else "it"
        why = back.reading.model_problems.get(back.name)
        sentence = f"the inputs that {whose} takes are not known"
        sentence += f" ({why.removesuffix('.')})" if why is not None and version is None else ""
        return _Said(verdict=Verdict.INCONCLUSIVE, reason="schema_unknown", sentence=sentence)
    breaking, _ = compare_schemas(case.candidate.inputs, version.inputs)
    if not breaking:
        sentence = f"it takes what {case.named} takes"
        return _Said(verdict=Verdict.PASS, reason="compatible", sentence=sentence)
    sentence = (
        f"callers of {case.named} would break when traffic goes back (from {case.named} to it "
        f"{'; '.join(breaking)}); make the change in two versions, or let it pass while callers "
        "still send what both take"
    )
    return _Said(verdict=Verdict.FAIL, reason="breaking_change", sentence=sentence)


def _large_enough(_: Case, back: Place) -> _Said:
    now = back.deployment.instances
    has = "its instances are not told" if now is None else f"with {_instances(now)}"
    if carries_all(back):
        return _Said(
            verdict=Verdict.PASS,
            reason="carries_all",
            sentence=f"it carries all of the traffic now, {has}",
        )
    proof = proof_of(back)
    before = None if proof is None else proof.instances
    if now is None or before is None:
        sentence = (
            f"whether it can carry all of the traffic is not known ({has}; those it had when it "
            "did are not known)"
        )
        return _Said(verdict=Verdict.INCONCLUSIVE, reason="size_unknown", sentence=sentence)
    if now < before:
        sentence = (
            f"it has {_instances(now)}, and had {before} when it carried all of the traffic: az ml "
            f"online-deployment update --endpoint-name {back.endpoint.name} --name {back.name} "
            f"--set instance_count={before}"
        )
        return _Said(verdict=Verdict.FAIL, reason="fewer_instances", sentence=sentence)
    sentence = f"it has {_instances(now)}, no fewer than when it carried all of the traffic"
    return _Said(verdict=Verdict.PASS, reason="large_enough", sentence=sentence)


def _proven(case: Case, back: Place) -> _Said:
    proof, within = proof_of(back), case.gates.rollback.proven_within
    if proof is None:
        return _Said(
            verdict=Verdict.INCONCLUSIVE,
            reason="never_proven",
            sentence=(
                "it was never seen to carry all of the traffic by itself as it is now "
                f"(it has {back.share:g} %)"
            ),
        )
    if carries_all(back):
        return _Said(verdict=Verdict.PASS, reason="proven", sentence="so it is proven now")
    ago = case.at - proof.until
    told = f"it last carried all of the traffic {spell_time(proof.until)}"
    if ago > within:
        sentence = (
            f"{told}, {spell_duration(ago)} ago; at most {spell_duration(within)} is allowed "
            "(`gates.rollback.proven_within`)"
        )
        return _Said(verdict=Verdict.INCONCLUSIVE, reason="proven_long_ago", sentence=sentence)
    return _Said(verdict=Verdict.PASS, reason="proven", sentence=told)


def _instances(count: int) -> str:
    return f"{count} {'instance' if count == 1 else 'instances'}"


def _judged(
    thing: str, said: _Said, back: Place | None = None, reasons: list[str] | None = None
) -> Judged:
    finding = Finding(
        rule=Rule.ROLLBACK_GATE,
        thing=thing,
        verdict=said.verdict,
        reason=said.reason,
        sentence=said.sentence,
    )
    if back is not None:
        details = {"instances": back.deployment.instances, "reasons": reasons or []}
        finding = replace(
            finding, statistic="traffic_percent", estimate=back.share, details=details
        )
    return Judged(finding=finding)


_ASKED: tuple[Callable[[Case, Place], _Said], ...] = (
    _complete,
    _healthy,
    _usable,
    _large_enough,
    _proven,
)
