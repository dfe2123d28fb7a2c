"""A policy file is read strictly: every fault is one sentence that names the key and the fix."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.policy import (
    ApprovalPlace,
    ApprovalPolicy,
    Better,
    Bound,
    Enforcement,
    Margin,
    Policy,
)
from shared.errors import InvalidPolicy
from shared.policies import json_schema, read_policy

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
TESTDATA = Path(__file__).resolve().parent / "testdata"

FAULTS = {
    "misspelt-key.yaml": "gates.min_acu is not a known key; write min_auc.",
    "unknown-key.yaml": "colour is not a known key; known are model, endpoint, owner",
    "no-model.yaml": "model is missing; set it.",
    "empty-model.yaml": "model is empty; give the registered model's name.",
    "not-yaml.yaml": "is not YAML",
    "a-list.yaml": "must be a mapping that begins with `model:`.",
    "duration-without-unit.yaml": "drift.window is 7; write a duration such as 30m, 24h or 7d.",
    "duration-in-words.yaml": "drift.window: 'soon' is no duration; write 30m, 24h, 7d or PT30M.",
    "zero-duration.yaml": "routing.grace: '0m' is no time at all; give a duration above zero.",
    "text-for-number.yaml": "gates.min_auc is 'high'; give a number.",
    "negative-limit.yaml": "drift.limit is -1; give a number above 0.",
    "no-false-alarms.yaml": "drift.false_alarms_a_year is 0; give a number above 0.",
    "tolerance-in-percent.yaml": "drift.tolerance is 5; give standard deviations from 0 to below 1",
    "four-of-three.yaml": "drift.persistence asks for 4 of 3 windows; failing may be 1 up to of.",
    "half-a-window.yaml": "drift.persistence.of is 2.5; give a whole number.",
    "seconds.yaml": "drift.every is below a minute; give 1h, 1d or the like.",
    "confidence-in-percent.yaml": "drift.confidence is 95; give a number between 0 and 1",
    "error-rate-in-percent.yaml": "health.max_error_rate is 5; give a share between 0 and 1",
    "percentile-as-share.yaml": "health.percentile is 0; give per cent between 0 and 100.",
    "short-window.yaml": "health.window is not from 10m to 7d; give 1h or the like.",
    "unknown-severity.yaml": "routing.severity is 'loud'; choose one of critical, warning, info.",
    "unknown-collection-severity.yaml": (
        "collection.severity is 'loud'; choose one of critical, warning, info."
    ),
    "unknown-choice.yaml": "kpis[0].kind is 'ratio'; choose one of proportion, count, mean.",
    "crossed-bounds.yaml": "gates.metrics.auc has min 0.9 above max 0.8.",
    "champion-below-zero.yaml": "gates.champion.metrics.auc.allowed is -0.1; give 0 or more.",
    "champion-in-percent.yaml": "gates.champion.metrics.auc.allowed is 5; give a share of the",
    "champion-without-direction.yaml": (
        "gates.champion.metrics.log_loss does not say which way is better; write `better: lower`,"
    ),
    "champion-confidence.yaml": "stages.production.gates.champion.confidence is 95; give a number",
    "slices-gap.yaml": "gates.slices.max_gap.auc is -1; give 0 or more.",
    "slices-without-end.yaml": "gates.slices.bounds.auc has no end; give min, max or both.",
    "slices-crossed.yaml": "gates.slices.bounds.auc has min 0.9 above max 0.8.",
    "slices-confidence.yaml": "gates.slices.confidence is 0; give a number between 0 and 1",
    "crossed-bounds-of-a-stage.yaml": "stages.s.gates.metrics.auc has min 0.9 above max 0.8.",
    "spark-of-unknown-size.yaml": (
        "profiles.spark.instance is 'Standard_DS3_v2'; choose one of Standard_E4s_v3, Standard_E8s"
    ),
    "spark-without-executors.yaml": "profiles.spark.executors is 0; give 1 to 100",
    "spark-of-old-python.yaml": "profiles.spark.runtime is '3.4'; write '3.5', the one whose",
    "spark-identity-by-name.yaml": "profiles.spark.identity is 'id-spark'; give the client id of",
    "kpi-twice.yaml": "kpis name approvals twice.",
    "batch-twice.yaml": "batch names scores twice.",
    "batch-every-second.yaml": "batch.scores.every is below a minute; give 1h, 1d or the like.",
    "batch-severity.yaml": "batch.scores.severity is 'loud'; choose one of critical, warning, info",
    "learn-from-nothing.yaml": "batch.scores.learn_from is set without outputs; name what",
    "short-history.yaml": "kpis.approvals.history is shorter than 7d",
    "two-sources.yaml": "kpis.k names query and table; keep one of them.",
    "metric-of-no-resource.yaml": "kpis.k.metric.resource: 'chat' is no resource id; give /subscr",
    "metric-with-no-name.yaml": "kpis.k.metric.name is empty; give the metric's name in the REST",
    "metric-every-two-hours.yaml": "kpis.k.metric.every is no bucket of Azure's; choose one of 1m,",
    "metric-summed.yaml": "kpis[0].metric.aggregation is 'sum'; choose one of total, average,",
    "share-of-nothing.yaml": "kpis.k is a proportion, which a metric is only with `per`; name",
    "averages-divided.yaml": "kpis.k.metric divides averages, which do not add up; with `per` use",
    "dimensions-of-no-per.yaml": "kpis.k.metric.per_dimensions is set without `per`; name the",
    "by-a-kept-dimension.yaml": "kpis.k.metric.by is a, which `dimensions` keeps at one value;",
    "all-values-of-a-dimension.yaml": "kpis.k.metric.dimensions.a is '*'; name one of its values.",
    "metric-before-it-is-kept.yaml": "kpis.k looks back 101d, but Azure keeps metrics for 93d;",
    "window-within-a-bucket.yaml": "kpis.k.window is shorter than a bucket; give as long as",
    "profiles-without-table.yaml": (
        "profiles.engine is log_analytics without a table; name the one that holds the rows in"
    ),
    "profiles-table-of-files.yaml": (
        "profiles.table is set, but the engine local counts files; write `engine: log_analytics`,"
    ),
    "profiles-table-for-spark.yaml": (
        "profiles.table is set, but the engine spark counts files; write `engine: log_analytics`,"
    ),
    "profiles-table-and-spark.yaml": (
        "profiles.spark is set beside a table, whose rows no Spark reads; leave one of them out."
    ),
    "profiles-spark-for-local.yaml": (
        "profiles.spark is set, but the engine local starts no Spark; write `engine: auto` or"
    ),
    "profiles-table-of-a-query.yaml": (
        "profiles.table is 'LoanRows_CL | take 1', which is no table's name; give 4 to 63 letters,"
    ),
    "profiles-time-of-a-query.yaml": (
        "profiles.time_column is 'at; Secrets', which is no column's name; give at most 45"
    ),
    "profiles-time-without-table.yaml": (
        "profiles.time_column is set without a table; files say themselves which column is their"
    ),
    "profiles-engine-of-nobody.yaml": "profiles.engine is 'kusto'; choose one of auto, local, spar",
    "profiles-many-executors.yaml": "profiles.spark.executors is 101; give 1 to 100.",
    "profiles-no-executors.yaml": "profiles.spark.executors is 0; give 1 to 100.",
    "table-by-seconds.yaml": "kpis.k.table.every is below a minute; give 1h, 1d or the like.",
    "unknown-day.yaml": "gates.calendar.days is 'monday'; write days as mon-thu or sat.",
    "hours-without-minutes.yaml": "gates.calendar.hours is '9-16'; write hours as 09:00-16:00,",
    "unknown-zone.yaml": "gates.calendar.zone is 'Berlin'; write a zone of the IANA database",
    "freeze-backwards.yaml": "gates.calendar.freezes[0].end is not after start; name a later end.",
    "freeze-of-two-years.yaml": "gates.calendar.freezes[0] is longer than a year; name an",
    "freeze-without-reason.yaml": "gates.calendar.freezes[0].reason is empty; whoever waits will",
    "no-budget.yaml": "gates.budget.most_open is 0; give 1 or more.",
    "gate-confidence-in-percent.yaml": "gates.canary.confidence is 98; give a number between 0",
    "gate-rate-in-percent.yaml": "gates.errors.max_rate is 5; give a share between 0 and 1, such",
    "gate-percentile-of-all.yaml": "gates.latency.percentile is 100; give per cent between 0 and",
    "gate-limit-of-nothing.yaml": "gates.latency.max_ms is 0; give a number above 0.",
    "interval-of-seconds.yaml": "gates.interval is below a minute; give 1m, 1h or the like.",
    "canary-within-a-bucket.yaml": "gates.canary.window is shorter than a bucket; give as long",
    "better-is-more.yaml": "gates.champion.metrics.auc.better is 'more'; choose one of higher,",
    "stage-twice.yaml": "stages name staging twice.",
    "stage-with-a-blank.yaml": "stages[0].name is 'my staging'; write letters, digits, points,",
    "gates-of-a-stage.yaml": "stages.staging.gates.interval is below a minute; give 1m, 1h or",
    "rollout-of-no-endpoint.yaml": "stages.staging.rollout moves traffic of no endpoint; name",
    "approvals-without-pipeline.yaml": "stages.staging.approvals are given in the environment of",
    "no-pipeline-named.yaml": "stages.staging.pipeline has neither a number nor a workflow; name",
    "two-pipelines-named.yaml": "stages.staging.pipeline has both a number and a workflow; keep",
    "pipeline-zero.yaml": "stages.staging.pipeline.number is 0; give the number in the",
    "workflow-without-owner.yaml": "stages.staging.pipeline.workflow is 'deploy.yml'; write it",
    "workflow-climbs.yaml": "stages.staging.pipeline.workflow is '../../deploy.yml'; write it as",
    "pipeline-without-branch.yaml": "stages.staging.pipeline.branch is empty; name one such as",
    "pipeline-of-another-model.yaml": "stages.staging.rollback.parameters.model is given by",
    "approvals-of-either-without-pipeline.yaml": "approvals.given is either, and there is no",
    "approvals-of-either-with-a-workflow.yaml": "approvals.given is either, and GitHub knows",
    "approvals-given-nowhere.yaml": "approvals.given is 'here'; choose one of pipeline, driftg",
    "approvals-below-zero.yaml": "stages.staging.approvals.needed is -1; give 0 or more.",
    "approvals-of-too-few.yaml": "stages.staging.approvals needs 2 of 1 people; name more in",
    "approvals-of-nobody.yaml": "stages.staging.approvals.by names nobody in one place; write a",
    "finished-in-seconds.yaml": "stages.staging.finish_within is below a minute; give 1d, 7d or",
    "steps-stop-short.yaml": "stages.staging.rollout.steps do not end at 100; add it, since all",
    "steps-fall.yaml": "stages.staging.rollout.steps do not rise; write them as [10, 50, 100].",
    "step-of-nothing.yaml": "stages.staging.rollout.steps are per cent above 0 and up to 100;",
    "step-of-a-half.yaml": "stages.staging.rollout.steps have fractions; Azure splits traffic by",
    "mirror-of-all.yaml": "stages.staging.rollout.mirror is 80; Azure mirrors from 0 to 50 per",
    "bake-of-seconds.yaml": "stages.staging.rollout.bake is below a minute; give 30m, 1h or the",
    "text-for-list.yaml": "drift.columns must be a list.",
    "mapping-for-text.yaml": "owner is {'name': 'me'}; give text.",
}


def test_every_fault_has_its_file_and_every_file_its_sentence():
    assert sorted(path.name for path in TESTDATA.iterdir()) == sorted(FAULTS)


@pytest.mark.parametrize("file", sorted(FAULTS))
def test_a_fault_is_refused_with_the_file_the_key_and_the_fix(file):
    with pytest.raises(InvalidPolicy) as refusal:
        read_policy((TESTDATA / file).read_bytes(), file)

    assert str(refusal.value).startswith(file)
    assert FAULTS[file] in str(refusal.value)


def test_more_limits_than_a_decision_can_hold_are_refused():
    limits = "".join(f"    m{number}: {{min: 0.5}}\n" for number in range(301))
    with pytest.raises(InvalidPolicy, match=r"has 301 limits on metrics .* keep the 300 that"):
        read_policy(f"model: loan\ngates:\n  metrics:\n{limits}".encode(), "p.yaml")


def test_one_line_is_a_valid_policy_with_every_default():
    assert read_policy(b"model: loan-default", "p.yaml") == Policy(model="loan-default")


def test_a_policy_with_everything_of_promotion_is_valid():
    policy = read_policy((SAMPLES.parent / "tests/policies/promotion.yaml").read_bytes(), "p.yaml")

    assert [stage.name for stage in policy.way()] == ["dev", "staging", "production"]
    assert policy.way()[2].pipeline.workflow == "acme/.github/deploy.yaml"
    assert policy.way()[2].approvals.needed == 2


def test_a_stage_whose_approvals_are_given_to_driftgate_needs_no_pipeline():
    policy = read_policy(
        b"model: a\nstages: [{name: s, approvals: {needed: 2, given: driftgate}}]", "p.yaml"
    )

    assert policy.way()[0].approvals == ApprovalPolicy(needed=2, given=ApprovalPlace.DRIFTGATE)


def test_short_forms_of_gates_are_bounds_like_the_others():
    policy = read_policy(
        b"model: a\ngates: {min_auc: 0.8, max_latency_ms: 50, metrics: {f1: {min: 0.7}}}", "p.yaml"
    )

    assert policy.gates.bounds() == {
        "f1": Bound(min=0.7),
        "auc": Bound(min=0.8),
        "latency_ms": Bound(max=50.0),
    }


def test_a_margin_may_be_written_as_what_it_allows():
    gates = read_policy(
        b"model: a\ngates:\n  champion: {metrics: {auc: 0.01, rmse: {better: lower, n: rows}}}\n"
        b"  slices: {max_gap: {recall: 0.05}, bounds: {auc: {min: 0.8}}}\n",
        "p.yaml",
    ).gates

    assert gates.champion.metrics == {
        "auc": Margin(allowed=0.01),
        "rmse": Margin(better=Better.LOWER, n="rows"),
    }
    assert gates.slices.bounds == {"auc": Bound(min=0.8)}


def test_off_may_be_written_as_yaml_writes_it():
    assert read_policy(b"model: a\ngates: {schema: off}", "p").gates.schema is Enforcement.OFF


def test_the_sample_policy_is_valid():
    path = SAMPLES / "policies" / "loan-default.yaml"

    policy = read_policy(path.read_bytes(), path.name)

    assert policy.kpis[0].window == timedelta(days=14)


def test_the_policy_that_says_what_to_record_is_valid():
    text = (SAMPLES.parent / "docs" / "recorded.md").read_text()
    [block] = text.split("```yaml\n")[1:]

    gates = read_policy(block.partition("```")[0].encode(), "recorded.md").gates

    assert gates.champion.metrics["rmse"].better is Better.LOWER
    assert gates.governance.owner
    assert gates.slices.max_gap == {"recall": 0.05}


def test_the_policies_of_the_documentation_are_valid():
    """The one of an AI service names five metrics, each with its own way to be a KPI."""
    text = (SAMPLES.parent / "docs" / "kpis.md").read_text()
    loan, chat = [
        read_policy(block.partition("```")[0].encode(), "kpis.md")
        for block in text.split("```yaml\n")[1:]
    ]

    assert loan.kpis[0].table.every == timedelta(hours=1)
    assert [kpi.metric.name for kpi in chat.kpis] == [
        "AzureOpenAIRequests",
        "RAIRejectedRequests",
        "GeneratedTokens",
        "AzureOpenAITimeToResponse",
        "AzureOpenAIProvisionedManagedUtilizationV2",
    ]
    assert [kpi.metric.per for kpi in chat.kpis] == [
        "AzureOpenAIRequests",
        "RAITotalRequests",
        "AzureOpenAIRequests",
        None,
        None,
    ]


def test_the_published_json_schema_is_up_to_date():
    """Write it anew with: driftgate policy schema > samples/policy.schema.json."""
    assert json.loads((SAMPLES / "policy.schema.json").read_text()) == json_schema()
