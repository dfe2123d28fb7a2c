"""Does a play hold what its scenario expects: each expectation once, and nothing else told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.verdict import Verdict
from shared.scenarios.played import Decided, Failure, Shown, Told
from shared.scenarios.script import STATES, Expectation, Scenario, Wanted
from shared.scenarios.times import spell_moment

_ONCE = frozenset(
    {
        Wanted.ALERT,
        Wanted.RESOLVE,
        Wanted.RETRAINING,
        Wanted.PROMOTION,
        Wanted.ROLLBACK,
        Wanted.CHECK,
        Wanted.NOTICE,
    }
)
_TO_RECEIVERS = frozenset({Wanted.NOTICE, Wanted.NOTHING})
_RAISED = frozenset({Wanted.ALERT, Wanted.RESOLVE})
_OFTEN = frozenset({Wanted.REFUSAL, Wanted.DEAD_LETTER})
_MOST_LINES = 6


def find_failures(
    scenario: Scenario,
    told: Sequence[Told],
    decided: Sequence[Decided],
    patience: Callable[[Expectation], timedelta] | None = None,
    shown: Sequence[Shown] = (),
    *,
    by_notices: bool = False,
) -> tuple[Failure, ...]:
    """Every expectation that does not hold, then everything told that none of them speaks of.

    An alert, its end or a request is expected by one line each. What was told before the start
    counts only in what fires. `patience` makes spans longer where only the timers can know; then no
    message is missed that was to be refused or put aside. Told `by_notices`, people do not hear of
    an alert itself, and nobody has to expect it.
    """
    spans = list(scenario.expectations)
    if patience is not None:
        spans = [
            replace(one, end=one.end + patience(one))
            for one in spans
            if one.wanted is not Wanted.NOTHING and one.wanted not in _OFTEN
        ]
    heard = [one for one in told if one.at >= scenario.start]
    notices = [one for one in heard if one.what in _ONCE]
    pairs = _pair([one for one in spans if one.wanted in _ONCE], notices)
    paired = {id(expectation) for expectation in pairs.values()}
    missed = [
        one
        for one in spans
        if (
            id(one) not in paired
            if one.wanted in _ONCE
            else not _holds(one, told, decided, shown, by_notices=by_notices)
        )
    ]
    strange = [
        one
        for index, one in enumerate(notices)
        if index not in pairs and not (by_notices and one.what in _RAISED)
    ]
    strange += [
        one
        for one in heard
        if one.what in _OFTEN and not any(_speaks_of(e, one) for e in scenario.expectations)
    ]
    return (
        *(_failure(scenario, one, told, decided, shown) for one in missed),
        *(_unexpected(scenario, one, decided) for one in strange),
    )


def _pair(once: Sequence[Expectation], heard: Sequence[Told]) -> dict[int, Expectation]:
    """As many of them together as can be (augmenting paths); the expectation by what was told."""
    pairs: dict[int, Expectation] = {}

    def find(expectation: Expectation, tried: set[int]) -> bool:
        for index, one in enumerate(heard):
            if index not in tried and _speaks_of(expectation, one):
                tried.add(index)
                if index not in pairs or find(pairs[index], tried):
                    pairs[index] = expectation
                    return True
        return False

    for expectation in once:
        find(expectation, set())
    return pairs


def _speaks_of(expectation: Expectation, told: Told) -> bool:
    return (
        expectation.wanted is told.what
        and expectation.start <= told.at <= expectation.end
        and _same_problem(expectation, told)
        and (expectation.text is None or expectation.text in f"{told.title}\n{told.text}")
        and (expectation.wanted is not Wanted.NOTICE or expectation.key == told.key)
    )


def _same_problem(expectation: Expectation, told: Told) -> bool:
    return (
        expectation.kind in {None, told.kind}
        and expectation.severity in {None, told.severity}
        and (expectation.thing is None or _names(expectation.thing, told))
    )


def _names(thing: str, told: Told) -> bool:
    names = {told.subject, *told.labels.values()}
    return thing in names | {name.partition("/")[2] for name in names}


def _holds(
    expectation: Expectation,
    told: Sequence[Told],
    decided: Sequence[Decided],
    shown: Sequence[Shown],
    *,
    by_notices: bool,
) -> bool:
    if expectation.wanted in STATES:
        return any(one.value == expectation.value for one in _in_force(expectation, shown))
    match expectation.wanted:
        case Wanted.NOTHING:
            heard = _heard_between(told, expectation.start, expectation.end)
            if expectation.key:
                return not any(one.key == expectation.key for one in heard)
            return not any(not (by_notices and one.what in _RAISED) for one in heard)
        case Wanted.FIRING:
            return any(
                _same_problem(expectation, one) for one in firing_at(told, expectation.end).values()
            )
        case Wanted.NOTHING_FIRING:
            return not firing_at(told, expectation.end)
        case Wanted.VERDICT:
            return any(
                _concludes(expectation, decision) for decision in _deciding(expectation, decided)
            )
        case _:
            return any(_speaks_of(expectation, one) for one in told)


def _in_force(expectation: Expectation, shown: Sequence[Shown]) -> list[Shown]:
    """What the files said at some moment of the span, of everything that may be meant."""
    spoken = [
        one
        for one in shown
        if one.what is expectation.wanted
        and one.key == expectation.key
        and expectation.thing in {None, one.thing}
    ]
    before = {one.thing: one for one in spoken if one.at <= expectation.start}
    later = [one for one in spoken if expectation.start < one.at <= expectation.end]
    return [*before.values(), *later]


def firing_at(told: Sequence[Told], at: datetime) -> dict[str, Told]:
    """The alerts that were told and not ended by then, by fingerprint."""
    firing: dict[str, Told] = {}
    for one in told:
        if one.at <= at and one.what is Wanted.ALERT:
            firing[one.fingerprint] = one
        elif one.at <= at and one.what is Wanted.RESOLVE:
            firing.pop(one.fingerprint, None)
    return firing


def _deciding(expectation: Expectation, decided: Sequence[Decided]) -> list[Decided]:
    """Those in the span; and the last one before it, which is still in force at its start."""
    of_rule = [d for d in decided if any(f.rule == expectation.kind for f in d.findings)]
    before = [d for d in of_rule if d.at < expectation.start][-1:]
    return before + [d for d in of_rule if expectation.start <= d.at <= expectation.end]


def _concludes(expectation: Expectation, decision: Decided) -> bool:
    return any(
        finding.rule == expectation.kind
        and finding.verdict == expectation.verdict
        and (
            expectation.thing is None
            or expectation.thing in {finding.thing, finding.thing.partition("/")[2]}
        )
        and (expectation.text is None or expectation.text in finding.sentence)
        for finding in decision.findings
    )


def _heard_between(told: Sequence[Told], start: datetime, end: datetime) -> list[Told]:
    return [one for one in told if start <= one.at <= end]


def _failure(
    scenario: Scenario,
    expectation: Expectation,
    told: Sequence[Told],
    decided: Sequence[Decided],
    shown: Sequence[Shown],
) -> Failure:
    begin = scenario.start
    if expectation.wanted in {Wanted.FIRING, Wanted.NOTHING_FIRING}:
        instead = [
            f"firing: {one.spelled(begin)}" for one in firing_at(told, expectation.end).values()
        ]
    elif expectation.wanted in STATES:
        instead = [one.spelled(begin) for one in _in_force(expectation, shown)[-_MOST_LINES:]]
    else:
        near = _heard_between(told, expectation.start, expectation.end)
        alike = [one for one in told if one.what is expectation.wanted and one not in near]
        instead = [one.spelled(begin) for one in [*near, *alike][:_MOST_LINES]]
    return Failure(
        sentence=expectation.sentence,
        line=expectation.line,
        instead=tuple(instead),
        why=_why(
            scenario,
            decided,
            expectation.end,
            expectation.thing,
            expectation.key if expectation.wanted in _TO_RECEIVERS else "",
        ),
    )


def could_not_happen(
    scenario: Scenario,
    line: int,
    sentence: str,
    at: datetime,
    told: Sequence[Told],
    decided: Sequence[Decided],
) -> Failure:
    """A sentence that needs what Driftgate has not done, with what it told instead."""
    return Failure(
        sentence=sentence,
        line=line,
        instead=tuple(one.spelled(scenario.start) for one in told if one.at <= at)[-_MOST_LINES:],
        why=_why(scenario, decided, at, None),
    )


def _unexpected(scenario: Scenario, told: Told, decided: Sequence[Decided]) -> Failure:
    return Failure(
        sentence=f"nobody expected what was told at {told.spelled(scenario.start)}",
        why=_why(scenario, decided, told.at, told.subject, told.key),
    )


def _why(
    scenario: Scenario,
    decided: Sequence[Decided],
    until: datetime,
    about: str | None,
    receiver: str = "",
) -> tuple[str, ...]:
    """The last decisions by then that speak of it, else all that did not pass.

    Where a `receiver` is spoken of, those about whom to tell what.
    """
    last: dict[tuple[str, str], Decided] = {}
    for decision in decided:
        if decision.at <= until:
            last[decision.subject, decision.check] = decision
    if receiver:
        spoken = [d for d in last.values() if _is_of_notices(d, receiver)]
    else:
        spoken = [d for d in last.values() if about is not None and _is_about(d, about)]
    lines = []
    for decision in spoken or last.values():
        told = [f for f in decision.findings if f.verdict is not Verdict.PASS]
        lines += [
            f"{spell_moment(decision.at, scenario.start)} {decision.subject} "
            f"{finding.verdict.value}: {finding.sentence}"
            for finding in (told or (decision.findings if spoken else ()))[:_MOST_LINES]
        ]
    return tuple(lines)


def _is_of_notices(decision: Decided, receiver: str) -> bool:
    return decision.subject.startswith("alerts/") or decision.subject == f"receiver/{receiver}"


def _is_about(decision: Decided, thing: str) -> bool:
    if "/" in thing:
        return thing == decision.subject
    names = [decision.subject, *(finding.thing for finding in decision.findings)]
    return any(thing in {name, name.partition("/")[2]} for name in names)
