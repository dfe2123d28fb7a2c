"""What has to be true when all is over, whatever happened on the way."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.bootstrap import Application
from shared.domain.canonical import content_hash, format_time, parse_time
from shared.domain.chain.links import is_stub
from shared.domain.event import Event
from shared.domain.state import AlertStatus, SubjectState
from shared.errors import NotFound
from shared.service.asking import ITSELF
from shared.service.codec import decode
from shared.service.deciding import NOTHING_READ, state_hash
from shared.service.intake import parse
from shared.service.reactions import family_of
from shared.service.unqueued import RESTS
from shared.service.verifying import verify
from tests.crash.living import Life
from tests.crash.worlds import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The faults of one way to the end, each a sentence, and what there was to count.

    `outcome` is what people and the world see in the end, to be compared with that of a way that
    nothing interrupted.
    """

    faults: tuple[str, ...]
    counts: Mapping[str, int]
    outcome: Mapping[str, Any]


def look(life: Life, until: datetime) -> Found:
    """Read everything that is left."""
    seen = _Look(life, until)
    faults = [
        *seen.archive(),
        *seen.chains(),
        *seen.verified(),
        *seen.queues(),
        *seen.actions(),
        *seen.acts(),
    ]
    return Found(faults=tuple(faults), counts=dict(seen.counts), outcome=seen.outcome())


def decided_at(world: World, application: Application) -> dict[str, list[str]]:
    """By family, the kinds of actions that it decided in the moment."""
    families: dict[str, set[str]] = defaultdict(set)
    for subject in application.ledger.subjects():
        for decision in application.ledger.decisions(subject, limit=1000):
            if not is_stub(decision) and parse_time(decision["decided"]) >= world.moment:
                family = family_of(Event.from_cloud_event(decision["event"]))
                families[family] |= {action["action"] for action in decision["actions"]}
    return {family: sorted(kinds) for family, kinds in families.items()}


class _Look:
    def __init__(self, life: Life, until: datetime) -> None:
        self._world, self._application, self._until = life.world, life.application, until
        self._place, self._timers = life.place, life.timers
        self._lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in life.journal.lines():
            self._lines[line["what"]].append(line)
        self._decisions: list[Mapping[str, Any]] = []
        self._before = life.place.chains_before(life.world)
        self.counts: Counter[str] = Counter()

    def archive(self) -> Iterator[str]:
        """What was delivered is kept, once, and decided, once, or refused.

        What its sender gave up after no receipt is queued by a sweep, once it has rested.
        """
        lost = {n for line in self._lines["lost"] for n in line["numbers"]}
        receipts = Counter(line["number"] for line in self._lines["receipt"])
        self.counts["deliveries lost"] = len(lost)
        self.counts["late"] = len(self._lines["late"])
        again = sum(n if number < 0 else n - 1 for number, n in receipts.items())
        self.counts["given again"] = again
        expected = []
        for number, payload in enumerate(self._world.payloads):
            known = parse(payload, names=self._application.settings.keeps_names)
            expected += [(one.key, one.event, number in lost) for one in known]
        for key, event, is_lost in expected:
            decided = event and self._application.ledger.decision(event.subject, key)
            if self._application.archive.get(key) is None and (decided or not is_lost):
                yield f"the delivery {key[:12]} is not in the archive"
        sweeps = [line["at"] for line in self._lines["fired"] if line["name"] == "SWEEP"]
        swept = parse_time(max(sweeps, default=format_time(self._world.moment)))
        given_up = {key for key, _, is_lost in expected if is_lost}
        for archived in self._application.archive.walk(since=self._world.moment):
            self.counts["events"] += 1
            if archived.event is None:
                continue
            subject = archived.event["subject"]
            if self._application.ledger.decision(subject, archived.key) is not None:
                continue
            if archived.key in given_up and archived.received + RESTS >= swept:
                self.counts["kept only"] += 1
            else:
                yield f"the event {archived.key[:12]} of {subject} was never decided"

    def chains(self) -> Iterator[str]:
        """No decision is missing, altered, or made twice, and the last leaves the state."""
        ledger = self._application.ledger
        for subject in ledger.subjects():
            before = self._before.get(subject)
            version, previous = before or (0, "")
            keys = Counter[str]()
            for logged in ledger.chain(subject, version + 1):
                decision = dict(logged.decision)
                version += 1
                if is_stub(decision):
                    previous = decision["hash"]
                    continue
                event = Event.from_cloud_event(decision["event"])
                keys[event.key] += 1
                plain = {k: v for k, v in decision.items() if k not in {"hash", "messages"}}
                if logged.version != version or decision["previous"] != previous:
                    yield f"the chain of {subject} is broken at version {version}"
                if content_hash(plain) != decision["hash"]:
                    yield f"decision {version} of {subject} is not what was decided"
                previous = decision["hash"]
                self._decisions.append(decision)
                if decision["evidence"] != NOTHING_READ:
                    yield from self._missing(decision["evidence"])
            stored = ledger.state(subject)
            state = decode(stored.state, SubjectState)
            if (stored.version, state.last_hash) != (version, previous):
                yield f"the state of {subject} is not that of its last decision"
            new = version > (before or (0, ""))[0] and self._decisions
            last = self._decisions[-1]["state"] if new else None
            if last is not None and state_hash(state) != last:
                yield f"the state of {subject} is not the one that its last decision left"
            yield from (
                f"{subject} has decided {key} {times} times"
                for key, times in keys.items()
                if times > 1
            )
        self.counts["decisions"] = len(self._decisions)

    def _missing(self, evidence: str) -> Iterator[str]:
        """Evidence is there, unless retention has taken it."""
        if "retain" in self._world.operations or "erase" in self._world.operations:
            return
        try:
            self._application.evidence.get(evidence)
        except NotFound as problem:
            yield str(problem)

    def verified(self) -> Iterator[str]:
        """What `driftgate verify` says of the chains, where all of them are there."""
        if not self._before:
            application = self._application
            found = verify(application.ledger, application.evidence, self._until)
            yield from (f"verify: {one}" for one in found.breaks)

    def queues(self) -> Iterator[str]:
        """Nothing waits that is due, nothing was put aside, nothing is left to be sent."""
        if unsent := self._application.ledger.unsent():
            yield f"{len(unsent)} messages are still in the outbox"
        due = self._place.next_due()
        if due is not None and due <= self._until:
            yield f"a message that was due at {due} still waits"
        yield from self._place.letters()

    def actions(self) -> Iterator[str]:
        """The message of every action reached its queue and was handled, or is not due yet."""
        handled = {line["id"] for line in self._lines["handled"]}
        waiting = self._place.waiting()
        for decision in self._decisions:
            if parse_time(decision["decided"]) < self._world.moment:
                continue
            for identity in decision["messages"]:
                if identity is None:
                    continue
                self.counts["actions"] += 1
                if identity not in handled | waiting:
                    yield (
                        f"message {identity[:12]} of {decision['event']['type']} of "
                        f"{decision['event']['subject']} reached nobody"
                    )
        received = Counter((line["queue"], line["id"]) for line in self._lines["received"])
        self.counts["repeats"] = sum(received.values()) - len(received)

    def acts(self) -> Iterator[str]:
        """The world was changed once by each order, and whoever honours ids acted on each once."""
        shown = Counter(line["id"] for line in self._lines["shown"])
        yield from (f"alert {one[:12]} was acted on twice" for one, n in shown.items() if n > 1)
        notices = Counter(line["order"] for line in self._lines["asked"] if line["of"] == "notice")
        orders: dict[str, set[str]] = defaultdict(set)
        for line in self._lines["done"]:
            if line["of"] == "notice":
                orders[line["notice"]].add(line["order"])
        self.counts["posts repeated with their order"] = sum(n - 1 for n in notices.values())
        self.counts["notices"] = len(orders)
        self.counts["tries lost"] = sum(
            finding["reason"] == "lost"
            for decision in self._decisions
            if parse_time(decision["decided"]) >= self._world.moment
            for finding in decision["findings"]
        )
        yield from (
            f"notice {notice[:12]} was posted under {len(named)} orders"
            for notice, named in orders.items()
            if len(named) > 1
        )
        files = self._application.settings.workspace
        runs = Counter(_correlations(files))
        yield from (f"run {one} was started {n} times" for one, n in runs.items() if n > 1)
        self.counts["runs"] = len(runs)

    def outcome(self) -> dict[str, Any]:
        """What fires, what runs, how traffic is shared, who could not be told.

        Where no timer fires, Driftgate rightly tells of itself that it stands still: no difference.
        """
        firing = set()
        itself = set() if self._timers else {ITSELF}
        for subject in set(self._application.ledger.subjects()) - itself:
            state = decode(self._application.ledger.state(subject).state, SubjectState)
            firing |= {
                f"{one.alert.kind.value} {name}"
                for name, one in state.alerts.items()
                if one.status is AlertStatus.FIRING
            }
        files = self._application.settings.workspace
        return {
            "firing": sorted(firing),
            "runs": sorted(one.partition(" ")[0] for one in _correlations(files)),
            "jobs": sorted(path.name for path in files.glob("jobs/retrain-*.yaml")),
            "shares": _shares(self._application),
            "undelivered": sorted(self._place.undelivered()),
        }


def _correlations(files: Any) -> list[str]:
    from shared.adapters.embedded.yaml_files import read_yaml

    return [
        f"{path.parent.name} {read_yaml(path).text('correlation')}"
        for path in files.glob("pipelines/**/*.yaml")
        if path.stem.isdigit()
    ]


def _shares(application: Application) -> dict[str, Any]:
    return {
        name: [dict(found.traffic), dict(found.mirror_traffic)]
        for name in application.workspace.endpoints()
        for found in [application.workspace.endpoint(name)]
    }
