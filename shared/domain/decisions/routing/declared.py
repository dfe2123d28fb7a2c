"""Shares that cannot be: to deployments that are not there, or sums that Azure does not take.

Azure refuses them, so that what is read is then not what is in force, or somebody's file is wrong.
"""

from datetime import datetime

from shared.domain.alert import Alert, AlertKind, Severity
from shared.domain.decisions.routing.route import Judged, spell_shares
from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list
from shared.domain.world import Endpoint

_MOST_MIRRORED = 50.0
_ROUNDING = 0.01


def judge_declared(endpoint: Endpoint, at: datetime) -> tuple[Judged, ...]:
    """What is wrong with the declared and mirrored shares; nothing when they can be."""
    missing = tuple(_missing(endpoint, name, at) for name in _not_there(endpoint))
    faults = _faults(endpoint)
    return (*missing, _impossible(endpoint, faults, at)) if faults else missing


def _not_there(endpoint: Endpoint) -> list[str]:
    listed = {deployment.name for deployment in endpoint.deployments}
    shares = [*endpoint.traffic.items(), *endpoint.mirror_traffic.items()]
    return sorted({name for name, share in shares if share > 0 and name not in listed})


def _missing(endpoint: Endpoint, name: str, at: datetime) -> Judged:
    share, mirrored = endpoint.traffic.get(name, 0.0), endpoint.mirror_traffic.get(name, 0.0)
    what = f"{share:g} % of the traffic" if share > 0 else f"{mirrored:g} % of mirrored traffic"
    sentence = (
        f"{endpoint.name} declares {what} for deployment {name}, which is not there "
        f"(there are: {spell_list(sorted(d.name for d in endpoint.deployments)) or 'none'})."
    )
    alert = Alert(
        kind=AlertKind.TRAFFIC_TO_MISSING,
        subject=f"endpoint/{endpoint.name}",
        severity=Severity.CRITICAL if share > 0 else Severity.WARNING,
        title=f"{endpoint.name} declares {what} for deployment {name}, which is not there",
        text=(
            f"{sentence} Declared traffic: {spell_shares(endpoint.traffic)}. "
            + ("Calls that go there fail." if share > 0 else "Nothing is compared by it.")
        ),
        first_step=(
            "Give the share to a deployment that is there: az ml online-endpoint update --name "
            f'{endpoint.name} --{"traffic" if share > 0 else "mirror-traffic"} "NAME={share:g}"'
        ),
        since=endpoint.changed or at,
        labels={"endpoint": endpoint.name, "deployment": name},
    )
    finding = Finding(
        rule=Rule.ROUTING,
        thing=f"deployment/{name}",
        verdict=Verdict.FAIL,
        reason="not_there",
        sentence=sentence,
        statistic="traffic_percent",
        estimate=share,
    )
    return Judged(finding=finding, alerts=(alert,))


def _faults(endpoint: Endpoint) -> list[str]:
    total, mirrored = sum(endpoint.traffic.values()), sum(endpoint.mirror_traffic.values())
    both = [
        name
        for name, share in sorted(endpoint.mirror_traffic.items())
        if share > 0 and endpoint.traffic.get(name, 0.0) > 0
    ]
    faults = []
    if min(abs(total), abs(total - 100.0)) > _ROUNDING:
        faults.append(f"the shares sum to {total:g} %, where Azure takes 0 or 100")
    if mirrored > _MOST_MIRRORED + _ROUNDING:
        faults.append(f"{mirrored:g} % are mirrored, where Azure takes {_MOST_MIRRORED:g} at most")
    if both:
        faults.append(f"{spell_list(both)} mirrors traffic and has a share, where Azure takes one")
    return faults


def _impossible(endpoint: Endpoint, faults: list[str], at: datetime) -> Judged:
    sentence = f"What {endpoint.name} declares cannot be: {'; '.join(faults)}."
    finding = Finding(
        rule=Rule.ROUTING,
        thing=f"endpoint/{endpoint.name}",
        verdict=Verdict.FAIL,
        reason="impossible_shares",
        sentence=sentence,
        statistic="traffic_percent",
        estimate=sum(endpoint.traffic.values()),
        limit=100.0,
    )
    alert = Alert(
        kind=AlertKind.SHARES_IMPOSSIBLE,
        subject=f"endpoint/{endpoint.name}",
        severity=Severity.WARNING,
        title=f"what {endpoint.name} declares cannot be in force",
        text=f"{sentence} So what is shown is not what is in force, and may change at any write.",
        first_step=(
            "Read the shares again, then set them anew: az ml online-endpoint show --name "
            f"{endpoint.name} --query traffic"
        ),
        since=endpoint.changed or at,
        labels={"endpoint": endpoint.name},
    )
    return Judged(finding=finding, alerts=(alert,))
