"""Which endpoints serve a model, and which models an endpoint serves: as the policies say."""

from shared.domain.policy import Policy
from shared.errors import InvalidPolicy
from shared.ports import Policies


def endpoints_of(policies: Policies, model: str) -> tuple[str, ...]:
    """Those of its stages, the one that serves it last first; none where no policy can be read."""
    try:
        policy = policies.for_model(model)
    except InvalidPolicy:
        return ()
    return () if policy is None else endpoints_in(policy)


def endpoints_in(policy: Policy) -> tuple[str, ...]:
    """The endpoints a policy names, that of its last stage first."""
    named = [policy.endpoint, *(stage.endpoint for stage in reversed(policy.way()))]
    return tuple(dict.fromkeys(name for name in named if name))


def models_at(policies: Policies, endpoint: str) -> tuple[str, ...]:
    """The models whose policies name the endpoint, by name."""
    return tuple(
        sorted(policy.model for policy in policies.all() if endpoint in endpoints_in(policy))
    )
