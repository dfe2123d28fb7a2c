"""One way to judge a share of a deployment's answers, whatever they are counted for."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.alert import Alert, AlertKind
from shared.domain.decisions.health.look import Concluded, Look, found
from shared.domain.decisions.health.proportion import Proportion, percent
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_number, spell_time
from shared.domain.world import Served


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRule:
    """What is counted, what a sentence calls it, and the alert when it is too much.

    `did` has a place for the share, `weigh` gives None where the source does not count it, `of`
    tells alerts of one kind apart.
    """

    kind: AlertKind
    statistic: str
    did: str
    bad: str
    good: str
    weigh: Callable[[Served, Look], Proportion | None]
    alert: Callable[[Look, Served, Proportion], Alert]
    of: str | None = None


def judge_answers(rule: ShareRule, look: Look) -> Concluded | None:
    """The share in the window against its limit; None when there is nothing to count.

    A window with few answers says little. So while an alert waits for its end, all answers since
    it last had its reason are taken together: enough good ones end it, however slowly they come.
    """
    served = look.served
    share = rule.weigh(served, look) if served is not None and served.requests else None
    if served is None or share is None:
        return _healed(rule, look)
    told = f"{_did(rule, look, share)}, {look.span})"
    limit = percent(share.limit)
    if share.verdict is Verdict.FAIL:
        alert = rule.alert(look, served, share)
        return _concluded(rule, look, share, rule.bad, f"{told}; the limit is {limit}.", alert)
    if share.verdict is Verdict.PASS:
        sentence = f"{told}, within the limit of {limit}."
        return _concluded(rule, look, share, rule.good, sentence)
    open_ = _concluded(rule, look, share, "few_requests", f"{told}; {_more(share)}")
    return _healed(rule, look) or open_


def _healed(rule: ShareRule, look: Look) -> Concluded | None:
    if look.healing is None or look.healing_since is None or not look.healing.requests:
        return None
    share = rule.weigh(look.healing, look)
    if share is None or share.verdict is not Verdict.PASS:
        return None
    sentence = (
        f"{_did(rule, look, share)}, since {spell_time(look.healing_since)}), within the limit of "
        f"{percent(share.limit)}."
    )
    return _concluded(rule, look, share, "healed", sentence)


def _did(rule: ShareRule, look: Look, share: Proportion) -> str:
    return f"{look.what} {rule.did.format(share.share)} ({share.basis}"


def _more(share: Proportion) -> str:
    if share.needed is None:
        return "a traffic log would decide, which counts every answer by itself."
    return f"about {spell_number(share.needed)} answers in a window would decide."


def _concluded(
    rule: ShareRule,
    look: Look,
    share: Proportion,
    reason: str,
    sentence: str,
    alert: Alert | None = None,
) -> Concluded:
    finding = found(
        look,
        share.verdict,
        reason,
        sentence,
        statistic=rule.statistic,
        estimate=share.estimate,
        low=share.low,
        high=share.high,
        limit=share.limit,
        n=share.n,
        n_needed=share.needed,
    )
    return Concluded(kind=rule.kind, of=rule.of, finding=finding, alert=alert)
