"""What is hardly meant in a model's policy, alone and together with the fleet's file."""

from collections.abc import Iterator

from shared.domain.policy import Fleet, Policy
from shared.domain.wording import spell_number
from shared.policies.linting.routes import odd_routes


def odd_policy(policy: Policy, fleet: Fleet | None, *, alone: bool) -> Iterator[str]:
    """Each as a sentence; the fleet is None where it cannot be read, or is not there: `alone`."""
    yield from odd_routes(policy.alerts.routes, "alerts.routes")
    if alone and policy.alerts.routes:
        yield (
            "alerts.routes have no receivers: there is no fleet.yaml beside it, without which "
            "nobody is told."
        )
    yield from _odd_costs(policy, fleet)
    rule = policy.retraining
    trains = rule.job is not None or rule.pipeline is not None
    if not trains and rule != type(rule)():
        yield (
            "retraining names neither a job nor a pipeline, so requests are only put into their "
            "queue; name what trains, or who reads that queue."
        )


def _odd_costs(policy: Policy, fleet: Fleet | None) -> Iterator[str]:
    rule = policy.retraining
    budget = None if fleet is None else fleet.retraining.cost
    above, cost = rule.approve_above, rule.cost
    if above is not None and cost is None:
        yield "retraining.approve_above is set without a cost, so nobody is asked; set `cost`."
    elif above is not None and cost is not None and cost > above and rule.pipeline is None:
        yield (
            f"retraining.cost is {spell_number(cost)}, above the {spell_number(above)} from which "
            "somebody has to approve, but there is no pipeline in whose environment they could; "
            "name a `pipeline`."
        )
    if cost is not None and budget is None and fleet is not None:
        yield (
            "retraining.cost counts towards no budget; set `retraining: {cost: ...}` in fleet.yaml "
            "to limit what all models may cost together."
        )
    if budget is not None and cost is None and (rule.job or rule.pipeline):
        yield (
            "retraining has no cost, so it counts as nothing in the fleet's budget of "
            f"{spell_number(budget)}; set `cost`."
        )
    if budget is not None and cost is not None and cost > budget:
        yield (
            f"retraining.cost is {spell_number(cost)}, more than the fleet's whole budget of "
            f"{spell_number(budget)}; it is never granted."
        )
