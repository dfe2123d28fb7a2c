"""What is told of a profile that is counted elsewhere, one sentence each."""

from shared.domain.event import Event
from shared.domain.finding import Finding, Rule
from shared.domain.profiling import Profiling
from shared.domain.verdict import Verdict
from shared.domain.wording import spell_count, spell_time


def named(one: Profiling) -> str:
    """Which profile it is, and of how much."""
    return f"The profile {one.order[:8]} ({one.size})"


def tries(one: Profiling) -> str:
    """In how many parts and tries it was counted."""
    counted = f"{spell_count(one.parts, 'part')} and " if one.parts else ""
    return f"{counted}{one.attempt} {'try' if one.attempt == 1 else 'tries'}"


def standing(one: Profiling) -> Finding:
    """It is being counted: how far it has come."""
    of = f": {len(one.counted)} of {one.parts} parts" if one.parts else ""
    by = f" by job {one.job}" if one.job else ""
    sentence = f"{named(one)} is being counted{by} since {spell_time(one.asked)}{of}."
    return told_of(one, "being_counted", sentence, Verdict.INCONCLUSIVE)


def of_before(one: Profiling) -> Finding:
    """What came late says nothing of the try that is on its way."""
    return told_of(one, "of_before", f"{named(one)}: what is told is of a try that is over.")


def at_rest(event: Event, known: Profiling | None) -> Finding:
    """Nothing is on its way that an event could be of."""
    sentence = (
        f"Nothing is being counted for {event.name}."
        if known is None
        else f"{named(known)} has ended: {known.phase.value}."
    )
    return Finding(
        rule=Rule.PROFILING,
        thing=event.subject,
        verdict=Verdict.PASS,
        reason="at_rest",
        sentence=sentence,
    )


def told_of(one: Profiling, reason: str, sentence: str, verdict: Verdict = Verdict.PASS) -> Finding:
    """One finding of it, with its parts that were counted of all."""
    return Finding(
        rule=Rule.PROFILING,
        thing=f"profile/{one.order}",
        verdict=verdict,
        reason=reason,
        sentence=sentence,
        n=len(one.counted) if one.parts else None,
        n_needed=one.parts or None,
    )
