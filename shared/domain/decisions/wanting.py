"""What a finding asks of a model's governor: to think of a retraining, for a reason in the data."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.action import WantRetraining
from shared.domain.canonical import format_time
from shared.domain.wording import one_line

_MOST_FEATURES = 50
_MOST_LETTERS = 120


def wanted(
    model: str, cause: str, *, since: datetime, end: datetime, features: Iterable[str] = ()
) -> WantRetraining:
    """The wish for a retraining because of what began at `since` and is seen in data until `end`.

    Names that come with the data are cut: they travel on to jobs and pipelines.
    """
    named = dict.fromkeys(one_line(name, _MOST_LETTERS) for name in features)
    return WantRetraining(
        model=model,
        cause=one_line(cause, _MOST_LETTERS),
        window=f"{format_time(min(since, end))}/{format_time(end)}",
        features=tuple(named)[:_MOST_FEATURES],
    )


def wants_again(lasting: bool, last: datetime | None, now: datetime) -> bool:
    """Whether a problem asks now: when it begins, and once on each later day while it is `lasting`.

    `last` is when it was last looked at. So a retraining that failed, or did not help, is thought
    of again; how often there is one is the governor's to say.
    """
    return not lasting or (last is not None and now.date() > last.date())
