"""From a log to its one root cause."""

import re
from collections import Counter
from dataclasses import dataclass, replace

from shared.domain.diagnosis.attempts import Attempt, attempts_of
from shared.domain.diagnosis.causes import DEATHS, GROUPS
from shared.domain.diagnosis.causes.inputs import refused_calls
from shared.domain.diagnosis.causes.times import hung_starts
from shared.domain.diagnosis.diagnosis import Cause, Diagnosis
from shared.domain.diagnosis.lines import lines_of
from shared.domain.diagnosis.markers import INIT_BEGINS, INIT_ENDS, NOT_BOOTED
from shared.domain.diagnosis.reading import kept
from shared.domain.diagnosis.tracebacks import chains_of
from shared.domain.diagnosis.trouble import Phase, Trouble, shortened

_FIRST, _LAST = 100, 200
_DEATH = GROUPS.index(DEATHS)
_REACHED = re.compile(
    r"UserContainerStart: Succeeded|ContainerReady|kube-probe|\"GET /\S{0,80} HTTP/[\d.]{1,4}\" 200"
)
_BODY_STATUSES = {400, 404, 413, 415, 422}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A trouble with its diagnosis; `group` is that of the rule which knew it."""

    trouble: Trouble
    diagnosis: Diagnosis
    group: int

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Causes before consequences, exceptions before lines, the first before the others."""
        return self.group, self.trouble.raised is None, self.trouble.at


def diagnose(log: str) -> Diagnosis:
    """What a specialist would look at first; `unknown` when the log does not tell.

    Looks at the last start of the container: what an earlier one suffered and a later one got over
    is not told. Of a chain of exceptions the first cause is told, of failing calls the most
    frequent one. Nothing in the answer is a secret or the value of a row.
    """
    safe = kept(log)
    lines = lines_of(safe)
    attempts = attempts_of(lines, chains_of(lines))
    found = _of_starts(attempts)
    return found if found is not None else _unknown(attempts, empty=not safe)


def _of_starts(attempts: tuple[Attempt, ...]) -> Diagnosis | None:
    """The last start's cause; where it has none, that of the failed starts just before it."""
    consequence: _Found | None = None
    for attempt in reversed(attempts):
        if attempt.served:
            serving = _of_serving(attempt)
            if serving is not None:
                return serving
            break
        best = min(_all_found(attempt.troubles), key=lambda one: one.rank, default=None)
        if best is not None and best.group < len(GROUPS) - 1:
            return best.diagnosis
        consequence = consequence or best
    if consequence is not None:
        return consequence.diagnosis
    return _hung(attempts)


def _all_found(troubles: tuple[Trouble, ...]) -> list[_Found]:
    """Every trouble that a rule knows; what is said again is not judged again.

    Of very many different ones the first and the last are judged: the cause stands at the begin of
    the last start, and both are near the end of a log.
    """
    said: dict[object, list[Trouble]] = {}
    for trouble in troubles:
        said.setdefault(_same_words(trouble), []).append(trouble)
    groups = list(said.values())
    if len(groups) > _FIRST + _LAST:
        groups = groups[:_FIRST] + groups[-_LAST:]
    return [
        replace(found, trouble=replace(found.trouble, at=again.at))
        for group in groups
        if (found := _judge(group[0])) is not None
        for again in group
    ]


def _same_words(trouble: Trouble) -> object:
    if trouble.chain is None:
        return trouble.phase, trouble.text
    links = tuple((raised.error, raised.message, raised.frames) for raised in trouble.chain.links)
    return trouble.phase, links


def _judge(trouble: Trouble) -> _Found | None:
    """The first rule that knows it; a chain is asked link by link, its root first."""
    links = (None,) if trouble.chain is None else trouble.chain.from_the_root()
    for number, rules in enumerate(GROUPS):
        for raised in links:
            asked = trouble if raised is None else replace(trouble, raised=raised, at=raised.at)
            for rule in rules:
                diagnosis = rule(asked)
                if diagnosis is not None:
                    return _Found(trouble=asked, diagnosis=diagnosis, group=number)
    return None


def _of_serving(attempt: Attempt) -> Diagnosis | None:
    """Of a container that served: a worker that cannot start again, deaths, failed calls."""
    ready = attempt.ready or 0
    found = _all_found(attempt.troubles)
    again = [
        one
        for one in found
        if one.trouble.phase is Phase.STARTING and one.trouble.at > ready and one.group < _DEATH + 2
    ]
    if again:
        return min(again, key=lambda one: one.rank).diagnosis
    deaths = [one for one in found if one.group == _DEATH and one.trouble.raised is None]
    answered = max((call.at for call in attempt.calls if call.status < 400), default=0)
    if len(deaths) == 1 and max(ready, answered) > deaths[0].trouble.at and answered > ready:
        deaths = []
    calls = [
        one
        for one in found
        if one.trouble.phase is Phase.SERVING
        and (one.trouble.raised is not None or one.diagnosis.cause is Cause.INPUT_TOO_LARGE)
        and one.group < len(GROUPS) - 1
    ]
    if not (deaths or calls):
        return _refused(attempt) or _unasked(attempt, found)
    return _most_frequent([*deaths, *calls], attempt)


def _most_frequent(found: list[_Found], attempt: Attempt) -> Diagnosis:
    def same(one: _Found) -> tuple[object, ...]:
        diagnosis = one.diagnosis
        return diagnosis.cause, diagnosis.named, diagnosis.where

    counts = Counter(map(same, found))
    most = max(counts.values())
    chosen = max(
        (one for one in found if counts[same(one)] == most),
        key=lambda one: (-one.group, one.trouble.at),
    )
    failed, calls = counts[same(chosen)], len(attempt.calls)
    if chosen.trouble.raised is None or not calls or failed > calls:
        return chosen.diagnosis
    told = f"{chosen.diagnosis.sentence} {failed} of the {calls} calls in this log failed so."
    return replace(chosen.diagnosis, sentence=told)


def _refused(attempt: Attempt) -> Diagnosis | None:
    """No exception, but half of the calls or more were refused for their form."""
    refused = Counter(call.status for call in attempt.calls if call.status in _BODY_STATUSES)
    if not refused:
        return None
    status, count = refused.most_common(1)[0]
    if 2 * count < len(attempt.calls):
        return None
    last = next(call for call in reversed(attempt.calls) if call.status == status)
    return refused_calls(count, len(attempt.calls), status, shortened(attempt.log[last.at].text))


def _unasked(attempt: Attempt, found: list[_Found]) -> Diagnosis | None:
    """A server that is ready, and a platform that cannot reach it."""
    of_probes = [one for one in found if one.diagnosis.cause in {Cause.PORT, Cause.PROBE_FAILED}]
    reached = any(_REACHED.search(line.text) for line in attempt.log[: attempt.ends])
    if reached or not of_probes:
        return None
    return min(of_probes, key=lambda one: one.rank).diagnosis


def _hung(attempts: tuple[Attempt, ...]) -> Diagnosis | None:
    """Two starts or more that all came to init() and no further."""
    stopped: list[str] = []
    for attempt in reversed(attempts):
        texts = [line.text for line in attempt.log[attempt.begins : attempt.ends]]
        begun = next((text for text in reversed(texts) if INIT_BEGINS.search(text)), None)
        if attempt.served or begun is None or any(INIT_ENDS.search(text) for text in texts):
            break
        stopped.append(begun)
    return hung_starts(len(stopped), shortened(stopped[0])) if len(stopped) > 1 else None


def _unknown(attempts: tuple[Attempt, ...], *, empty: bool) -> Diagnosis:
    if empty:
        return Diagnosis(
            cause=Cause.UNKNOWN,
            sentence="The log is empty: the container probably never started.",
            fix="Look at the deployment's error in Azure (image, quota, identity), and at the log "
            "of the container storage-initializer.",
        )
    last = attempts[-1]
    lines = last.log[last.begins : last.ends]
    not_booted = next((line for line in lines if NOT_BOOTED.search(line.text)), None)
    if last.served:
        sentence = "The log shows a container that started and serves, and no cause for a failure."
    elif not_booted is not None:
        sentence = "The server's worker failed to boot; these lines do not tell why."
    elif any(INIT_BEGINS.search(line.text) for line in lines):
        sentence = "The container is still starting: init() has begun and not ended."
    else:
        sentence = "The log shows no cause that is known here."
    return Diagnosis(
        cause=Cause.UNKNOWN,
        sentence=sentence,
        fix="Read the whole log, with more lines than these, and the deployment's error in Azure.",
        quoted=() if not_booted is None else (shortened(not_booted.text),),
    )
