"""Timers: fan out one message a subject for each check; sweep the outbox; feel the pulse.

The schedules are settings, in UTC; a host that was down catches up by looking, not by counting.
"""

import azure.functions as func

from shared.bootstrap import application
from shared.domain.event import Check

blueprint = func.Blueprint()


@blueprint.function_name("drift_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_DRIFT_SCHEDULE%")
def drift_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001  bound by name
    """Ask for a drift check of every model with a policy."""
    application().service.fan_out(Check.DRIFT)


@blueprint.function_name("kpi_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_KPI_SCHEDULE%")
def kpi_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a KPI check of every model whose policy names one."""
    application().service.fan_out(Check.KPI)


@blueprint.function_name("collection_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_COLLECTION_SCHEDULE%")
def collection_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for every model with an endpoint whether its rows are collected."""
    application().service.fan_out(Check.COLLECTION)


@blueprint.function_name("routing_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_ROUTING_SCHEDULE%")
def routing_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a routing check of every endpoint."""
    application().service.fan_out(Check.ROUTING)


@blueprint.function_name("health_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_HEALTH_SCHEDULE%")
def health_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a health check of every endpoint."""
    application().service.fan_out(Check.HEALTH)


@blueprint.function_name("batch_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_BATCH_SCHEDULE%")
def batch_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a look at the batch endpoints of every model whose policy names one."""
    application().service.fan_out(Check.BATCH)


@blueprint.function_name("promotion_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_PROMOTION_SCHEDULE%")
def promotion_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a look at every model with a promotion on its way."""
    application().service.fan_out(Check.PROMOTION)


@blueprint.function_name("alerts_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_ALERTS_SCHEDULE%")
def alerts_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a look at all that has alerts, and at every receiver that has something to tell."""
    application().service.fan_out(Check.ALERTS)


@blueprint.function_name("retraining_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_RETRAINING_SCHEDULE%")
def retraining_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a look at every model with a retraining on its way."""
    application().service.fan_out(Check.RETRAINING)


@blueprint.function_name("profiling_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_PROFILING_SCHEDULE%")
def profiling_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for a look at every profile that is counted elsewhere."""
    application().service.fan_out(Check.PROFILING)


@blueprint.function_name("reconcile_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_RECONCILE_SCHEDULE%")
def reconcile_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Find what no event told: endpoints that changed, versions nobody judged, alarms that end."""
    application().service.fan_out(Check.RECONCILE)


@blueprint.function_name("outbox_sweep")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_SWEEP_SCHEDULE%")
def outbox_sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Send what a crash left in the outbox, and queue what it left in the archive."""
    application().sweep()


@blueprint.function_name("heartbeat")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_HEARTBEAT_SCHEDULE%")
def heartbeat(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Ask for the look at Driftgate itself."""
    application().heartbeat()


@blueprint.function_name("retention_timer")
@blueprint.timer_trigger(arg_name="timer", schedule="%DRIFTGATE_RETENTION_SCHEDULE%")
def retention_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001
    """Keep where the chains end outside the ledger, then remove what is older than is kept."""
    application().retention()
