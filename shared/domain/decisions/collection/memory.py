"""What is remembered of a model's collected rows between two looks."""

from dataclasses import replace
from datetime import datetime

from shared.domain.collected import RowsSeen
from shared.domain.decisions.collection.columns import empty_columns
from shared.domain.decisions.collection.stream import Collecting, latest
from shared.domain.state import CollectionWatch, Stream

_MOST_COLUMNS = 300
_ROWS_TO_LEARN = 20


def watch_after(
    streams: tuple[Collecting, ...], watch: CollectionWatch, at: datetime
) -> CollectionWatch:
    """The last rows and the shares of values; deployments that are gone are forgotten."""
    return CollectionWatch(
        since=watch.since or at,
        inputs={one.name: _after(one, one.asked, one.seen.inputs) for one in streams},
        outputs={one.name: _after(one, one.answered, one.seen.outputs) for one in streams},
    )


def _after(one: Collecting, stream: Stream, rows: RowsSeen) -> Stream:
    """A column that is suddenly empty keeps the share it had until values come again."""
    columns = dict(stream.columns)
    if rows.rows >= _ROWS_TO_LEARN:
        empty = {column.name for column in empty_columns(stream, rows, one.start)}
        columns |= {
            name: seen.filled / rows.rows
            for name, seen in rows.columns.items()
            if seen.filled and name not in empty
        }
    return replace(
        stream,
        last=latest(stream.last, rows.last),
        columns={name: columns[name] for name in sorted(columns)[:_MOST_COLUMNS]},
    )
