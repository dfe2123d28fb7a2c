"""What the files of a workspace say of an endpoint's answers, bucket by bucket."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean

from shared.adapters.embedded.health import Answer, each_answer, percentiles_of
from shared.domain.blame import ERRORS
from shared.domain.world import AnswerBucket


def read_buckets(
    path: Path,
    start: datetime,
    end: datetime,
    every: timedelta,
    deployments: Iterable[str],
    slow_ms: float | None,
) -> dict[str, Sequence[AnswerBucket]]:
    """The whole buckets from `start` on, of each deployment. Raises InvalidData."""
    count = max(0, (end - start) // every)
    found = each_answer(path, start, start + count * every)
    buckets: dict[str, Sequence[AnswerBucket]] = {}
    for name in deployments:
        apart: list[list[Answer]] = [[] for _ in range(count)]
        for answer in found.get(name, []):
            apart[(answer.time - start) // every].append(answer)
        buckets[name] = [
            _bucket(start + place * every, answers, slow_ms) for place, answers in enumerate(apart)
        ]
    return buckets


def _bucket(time: datetime, answers: Sequence[Answer], slow_ms: float | None) -> AnswerBucket:
    took = sorted(answer.took for answer in answers if answer.took is not None)
    return AnswerBucket(
        time=time,
        requests=len(answers),
        errors=sum(answer.blame in ERRORS for answer in answers),
        timed=len(took),
        mean=fmean(took) if took else None,
        latency=percentiles_of(took),
        slow=sum(one > slow_ms for one in took) if took and slow_ms is not None else None,
    )
