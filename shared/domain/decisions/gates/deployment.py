"""The version is deployed where it is tried out, and complete."""

from dataclasses import replace

from shared.domain.decisions.gates.age import AGAIN, unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.observed.tried import Place, tried_at
from shared.domain.decisions.routing.route import FAILED, SUCCEEDED
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time

_READ = "what is deployed on {}"


def judge_deployment(case: Case) -> tuple[Judged, ...]:
    """Fails for what failed and says why; what is still being written is waited for.

    A version that is not there is waited for too: its pipeline may be on the way. An endpoint that
    is not there fails. Nothing is asked of a version that is tried out nowhere.
    """
    if case.tried is None:
        return ()
    return (_gone(case, case.tried) or _judge(case),)


def _judge(case: Case) -> Judged:
    place = tried_at(case, Rule.DEPLOYMENT_GATE, case.gates.deployment, _READ)
    if isinstance(place, Judged):
        return place
    if place.state in FAILED:
        return _failed(case, place)
    if place.endpoint.provisioning_state.casefold() in FAILED:
        sentence = (
            f"Endpoint {place.endpoint.name} itself is {place.endpoint.provisioning_state}; see "
            f"why: az ml online-endpoint show --name {place.endpoint.name}"
        )
        return Judged(finding=_finding(place, Verdict.FAIL, "endpoint_failed", sentence))
    if place.state == "deleting":
        sentence = f"{_carrier(case, place)} and is being deleted."
        return Judged(finding=_finding(place, Verdict.FAIL, "deleting", sentence))
    if place.state != SUCCEEDED:
        return _unfinished(case, place)
    return Judged(finding=_finding(place, Verdict.PASS, "deployed", _complete(case, place)))


def _gone(case: Case, name: str) -> Judged | None:
    """That there is no endpoint is no fault of the look; None while there is one."""
    reading, thing = case.evidence.tried, f"endpoint/{name}"
    if reading is None or not reading.gone:
        return None
    known = replace(reading, problem=None)
    what = _READ.format(name)
    ended = unusable(case, Rule.DEPLOYMENT_GATE, thing, known, case.gates.deployment, what)
    if ended is not None:
        return ended
    finding = Finding(
        rule=Rule.DEPLOYMENT_GATE,
        thing=thing,
        verdict=Verdict.FAIL,
        reason="endpoint_gone",
        sentence=(
            f"There is no endpoint {name}, where {case.named} is to be tried out; make it, or "
            "mend the stage's `endpoint` in the policy."
        ),
    )
    return Judged(finding=finding)


def _failed(case: Case, place: Place) -> Judged:
    """With what its log says; the rules that read it are loaded for failures only."""
    from shared.domain.diagnosis import told

    state = place.deployment.provisioning_state
    of_log = told(
        place.reading.logs.get(place.name),
        place.reading.log_problems.get(place.name),
        look=_get_logs(place),
    )
    says = [f"{_carrier(case, place)} and is {state}.", of_log.text, of_log.first_step]
    finding = _finding(
        place,
        Verdict.FAIL,
        "provisioning_failed",
        " ".join(text for text in says if text),
        of_log.details(),
    )
    return Judged(finding=finding)


def _unfinished(case: Case, place: Place) -> Judged:
    """A word nobody knows is no success; how long it may take is a matter of routing's alerts."""
    since = place.watch.unfinished if place.watch is not None else None
    lasted = case.at - since if since is not None else None
    told = f" since {spell_time(since)}" if since is not None else ""
    sentence = f"{_carrier(case, place)} and is {place.deployment.provisioning_state}{told}"
    if lasted is not None and lasted >= case.policy.routing.stuck_after:
        sentence += f", for {spell_duration(lasted)} now; see what it waits for: {_get_logs(place)}"
    else:
        sentence += "; it is looked at again."
    finding = _finding(place, Verdict.INCONCLUSIVE, "unfinished", sentence)
    return Judged(finding=finding, look_again=case.at + AGAIN)


def _carrier(case: Case, place: Place) -> str:
    return f"Deployment {place.name} of {place.endpoint.name} carries {case.named}"


def _complete(case: Case, place: Place) -> str:
    instances = place.deployment.instances
    of = f" with {instances} {'instance' if instances == 1 else 'instances'}" if instances else ""
    return f"{_carrier(case, place)} and is complete{of}."


def _get_logs(place: Place) -> str:
    return (
        f"az ml online-deployment get-logs --endpoint-name {place.endpoint.name} "
        f"--name {place.name}"
    )


def _finding(
    place: Place,
    verdict: Verdict,
    reason: str,
    sentence: str,
    details: dict[str, str | None] | None = None,
) -> Finding:
    return Finding(
        rule=Rule.DEPLOYMENT_GATE,
        thing=place.thing,
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        details=None if details is None else dict(details),
    )
