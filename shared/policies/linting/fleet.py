"""What is hardly meant in the fleet's file: receivers, hours, silences, inhibitions."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from shared.domain.policy import ChannelKind, Fleet, Inhibition, Pace, ReceiverPolicy, Route
from shared.domain.wording import spell_duration
from shared.policies.linting.routes import odd_names, odd_routes, untold

_LONGEST = timedelta(days=90)
_SHORTEST = timedelta(hours=1)
_SLOW_DIGEST = timedelta(days=1)
_SLOW_BURST = timedelta(hours=1)


def odd_fleet(
    fleet: Fleet, of_models: Sequence[tuple[str, Route]], beside: Collection[str]
) -> Iterator[str]:
    """Each as a sentence; `of_models` are the models' own routes, `beside` the files beside it."""
    named = [(f"routes[{index}]", route) for index, route in enumerate(fleet.routes)]
    every = [*of_models, *named]
    if not fleet.receivers:
        yield "There is no receiver, so nobody is told; name one in `receivers`."
    yield from odd_routes(fleet.routes, "routes")
    yield from untold(named, fleet) if fleet.receivers else ()
    for index, receiver in enumerate(fleet.receivers):
        yield from _odd_receiver(receiver, f"receivers[{index}] ({receiver.name})", every, fleet)
        if receiver.template is not None and receiver.template not in beside:
            yield (
                f"receivers[{index}] ({receiver.name}).template names {receiver.template}, which "
                "is not beside the fleet's file; add it."
            )
    yield from _shared_secrets(fleet)
    used = {name for _, route in every for name in (*route.mute, *route.only)}
    for name in sorted(set(fleet.hours) - used):
        yield f"hours.{name} is named by no route; write it into `mute` or `only` of one."
    for index, rule in enumerate(fleet.inhibit):
        yield from _odd_inhibition(rule, f"inhibit[{index}]")
    yield from _odd_silences(fleet)


def _odd_receiver(
    receiver: ReceiverPolicy, here: str, routes: Sequence[tuple[str, Route]], fleet: Fleet
) -> Iterator[str]:
    reached = [(at, route) for at, route in routes if receiver.name in route.to]
    if not reached and fleet.default != receiver.name:
        yield f"{here} is told nothing: no route and no default names it."
    pace = receiver.pace
    spelled = f"{pace.notices} in {spell_duration(pace.per)}"
    at, route = min(reached, key=lambda one: one[1].repeat, default=(None, None))
    if route is not None and pace.per / pace.notices > route.repeat:
        yield (
            f"{here}.pace is {spelled}, slower than the repeat of {at} "
            f"({spell_duration(route.repeat)}): one alert that lasts uses it up, and all else goes "
            "into digests."
        )
    elif pace.per > _SLOW_DIGEST:
        yield f"{here}.pace is {spelled}; what is beyond it waits that long for a digest."
    yield from _odd_burst(receiver.pace, here)
    if receiver.channel is ChannelKind.PAGERDUTY and not receiver.resolved:
        yield f"{here} is never told that it is over, so incidents stay open; set resolved: true."


def _odd_burst(pace: Pace, here: str) -> Iterator[str]:
    spelled = f"{pace.burst} in {spell_duration(pace.burst_per)}"
    if pace.burst > pace.notices and pace.burst != Pace().burst:
        yield (
            f"{here}.pace.burst is {spelled}, more than the {pace.notices} of `notices`, so it "
            "bounds nothing."
        )
    elif pace.burst_per > pace.per and pace.burst_per != Pace().burst_per:
        yield (
            f"{here}.pace.burst is {spelled}, longer than `per` ({spell_duration(pace.per)}), so "
            "it is counted in that."
        )
    elif pace.at_once > _SLOW_BURST:
        yield (
            f"{here}.pace.burst is {spelled}; after one digest the next waits that long; 5m is "
            "the default."
        )


def _shared_secrets(fleet: Fleet) -> Iterator[str]:
    kinds: dict[str, ReceiverPolicy] = {}
    for receiver in fleet.receivers:
        if receiver.secret is None:
            continue
        first = kinds.setdefault(receiver.secret, receiver)
        if first.channel is not receiver.channel:
            yield (
                f"{first.name} and {receiver.name} share the secret {receiver.secret}, but one is "
                f"{first.channel.value} and one {receiver.channel.value}; give each its own."
            )


def _odd_inhibition(rule: Inhibition, here: str) -> Iterator[str]:
    target = rule.target
    if rule.source == target:
        yield f"{here} has the same source and target, so it never holds anything back."
    elif not (target.kind or target.severity or target.labels):
        yield f"{here}.target is every alert; name the kinds that follow from its source."
    yield from odd_names(rule.equal, f"{here}.equal", "no alert has, so it is always equal")


def _odd_silences(fleet: Fleet) -> Iterator[str]:
    longest, acknowledged = fleet.silences.longest, fleet.silences.acknowledged_for
    if longest > _LONGEST:
        yield (
            f"silences.longest is {spell_duration(longest)}; what is silenced so long is "
            "forgotten; 14d is the default."
        )
    elif longest < _SHORTEST:
        yield (
            f"silences.longest is {spell_duration(longest)}, shorter than most work takes; 14d is "
            "the default."
        )
    if acknowledged > _LONGEST:
        yield (
            f"silences.acknowledged_for is {spell_duration(acknowledged)}; nobody is reminded so "
            "long; 24h is the default."
        )
