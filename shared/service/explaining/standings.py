"""How each alert stands with those who are told, as the scopes remember it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.glance import Glance
from shared.domain.notices import AlertLife, GroupWatch, ScopeWatch
from shared.domain.notices.fields import values_of
from shared.ports import Ledger
from shared.service.codec import parts

_ALERTS = "alerts/"
_SILENCE = "silence "


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who has an alert in hand, whom it was told, what holds it, when the next notice is due.

    `told` and `held` are by receiver: when last, and what keeps it back.
    """

    scope: str
    owner: str | None = None
    owned_until: datetime | None = None
    told: dict[str, datetime] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    next_notice: datetime | None = None
    flapping: bool = False

    @property
    def silenced_by(self) -> tuple[str, ...]:
        """The ids of the silences that hold it."""
        ids = {by.removeprefix(_SILENCE) for by in self.held.values() if by.startswith(_SILENCE)}
        return tuple(sorted(ids))


def standings(
    ledger: Ledger,
    now: datetime | None = None,
    scopes: Collection[str] | None = None,
    glances: Mapping[str, Glance] | None = None,
) -> dict[str, Standing]:
    """By fingerprint; an alert that no scope knows is not among them.

    Of these scopes, or of all. Without a time whoever had one in hand last is told, though it may
    be over. Whoever has `glances` of all subjects spares their reading.
    """
    found: dict[str, Standing] = {}
    if scopes is None:
        glances = ledger.glances() if glances is None else glances
        scopes = [subject for subject, glance in glances.items() if glance.lives]
    named = (subject for subject in scopes if subject.startswith(_ALERTS))
    for subject, scope in parts(ledger, "scope", named, ScopeWatch).items():
        found.update(_of_scope(subject.removeprefix(_ALERTS), scope, now))
    return found


def _of_scope(name: str, scope: ScopeWatch, now: datetime | None) -> Iterator[tuple[str, Standing]]:
    for fingerprint, life in scope.lives.items():
        yield fingerprint, standing_of(name, fingerprint, life, scope.groups, now)


def standing_of(
    scope: str,
    fingerprint: str,
    life: AlertLife,
    groups: Mapping[str, GroupWatch],
    now: datetime | None,
) -> Standing:
    """Of one alert in one scope; before its first notice it waits in the groups of its labels."""
    mine = [one for one in groups.values() if fingerprint in one.told or fingerprint in one.held]
    if not mine and life.ended is None:
        values = values_of(life.alert, scope)
        mine = [
            one
            for one in groups.values()
            if all(values.get(label, "") == value for label, value in one.labels.items())
        ]
    owned = life.acknowledged
    has_owner = owned is not None and life.ended is None and (now is None or now < owned.until)
    dues = [one.due for one in mine if one.due is not None and fingerprint not in one.held]
    return Standing(
        scope=scope,
        owner=owned.author if owned is not None and has_owner else None,
        owned_until=owned.until if owned is not None and has_owner else None,
        told={
            one.receiver: one.sent
            for one in mine
            if fingerprint in one.told and one.sent is not None
        },
        held={one.receiver: one.held[fingerprint] for one in mine if fingerprint in one.held},
        next_notice=min(dues, default=None),
        flapping=life.flapping,
    )
