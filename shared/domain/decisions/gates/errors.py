"""The version answers without more errors of its own than are allowed."""

from shared.domain.decisions.gates.case import Case, Judged
from shared.domain.decisions.gates.observed.answers import (
    LOOKS_A_DAY,
    ShareGate,
    answers_window,
    judge_share,
)
from shared.domain.decisions.gates.observed.tried import Place
from shared.domain.decisions.health import whose_errors
from shared.domain.decisions.health.proportion import Proportion, weigh
from shared.domain.finding import Rule
from shared.domain.world import Served


def judge_errors(case: Case) -> tuple[Judged, ...]:
    """The share of answers that are the endpoint's fault, against `max_rate`.

    By chance: a version exactly at its limit passes on at most 1 - `confidence` of the days it is
    asked on, and fails on at most as many, whatever its traffic; a better one fails less often, a
    worse one passes less often. Without an error about 862 answers show at most 1 % at 95 %. A
    failure ends only when answers come that are better: people are told at once. Nothing is asked
    of a version that is tried out nowhere.
    """
    if case.tried is None:
        return ()
    gate = case.gates.errors
    limit = case.policy.health.max_error_rate if gate.max_rate is None else gate.max_rate

    def weighed(served: Served, _: Place) -> Proportion:
        return weigh(served.errors, served.requests, limit, gate.confidence, looks=LOOKS_A_DAY)

    return judge_share(
        case,
        ShareGate(
            rule=Rule.ERRORS_GATE,
            gate=gate,
            window=answers_window(case.gates),
            setting="gates.errors.window",
            statistic="error_rate",
            did="answered {} of its calls with errors",
            bad="errors",
            good="few_errors",
            weigh=weighed,
            more=whose_errors,
        ),
    )
