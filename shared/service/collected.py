"""The collected rows of one look: listed once, and read as far as the look needs them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from shared.domain.collected import CollectedFile, Collection, RowsSeen
from shared.domain.evidence import CollectedSpan
from shared.domain.world import Endpoint
from shared.errors import InvalidData
from shared.ports import Workspace

if TYPE_CHECKING:
    from shared.profiles.sources.part import Part
    from shared.profiles.survey import Survey
    from shared.statistics import Profile

Files = tuple[CollectedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRead:
    """A window as it was read; `span` is None where no deployment is known to have collected it.

    `answered` names the columns of the outputs, `answers_since` is when the first of them came.
    """

    profile: "Profile"
    span: CollectedSpan | None = None
    answered: tuple[str, ...] = ()
    answers_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedRows:
    """The files with the rows a model was asked to score, and those with what it answered."""

    workspace: Workspace
    inputs: Files
    outputs: Files = ()

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        files: Sequence[CollectedFile],
        version: str,
        endpoint: Endpoint | None,
    ) -> Self:
        """Outputs count only of deployments that carry the version.

        Another version answers otherwise by right; inputs are the same cases whoever scores them.
        """
        carried = {d.name: d.version for d in endpoint.deployments} if endpoint is not None else {}
        return cls(
            workspace=workspace,
            inputs=tuple(file for file in files if file.collection is Collection.INPUTS),
            outputs=tuple(
                file
                for file in files
                if file.collection is Collection.OUTPUTS
                and carried.get(file.deployment or "") in {None, version}
            ),
        )

    def answers(self) -> "CollectedRows":
        """The outputs alone, to be looked at as if they were all there is."""
        return replace(self, inputs=self.outputs, outputs=())

    def window(self, base: "Profile", start: datetime, end: datetime) -> WindowRead:
        """The rows of [start, end) in the bins of a baseline, inputs and outputs as one window.

        Raises InvalidData when the files cannot be read.
        """
        from shared.profiles.joining import join, one_window
        from shared.profiles.survey import Survey
        from shared.statistics.profile import MISSING

        asked, answered = Survey(start=start, end=end), Survey(start=start, end=end)
        inputs, files = self._profile(self.inputs, base, asked)
        if not any(file.deployment for file in (*self.inputs, *self.outputs)):
            return WindowRead(profile=inputs)
        outputs, more = self._profile(self.outputs, base, answered)
        profile = one_window(inputs, outputs)
        missing = {name for name, told in inputs.problems.items() if told == MISSING}
        span = CollectedSpan(
            inputs=rows_seen(asked, files),
            outputs=rows_seen(answered, more),
            joined=join(asked, answered) if self.outputs else None,
            predicted=tuple(sorted(missing - profile.problems.keys())),
        )
        return WindowRead(
            profile=profile,
            span=span,
            answered=tuple(sorted(answered.columns())),
            answers_since=answered.first,
        )

    def periods(
        self, base: "Profile", every: timedelta, start: datetime, end: datetime
    ) -> "list[Profile]":
        """A profile for each period of [start, end), inputs and outputs as one.

        Raises InvalidData when the files cannot be read.
        """
        from shared.profiles.joining import one_window

        inputs = self._periods(self.inputs, base, every, start, end)
        outputs = self._periods(self.outputs, base, every, start, end) if self.outputs else []
        if not outputs:
            return inputs
        return [one_window(*both) for both in zip(inputs, outputs, strict=True)]

    def parts(self, start: datetime, end: datetime) -> "tuple[Iterator[Part], str | None]":
        """The inputs that can be of [start, end), part by part, and their time column."""
        from shared.profiles.reading import read_parts
        from shared.profiles.sources.unread import Faults

        paths, column, _ = self._fetched(self.inputs, start, end)
        return read_parts(paths, faults=Faults.COUNT), column

    def _fetched(
        self, files: Files, start: datetime, end: datetime
    ) -> tuple[list[str], str | None, int]:
        needed = [file for file in files if file.may_hold(start, end)]
        found = self.workspace.fetch(needed)
        if needed and found.time_column is None:
            raise InvalidData(
                "The rows that were scored have no `time_column`, so no window can be cut; name it."
            )
        return list(found.paths), found.time_column, len(needed)

    def _profile(self, files: Files, base: "Profile", survey: "Survey") -> "tuple[Profile, int]":
        from shared.profiles.compute import text_columns, window_of_parts
        from shared.profiles.reading import fingerprint, read_parts
        from shared.profiles.sources.unread import Faults

        start, end = survey.start, survey.end
        paths, column, count = self._fetched(files, start, end)
        parts = survey.noting(read_parts(paths, text=text_columns(base), faults=Faults.COUNT))
        profile = window_of_parts(parts, base, start=start, end=end, time_column=column)
        return replace(profile, fingerprint=fingerprint(paths)), count

    def _periods(
        self, files: Files, base: "Profile", every: timedelta, start: datetime, end: datetime
    ) -> "list[Profile]":
        from shared.profiles.calibrating import windows_of_time
        from shared.profiles.sources.unread import Faults

        paths, column, _ = self._fetched(files, start, end)
        return windows_of_time(
            paths, base, every, column or "", start=start, end=end, faults=Faults.COUNT
        )


def rows_seen(survey: "Survey", files: int, settled: datetime | None = None) -> RowsSeen:
    """What a survey saw, in the words of the domain; without its columns."""
    return RowsSeen(
        rows=survey.rows,
        settled=survey.rows if settled is None else survey.rows_between(survey.start, settled),
        files=files,
        lines=survey.lines,
        first=survey.first,
        last=survey.last,
        unread=dict(survey.unread.counts),
        example=survey.unread.example,
    )
