"""One trace an event, from trigger to dispatch, and what is counted on the way."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.adapters.azure.telemetry import OpenTelemetry
from shared.bootstrap import Application
from shared.domain.event import Check
from shared.service.service import Service
from shared.service.world import World

POLICY = "model: loan-default\ngates: {min_auc: 0.84}\n"


class Watched:
    """A scene whose traces and metrics can be looked at."""

    def __init__(self, scene):
        self.exporter = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()
        self.traces = TracerProvider()
        self.traces.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meters = MeterProvider([self.reader])
        adapters = replace(
            scene.application.adapters, telemetry=OpenTelemetry(self.traces, self.meters)
        )
        service = Service(
            archive=adapters.archive,
            evidence=adapters.evidence,
            sender=adapters.sender,
            world=World.of(adapters, scene.application.settings),
            clock=scene.clock,
            telemetry=adapters.telemetry,
            aside=adapters,
        )
        scene.application = Application(
            settings=scene.application.settings,
            clock=scene.clock,
            service=service,
            adapters=adapters,
            hooks=scene.application.hooks,
        )
        self.scene = scene

    def spans(self):
        return self.exporter.get_finished_spans()

    def metrics(self):
        """Each metric's points: attributes as text, and value."""
        found = {}
        data = self.reader.get_metrics_data()
        for resource in [] if data is None else data.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    found[metric.name] = {
                        json.dumps(dict(point.attributes), sort_keys=True): point.value
                        for point in metric.data.data_points
                    }
        return found

    def close(self):
        self.traces.shutdown()
        self.meters.shutdown()


@pytest.fixture
def watched(scene):
    made = Watched(scene)
    yield made
    made.close()


def test_an_event_is_one_trace_over_the_queue_to_the_message_that_went_out(watched, registered):
    scene = watched.scene
    scene.policy(POLICY)
    scene.model("7", "metrics: {auc: 0.9}\n")

    scene.send(registered("7"))

    names = [span.name for span in watched.spans()]
    assert names == ["receive", "dispatch", "decide"]
    assert len({span.context.trace_id for span in watched.spans()}) == 1
    [request] = scene.requests
    assert request["traceparent"].split("-")[1] == format(
        watched.spans()[0].context.trace_id, "032x"
    )


def test_two_events_are_two_traces(watched, registered):
    scene = watched.scene
    scene.policy(POLICY)
    for version in ("7", "8"):
        scene.model(version, "metrics: {auc: 0.9}\n")
        scene.send(registered(version))

    assert len({span.context.trace_id for span in watched.spans()}) == 2


def test_a_span_names_subject_event_and_correlation(watched, registered):
    watched.scene.policy(POLICY)
    watched.scene.send(registered("7"))

    [decide] = [span for span in watched.spans() if span.name == "decide"]
    assert decide.attributes["driftgate.subject"] == "model/loan-default"
    assert decide.attributes["driftgate.event"] == "loan-default-7"
    assert decide.attributes["driftgate.correlation"]


def test_events_decisions_and_messages_are_counted(watched, registered):
    scene = watched.scene
    scene.policy(POLICY)
    scene.model("7", "metrics: {auc: 0.9}\n")
    scene.send(registered("7"))
    scene.send(b"{ broken")

    metrics = watched.metrics()

    assert sorted(metrics["driftgate.events"].values()) == [1, 1]
    [(attributes, decisions)] = metrics["driftgate.decisions"].items()
    assert json.loads(attributes)["driftgate.verdict"] == "pass"
    assert decisions == 1
    [(queue, sent)] = metrics["driftgate.messages.sent"].items()
    assert (json.loads(queue)["driftgate.queue"], sent) == ("promotion-requests", 1)


def test_the_outboxs_age_is_told_with_each_heartbeat(watched):
    watched.scene.application.service.heartbeat()

    assert watched.metrics()["driftgate.outbox.age"] == {"{}": 0.0}
    assert Check.HEARTBEAT == "heartbeat"


def test_how_long_ago_the_last_heartbeat_was_decided_is_told_by_the_next_one(watched):
    """A timer may fire although nothing is decided any more: this age then grows."""
    scene = watched.scene
    scene.application.service.heartbeat()
    assert watched.metrics()["driftgate.heartbeat.age"] == {"{}": 0.0}
    scene.drain()
    for minutes in (15, 30):
        scene.clock.advance(timedelta(minutes=15))
        scene.application.service.heartbeat()
        assert watched.metrics()["driftgate.heartbeat.age"] == {"{}": minutes * 60.0}


def test_a_decision_is_one_line_of_log_with_names_and_no_values(watched, registered, caplog):
    scene = watched.scene
    scene.policy(POLICY)
    scene.model("7", "metrics: {auc: 0.987654}\n")

    with caplog.at_level(logging.INFO, logger="driftgate.decisions"):
        scene.send(registered("7"))

    [line] = [record for record in caplog.records if record.name == "driftgate.decisions"]
    assert line.getMessage() == "ModelRegistered of model/loan-default: pass"
    assert line.event_id == "loan-default-7"
    assert line.verdict == "pass"
    assert "0.987654" not in json.dumps(line.__dict__, default=str)


def test_without_providers_nothing_is_traced_and_nothing_breaks(scene):
    telemetry = OpenTelemetry()
    with telemetry.span("step", subject="model/a"):
        telemetry.count("events")
        telemetry.gauge("outbox.age", 1.0)

    assert telemetry.traceparent() is None
    assert scene.notices == []
