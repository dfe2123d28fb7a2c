"""Predictions that the training data knows nothing of: watched against their own beginning."""

from dataclasses import replace

from shared.domain.decisions.drift.side import Side, SideJudged, compared, judge_side
from shared.domain.event import Event
from shared.domain.evidence import DriftEvidence, WindowNews
from shared.domain.finding import Finding, Rule
from shared.domain.policy import DriftPolicy
from shared.domain.state import DriftWatch
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_duration, spell_time
from shared.statistics import Profile

_REMEMBERED = 50


def judge_predictions(
    event: Event,
    evidence: DriftEvidence | None,
    drift: DriftPolicy,
    watch: DriftWatch,
    news: WindowNews,
    sampling: str,
    *,
    shown: bool = False,
) -> tuple[SideJudged | None, tuple[Finding, ...], DriftWatch]:
    """The side of the predictions, what is told of it, and its watch after this look.

    Until the version has served a whole window there is nothing to compare with: that is told and
    decides nothing. `news` is what is new of the window of the look.
    """
    if evidence is None:
        return None, (), watch
    if watch.version != evidence.version:
        watch = DriftWatch(version=evidence.version)
    watch = replace(watch, began=watch.began or evidence.began)
    if evidence.baseline is None or evidence.window is None:
        return None, (_waiting(evidence, drift),), watch
    window = Profile.from_json(evidence.window)
    comparison = compared(evidence, window, drift, shown=shown)
    watch = replace(watch, recent=_recent(watch, comparison.verdict, news))
    judged = judge_side(
        event,
        evidence,
        comparison,
        drift,
        watch,
        Side.PREDICTIONS,
        predicted=[column.name for column in comparison.columns],
        sampling=sampling,
        shown=shown,
    )
    return judged, judged.findings, judged.seen.watch


def _recent(watch: DriftWatch, verdict: Verdict, news: WindowNews) -> tuple[str, ...]:
    """The verdicts of the last windows: a window that is judged again replaces its own."""
    kept = watch.recent if news is WindowNews.NEW else watch.recent[:-1]
    if news in {WindowNews.NEW, WindowNews.CHANGED}:
        return (*kept, verdict.value)[-_REMEMBERED:]
    return watch.recent


def _waiting(evidence: DriftEvidence, drift: DriftPolicy) -> Finding:
    since = "" if evidence.began is None else f" They are known since {spell_time(evidence.began)}."
    return Finding(
        rule=Rule.DRIFT,
        thing="predictions",
        verdict=Verdict.INCONCLUSIVE,
        reason="no_baseline_yet",
        sentence=(
            f"The training data holds no predictions, so those of version {evidence.version} are "
            f"compared with its own first {spell_duration(drift.window)} once these are over."
            f"{since} {evidence.problem or ''}"
        ).rstrip(),
        enforced=False,
    )
