"""Why an alert about routing is over, as the person reads it who was called by it."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.routing.refused import was_refused
from shared.domain.finding import Finding, Rule
from shared.domain.state import SubjectState
from shared.domain.world import Endpoint

_OF_THE_ENDPOINT = {
    AlertKind.UNPLANNED_CHANGE: "the traffic is as somebody planned it, or was changed again",
    AlertKind.SHARES_IMPOSSIBLE: "the declared shares can be in force again",
    AlertKind.ENDPOINT_STUCK: "the endpoint is no longer being written",
}
_OF_STATE = {
    AlertKind.DEPLOYMENT_FAILED,
    AlertKind.DEPLOYMENT_STUCK,
    AlertKind.TRAFFIC_TO_DELETING,
}


def why_over(
    alert: Alert,
    endpoint: Endpoint,
    placed: Mapping[str, Finding],
    before: SubjectState,
    at: datetime,
) -> str:
    """The reason; `placed` has what this look found of each deployment that is there."""
    if alert.kind in _OF_THE_ENDPOINT:
        return _OF_THE_ENDPOINT[alert.kind]
    name = alert.labels.get("deployment", "")
    if alert.kind in {AlertKind.ENDPOINT_FAILED, AlertKind.DEPLOYMENT_FAILED}:
        refusal = before.refused.get(name)
        if refusal is not None and was_refused(refusal) and at >= refusal.until:
            return "nobody tried again for a day"
    if alert.kind is AlertKind.ENDPOINT_FAILED:
        return f"endpoint {endpoint.name} was written since"
    if not name:
        served = any(share > 0 for share in endpoint.traffic.values())
        return (
            "a deployment has traffic again" if served else "somebody says that none is to have any"
        )
    if alert.kind is AlertKind.TRAFFIC_TO_MISSING:
        return f"nothing is declared for deployment {name}, or it is there"
    if name not in placed:
        return f"deployment {name} was deleted"
    return _of_deployment(alert, endpoint, name, placed[name])


def _of_deployment(alert: Alert, endpoint: Endpoint, name: str, found: Finding) -> str:
    share = endpoint.traffic.get(name, 0.0)
    if alert.kind is AlertKind.TRAFFIC_TO_DELETING and share == 0:
        return f"deployment {name} has no share of the traffic any more"
    if found.rule is Rule.PROVISIONING:
        return _as_clause(found)
    if alert.kind in _OF_STATE:
        return f"deployment {name} succeeded"
    if alert.kind is AlertKind.CALLED_BY_HEADER and share == 0:
        return f"no caller named deployment {name} for a day"
    if alert.kind is AlertKind.NOT_OBSERVED:
        return f"deployment {name} receives its {share:g} %" if share else f"{name} has no share"
    if share > 0:
        return f"deployment {name} receives {share:g} % of the traffic"
    if endpoint.mirror_traffic.get(name, 0.0) > 0:
        return f"deployment {name} receives mirrored traffic"
    return _as_clause(found)


def _as_clause(found: Finding) -> str:
    return found.sentence[0].lower() + found.sentence[1:].rstrip(".")
