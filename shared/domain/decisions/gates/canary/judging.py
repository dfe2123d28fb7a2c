"""A version's answers against those of the deployment that serves, over the same minutes."""

from shared.domain.decisions.gates.age import unusable
from shared.domain.decisions.gates.canary.alone import judge_alone, judge_silent
from shared.domain.decisions.gates.canary.judged import Sides, total
from shared.domain.decisions.gates.canary.looks import Level, level_of
from shared.domain.decisions.gates.canary.metrics import judge_error_rate, judge_kpi, judge_latency
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.finding import Finding, Rule
from shared.domain.promotion import Rollout
from shared.domain.verdict import Verdict, worst
from shared.domain.wording import spell_duration, spell_list, spell_number, spell_time


def judge_canary(case: Case) -> tuple[Judged, ...]:
    """Errors, latency and KPIs of a deployment that has some of the traffic or is mirrored to.

    The first finding tells of the whole and decides nothing: each metric has its own, so that one
    of them can be let pass by itself. Where nothing can be compared the whole is what decides.
    """
    gate, reading = case.gates.canary, case.evidence.canary
    rollout = case.promotion.rollout if case.promotion is not None else None
    name = rollout.deployment if rollout is not None else ""
    if not name and reading is not None:
        name = reading.experiment_deployment
    alone = judge_alone(case, rollout)
    if alone is not None:
        return (alone,)
    thing = f"deployment/{name}" if name else f"model/{case.candidate.name}"
    ended = unusable(case, Rule.CANARY_GATE, thing, reading, gate, f"the comparison of {name}")
    if ended is not None or reading is None:
        return (ended,) if ended is not None else ()
    level = level_of(case, gate)
    sides = Sides(case=case, gate=gate, reading=reading, level=level)
    ended = judge_silent(sides, rollout)
    if ended is not None:
        return (ended,)
    judged = [judge_error_rate(sides), judge_latency(sides)]
    if not _mirrored(rollout):
        known = {kpi.name: kpi for kpi in case.policy.kpis}
        judged += [
            judge_kpi(sides, known[kpi]) if kpi in known else _unknown(kpi, list(known))
            for kpi in gate.kpis
        ]
    return (_whole(sides, rollout, thing, judged), *judged)


def _whole(sides: Sides, rollout: Rollout | None, thing: str, judged: list[Judged]) -> Judged:
    reading, level = sides.reading, sides.level
    findings = [one.finding for one in judged]
    verdict = worst(finding.verdict for finding in findings)
    times = [one.look_again for one in judged if one.finding.verdict is not Verdict.PASS]
    told = [
        f"{finding.thing.removeprefix('canary/')} {finding.verdict.value}" for finding in findings
    ]
    requests = total(reading.experiment["errors:of"])
    mirrored = ", mirrored only, so that KPIs are not compared" if _mirrored(rollout) else ""
    sentence = (
        f"{reading.experiment_deployment} against {reading.control_deployment} from "
        f"{spell_time(reading.start)} for {spell_duration(reading.end - reading.start)} "
        f"({spell_number(requests)} requests against "
        f"{spell_number(total(reading.control['errors:of']))}{mirrored}): "
        f"{spell_list(told, most=10)}. {_look(level)}"
    )
    finding = Finding(
        rule=Rule.CANARY_GATE,
        thing=thing,
        verdict=verdict,
        reason="beyond_looks" if level.beyond else verdict.value,
        sentence=sentence,
        n=requests,
        enforced=False,
        details={
            "control": reading.control_deployment,
            "start": spell_time(reading.start),
            "end": spell_time(reading.end),
            "look": level.number,
            "looks": level.planned,
            "error": level.error,
        },
    )
    again = None if None in times else min((time for time in times if time), default=None)
    return Judged(finding=finding, look_again=again)


def _look(level: Level) -> str:
    if level.beyond:
        return (
            f"Look {level.number}, after the {level.planned} that were planned for a step: it is "
            "as strict as the last of those, and what is promised of unchanged versions is "
            "promised of those."
        )
    return f"Look {level.number} of {max(level.number, level.planned)}."


def _mirrored(rollout: Rollout | None) -> bool:
    """Whether the step in force only mirrors requests: nobody acts on those answers."""
    if rollout is None or not 0 <= rollout.at < len(rollout.steps):
        return False
    step = rollout.steps[rollout.at]
    return not step.traffic.get(rollout.deployment) and bool(step.mirror.get(rollout.deployment))


def _unknown(name: str, known: list[str]) -> Judged:
    finding = Finding(
        rule=Rule.CANARY_GATE,
        thing=f"canary/kpi/{name}",
        verdict=Verdict.INCONCLUSIVE,
        reason="no_such_kpi",
        sentence=(
            f"gates.canary.kpis names {name}, which is no KPI of the policy "
            f"({spell_list(sorted(known)) or 'it has none'}); correct the name."
        ),
    )
    return Judged(finding=finding)
