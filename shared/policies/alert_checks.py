"""What the types of routes cannot say: kinds and severities there are, spans that can work."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from difflib import get_close_matches

from shared.domain.alert import AlertKind, Severity
from shared.domain.policy import AlertPolicy, AlertsOf, Flapping, Route

_MINUTE = timedelta(minutes=1)
_SHORTEST_INTERVAL = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(days=1)
MOST_ROUTES = 200
_KINDS = tuple(kind.value for kind in AlertKind)
_SEVERITIES = tuple(severity.value for severity in Severity)


def alert_problems(policy: AlertPolicy) -> Iterator[str]:
    """Each fault of a model's `alerts`, as a sentence without its full stop.

    Whether the receivers are there is known only together with the fleet's file.
    """
    yield from route_problems(policy.routes, "alerts.routes")
    yield from _flapping_problems(policy.flapping, "alerts.flapping")


def route_problems(routes: Sequence[Route], at: str) -> Iterator[str]:
    """Each fault of the routes below the key `at`."""
    if len(routes) > MOST_ROUTES:
        yield f"{at} has {len(routes)} routes; keep to {MOST_ROUTES}, with patterns in `labels`"
    for index, route in enumerate(routes):
        here = f"{at}[{index}]"
        yield from taken_problems(route, here)
        yield from _repeated(route.to, f"{here}.to")
        yield from _repeated(route.group_by, f"{here}.group_by")
        if any(not label.strip() for label in route.group_by):
            yield f"{here}.group_by has an empty name; leave it out"
        if route.interval < _SHORTEST_INTERVAL:
            yield f"{here}.interval is below 10s; give 1m, 5m or the like"
        if route.repeat < _MINUTE:
            yield f"{here}.repeat is below a minute; give 1h, 4h or the like"
        if route.wait > _LONGEST_WAIT:
            yield f"{here}.wait is longer than a day; give 30s, 5m or the like"


def taken_problems(alerts: Route | AlertsOf, at: str) -> Iterator[str]:
    """Each kind, severity or label that no alert can have."""
    yield from _unknown(alerts.kind, _KINDS, f"{at}.kind")
    yield from _unknown(alerts.severity, _SEVERITIES, f"{at}.severity")
    for name in alerts.labels:
        if name in {"kind", "severity"}:
            yield f"{at}.labels.{name} is no label; write it as `{name}: [...]` beside `labels`"


def _unknown(words: Sequence[str], known: Collection[str], at: str) -> Iterator[str]:
    for index, word in enumerate(words):
        if word not in known:
            close = get_close_matches(word.casefold().replace("-", "_"), known, n=1)
            hint = f"write {close[0]}" if close else f"known are {', '.join(known)}"
            yield f"{at}[{index}] is {word[:80]!r}; {hint}"


def _repeated(names: Sequence[str], at: str) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{at} names {name} twice"


def _flapping_problems(flapping: Flapping, at: str) -> Iterator[str]:
    if flapping.changes < 2:
        yield f"{at}.changes is {flapping.changes}; give 2 or more, since any alert begins and ends"
    for key, span in (("within", flapping.within), ("calm", flapping.calm)):
        if span < _MINUTE:
            yield f"{at}.{key} is below a minute; give 30m, 1h or the like"
