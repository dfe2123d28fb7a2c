"""Driftgate's own figures, for Prometheus and whatever reads its format."""

from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import Response

from shared.domain.roles import Role
from shared.service.catalogue.figures import Figures, figures
from shared.web.http.admission import Here, requires, routes
from shared.web.http.answers import answers
from shared.web.http.limits import Kind

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

router = routes("metrics")


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Driftgate in figures",
    dependencies=[requires(Role.VIEWER, Kind.PAGE)],
    responses=answers(None, text="text/plain", openmetrics="application/openmetrics-text"),
    response_class=Response,
)
def metrics(here: Here, request: Request) -> Response:
    """What fires, waits and is watched: as OpenMetrics where that is accepted, else as text."""
    from prometheus_client.exposition import choose_encoder

    encode, kind = choose_encoder(request.headers.get("accept", ""))
    told = figures(here.adapters, here.clock())
    return Response(encode(_registry(told)), media_type=kind, headers={"Vary": "Accept"})


def _registry(told: Figures) -> "CollectorRegistry":
    """The figures as gauges; a registry of their own, since each answer is another reading."""
    from prometheus_client import CollectorRegistry, Gauge

    registry = CollectorRegistry()

    def gauge(name: str, says: str, *labels: str) -> Gauge:
        return Gauge(f"driftgate_{name}", says, labels, registry=registry)

    firing = gauge("alerts_firing", "Alerts that fire.", "kind", "severity")
    for (kind, severity), count in sorted(told.firing.items()):
        firing.labels(kind, severity).set(count)
    backlog = told.backlog
    gauge("outbox_messages", "Messages not sent yet, up to 1000.").set(backlog.outbox)
    gauge("outbox_age_seconds", "How long the oldest of them waits.").set(
        backlog.age(backlog.outbox_since).total_seconds()
    )
    waiting = gauge("queue_messages", "Messages that wait; on Azure Service Bus counts.", "queue")
    waits = gauge("queue_age_seconds", "How long the oldest of them waits.", "queue")
    for one in backlog.queues or ():
        waiting.labels(one.queue).set(one.messages)
        waits.labels(one.queue).set(backlog.age(one.since).total_seconds())
    gauge("dead_letters", "What was put aside, but for what Service Bus holds.").set(
        told.dead_letters
    )
    gauge("models_watched", "Models that a policy names.").set(told.models)
    gauge("endpoints_known", "Endpoints that were looked at.").set(told.endpoints)
    gauge("promotions_open", "Promotions that have not ended.").set(told.open_promotions)
    gauge("policy_problems", "Policies that cannot be read.").set(told.policy_problems)
    newest = gauge("check_newest_age_seconds", "Since a check last reported of any.", "check")
    oldest = gauge("check_oldest_age_seconds", "Since it did of whom it is longest.", "check")
    subjects = gauge("check_subjects", "Subjects that a check reported of.", "check")
    for check, age in told.checks.items():
        newest.labels(check).set(age.newest)
        oldest.labels(check).set(age.oldest)
        subjects.labels(check).set(age.subjects)
    return registry
