"""Subscribers of the topic `alerts`: the log, and one channel to people each."""

import logging
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from functions.receiving import received
from shared.bootstrap import application

blueprint = func.Blueprint()
_LOG = logging.getLogger("driftgate.alerts")


@blueprint.function_name("log_alert")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="log"
)
def log_alert(message: func.ServiceBusMessage) -> None:
    """Write an alert as a person would read it, with the message id to find it again."""
    app = application()

    def show(body: Mapping[str, Any]) -> None:
        from shared.service.notices import notice_text

        _LOG.warning("%s", notice_text(body), extra={"message_id": message.message_id})

    app.take(received(message, "alerts"), app.logged(show))


@blueprint.function_name("deliver_teams")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="teams"
)
def deliver_teams(message: func.ServiceBusMessage) -> None:
    """Send one notice by Teams; what became of it is said in an event."""
    app = application()
    app.take(received(message, "alerts/teams"), app.deliver)


@blueprint.function_name("deliver_slack")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="slack"
)
def deliver_slack(message: func.ServiceBusMessage) -> None:
    """Send one notice by Slack; what became of it is said in an event."""
    app = application()
    app.take(received(message, "alerts/slack"), app.deliver)


@blueprint.function_name("deliver_pagerduty")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="pagerduty"
)
def deliver_pagerduty(message: func.ServiceBusMessage) -> None:
    """Send one notice by PagerDuty; what became of it is said in an event."""
    app = application()
    app.take(received(message, "alerts/pagerduty"), app.deliver)


@blueprint.function_name("deliver_email")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="email"
)
def deliver_email(message: func.ServiceBusMessage) -> None:
    """Send one notice by mail; what became of it is said in an event."""
    app = application()
    app.take(received(message, "alerts/email"), app.deliver)


@blueprint.function_name("deliver_webhook")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="webhook"
)
def deliver_webhook(message: func.ServiceBusMessage) -> None:
    """Send one notice by a webhook; what became of it is said in an event."""
    app = application()
    app.take(received(message, "alerts/webhook"), app.deliver)


@blueprint.function_name("deliver_work_item")
@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name="alerts", subscription_name="work-item"
)
def deliver_work_item(message: func.ServiceBusMessage) -> None:
    """Send one notice by a work item; what became of it is said in an event."""
    app = application()
    app.take(received(message, "alerts/work-item"), app.deliver)
