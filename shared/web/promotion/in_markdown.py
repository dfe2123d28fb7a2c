"""The report of one promotion in Markdown, for a pull request, a ticket or a pipeline's page."""

from collections.abc import Iterator

from shared.domain.measures import spell_counted, spell_found, spell_limit
from shared.domain.wording import spell_duration
from shared.service.promotion_story import PromotionStory
from shared.service.promotion_story.story import Judgement, RolloutTold, Weight
from shared.web.promotion import words
from shared.web.reports.links import known_link
from shared.web.reports.markdown import plain, row

_SIGNS_OF_LINKS = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E"})


def promotion_markdown(story: PromotionStory) -> str:
    """The same as the page, in the same order; what others wrote is shown and never obeyed."""
    parts = (
        _top(story),
        _missing(story),
        _gates(story.judgement),
        _approvals(story),
        _overrides(story),
        _traffic(story.rollout),
        _moments(story),
        _chain(story),
    )
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def _top(story: PromotionStory) -> Iterator[str]:
    judgement = story.judgement
    verdict = f", gates: {judgement.verdict.value}" if judgement else ""
    if judgement and judgement.overridden:
        verdict += f" with {judgement.overridden} overridden"
    yield f"# {_name(story.named)} to {_name(story.stage)}"
    yield ""
    yield f"**{words.phase_word(story.phase)}**{verdict}"
    yield ""
    for text in (words.lead(story), *story.notes):
        if text:
            yield from (plain(text), "")
    facts = []
    if story.begun is not None:
        facts.append(
            f"- Begun {words.when(story.begun)}; as it is now since {words.when(story.since)}"
        )
    if story.champion is not None:
        facts.append(f"- Served when it began: {_name(f'{story.model}:{story.champion}')}")
    if story.owner is not None:
        facts.append(f"- Owner: {_name(story.owner)}")
    if story.run is not None:
        facts.append(f"- {_run(story)}")
    if story.identity is not None:
        facts.append(f"- Promotion `{story.identity}`, the `correlationId` of its pipeline")
    yield from facts
    yield from ([""] if facts else [])


def _run(story: PromotionStory) -> str:
    run = story.run
    if run is None:
        return ""
    link = known_link(run.address)
    number = str(run.number)
    named = number if link is None else f"[{number}]({link.translate(_SIGNS_OF_LINKS)})"
    by = f" by {_name(run.by)}" if run.by else ""
    started = words.when(run.started)
    return f"Pipeline run: {named} of pipeline {_name(run.pipeline)}, started {started}{by}"


def _missing(story: PromotionStory) -> Iterator[str]:
    if story.missing:
        yield from ("## What is missing", "")
        yield from (f"- {plain(thing)}" for thing in story.missing)
        yield ""


def _gates(judgement: Judgement | None) -> Iterator[str]:
    yield from ("## Gates", "")
    if judgement is None:
        yield from ("No gate was judged yet.", "")
        return
    yield from (f"As judged {words.when(judgement.decided)}.", "")
    if judgement.problem is not None:
        yield from (plain(judgement.problem), "")
    yield from _table("gate", "verdict", "number", "limit", "n", "evidence", "what was found")
    for gate in judgement.gates:
        finding = gate.finding
        weight = "" if gate.weight is Weight.ENFORCED else f" ({gate.weight.value})"
        rests_on = f", {_name(gate.rests_on)}" if gate.rests_on else ""
        to_do = f" To do: {gate.advice}" if gate.advice else ""
        yield row(
            f"{finding.rule.value} {_name(finding.thing)}",
            f"{finding.verdict.value}{weight}",
            spell_found(finding),
            spell_limit(finding),
            spell_counted(finding),
            f"{gate.age}{rests_on}",
            f"{plain(finding.sentence)}{to_do}",
        )
    yield ""
    if judgement.readings:
        yield from _table("what was read", "when", "age when judged", "trouble")
        for one in judgement.readings:
            trouble = "none" if one.problem is None else plain(one.problem)
            yield row(_name(one.title), words.when(one.taken), one.age, trouble)
        yield ""
    policy = "" if judgement.policy is None else f", policy `{judgement.policy}`"
    yield from (f"Evidence `{judgement.evidence}`{policy}.", "")


def _approvals(story: PromotionStory) -> Iterator[str]:
    told = story.approvals
    yield from ("## Approvals", "", words.approvals_lead(told), "")
    if told.given:
        yield from _table("who", "said", "where", "when", "of basis", "counts")
        for said in told.given:
            basis = "–" if said.basis is None else f"`{said.basis[: words.SHORT]}`"
            yield row(
                _name(said.by),
                plain(words.said(said)),
                words.place(said),
                words.when(said.at),
                basis,
                plain(words.counts(said)),
            )
        yield ""
    for one in told.bases:
        changed = f": {plain(one.changed)}" if one.changed else ""
        yield f"- Basis `{one.hash[: words.SHORT]}` since {words.when(one.since)}{changed}"
    yield from ([""] if told.bases else [])


def _overrides(story: PromotionStory) -> Iterator[str]:
    if not story.overrides:
        return
    yield from ("## Overrides", "")
    yield from _table("gates", "who", "why", "from", "until", "stands")
    for told in story.overrides:
        one = told.override
        yield row(
            plain(", ".join(one.gates)),
            _name(one.author),
            plain(one.reason),
            words.when(one.since),
            words.when(one.until),
            told.standing,
        )
    yield ""


def _traffic(rollout: RolloutTold | None) -> Iterator[str]:
    if rollout is None:
        return
    why = f" {plain(rollout.why)}" if rollout.why else ""
    yield from ("## Traffic", "")
    yield (
        f"**{rollout.status}** at {_name(rollout.endpoint)}, to its deployment "
        f"{_name(rollout.deployment)}.{why}"
    )
    yield ""
    yield from _table("step", "shares", "mirrored", "at least", "state", "since", "judged")
    for step in rollout.steps:
        told = " ".join(plain(sentence) for sentence in step.sentences)
        yield row(
            str(step.number),
            plain(words.split(step.traffic)),
            plain(words.split(step.mirror)),
            spell_duration(step.bake) if step.bake else "–",
            step.state.value,
            words.when(step.at),
            "not yet" if step.verdict is None else f"{step.verdict.value}: {told}",
        )
    yield ""


def _moments(story: PromotionStory) -> Iterator[str]:
    yield from ("## What happened", "")
    if not story.moments:
        yield from ("No decision of it is known.", "")
    for one in story.moments:
        yield f"- {words.when(one.at)} **{_name(one.event)}** {one.verdict.value}"
        yield from (f"  - {plain(sentence)}" for sentence in one.sentences)
        yield from (f"  - Asked: {plain(action)}" for action in one.actions)
        if one.repeats:
            times = "time" if one.repeats == 1 else "times"
            until = words.when(one.until)
            yield f"  - Looked {one.repeats} more {times} until {until}, with no change."
        after = f"`{one.previous[: words.SHORT]}`" if one.previous else "none"
        yield f"  - Decision `{one.hash[: words.SHORT]}`, after {after}"
    yield from ([""] if story.moments else [])


def _chain(story: PromotionStory) -> Iterator[str]:
    yield from ("## Hash chain", "", plain(words.chain_lead(story.chain)), "")
    if story.chain.last:
        yield f"First looked at `{story.chain.first}`, last `{story.chain.last}`."


def _table(*titles: str) -> Iterator[str]:
    yield row(*titles)
    yield row(*["---"] * len(titles))


def _name(text: str) -> str:
    return plain(text, words.NAME)
