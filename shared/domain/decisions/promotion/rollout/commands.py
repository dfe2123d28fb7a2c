"""What people type to do by hand what a rollout would do, or to go on with one that stopped."""

from collections.abc import Mapping

from shared.domain.promotion import Rollout, TrafficStep


def as_command(endpoint: str, step: TrafficStep, present: TrafficStep) -> str:
    """The command that gives an endpoint these shares.

    Both kinds of traffic are named where either has to do with mirrors, since who is mirrored may
    have no share. A deployment that had one is given its 0.

    >>> blue, both = TrafficStep(traffic={"blue": 100.0}), {"blue": 90.0, "green": 10.0}
    >>> as_command("ep", TrafficStep(traffic=both), blue)
    'az ml online-endpoint update --name ep --traffic "blue=90 green=10"'
    """
    command = f"az ml online-endpoint update --name {endpoint}"
    command += f' --traffic "{_shares(step.traffic, present.traffic)}"'
    if step.mirror or present.mirror:
        command += f' --mirror-traffic "{_shares(step.mirror, present.mirror)}"'
    return command


def ways_on(rollout: Rollout, present: TrafficStep, in_force: TrafficStep) -> str:
    """Three ways out of a rollout that stopped, whoever moved the traffic."""
    endpoint, last = rollout.endpoint, rollout.steps[-1]
    go_on = as_command(endpoint, in_force, present)
    if rollout.at < 0:
        return (
            f"To let the rollout go on, restore what it planned from: {go_on}; to finish it by "
            f"hand: {as_command(endpoint, last, present)}"
        )
    return (
        f"To let the rollout go on: {go_on}; to end it: "
        f"{as_command(endpoint, rollout.before, present)}; to finish it by hand: "
        f"{as_command(endpoint, last, present)}"
    )


def _shares(shares: Mapping[str, float], present: Mapping[str, float]) -> str:
    names = sorted({*shares, *(name for name, share in present.items() if share > 0)})
    return " ".join(f"{name}={shares.get(name, 0.0):g}" for name in names)
