"""What time it is at a receiver, whose clock may have been wrong."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.notices import ReceiverWatch

_BELIEVED = timedelta(hours=1)


def the_time(watch: ReceiverWatch, clock: datetime) -> tuple[datetime, ReceiverWatch]:
    """The time of this look, never before that of the last one.

    A last look that is far ahead of the clock was made by a clock that was wrong: its times are
    taken back to now, or nothing would be tried, lost or free again until they come.
    """
    if watch.looked is None or watch.looked <= clock:
        return clock, watch
    if watch.looked - clock <= _BELIEVED:
        return watch.looked, watch
    folded, breaker = watch.folded, watch.breaker
    return clock, replace(
        watch,
        sent=tuple(min(time, clock) for time in watch.sent),
        flying={
            group: replace(one, made=min(one.made, clock), since=min(one.since, clock))
            for group, one in watch.flying.items()
        },
        waiting={
            group: replace(
                one,
                made=min(one.made, clock),
                since=min(one.since, clock),
                until=min(one.until, clock),
            )
            for group, one in watch.waiting.items()
        },
        folded=None if folded is None else replace(folded, due=min(folded.due, clock)),
        last={
            group: replace(one, made=min(one.made, clock), at=min(one.at, clock))
            for group, one in watch.last.items()
        },
        breaker=replace(
            breaker,
            since=None if breaker.since is None else min(breaker.since, clock),
            until=None if breaker.until is None else min(breaker.until, clock),
        ),
        digested=None if watch.digested is None else min(watch.digested, clock),
        beyond=None if watch.beyond is None else min(watch.beyond, clock),
        forgot=None if watch.forgot is None else min(watch.forgot, clock),
        looked=clock,
        asked=None,
    )
