"""One question about the live workspace, with what was seen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from shared.errors import DriftgateError


class Answer(StrEnum):
    """`unknown` is what nothing seen so far can settle; `fault` is a reading that failed."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """`saw` is the evidence for the answer, `matters` what hangs on it or what to do."""

    topic: str
    question: str
    answer: Answer
    saw: str
    matters: str = ""


@dataclass(slots=True)
class Notebook:
    """Collects the observations of one topic; a reading that fails is one of them."""

    topic: str
    observations: list[Observation] = field(default_factory=list)

    def note(self, question: str, answer: Answer, saw: str, matters: str = "") -> None:
        """Write one down."""
        self.observations.append(
            Observation(
                topic=self.topic, question=question, answer=answer, saw=saw, matters=matters
            )
        )

    @contextmanager
    def trying(self, question: str) -> Iterator[None]:
        """What fails inside is noted under this question, and the next one is asked."""
        try:
            yield
        except DriftgateError as problem:
            self.note(question, Answer.FAULT, str(problem))

    def reads(self, question: str, read: Callable[[], str]) -> None:
        """Note `yes` with what was read, or the fault."""
        with self.trying(question):
            self.note(question, Answer.YES, read())
