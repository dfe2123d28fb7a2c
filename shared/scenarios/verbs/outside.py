"""Other monitors speak, and payloads come in as they are."""

from datetime import datetime

from shared.errors import InvalidScenario
from shared.scenarios.azure_events import breach_text, monitor_alert, run_ended
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.verbs.verb import TELLING, Vocabulary

verbs = Vocabulary()
_SEVERITY = "of severity COUNT"


@verbs.add("azure alert TEXT [on NAME] fires", clauses=(_SEVERITY, *TELLING))
def alert_fires(stage: Stage, found: Found) -> None:
    """An alert rule of Azure Monitor fires."""
    stage.kept[_rule(found)] = stage.now
    stage.tell(found, _alert(found, stage.now, None))


@verbs.add("azure alert TEXT [on NAME] is resolved", clauses=(_SEVERITY, *TELLING))
def alert_resolved(stage: Stage, found: Found) -> None:
    """The same rule says that it is over."""
    fired = stage.kept.get(_rule(found))
    if not isinstance(fired, datetime):
        raise InvalidScenario(f"line {found.line}: the alert {_rule(found)!r} never fired.")
    stage.tell(found, _alert(found, fired, stage.now))


def _rule(found: Found) -> str:
    return f"{found.text('text')} on {found.optional('name') or 'the endpoint'}"


def _alert(found: Found, fired: datetime, resolved: datetime | None) -> bytes:
    severity = found.clause(_SEVERITY)
    return monitor_alert(
        found.text("text"),
        found.optional("name") or "churn-endpoint",
        fired=fired,
        resolved=resolved,
        severity=f"Sev{severity.text('count') if severity is not None else '3'}",
    )


@verbs.add(
    "monitor MONITOR finds FEATURE at NUMBER over NUMBER_2",
    clauses=("by METRIC", "signal SIGNAL", *TELLING),
)
def breaches(stage: Stage, found: Found) -> None:
    """Azure Machine Learning's own monitoring leaves its tag on a run."""
    metric, signal = found.clause("by METRIC"), found.clause("signal SIGNAL")
    monitor = found.text("monitor")
    breach = {
        "metric_value": found.number("number"),
        "metric_name": metric.text("metric") if metric is not None else "JensenShannonDistance",
        "threshold_value": found.number("number_2"),
        "group": found.text("feature"),
    }
    named = signal.text("signal") if signal is not None else f"{monitor}-drift"
    tags = {"azureml_modelmonitor_threshold_breached": breach_text(named, [breach])}
    run = f"{monitor}-{stage.now:%Y%m%d%H%M}"
    payload = run_ended(
        f"{run}-compare", "Failed", at=stage.now, experiment=monitor, tags=tags, step_of=run
    )
    stage.tell(found, payload)


@verbs.add("monitor MONITOR completes", clauses=TELLING)
def completes(stage: Stage, found: Found) -> None:
    """A run of the monitor that found nothing."""
    monitor = found.text("monitor")
    run = f"{monitor}-{stage.now:%Y%m%d%H%M}"
    stage.tell(found, run_ended(run, "Completed", at=stage.now, experiment=monitor))


@verbs.add("workspace file FILE", needs_block=True)
def workspace_file(stage: Stage, found: Found) -> None:
    """Whatever else the embedded workspace can hold, with the lines below in it."""
    name = found.text("file")
    inside = (stage.files.folder / name).resolve()
    if not inside.is_relative_to(stage.files.folder.resolve()):
        raise InvalidScenario(f"line {found.line}: {name} leaves the workspace's folder.")
    stage.files.write(name, found.block)


@verbs.add("payload FILE arrives", clauses=TELLING)
def payload(stage: Stage, found: Found) -> None:
    """A file beside the scenario, sent as it is."""
    path = stage.folder / found.text("file")
    if not path.is_file():
        raise InvalidScenario(f"line {found.line}: there is no file {found.text('file')}.")
    stage.tell(found, path.read_bytes())
