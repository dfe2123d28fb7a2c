"""From what somebody asks to the report: the span, the changed policies, the simulation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from shared.domain.canonical import parse_time
from shared.domain.wording import spell_time
from shared.errors import InvalidPolicy, Refused
from shared.policies import read_fleet, read_policy
from shared.policies.fleet import FILES
from shared.ports import Adapters
from shared.service.whatif.changed import Changed
from shared.service.whatif.comparing import Span
from shared.service.whatif.report import Report, report_of
from shared.service.whatif.simulating import Simulation
from shared.settings import Settings

_MOST_NAMED = 5
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything that was ever decided, and far from where times end."""
_SUFFIXES = frozenset({".yaml", ".yml"})


def changed_by(
    policies: tuple[Path, ...] = (), fleet: Path | None = None, folder: Path | None = None
) -> Changed:
    """What the files say. Raises InvalidPolicy as `driftgate policy check` does, and OSError."""
    if folder is not None:
        return _of_folder(folder)
    read = {}
    for path in policies:
        policy = read_policy(path.read_bytes(), path.name)
        if policy.model in read:
            raise InvalidPolicy(f"Two files name the model {policy.model}; give one of them.")
        read[policy.model] = policy
    rules = None if fleet is None else read_fleet(fleet.read_bytes(), fleet.name)
    return Changed(policies=read, fleet=rules)


def changed_by_text(text: str) -> Changed:
    """What one policy says, as somebody wrote it. Raises InvalidPolicy."""
    policy = read_policy(text.encode(), "the policy")
    return Changed(policies={policy.model: policy}, fleet=None)


def _of_folder(folder: Path) -> Changed:
    files = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    if not files:
        raise Refused(f"{folder} holds no policy; name the folder whose .yaml files are to hold.")
    fleets = [path for path in files if path.name in FILES]
    if len(fleets) > 1:
        raise InvalidPolicy(f"There are {' and '.join(sorted(FILES))}; keep one of them.")
    rest = tuple(path for path in files if path.name not in FILES)
    read = changed_by(rest, fleets[0] if fleets else None)
    return Changed(policies=read.policies, fleet=read.fleet, whole=True)


def what_if(
    adapters: Adapters,
    settings: Settings,
    changed: Changed,
    span: Span,
    go_on: Callable[[], None] = lambda: None,
) -> Report:
    """Decide the span again under what was changed, up to the last decision there is.

    Raises Refused for a span in which nothing was decided or that is not kept any more, and what
    `go_on` raises, which is asked at every decision.
    """
    last = newest(adapters)
    if last is None or last < span.since:
        raise Refused(
            f"Nothing was decided since {spell_time(span.since)}, so there is nothing to decide "
            "again; let the span begin earlier."
        )
    span = Span(
        since=max(span.since, _EARLIEST), until=min(span.until, last + timedelta.resolution)
    )
    if span.since >= span.until:
        raise Refused("--since lies behind --until; let the span begin before it ends.")
    simulation = Simulation(
        ledger=adapters.ledger,
        evidence=adapters.evidence,
        policies=adapters.policies,
        settings=settings,
        changed=changed,
        since=span.since,
        until=span.until,
        go_on=go_on,
    )
    return report_of(simulation.run(), span, _names(changed))


def within(seconds: float, clock: Callable[[], float] = monotonic) -> Callable[[], None]:
    """Raises Refused once so much time has passed since it was made."""
    begun = clock()

    def go_on() -> None:
        if clock() - begun > seconds:
            raise Refused(
                f"It took over {seconds:g} s; let it look back less far, or run "
                "`driftgate whatif`, which takes its time."
            )

    return go_on


def _names(changed: Changed) -> list[str]:
    models = sorted(changed.policies)
    named = [f"the policy of {model}" for model in models]
    if len(models) > _MOST_NAMED:
        named = [f"the policies of {len(models)} models"]
    return [*named, *(["the fleet's rules"] if changed.fleet is not None else [])]


def newest(adapters: Adapters) -> datetime | None:
    """When the last decision was made."""
    last = next(iter(adapters.ledger.decisions(limit=1)), None)
    return None if last is None else parse_time(last["decided"])
