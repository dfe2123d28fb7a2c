"""One run of retention: said, done as far as the time goes, and told with its numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from shared.domain.canonical import content_hash, format_time
from shared.domain.event import Event, EventType
from shared.domain.policy import RetentionRules
from shared.ports import Adapters, Clock
from shared.service.erasing import Erasing
from shared.service.erasing.erasing import SOURCE
from shared.service.references import first_needed, named_by
from shared.service.retention.sweeping import Sweeping
from shared.service.retention.temporary import remove_temporary, unneeded
from shared.service.service import Service
from shared.service.verifying.evidence import RETENTION

BUDGET = timedelta(minutes=5)
"""A run stops then and goes on the next day: a Functions host ends what takes longer than ten."""
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Before when things go, None for what is kept for ever, and how many went, or would.

    `erasures` were finished beside, and so many `temporary` profiles went; `finished` says that
    nothing is left for the next run.
    """

    archive_before: datetime | None
    evidence_before: datetime | None
    decisions_before: datetime | None
    archive: int = 0
    evidence: int = 0
    decisions: int = 0
    erasures: int = 0
    temporary: int = 0
    finished: bool = True

    @property
    def before(self) -> dict[str, datetime | None]:
        """Before when things go, by their key in the fleet's file."""
        return {
            "archive": self.archive_before,
            "evidence": self.evidence_before,
            "decisions": self.decisions_before,
        }

    @property
    def went(self) -> dict[str, int]:
        """How many went, or would, by the same."""
        return {
            "archive": self.archive,
            "evidence": self.evidence,
            "decisions": self.decisions,
        }


class Retention:
    """Removes by the fleet's rules what is older than they keep."""

    def __init__(
        self,
        *,
        service: Service,
        adapters: Adapters,
        clock: Clock,
        budget: timedelta = BUDGET,
    ) -> None:
        self._service = service
        self._adapters = adapters
        self._clock = clock
        self._budget = budget
        self._erasing = Erasing.of(service, adapters, clock)

    def plan(self) -> Run:
        """What would go now; nothing does. Raises InvalidPolicy for a fleet's file that is wrong.

        Decisions are counted as far as all before a version go.
        """
        run, parts = self._cut_offs(self._clock()), self._adapters
        archive, evidence = run.archive_before, run.evidence_before
        return replace(
            run,
            archive=0 if archive is None else sum(1 for _ in self._archived(archive)),
            evidence=0 if evidence is None else self._sweeping(_always).candidates(evidence),
            decisions=sum(self._forgettable(run.decisions_before).values()),
            temporary=sum(1 for _ in unneeded(parts.profiles, parts.ledger, self._clock())),
        )

    def apply(self) -> Run:
        """Remove it, as long as the time goes; the chain of `retention/fleet` says so.

        Raises InvalidPolicy for a fleet's file that is wrong: then nothing is removed.
        """
        began = self._clock()
        run = self._cut_offs(began)
        self._sweeping(_always).refreshed_since(began)
        erasures = sum(1 for _ in self._erasing.finish())

        def is_time() -> bool:
            return self._clock() - began < self._budget

        parts = self._adapters
        temporary = remove_temporary(parts.profiles, parts.ledger, began, is_time)
        run = replace(run, erasures=erasures, temporary=temporary)
        if not self._is_due(run):
            return run
        self._say(EventType.RETENTION_BEGUN, began, _told(run.before))
        archive, all_of_it = self._remove_payloads(run.archive_before, is_time)
        decisions = self._forget(run.decisions_before, is_time)
        evidence, swept = self._sweep(run.evidence_before, is_time)
        done = replace(
            run,
            archive=archive,
            evidence=evidence,
            decisions=decisions,
            finished=all_of_it and swept and is_time(),
        )
        self._say(EventType.RETENTION_ENDED, began, {**done.went, "finished": done.finished})
        return done

    def _cut_offs(self, now: datetime) -> Run:
        fleet = self._adapters.policies.fleet()
        rules = RetentionRules() if fleet is None else fleet.retention
        return Run(
            archive_before=None if rules.archive is None else now - rules.archive,
            evidence_before=None if rules.evidence is None else now - rules.evidence,
            decisions_before=None if rules.decisions is None else now - rules.decisions,
        )

    def _is_due(self, run: Run) -> bool:
        if run.archive_before is not None and any(self._archived(run.archive_before)):
            return True
        if run.evidence_before is not None and self._sweeping(_always).any_old(run.evidence_before):
            return True
        return bool(self._forgettable(run.decisions_before))

    def _archived(self, before: datetime) -> Iterator[str]:
        return (archived.key for archived in self._adapters.archive.walk(until=before))

    def _remove_payloads(
        self, before: datetime | None, is_time: Callable[[], bool]
    ) -> tuple[int, bool]:
        removed = 0
        while before is not None and (keys := list(islice(self._archived(before), _PAGE))):
            if not is_time():
                return removed, False
            self._adapters.archive.remove(keys)
            removed += len(keys)
        return removed, True

    def _sweeping(self, is_time: Callable[[], bool]) -> Sweeping:
        parts = self._adapters
        return Sweeping(parts.ledger, parts.evidence, parts.profiles, is_time)

    def _sweep(self, before: datetime | None, is_time: Callable[[], bool]) -> tuple[int, bool]:
        if before is None:
            return 0, True
        sweeping = self._sweeping(is_time)
        return sweeping.run(sweeping.pending(before))

    def _forgettable(self, before: datetime | None) -> dict[str, int]:
        """By subject the version that is needed first, less one, where what is before can go."""
        if before is None:
            return {}
        found = {}
        for subject in self._adapters.ledger.chained():
            last = first_needed(self._adapters.ledger, subject, before) - 1
            link = next(named_by(self._adapters.ledger, subject, last), None) if last else None
            if link is not None and link[0] == last and link[1].can_go:
                found[subject] = last
        return found

    def _forget(self, before: datetime | None, is_time: Callable[[], bool]) -> int:
        count = 0
        for subject, last in self._forgettable(before).items():
            if is_time():
                count += self._erasing.forget(subject, last)
        return count

    def _say(self, kind: EventType, began: datetime, data: dict[str, object]) -> None:
        event = Event(
            id=content_hash([kind.value, format_time(began)])[:32],
            source=SOURCE,
            type=kind,
            subject=RETENTION,
            time=self._clock(),
            data=data,
        )
        self._service.handle(event.to_cloud_event())


def _told(before: dict[str, datetime | None]) -> dict[str, object]:
    return {name: None if at is None else format_time(at) for name, at in before.items()}


def _always() -> bool:
    return True
