"""KPIs from where each is read: queries from Log Analytics, metrics from their resources."""

from collections.abc import Callable, Sequence

from shared.domain.world import SeriesAnswer, SeriesQuestion
from shared.errors import NoPermission, NotFound, Unavailable

Source = Callable[[str, Sequence[SeriesQuestion]], Sequence[SeriesAnswer]]


def ask_each(
    model: str, asked: Sequence[SeriesQuestion], *, queries: Source, metrics: Source
) -> list[SeriesAnswer]:
    """The answers in the order asked; a source that fails as a whole spoils no other.

    Raises NoPermission, NotFound or Unavailable when every source that was asked failed.
    """
    answers: dict[int, SeriesAnswer] = {}
    failed: list[NoPermission | NotFound | Unavailable] = []
    sources = 0
    for source, of_metrics in ((queries, False), (metrics, True)):
        places = [at for at, one in enumerate(asked) if (one.metric is not None) is of_metrics]
        if not places:
            continue
        sources += 1
        try:
            found = source(model, [asked[place] for place in places])
        except (NoPermission, NotFound, Unavailable) as problem:
            failed.append(problem)
            found = [SeriesAnswer(problem=str(problem))] * len(places)
        answers.update(zip(places, found, strict=True))
    if failed and len(failed) == sources:
        raise failed[0]
    return [answers[place] for place in range(len(asked))]
