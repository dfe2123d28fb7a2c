"""Does a deployment refuse calls that its neighbours accept: then not the callers are wrong.

A 4xx is the caller's fault as long as every deployment says the same. All of them get the same
callers' calls by chance, so one that refuses more has another schema than the callers know.
"""

from collections.abc import Iterable

from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.health.log import log_told
from shared.domain.decisions.health.look import Concluded, Look, found
from shared.domain.decisions.health.proportion import of_each_look, percent
from shared.domain.decisions.health.wording import carried, give_back, joined, read_log
from shared.domain.shares import share_interval
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number, spell_time
from shared.domain.world import Served

OF = "refusals"


def neighbours(look: Look) -> list[Look]:
    """Those that get calls of the same callers: each has a share, as this one has."""
    return [other for other in look.others if other.share > 0] if look.share > 0 else []


def judge_refusals(look: Look) -> Concluded | None:
    """The share that is refused above that of the neighbours; None without any to compare with.

    Both exact intervals have to leave a gap above `max_error_rate` between them. What few calls
    leave open is asked again of all since an alert last had its reason.
    """
    near = neighbours(look)
    concluded = _compared(look, look.served, [one.served for one in near], look.span)
    if concluded is not None and concluded.finding.verdict is not Verdict.INCONCLUSIVE:
        return concluded
    if look.healing_since is not None:
        since = f"since {spell_time(look.healing_since)}"
        healed = _compared(look, look.healing, [one.healing for one in near], since)
        if healed is not None and healed.finding.verdict is Verdict.PASS:
            return healed
    return concluded


def _compared(
    look: Look, own: Served | None, near: Iterable[Served | None], span: str
) -> Concluded | None:
    called = [served for served in near if served is not None]
    asked = sum(served.requests for served in called)
    if own is None or not own.requests or not asked:
        return None
    each = of_each_look(look.policy.confidence)
    theirs = sum(served.refused for served in called)
    low, high = share_interval(own.refused, own.requests, each)
    their_low, their_high = share_interval(theirs, asked, each)
    limit = look.policy.max_error_rate
    verdict, reason = Verdict.INCONCLUSIVE, "few_requests"
    if low - their_high > limit:
        verdict, reason = Verdict.FAIL, "refuses_more"
    elif high - their_low < limit:
        verdict, reason = Verdict.PASS, "refuses_alike"
    told = (
        f"refused {percent(own.refused / own.requests)} of its calls with a 4xx "
        f"({spell_number(own.refused)} of {spell_number(own.requests)}), the others "
        f"{percent(theirs / asked)} ({spell_number(theirs)} of {spell_number(asked)}), {span}"
    )
    finding = found(
        look,
        verdict,
        reason,
        f"{look.what} {told}.",
        statistic="refused_above_others",
        estimate=own.refused / own.requests - theirs / asked,
        low=low - their_high,
        high=high - their_low,
        limit=limit,
        n=own.requests,
    )
    alert = _alert(look, own, told) if verdict is Verdict.FAIL else None
    return Concluded(kind=AlertKind.ERRORS, of=OF, finding=finding, alert=alert)


def _alert(look: Look, own: Served, told: str) -> Alert:
    refuge = max(
        (one for one in neighbours(look) if one.complete),
        key=lambda one: one.share,
        default=None,
    )
    of_log = log_told(look, f"Compare its input schema with the callers': {read_log(look)}")
    step = of_log.first_step
    return Alert(
        kind=AlertKind.ERRORS,
        subject=f"endpoint/{look.endpoint.name}",
        severity=look.severity,
        title=f"{look.what} refuses {percent(own.refused / own.requests)} of its calls, "
        "which its neighbours accept",
        text=joined(
            f"It {told}.",
            "All get the same callers' calls, so it is not the callers: its input schema, or what "
            "it takes for valid, is another.",
            of_log.text,
            carried(look),
        ),
        first_step=(
            step
            if refuge is None
            else f"{give_back(look, refuge.name)}; then {step[0].lower()}{step[1:]}"
        ),
        since=look.start,
        labels=look.labels(OF),
    )
