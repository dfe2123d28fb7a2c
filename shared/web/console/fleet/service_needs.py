"""What the service itself needs somebody for: it is behind, or something cannot be used."""

from collections.abc import Iterable
from datetime import datetime

from shared.bootstrap import Application
from shared.service.backlog import backlog_of
from shared.service.dead_letters.counting import count_aside
from shared.service.overview.attention import Need, Urgency


def service_needs(here: Application, now: datetime) -> Iterable[Need]:
    """A need for each of the three that is not as it should be."""
    late = backlog_of(here.ledger, here.adapters.queue, now).late
    if late is not None:
        yield _need(
            Urgency.NOW, "backlog", "Driftgate is behind", f"{late} See whether it runs at all."
        )
    for number, problem in enumerate(here.policies.problems()):
        yield _need(Urgency.SOON, f"policy-{number}", "A policy cannot be used", problem)
    aside = count_aside(here.adapters)
    if aside:
        title = f"{aside} message{'s' if aside > 1 else ''} put aside"
        yield _need(
            Urgency.SOON, "dead-letters", title, "Look why, mend them, and send them again."
        )


def _need(urgency: Urgency, name: str, title: str, first_step: str) -> Need:
    return Need(
        urgency=urgency,
        kind="service",
        name=name,
        subject="driftgate",
        title=title,
        first_step=first_step,
    )
