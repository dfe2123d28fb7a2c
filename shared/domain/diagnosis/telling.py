"""A deployment's log in an alert: what it says, and the first thing to do."""

from dataclasses import dataclass

from shared.domain.diagnosis.diagnosing import diagnose
from shared.domain.diagnosis.diagnosis import Basis, Diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What to add to an alert's text, its first step, and the diagnosis if there is a log."""

    text: str
    first_step: str
    diagnosis: Diagnosis | None = None

    def details(self) -> dict[str, str | None] | None:
        """The same for programs, as a finding keeps it; None when there was no log."""
        found = self.diagnosis
        if found is None:
            return None
        where = None if found.where is None else found.where.told()
        return {"cause": found.cause.value, "named": found.named, "where": where}


def told(log: str | None, problem: str | None = None, *, look: str) -> Told:
    """What the log of a deployment adds to an alert about it.

    `log` is None when nobody looked, `problem` one sentence when it could not be read. `look` says
    how to read the log, which stays the first step where no cause is found.
    """
    if problem is not None:
        return Told(text=f"Its log could not be read: {problem}", first_step=look)
    if log is None:
        return Told(text="", first_step=look)
    diagnosis = diagnose(log)
    if not diagnosis.known:
        return Told(text=diagnosis.sentence, first_step=look, diagnosis=diagnosis)
    says = "Its log says" if diagnosis.basis is Basis.STATED else "Its log suggests"
    quoted = f' The line: "{diagnosis.quoted[0]}".' if diagnosis.quoted else ""
    return Told(
        text=f"{says}: {diagnosis.sentence}{quoted}",
        first_step=diagnosis.fix,
        diagnosis=diagnosis,
    )
