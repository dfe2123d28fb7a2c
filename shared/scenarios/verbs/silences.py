"""People keep alerts quiet for a while, and take them on."""

from datetime import datetime

from shared.bootstrap import Application
from shared.domain.canonical import format_time
from shared.domain.notices import AlertLife
from shared.errors import InvalidData, NotFound
from shared.scenarios.phrases import Found
from shared.scenarios.stage import Stage
from shared.scenarios.times import parse_moment
from shared.scenarios.verbs.verb import Vocabulary
from shared.service.people import acknowledgements, silences

verbs = Vocabulary()
_UNTIL_RESOLVED = "until resolved"
_VIA = "command"


@verbs.add("PERSON silences TEXT for DURATION because TEXT_2", clauses=(_UNTIL_RESOLVED,))
def silences_for(stage: Stage, found: Found) -> None:
    """From now on, for so long."""
    _silence(stage, found, stage.now, stage.now + found.duration("duration"))


@verbs.add("PERSON silences TEXT from TIME until TIME_2 because TEXT_2", clauses=(_UNTIL_RESOLVED,))
def silences_from(stage: Stage, found: Found) -> None:
    """For some hours that are known before."""
    since, until = (parse_moment(found.text(name), stage.start) for name in ("time", "time_2"))
    _silence(stage, found, since, until)


def _silence(stage: Stage, found: Found, since: datetime, until: datetime) -> None:
    """Said by Driftgate's own command; what it refuses is told to whoever gave it."""

    def give(application: Application) -> None:
        given = silences.declare(
            application.service,
            application.ledger,
            application.policies,
            found.text("text"),
            author=found.text("person"),
            reason=found.text("text_2"),
            starts=format_time(since),
            until=format_time(until),
            until_resolved=found.clause(_UNTIL_RESOLVED) is not None,
            now=stage.now,
            via=_VIA,
        )
        stage.silences.append(given["id"])

    stage.commands.append(give)


@verbs.add("PERSON ends the last silence because TEXT")
def ends(stage: Stage, found: Found) -> None:
    """It is taken back before its time."""

    def withdraw(application: Application) -> None:
        if not stage.silences:
            raise NotFound(f"Nobody has silenced anything by line {found.line}.")
        silences.withdraw(
            application.service,
            application.ledger,
            stage.silences.pop(),
            author=found.text("person"),
            reason=found.text("text"),
            now=stage.now,
            via=_VIA,
        )

    stage.commands.append(withdraw)


@verbs.add("PERSON acknowledges KIND [of THING] because TEXT", clauses=("for DURATION",))
def acknowledges(stage: Stage, found: Found) -> None:
    """The alert of this kind that fires now has an owner, for as long as the fleet says or this."""
    lasts = found.clause("for DURATION")
    until = None if lasts is None else format_time(stage.now + lasts.duration("duration"))

    def take(application: Application) -> None:
        acknowledgements.acknowledge(
            application.service,
            application.ledger,
            application.policies,
            _fingerprint(application, found),
            author=found.text("person"),
            reason=found.text("text"),
            until=until,
            now=stage.now,
            via=_VIA,
        )

    stage.commands.append(take)


@verbs.add("PERSON releases KIND [of THING] because TEXT")
def releases(stage: Stage, found: Found) -> None:
    """It has no owner any more."""

    def give_back(application: Application) -> None:
        acknowledgements.release(
            application.service,
            application.ledger,
            _fingerprint(application, found),
            author=found.text("person"),
            reason=found.text("text"),
            now=stage.now,
            via=_VIA,
        )

    stage.commands.append(give_back)


def _fingerprint(application: Application, found: Found) -> str:
    """The one alert that is meant, of those that fire. Raises NotFound and InvalidData."""
    kind, thing = found.text("kind"), found.optional("thing")
    meant = [
        life.alert.fingerprint
        for scope, life in silences.firing(application.ledger)
        if life.alert.kind == kind and (thing is None or thing in _names(scope, life))
    ]
    named = kind if thing is None else f"{kind} of {thing}"
    if not meant:
        raise NotFound(f"No {named} fires that people are told of at line {found.line}.")
    if len(meant) > 1:
        raise InvalidData(f"{len(meant)} alerts are {named} at line {found.line}; name one.")
    return meant[0]


def _names(scope: str, life: AlertLife) -> set[str]:
    subject = life.alert.subject
    return {scope, subject, subject.partition("/")[2], *life.alert.labels.values()}
