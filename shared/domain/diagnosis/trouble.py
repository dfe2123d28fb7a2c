"""One thing that went wrong in a log, as the rules look at it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.diagnosis.diagnosis import Basis, Cause, Diagnosis, Place
from shared.domain.diagnosis.lines import Line
from shared.domain.diagnosis.tracebacks import GENERATED, Chain, Frame, Raised

_QUOTED_MOST = 300
_NEAR = 150


class Phase(StrEnum):
    """What the container did when it happened."""

    STARTING = "starting"
    SERVING = "serving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An exception of a chain, or a line that is none (`error` is empty then).

    `at` is the index of the line in `log`; [`since`, `until`) is the start it belongs to, `chains`
    are all exceptions of that start.
    """

    at: int
    phase: Phase
    log: Sequence[Line]
    since: int
    until: int
    chains: tuple[Chain, ...] = ()
    raised: Raised | None = None
    chain: Chain | None = None

    @property
    def text(self) -> str:
        """The words of the line."""
        return self.log[self.at].text

    @property
    def error(self) -> str:
        """The exception's class without its modules; empty for a plain line."""
        return "" if self.raised is None else self.raised.error

    @property
    def message(self) -> str:
        """What the exception says; for a plain line its words."""
        return self.text if self.raised is None else self.raised.message

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The calls of the exception, the deepest last."""
        return () if self.raised is None else self.raised.frames

    @property
    def where(self) -> Place | None:
        """The deepest line of the deployment's own code, in this exception or in its chain."""
        links = () if self.chain is None else self.chain.links
        for raised in (self.raised, *links):
            own = [frame for frame in (raised.frames if raised else ()) if frame.own]
            if own:
                return Place(file=own[-1].file, line=own[-1].line, function=own[-1].function)
        return None

    @property
    def who(self) -> str:
        """The place as the subject of a sentence; without one it is the server."""
        if self.where is not None:
            return self.where.told()
        if self.generated:
            return "The scoring script that Azure Machine Learning generates for an MLflow model"
        return "The server"

    @property
    def generated(self) -> bool:
        """Whether the scoring script is the one that the platform writes for MLflow models."""
        links = () if self.chain is None else self.chain.links
        return any(GENERATED in frame.file for raised in links for frame in raised.frames)

    def deepest(self, part: str) -> bool:
        """Whether the innermost calls go through a file whose path contains `part`."""
        return any(part in frame.file for frame in self.frames[-4:])

    def passes(self, part: str) -> bool:
        """Whether a call of the exception goes through a file whose path contains `part`."""
        return any(part in frame.file for frame in self.frames)

    @property
    def around(self) -> Sequence[Line]:
        """The lines of the same start, as far as they are near."""
        return self.log[max(self.since, self.at - _NEAR) : min(self.until, self.at + _NEAR)]

    def said(self, pattern: "re.Pattern[str]") -> "re.Match[str] | None":
        """The last match of a pattern in the start this belongs to."""
        for line in reversed(self.log[self.since : self.until]):
            if match := pattern.search(line.text):
                return match
        return None

    def blame(
        self,
        cause: Cause,
        sentence: str,
        fix: str,
        *,
        named: str | None = None,
        basis: Basis = Basis.STATED,
        also: str = "",
    ) -> Diagnosis:
        """The diagnosis that rests on this line, and maybe on `also` another one."""
        return Diagnosis(
            cause=cause,
            sentence=sentence,
            fix=fix,
            named=named,
            where=self.where,
            quoted=tuple(map(shortened, filter(None, dict.fromkeys((self.text, also))))),
            basis=basis,
        )


def shortened(text: str) -> str:
    """A line as it is quoted: one line, 300 characters at most."""
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED_MOST else text[: _QUOTED_MOST - 1] + "…"
