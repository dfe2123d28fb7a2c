"""What the types of the fleet's file cannot say: names that have to be there, and once."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from difflib import get_close_matches

from shared.domain.policy import Fleet, RetentionRules, Route
from shared.policies.alert_checks import route_problems, taken_problems
from shared.policies.gate_checks import hours_problems
from shared.policies.receiver_checks import receiver_problems

MOST_RECEIVERS = 200
_SHORTEST_KEPT = timedelta(days=7)


def fleet_problems(fleet: Fleet) -> Iterator[str]:
    """Each fault as a sentence without its full stop, in the order of the keys."""
    names = [receiver.name for receiver in fleet.receivers]
    yield from (
        f"receivers name {n} twice" for n in sorted({n for n in names if names.count(n) > 1})
    )
    if len(names) > MOST_RECEIVERS:
        yield f"receivers are {len(names)}; keep to {MOST_RECEIVERS}"
    for index, receiver in enumerate(fleet.receivers):
        yield from receiver_problems(receiver, f"receivers[{index}]")
    yield from route_problems(fleet.routes, "routes")
    yield from unknown_names(fleet.routes, fleet, "routes")
    if fleet.default is not None and fleet.default not in names:
        yield _unknown("default", fleet.default, names, "receiver")
    for name, hours in fleet.hours.items():
        yield from hours_problems(hours, f"hours.{name}")
    for index, rule in enumerate(fleet.inhibit):
        yield from taken_problems(rule.source, f"inhibit[{index}].source")
        yield from taken_problems(rule.target, f"inhibit[{index}].target")
    yield from _span_problems(fleet)
    yield from _budget_problems(fleet)
    yield from _retention_problems(fleet.retention)


def unknown_names(routes: Sequence[Route], fleet: Fleet, at: str) -> Iterator[str]:
    """Each receiver and each hours that routes below the key `at` name and the fleet has not."""
    receivers = [receiver.name for receiver in fleet.receivers]
    for index, route in enumerate(routes):
        here = f"{at}[{index}]"
        for to in route.to:
            if to not in receivers:
                yield _unknown(f"{here}.to", to, receivers, "receiver", names=True)
        for key, hours in (("mute", route.mute), ("only", route.only)):
            for name in hours:
                if name not in fleet.hours:
                    yield _unknown(f"{here}.{key}", name, list(fleet.hours), "hours", names=True)


def _unknown(at: str, name: str, known: Sequence[str], what: str, *, names: bool = False) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"write {close[0]}" if close else f"known are {', '.join(known[:20]) or 'none'}"
    noun = f"no {what}" if what == "receiver" else f"none of the {what}"
    return f"{at} {'names' if names else 'is'} {name[:80]}, which is {noun}; {hint}"


def _span_problems(fleet: Fleet) -> Iterator[str]:
    spans = {
        "silences.longest": fleet.silences.longest,
        "silences.acknowledged_for": fleet.silences.acknowledged_for,
    }
    for key, span in spans.items():
        if span < timedelta(minutes=1):
            yield f"{key} is below a minute; give 24h, 14d or the like"
    if fleet.retraining.per < timedelta(hours=1):
        yield "retraining.per is below an hour; give 7d, 30d or the like"


def _retention_problems(rules: RetentionRules) -> Iterator[str]:
    spans = {name: getattr(rules, name) for name in ("archive", "evidence", "decisions")}
    for name, span in spans.items():
        if span is not None and span < _SHORTEST_KEPT:
            yield f"retention.{name} is below {_SHORTEST_KEPT.days} days; give 90d, 400d or null"
    if rules.decisions is not None and (rules.evidence is None or rules.evidence > rules.decisions):
        yield (
            "retention.evidence outlasts retention.decisions, and nothing would say what it was "
            "of; give decisions a longer span, or null"
        )


def _budget_problems(fleet: Fleet) -> Iterator[str]:
    budget = fleet.retraining
    if budget.cost is not None and not 0 < budget.cost < float("inf"):
        yield f"retraining.cost is {budget.cost:g}; give a number above 0, or leave it out"
    if budget.at_once is not None and budget.at_once < 1:
        yield f"retraining.at_once is {budget.at_once}; give 1 or more, or leave it out"
