"""Where an alert goes: the model's own routes first, then the fleet's, then the default."""

from dataclasses import dataclass

from shared.domain.alert import Alert
from shared.domain.notices.fields import fits, values_of
from shared.domain.policy import AlertPolicy, Fleet, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A route that takes an alert: `where` names it, `receiver` is one of those it goes to."""

    route: Route
    receiver: str
    where: str


def routes_of(alert: Alert, scope: str, policy: AlertPolicy, fleet: Fleet) -> tuple[Taken, ...]:
    """Whom an alert goes to, each receiver once, by the first route that names it.

    The first route that takes it ends the search unless it says `continue`; what no route takes
    goes to the default. Receivers that the fleet does not know are left out, and what only they
    would be told goes to the default too: a name that is misspelt silences nothing.
    """
    values = values_of(alert, scope)
    named = [(f"the policy's routes[{i}]", route) for i, route in enumerate(policy.routes)]
    named += [(f"the fleet's routes[{i}]", route) for i, route in enumerate(fleet.routes)]
    taken: dict[str, Taken] = {}
    for where, route in named:
        if not fits(values, kind=route.kind, severity=route.severity, labels=route.labels):
            continue
        for receiver in route.to:
            if fleet.receiver(receiver) is not None:
                taken.setdefault(receiver, Taken(route=route, receiver=receiver, where=where))
        if not route.continue_:
            if taken or not route.to:
                return tuple(taken.values())
            break
    if not taken and fleet.default is not None and fleet.receiver(fleet.default) is not None:
        return (Taken(route=Route(), receiver=fleet.default, where="the fleet's default"),)
    return tuple(taken.values())
