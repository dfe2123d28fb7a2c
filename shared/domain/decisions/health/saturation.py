"""Are its instances full: processor, memory or disk of one of them above what they may hold.

A level counts that one instance held for ten minutes running. A minute at 100 % is no fault, and
an average over instances would hide the one that is about to fall over.
"""

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.health.look import Concluded, Look, found
from shared.domain.decisions.health.wording import (
    carried,
    joined,
    latency,
    read_log,
    scale_out,
    worked,
)
from shared.domain.load import SPAN
from shared.domain.verdict import Verdict

_MEANS = {
    "cpu": "Calls wait for a processor; answers get slower, then they are turned away.",
    "memory": "An instance without memory left is killed in the middle of its calls.",
    "disk": "An instance without disk left cannot write its log, a cache or a temporary file.",
}


def judge_load(look: Look) -> tuple[Concluded, ...]:
    """Each measure for itself; nothing where nothing measures, an error where it cannot be read."""
    if look.load_problem is not None:
        finding = found(look, Verdict.ERROR, "cannot_look", look.load_problem)
        return (Concluded(kind=AlertKind.SATURATED, finding=finding),)
    if look.load is None:
        return ()
    levels = {"cpu": look.load.cpu, "memory": look.load.memory, "disk": look.load.disk}
    return tuple(_judge(look, of, level) for of, level in levels.items() if level is not None)


def _judge(look: Look, of: str, level: float) -> Concluded:
    high = level >= look.policy.max_load
    sentence = (
        f"an instance of {look.what} held {level:.0f} % {of} for ten minutes of the last hour; "
        f"the limit is {look.policy.max_load:g} %."
    )
    finding = found(
        look,
        Verdict.FAIL if high else Verdict.PASS,
        "held_high" if high else "load_within_limit",
        sentence,
        statistic=f"{of}_percent",
        estimate=level,
        limit=look.policy.max_load,
    )
    alert = _alert(look, of, level) if high else None
    return Concluded(kind=AlertKind.SATURATED, of=of, finding=finding, alert=alert)


def _alert(look: Look, of: str, level: float) -> Alert:
    return Alert(
        kind=AlertKind.SATURATED,
        subject=f"endpoint/{look.endpoint.name}",
        severity=Severity.WARNING,
        title=f"an instance of {look.what} held {level:.0f} % {of} for ten minutes",
        text=joined(
            f"The limit is {look.policy.max_load:g} %. {_MEANS[of]}",
            worked(look.load),
            "" if look.served is None else latency(look.served),
            carried(look),
        ),
        first_step=_first_step(look, of),
        since=max(look.start, look.end - SPAN),
        labels=look.labels(of),
    )


def _first_step(look: Look, of: str) -> str:
    if of == "cpu":
        return f"Add an instance: {scale_out(look)}"
    if of == "memory":
        return (
            "Let fewer workers share it (WORKER_COUNT), or take a larger instance_type; if it only "
            f"ever grows, it leaks: {read_log(look)}"
        )
    return f"Find out what it writes: {read_log(look)}"
