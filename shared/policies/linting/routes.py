"""Routes that work and are hardly meant: nobody gets there, nobody is told, the wrong hours."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from shared.domain.alert import AlertKind, Severity
from shared.domain.policy import ChannelKind, Fleet, Route
from shared.domain.wording import spell_duration, spell_list

LABELS = frozenset(
    {
        "batch",
        "cause",
        "check",
        "column",
        "deployment",
        "endpoint",
        "file",
        "kpi",
        "model",
        "of",
        "receiver",
        "retraining",
        "rule",
        "series",
        "shares",
        "signal",
        "source",
        "stage",
        "version",
        "what",
    }
)
"""The labels that alerts have."""
_FIELDS = frozenset({"kind", "severity", "subject", "model", "fingerprint"})
_ANY = "*"


def odd_routes(routes: Sequence[Route], at: str) -> Iterator[str]:
    """What is hardly meant in the routes below the key `at`, as sentences with their full stop."""
    for index, route in enumerate(routes):
        here = f"{at}[{index}]"
        shadow = next((n for n in range(index) if _covers(routes[n], route)), None)
        if shadow is not None:
            yield (
                f"No alert gets to {here}: {at}[{shadow}] takes them all; put the narrower one "
                "first, or let the other `continue: true`."
            )
        if not route.to:
            yield f"{here} sends what it takes to nobody; name a receiver in `to` if that is wrong."
        yield from odd_names(route.group_by, f"{here}.group_by", "no alert has, so it groups all")
        for name, pattern in route.labels.items():
            if not fnmatchcase("", pattern):
                yield from odd_names([name], f"{here}.labels", "no alert has, so it takes none")
        yield from _odd_spans(route, here)
        yield from _odd_hours(route, here, routes[:index])


def odd_names(names: Sequence[str], at: str, why: str) -> Iterator[str]:
    """Labels that no alert has, with the one that was meant."""
    known = sorted(LABELS | _FIELDS)
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"write {close[0]}" if close else f"known are {', '.join(known)}"
            yield f"{at} names {name[:80]}, which {why}; {hint}."


def _covers(earlier: Route, later: Route) -> bool:
    """Whether the earlier takes everything that the later would, and lets nothing go on."""
    return (
        not earlier.continue_
        and _within(later.kind, earlier.kind)
        and _within(later.severity, earlier.severity)
        and all(
            pattern == _ANY or _implied(pattern, later.labels.get(name))
            for name, pattern in earlier.labels.items()
        )
    )


def _within(words: Sequence[str], of: Sequence[str]) -> bool:
    return not of or (bool(words) and set(words) <= set(of))


def _implied(pattern: str, by: str | None) -> bool:
    """Whether what fits `by` fits the pattern; of two patterns only the same one is known to."""
    if by is None:
        return False
    plain = not set("*?[") & set(by)
    return by == pattern or (plain and fnmatchcase(by, pattern))


def _odd_spans(route: Route, here: str) -> Iterator[str]:
    if route.repeat < route.interval:
        yield (
            f"{here}.repeat ({spell_duration(route.repeat)}) is shorter than its interval "
            f"({spell_duration(route.interval)}), at which it is looked at; it repeats no sooner."
        )
    if route.wait > route.repeat:
        yield (
            f"{here}.wait ({spell_duration(route.wait)}) is longer than its repeat "
            f"({spell_duration(route.repeat)}); the first notice comes later than a second would."
        )


def _odd_hours(route: Route, here: str, earlier: Sequence[Route]) -> Iterator[str]:
    both = sorted(set(route.mute) & set(route.only))
    if both:
        yield f"{here} names {both[0]} in `mute` and in `only`; it is never told in these hours."
    quiet = spell_list([*route.mute, *route.only])
    told = any(_tells_critical(one, route) for one in earlier)
    if quiet and _takes(route, Severity.CRITICAL) and not told:
        yield (
            f"{here} holds critical alerts too in its quiet hours ({quiet}); name the severities "
            "that may wait in `severity`."
        )


def _tells_critical(one: Route, other: Route) -> bool:
    """Whether critical alerts that get to the other have been told by this one at any hour."""
    always = bool(one.to) and not one.mute and not one.only and not one.labels
    return always and _takes(one, Severity.CRITICAL) and _within(other.kind, one.kind)


def untold(routes: Sequence[tuple[str, Route]], fleet: Fleet) -> Iterator[str]:
    """Critical alerts that reach nobody, or nothing but the log, and what no route takes.

    Routes that ask for labels are not counted on: an alert may have others.
    """
    nobody, logged = [], []
    for kind in AlertKind:
        channels = _channels(routes, fleet, kind)
        if not channels:
            nobody.append(kind.value)
        elif channels == {ChannelKind.LOG}:
            logged.append(kind.value)
    for kinds, where in ((nobody, "nobody"), (logged, "nothing but the log")):
        if kinds:
            which = "of any kind" if len(kinds) == len(AlertKind) else f"({spell_list(kinds)})"
            yield (
                f"Critical alerts {which} reach {where}; add a route with `severity: [critical]`, "
                "or a default that somebody reads."
            )
    if fleet.default is None and not nobody and not any(_takes_all(one) for _, one in routes):
        yield "There is no default: an alert that no route takes is told to nobody; name one."


def _channels(
    routes: Sequence[tuple[str, Route]], fleet: Fleet, kind: AlertKind
) -> set[ChannelKind]:
    found: set[ChannelKind] = set()
    for _, route in routes:
        if route.labels or not _takes(route, Severity.CRITICAL):
            continue
        if route.kind and kind.value not in route.kind:
            continue
        found |= {one.channel for name in route.to if (one := fleet.receiver(name)) is not None}
        if not route.continue_:
            return found
    default = fleet.receiver(fleet.default) if fleet.default is not None else None
    return found or ({default.channel} if default is not None else set())


def _takes(route: Route, severity: Severity) -> bool:
    return not route.severity or severity.value in route.severity


def _takes_all(route: Route) -> bool:
    return not route.kind and not route.severity and not route.labels and bool(route.to)
