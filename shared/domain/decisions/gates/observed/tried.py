"""Where a version is tried out: its deployment on the endpoint that was read."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.gates.age import AGAIN, unusable
from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.routing.route import SUCCEEDED
from shared.domain.evidence.promotion import EndpointReading
from shared.domain.finding import Finding, Rule
from shared.domain.policy import Gate
from shared.domain.state import DeploymentWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_list, spell_time
from shared.domain.world import Deployment, Endpoint, Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The deployment that carries the version, and what is known of it."""

    reading: EndpointReading
    endpoint: Endpoint
    deployment: Deployment

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self.deployment.name

    @property
    def thing(self) -> str:
        """How findings name it."""
        return f"deployment/{self.name}"

    @property
    def what(self) -> str:
        """How it is called in a sentence."""
        return f"deployment {self.name} of {self.endpoint.name}"

    @property
    def share(self) -> float:
        """The per cent of the traffic that is declared for it."""
        return self.endpoint.traffic.get(self.name, 0.0)

    @property
    def mirrored(self) -> float:
        """The per cent of the requests that are mirrored to it."""
        return self.endpoint.mirror_traffic.get(self.name, 0.0)

    @property
    def state(self) -> str:
        """Azure's word for its provisioning, in lower case."""
        return self.deployment.provisioning_state.casefold()

    @property
    def watch(self) -> DeploymentWatch | None:
        """What routing remembers of it."""
        return self.reading.watches.get(self.name)

    @property
    def firing(self) -> tuple[str, ...]:
        """The kinds of its open alerts."""
        return self.reading.firing.get(self.name, ())

    @property
    def served(self) -> Served | None:
        """What it answered since `since`; None where nobody counts it."""
        health = (self.reading.health or {}).get(self.name)
        return None if health is None else health.served

    @property
    def since(self) -> datetime:
        """From when on its answers are counted."""
        start = self.reading.health_since or self.reading.taken
        return self.reading.counted_from.get(self.name, start)

    @property
    def span(self) -> str:
        """The span of its answers, as in `from 11:00 to 12:00 UTC`, with dates over days."""
        start, end = self.since, self.reading.taken
        if start.date() == end.date():
            return f"from {start:%H:%M} to {end:%H:%M} UTC"
        return f"from {spell_time(start)} to {spell_time(end)}"


def tried_at(case: Case, rule: Rule, gate: Gate, what: str) -> Place | Judged:
    """The version's deployment where it is tried out, or the finding that ends the gate.

    `what` names the evidence with a place for the endpoint, such as `the answers of {}`. Asked
    only where it is tried out anywhere.
    """
    name, reading = case.tried or "", case.evidence.tried
    thing, told = f"endpoint/{name}", what.format(name)
    ended = unusable(case, rule, thing, reading, gate, told)
    if ended is not None:
        return ended
    if reading is None or reading.endpoint is None:
        return not_read(case, rule, thing, told)
    place = place_of(case, reading, reading.endpoint)
    if place is not None:
        return place
    sentence = f"{case.named} is not deployed on {name} ({carried(reading.endpoint)})."
    return _waiting(case, rule, thing, sentence)


def not_read(case: Case, rule: Rule, thing: str, told: str) -> Judged:
    """The finding of a reading that is there and holds no endpoint."""
    finding = Finding(
        rule=rule,
        thing=thing,
        verdict=Verdict.ERROR,
        reason="not_read",
        sentence=f"{told[:1].upper()}{told[1:]} could not be read.",
    )
    return Judged(finding=finding, look_again=case.at + AGAIN)


def place_of(case: Case, reading: EndpointReading, endpoint: Endpoint) -> Place | None:
    """The version's deployment; of several the one that rolls out, then that with most traffic."""
    rollout = None if case.promotion is None else case.promotion.rollout
    rolling = rollout.deployment if rollout is not None else None
    found = [one for one in endpoint.deployments if carries(one, case)]
    best = max(
        found,
        key=lambda one: (
            one.name == rolling,
            endpoint.traffic.get(one.name, 0.0),
            endpoint.mirror_traffic.get(one.name, 0.0),
            one.provisioning_state.casefold() == SUCCEEDED,
            one.name,
        ),
        default=None,
    )
    return None if best is None else Place(reading=reading, endpoint=endpoint, deployment=best)


def carries(deployment: Deployment, case: Case) -> bool:
    """Whether a deployment carries the version that is judged."""
    candidate = case.candidate
    return deployment.model == candidate.name and deployment.version == candidate.version


def carried(endpoint: Endpoint) -> str:
    """What is deployed instead: `blue carries loan:6, green an unknown model`."""
    told = [
        f"{one.name} carries {f'{one.model}:{one.version}' if one.model else 'an unknown model'}"
        for one in sorted(endpoint.deployments, key=lambda one: one.name)
    ]
    return spell_list(told) or "nothing is"


def _waiting(case: Case, rule: Rule, thing: str, sentence: str) -> Judged:
    finding = Finding(
        rule=rule,
        thing=thing,
        verdict=Verdict.INCONCLUSIVE,
        reason="not_deployed",
        sentence=sentence,
    )
    return Judged(finding=finding, look_again=case.at + AGAIN)
