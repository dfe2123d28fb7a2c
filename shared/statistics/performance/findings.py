"""What was wrong with the scores and labels themselves, whatever the measures say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.domain.canonical import to_plain
from shared.domain.verdict import Verdict
from shared.statistics.profile import ErrorProfile, ScoreProfile

TOLD_ONLY = 0.01


class Fault(StrEnum):
    """What was found."""

    SCORES_OUTSIDE_RANGE = "scores_outside_range"
    SCORES_NOT_NUMBERS = "scores_not_numbers"
    SCORES_MISSING = "scores_missing"
    LABELS_NOT_NUMBERS = "labels_not_numbers"
    ROWS_UNREAD = "rows_unread"
    LABELS_ORPHANED = "labels_orphaned"
    LABELS_REPEATED = "labels_repeated"
    LABELS_CONFLICTING = "labels_conflicting"
    PREDICTIONS_REPEATED = "predictions_repeated"
    KEYS_MISSING = "keys_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault with its rows; a verdict of pass means it is told but holds nothing up."""

    fault: Fault
    verdict: Verdict
    rows: int
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = to_plain(self)
        assert isinstance(plain, dict)  # noqa: S101  a dataclass's plain form
        return plain


def findings_of(profile: ScoreProfile | ErrorProfile) -> tuple[Finding, ...]:
    """Everything wrong with the rows of a profile.

    Scores outside 0 to 1, infinite or not a number are an error: they are no probabilities, or the
    model is broken. Missing scores, unread lines and conflicting labels leave the verdict open
    above 1 % of the rows. The rest is told.
    """
    infinite = profile.outside if isinstance(profile, ScoreProfile) else profile.infinite
    where = "outside 0 to 1" if isinstance(profile, ScoreProfile) else "infinite"
    odd = 0 if isinstance(profile, ScoreProfile) else profile.unusable_labels
    labels = profile.labels
    told = (
        (
            Fault.SCORES_OUTSIDE_RANGE,
            infinite,
            Verdict.ERROR,
            f"scores are {where} and left out; check that the column holds what it should",
        ),
        (
            Fault.SCORES_NOT_NUMBERS,
            profile.nans,
            Verdict.ERROR,
            "scores are not a number; the model or its input is broken there",
        ),
        (Fault.SCORES_MISSING, profile.nulls, None, "rows have no score and are left out"),
        (Fault.LABELS_NOT_NUMBERS, odd, None, "labels are not finite and count as absent"),
        (
            Fault.ROWS_UNREAD,
            profile.unread,
            None,
            "collected lines hold their rows elsewhere and are not counted",
        ),
        (
            Fault.LABELS_CONFLICTING,
            labels.conflicting_labels,
            None,
            "ids have labels that disagree; the last line counts",
        ),
        (
            Fault.LABELS_ORPHANED,
            labels.orphans,
            Verdict.PASS,
            "labels belong to no prediction of this window",
        ),
        (Fault.LABELS_REPEATED, labels.repeated_labels, Verdict.PASS, "labels repeat an id"),
        (
            Fault.PREDICTIONS_REPEATED,
            labels.repeated_predictions,
            None,
            "predictions repeat an id and are all counted",
        ),
        (
            Fault.KEYS_MISSING,
            labels.without_key,
            None,
            "predictions have no id, so no label can reach them",
        ),
    )
    return tuple(
        Finding(
            fault=fault,
            verdict=verdict or _by_share(rows, profile.rows),
            rows=rows,
            sentence=f"{rows} {sentence}.",
        )
        for fault, rows, verdict, sentence in told
        if rows
    )


def _by_share(rows: int, total: int) -> Verdict:
    return Verdict.INCONCLUSIVE if rows > TOLD_ONLY * total else Verdict.PASS
