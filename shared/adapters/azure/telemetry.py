"""Traces and metrics by OpenTelemetry, to Application Insights where one is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from opentelemetry.metrics import Counter, MeterProvider, _Gauge
    from opentelemetry.trace import TracerProvider

NAME = "driftgate"
_CONTEXT = TraceContextTextMapPropagator()


def start_application_insights(connection_string: str, credential: "TokenCredential") -> None:
    """Send to Application Insights from now on, unless the Functions worker does so already.

    The connection string names the place and holds no secret: the identity is what is asked for.
    """
    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    from azure.monitor.opentelemetry import configure_azure_monitor

    configure_azure_monitor(
        connection_string=connection_string,
        credential=credential,
        logger_name=NAME,
        # The host traces each request of the API, without the key that an address may hold.
        instrumentation_options={"fastapi": {"enabled": False}},
    )


class OpenTelemetry:
    """The port on OpenTelemetry's API; without providers, those of the process count."""

    def __init__(
        self,
        traces: "TracerProvider | None" = None,
        meters: "MeterProvider | None" = None,
    ) -> None:
        self._tracer = trace.get_tracer(NAME, tracer_provider=traces)
        self._meter = metrics.get_meter(NAME, meter_provider=meters)
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, _Gauge] = {}
        self._lock = Lock()

    @contextmanager
    def span(self, name: str, parent: str | None = None, **attributes: str) -> Iterator[None]:
        """A step of a trace; an error that passes through it is kept with it."""
        context = None if parent is None else _CONTEXT.extract({"traceparent": parent})
        with self._tracer.start_as_current_span(
            name, context=context, attributes=_named(attributes)
        ):
            yield

    def traceparent(self) -> str | None:
        """Where we are, None where nothing is traced."""
        carrier: dict[str, str] = {}
        _CONTEXT.inject(carrier)
        return carrier.get("traceparent")

    def count(self, name: str, by: int = 1, **attributes: str) -> None:
        """Add to the counter `driftgate.<name>`."""
        with self._lock:
            if name not in self._counters:
                self._counters[name] = self._meter.create_counter(f"{NAME}.{name}")
        self._counters[name].add(by, _named(attributes))

    def gauge(self, name: str, value: float, **attributes: str) -> None:
        """Set the gauge `driftgate.<name>`."""
        with self._lock:
            if name not in self._gauges:
                self._gauges[name] = self._meter.create_gauge(f"{NAME}.{name}")
        self._gauges[name].set(value, _named(attributes))


def _named(attributes: dict[str, str]) -> dict[str, Any]:
    return {f"{NAME}.{name}": value for name, value in attributes.items()}
