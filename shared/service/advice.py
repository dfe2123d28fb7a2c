"""What to do about a gate that did not pass: the first step, by its rule and reason."""

from shared.domain.finding import Finding, Rule
from shared.domain.verdict import Verdict

_BY_REASON = {
    "stale": "Wait for the next reading; if none comes, see whether the source still writes.",
    "clock_skew": "Set the clock of the machine that wrote it, or of this one.",
    "not_read": "Ask again; if it stays so, see `driftgate smoke`.",
    "cannot_look": "Mend what the sentence names, then ask again; `driftgate smoke` tests it.",
    "metric_missing": "Log the metric in the training run, or set it as a tag of the version.",
    "no_signature": "Log the model with a signature and register it again.",
    "no_champion_signature": "Log the champion with a signature, or set `schema: warn` once.",
    "no_such_version": "Register the version, or correct its name.",
    "nothing_asked": "Give a limit with --min or --max, or write a policy for the model.",
    "unavailable": "Ask again in a few minutes.",
    "refused": "Mend what the sentence names, then ask again.",
}
_BY_RULE = {
    Rule.METRIC_GATE: "Train a better version; correct `gates.metrics` only if it is wrong.",
    Rule.SCHEMA_GATE: "Keep the champion's inputs, or move its callers first.",
    Rule.TAGS_GATE: "Set the tags on the version in the registry.",
    Rule.CHAMPION_GATE: "Train a better version, or keep the champion.",
    Rule.GOVERNANCE_GATE: "Record what is missing on the version, then register it again.",
    Rule.SLICES_GATE: "Train on more of the slice that lies apart, or look into its data.",
    Rule.DEPLOYMENT_GATE: "Deploy it where it is tried out; `driftgate diagnose` says why not.",
    Rule.ROUTING_GATE: "Give the deployment its traffic; `driftgate status` shows the shares.",
    Rule.LATENCY_GATE: "Profile its scoring, or give it larger or more instances.",
    Rule.ERRORS_GATE: "Read its log with `driftgate diagnose`, and deploy what mends it.",
    Rule.DRIFT_GATE: "Train on rows as they come in today.",
    Rule.CANARY_GATE: "Compare the two deployments in the report before anything else.",
    Rule.BAKE_GATE: "Leave it where it is, with traffic, until it has been tried out.",
    Rule.ROLLBACK_GATE: "Keep a healthy deployment of the champion to go back to.",
    Rule.CALENDAR_GATE: "Wait for the next open hours of the calendar.",
    Rule.BUDGET_GATE: "Wait until another promotion has ended.",
    Rule.INTERVAL: "Ask again, so that everything is read in the same interval.",
    Rule.APPROVAL: "Approve the run in its environment, on the evidence as it is now.",
}
_NAMED = "Mend what the sentence names, then ask again."
_MISSING = "Bring what the sentence says is missing, then ask again."
_OF_TIME = frozenset(
    {
        Rule.BAKE_GATE,
        Rule.CALENDAR_GATE,
        Rule.BUDGET_GATE,
        Rule.INTERVAL,
        Rule.APPROVAL,
        Rule.GOVERNANCE_GATE,
    }
)
_COUNTS = frozenset({Rule.LATENCY_GATE, Rule.ERRORS_GATE, Rule.CANARY_GATE, Rule.DRIFT_GATE})


def advice(finding: Finding) -> str:
    """One first step; empty for a pass.

    What fails is to be mended where its rule says; what is not known, as its sentence says.
    """
    if finding.verdict is Verdict.PASS:
        return ""
    if finding.reason in _BY_REASON:
        return _BY_REASON[finding.reason]
    short = finding.n_needed is not None and finding.rule in _COUNTS
    if finding.verdict is Verdict.INCONCLUSIVE and short:
        return "Let it answer more requests, then ask again."
    if finding.verdict is Verdict.INCONCLUSIVE and finding.rule not in _OF_TIME:
        return _MISSING
    return _BY_RULE.get(finding.rule, _NAMED)
