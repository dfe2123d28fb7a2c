"""Does a deployment answer with errors: how many, whose fault, and do its neighbours too."""

from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.health.answers import ShareRule
from shared.domain.decisions.health.comparing import Compared, compare
from shared.domain.decisions.health.log import log_told
from shared.domain.decisions.health.look import Look
from shared.domain.decisions.health.proportion import Proportion, percent, weigh
from shared.domain.decisions.health.wording import (
    carried,
    chance,
    give_back,
    joined,
    latency,
    read_log,
    worked,
)
from shared.domain.wording import spell_number
from shared.domain.world import Served


def weigh_errors(served: Served, look: Look) -> Proportion:
    """The share of errors among all answers."""
    return weigh(served.errors, served.requests, look.policy.max_error_rate, look.policy.confidence)


def _alert(look: Look, served: Served, share: Proportion) -> Alert:
    compared = compare(look, share, weigh_errors)
    of_log = log_told(look, _whose_log(look, served))
    return Alert(
        kind=AlertKind.ERRORS,
        subject=f"endpoint/{look.endpoint.name}",
        severity=look.severity,
        title=(
            f"{look.what} answers {share.share} of its calls with errors (limit "
            f"{percent(share.limit)})"
        ),
        text=joined(
            f"Errors {look.span}: {share.basis}. {chance(look)}",
            f"{whose_errors(served)}{_of_all(look, served)}",
            compared.sentence,
            of_log.text,
            carried(look),
            latency(served),
            worked(look.load),
        ),
        first_step=_first_step(look, of_log.first_step, compared),
        since=served.first_error or look.start,
        labels=look.labels(None),
    )


def whose_errors(served: Served) -> str:
    """Whose fault the errors were, and when the first and the last of them came."""
    platform = served.errors - served.by_model - served.timed_out
    told = [
        f"{spell_number(count)} {whose}"
        for count, whose in (
            (served.by_model, "by its own code (an exception, or a status it chose)"),
            (served.timed_out, "took longer than request_timeout_ms allows"),
            (platform, "by the platform (no answer from its container)"),
        )
        if count
    ]
    return f"Whose: {', '.join(told)}.{_when(served)}"


def _when(served: Served) -> str:
    if served.first_error is None or served.last_error is None:
        return ""
    return f" First {served.first_error:%H:%M}, last {served.last_error:%H:%M} UTC."


def _of_all(look: Look, served: Served) -> str:
    others = [one.served.requests for one in look.others if one.served is not None]
    if not sum(others):
        return ""
    every = served.requests + sum(others)
    return f" That is {percent(served.errors / every)} of all calls to the endpoint."


def _whose_log(look: Look, served: Served) -> str:
    if 2 * served.timed_out > served.errors:
        return f"See what it waits for: {read_log(look)}"
    if 2 * served.by_model > served.errors:
        return f"Read the exception: {read_log(look)}"
    return f"See whether its container runs: {read_log(look)}"


def _first_step(look: Look, step: str, compared: Compared) -> str:
    if compared.refuge is None or look.share <= 0:
        return step
    return f"{give_back(look, compared.refuge)}; then {step[0].lower()}{step[1:]}"


ERRORS = ShareRule(
    kind=AlertKind.ERRORS,
    statistic="error_rate",
    did="answered {} of its calls with errors",
    bad="errors",
    good="few_errors",
    weigh=weigh_errors,
    alert=_alert,
)
