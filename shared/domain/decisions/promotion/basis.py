"""What an approval is of: the standing facts and the verdicts on them, and what changed in them.

Live figures are left out: they differ at each look, and the gates judge them anew each time.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.canonical import canonical_json, content_hash, to_plain
from shared.domain.decisions.gates import Case
from shared.domain.finding import Finding, Rule
from shared.domain.policy import ApprovalPlace
from shared.domain.promotion import Basis, Override, Promotion
from shared.domain.verdict import Verdict
from shared.domain.wording import one_line, spell_list
from shared.domain.world import ModelVersion

STAGE_TAG = "stage"
OUR_TAGS = "driftgate_"
"""Tags that Driftgate sets itself: the stage, and those that begin so; they change nothing."""
OF_THE_MOMENT = frozenset(
    {Rule.CALENDAR_GATE, Rule.BUDGET_GATE, Rule.INTERVAL, Rule.BAKE_GATE, Rule.OVERRIDE}
)
"""They judge when a version goes on, not what it is: no approval is of them."""
MOST_BASES = 20
_MOST_VALUE = 40
_MOST_CHANGED = 800
_SAID_OTHERWISE = frozenset({"name", "version", "archived", "tags", "metrics", "inputs"})
_USUAL_PLACE = ("given", ApprovalPlace.PIPELINE.value)
"""Left out, so that what was approved before there was another place is what it was."""
_HASHES = re.compile(r"\b[0-9a-f]{8,64}\b")


def standing_facts(
    case: Case, overrides: Iterable[Override], findings: Iterable[Finding]
) -> dict[str, str]:
    """What an approval rests on, each fact by the name people know it by.

    A gate that is only told counts when it fails: then people have something to know.
    """
    facts = _facts_of(case.candidate)
    champion = case.evidence.champion
    facts["champion"] = "none" if champion is None else champion.version
    for name, value in _plain(case.gates).items():
        facts[f"setting {name}"] = _text(value)
    approvals = _plain(case.stage.approvals)
    facts["setting approvals"] = _text(
        {name: one for name, one in approvals.items() if (name, one) != _USUAL_PLACE}
    )
    for override in overrides:
        if override.version == case.candidate.version and override.holds(case.at):
            facts[f"override {override.id}"] = f"{override.author}: {override.reason}"
    for finding in findings:
        if finding.rule in OF_THE_MOMENT:
            continue
        if finding.enforced or finding.verdict is Verdict.FAIL:
            facts[f"verdict {finding.rule.value} {finding.thing}"] = finding.verdict.value
    return facts


def follow(
    promotion: Promotion, facts: Mapping[str, str], at: datetime
) -> tuple[Promotion, str | None]:
    """The promotion with the basis that is in force now, and what changed; None when nothing did.

    The first basis changes nothing.
    """
    hash_ = content_hash(facts)
    if hash_ == promotion.basis:
        return promotion, None
    changed = None
    bases = promotion.bases
    if bases:
        changed = one_line(differences(bases[-1].facts, facts), _MOST_CHANGED)
        bases = (*bases[:-1], replace(bases[-1], facts={}))
    new = Basis(hash=hash_, since=at, changed=changed or "", facts=dict(facts))
    return replace(promotion, bases=(*bases, new)[-MOST_BASES:]), changed


def in_force(promotion: Promotion, at: datetime, *, before: bool = False) -> Basis | None:
    """The basis that was in force at a time, or just `before` it; None before the first."""
    return next(
        (
            one
            for one in reversed(promotion.bases)
            if one.since < at or (one.since == at and not before)
        ),
        None,
    )


def named_in(promotion: Promotion, text: str) -> Basis | None:
    """The basis whose hash, or the beginning of it, stands in a comment."""
    return next(
        (
            basis
            for word in _HASHES.findall(text.casefold())
            for basis in reversed(promotion.bases)
            if basis.hash.startswith(word)
        ),
        None,
    )


def changed_since(promotion: Promotion, basis: Basis) -> str:
    """What changed after a basis, in words."""
    place = next(
        (n for n in range(len(promotion.bases) - 1, -1, -1) if promotion.bases[n] == basis), 0
    )
    return "; ".join(one.changed for one in promotion.bases[place + 1 :] if one.changed)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What differs between two sets of facts, in words.

    >>> differences({"metric auc": "0.91"}, {"metric auc": "0.86", "tag owner": "risk"})
    'metric auc changed from 0.91 to 0.86, tag owner was added (risk)'
    """
    told = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if old is None:
            told.append(f"{name} was added ({_short(new)})")
        elif new is None:
            told.append(f"{name} was removed (it was {_short(old)})")
        elif max(len(old), len(new)) > _MOST_VALUE:
            told.append(f"{name} changed")
        else:
            told.append(f"{name} changed from {_short(old)} to {_short(new)}")
    return spell_list(told)


def _facts_of(candidate: ModelVersion) -> dict[str, str]:
    facts = {f"metric {name}": _text(value) for name, value in candidate.metrics.items()}
    for name, value in candidate.tags.items():
        if name != STAGE_TAG and not name.startswith(OUR_TAGS):
            facts[f"tag {name}"] = value
    for column in candidate.inputs:
        optional = "" if column.required else ", optional"
        facts[f"input {column.name}"] = f"{column.type}{optional}"
    for name, plain in _plain(candidate).items():
        if name not in _SAID_OTHERWISE and plain is not None:
            facts[name.replace("_", " ")] = _text(plain)
    return facts


def _plain(value: object) -> Mapping[str, object]:
    plain = to_plain(value)
    return plain if isinstance(plain, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else canonical_json(value).decode()


def _short(value: str | None) -> str:
    return one_line(value or "nothing", _MOST_VALUE)
