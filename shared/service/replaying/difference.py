"""What differs between a recorded decision and what is concluded now, as people understand it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.domain.action import Action, describe
from shared.domain.action_text import action_text
from shared.domain.canonical import canonical_json, to_plain
from shared.domain.decision import Outcome
from shared.domain.finding import Finding
from shared.domain.verdict import Verdict, worst
from shared.learning import learned

_NUMBERS = ("statistic", "estimate", "low", "high", "limit", "n", "n_needed", "enforced", "details")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is no more as it was: `before` is None for what is new, `after` for gone.

    `what` is `verdict`, `finding`, `action` or `state`; `of` names it.
    """

    what: str
    of: str
    before: str | None
    after: str | None


def verdict_of(outcome: Outcome) -> Verdict:
    """The worst of what is enforced, as a decision has it."""
    return worst(finding.verdict for finding in outcome.findings if finding.enforced)


def differences(outcome: Outcome, recorded: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Everything in which an outcome is not what was recorded; empty where it is the same."""
    if _same_findings(outcome.findings, recorded["findings"]) and _same_actions(
        outcome.actions, recorded["actions"]
    ):
        return ()
    found = []
    verdict = verdict_of(outcome).value
    if verdict != recorded["verdict"]:
        found.append(
            Difference(what="verdict", of="decision", before=recorded["verdict"], after=verdict)
        )
    found += _of_findings(recorded["findings"], _plain(outcome.findings))
    found += _of_actions(recorded["actions"], [describe(action) for action in outcome.actions])
    return tuple(found)


def _same_findings(now: tuple[Finding, ...], recorded: Sequence[Mapping[str, Any]]) -> bool:
    """Equal as values where they can be read as such, which is quick; or else in their spelling."""
    if len(now) != len(recorded):
        return False
    try:
        if msgspec.convert(recorded, learned(tuple[Finding, ...]), strict=False) == now:
            return True
    except msgspec.ValidationError:
        return False
    return canonical_json(now) == canonical_json(recorded)


def _same_actions(now: tuple[Action, ...], recorded: Sequence[Mapping[str, Any]]) -> bool:
    if len(now) != len(recorded):
        return False
    return not now or canonical_json([describe(one) for one in now]) == canonical_json(recorded)


def _of_findings(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    """By rule and thing, and the how-manieth of these."""
    was, now = _by_name(before), _by_name(after)
    for name in [*was, *(name for name in now if name not in was)]:
        old, new = was.get(name), now.get(name)
        if old == new:
            continue
        of = " of ".join(name[:2])
        if old is None or new is None or _sentence(old) != _sentence(new):
            yield Difference(what="finding", of=of, before=_sentence(old), after=_sentence(new))
        else:
            changed = [key for key in _NUMBERS if old.get(key) != new.get(key)]
            yield Difference(
                what="finding", of=of, before=_values(old, changed), after=_values(new, changed)
            )


def _of_actions(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    """Those that are gone and those that are new; what only moved is told of neither."""
    was = [(canonical_json(one), one) for one in before]
    now = [(canonical_json(one), one) for one in after]
    spelled_was, spelled_now = {text for text, _ in was}, {text for text, _ in now}
    gone = [one for text, one in was if text not in spelled_now]
    new = [one for text, one in now if text not in spelled_was]
    for one in gone:
        like = next((other for other in new if _text(other) == _text(one)), None)
        if like is None:
            yield Difference(what="action", of=one["action"], before=_text(one), after=None)
            continue
        new.remove(like)
        changed = [key for key in one if one[key] != like.get(key)]
        yield Difference(
            what="action",
            of=f"{one['action']} {_text(one)}",
            before=_values(one, changed),
            after=_values(like, changed),
        )
    for one in new:
        yield Difference(what="action", of=one["action"], before=None, after=_text(one))
    if not gone and not new and [text for text, _ in was] != [text for text, _ in now]:
        yield Difference(what="action", of="all of them", before="one order", after="another order")


def _by_name(
    findings: Sequence[Mapping[str, Any]],
) -> dict[tuple[str, str, int], Mapping[str, Any]]:
    named: dict[tuple[str, str, int], Mapping[str, Any]] = {}
    for finding in findings:
        number = 0
        while (finding["rule"], finding["thing"], number) in named:
            number += 1
        named[finding["rule"], finding["thing"], number] = finding
    return named


def _sentence(finding: Mapping[str, Any] | None) -> str | None:
    if finding is None:
        return None
    return f"{finding['verdict']} ({finding['reason']}): {finding['sentence']}"


def _values(plain: Mapping[str, Any], names: Sequence[str]) -> str:
    spelled = (f"{name} {canonical_json(plain.get(name)).decode()}" for name in names)
    return ", ".join(spelled)


def _text(action: Mapping[str, Any]) -> str:
    return f"{action['action']} {action_text(action)}"


def _plain(findings: tuple[Finding, ...]) -> list[Mapping[str, Any]]:
    plain = to_plain(findings)
    return plain if isinstance(plain, list) else []
