"""The filters of subscriptions."""

import pytest

from tests.integration.service_bus.broker.sql_filter import (
    Facts,
    InvalidFilter,
    correlation_filter,
    everything,
    sql_filter,
)

ALERT = Facts(
    properties={
        "severity": "critical",
        "kind": "drift",
        "label_model": "loan-default",
        "age": 3,
        "note": "it's 5% off",
    },
    system={"label": "model/loan-default", "sessionid": "s"},
)


@pytest.mark.parametrize(
    "expression",
    [
        "severity = 'critical'",
        "SEVERITY_ IS NULL AND severity IS NOT NULL",
        "user.severity = 'critical'",
        "[severity] = 'critical' and \"kind\" <> 'kpi'",
        "severity != 'info'",
        "kind IN ('kpi', 'drift')",
        "kind NOT IN ('kpi', 'routing')",
        "label_model LIKE 'loan-%'",
        "label_model LIKE 'loan_default'",
        "kind NOT LIKE 'k%'",
        "note LIKE '%5!%%' ESCAPE '!'",
        "note = 'it''s 5% off'",
        "EXISTS(label_model) AND NOT EXISTS (label_endpoint)",
        "severity = 'info' OR kind = 'kpi' OR age >= 3",
        "severity = 'critical' OR kind = 'kpi' AND age = 4",
        "NOT (severity = 'info' OR kind = 'kpi')",
        "NOT severity = 'info' AND kind = 'drift'",
        "age > -1 AND age < 3.5 AND age <= 3",
        "sys.Label = 'model/loan-default'",
        "1 = 1",
        "TRUE",
    ],
)
def test_an_expression_that_is_true_of_the_message_matches(expression):
    assert sql_filter(expression)(ALERT)


@pytest.mark.parametrize(
    "expression",
    [
        "severity = 'info'",
        "severity = 'CRITICAL'",
        "label_model LIKE 'oan%'",
        "(severity = 'critical' OR kind = 'kpi') AND age = 4",
        "owner = 'me'",
        "owner <> 'me'",
        "NOT owner = 'me'",
        "owner IN ('me')",
        "owner NOT LIKE 'm%'",
        "age = '3'",
        "1 = 0",
    ],
)
def test_false_or_unknown_does_not_match(expression):
    assert not sql_filter(expression)(ALERT)


@pytest.mark.parametrize(
    "expression", ["", "severity =", "severity = 'x' kind", "a LIKE", "(a = 1", "a ; b", "a NOT 1"]
)
def test_what_is_no_expression_is_refused(expression):
    with pytest.raises(InvalidFilter):
        sql_filter(expression)


def test_a_correlation_filter_wants_every_named_field_equal():
    assert correlation_filter(label="model/loan-default", properties={"kind": "drift"})(ALERT)
    assert not correlation_filter(label="model/loan-default", properties={"kind": "kpi"})(ALERT)
    assert not correlation_filter(correlationId="c")(ALERT)


def test_the_default_rule_takes_everything():
    assert everything(Facts(properties={}))
