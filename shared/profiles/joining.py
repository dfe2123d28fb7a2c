"""Inputs and the outputs made of them: joined by id to be counted, by column to be one window."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from shared.domain.collected import Joined
from shared.profiles.survey import Integers, Survey
from shared.statistics.profile import MISSING, Profile


def join(inputs: Survey, outputs: Survey, until: datetime | None = None) -> Joined:
    """How many rows of either side have their other half, as far as it was read.

    Rows of `until` and after are not asked for theirs, which may come late. The other half is
    looked for among all rows that passed, also beyond the border of the span.
    """
    asked, answered = inputs.ids(until), outputs.ids(until)
    return Joined(
        inputs=inputs.rows_between(inputs.start, until or inputs.end),
        outputs=outputs.rows_between(outputs.start, until or outputs.end),
        with_outputs=_known(asked, outputs.all_ids()),
        with_inputs=_known(answered, inputs.all_ids()),
        repeated_inputs=_repeated(asked),
        repeated_outputs=_repeated(answered),
        without_id=inputs.without_id + outputs.without_id,
    )


def one_window(inputs: Profile, outputs: Profile) -> Profile:
    """A window with the baseline's columns from wherever they were collected.

    A column comes from the inputs, and from the outputs where the inputs do not have it; how many
    rows there were is told by the inputs.
    """
    columns, problems = dict(inputs.columns), dict(inputs.problems)
    for name in {**inputs.columns, **inputs.problems} if outputs.rows else ():
        lacking = problems.get(name) == MISSING or not inputs.rows
        told = outputs.problems.get(name)
        if not lacking or told == MISSING:
            continue
        columns.pop(name, None)
        problems.pop(name, None)
        if told is None:
            columns[name] = outputs.columns[name]
        else:
            problems[name] = told
    return replace(
        inputs,
        columns=columns,
        problems=problems,
        extra=tuple(sorted({*inputs.extra, *outputs.extra})),
        unread=inputs.unread + outputs.unread,
    )


def _known(ids: Integers, others: Integers) -> int:
    return int(np.count_nonzero(np.isin(ids, others)))


def _repeated(ids: Integers) -> int:
    return len(ids) - len(np.unique(ids))
