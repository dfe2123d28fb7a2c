"""`/console/service`: whether Driftgate itself is well, what it put aside, which replays run."""

from fastapi.responses import Response

from shared.bootstrap import Application
from shared.domain.roles import Role
from shared.errors import InvalidData, NotFound
from shared.service.backlog import backlog_of
from shared.service.dead_letters.letters import MOST, SOURCES, Letter, find, named
from shared.service.dead_letters.removing import purge as throw_away
from shared.service.dead_letters.resending import resend
from shared.service.dead_letters.showing import listed, shown
from shared.service.replaying import asking
from shared.web.console.forms import Fields, Form
from shared.web.console.frame import Frame, Framed, back_to
from shared.web.console.navigation import Place
from shared.web.console.speaking import NO_SLIP, Slip, signed
from shared.web.http.admission import Here, pages, requires
from shared.web.http.limits import Kind

router = pages()
_HERE = "/console/service"
_ROWS = 100
_REPLAYS = 20


@router.get("/service", dependencies=[requires(Role.VIEWER, Kind.PAGE)])
def service(here: Here, frame: Framed) -> Response:
    """What waits and for how long, which policies cannot be used, what was put aside."""
    return _shown(here, frame, NO_SLIP)


def _shown(here: Application, frame: Frame, slips: Slip) -> Response:
    found = find(here.adapters)
    checks = here.ledger.reported()
    latest = {
        check: max(at for of in checks.values() for name, at in of.items() if name == check)
        for check in sorted({name for of in checks.values() for name in of})
    }
    return frame.page(
        "service.html.j2",
        Place.SERVICE,
        live=slips.wrong is None,
        code=200 if slips.wrong is None else 400,
        slips=slips,
        backlog=backlog_of(here.ledger, here.adapters.queue, frame.now),
        problems=here.policies.problems(),
        policies=len(here.policies.all()),
        letters=[listed(letter) for letter in found.letters[:_ROWS]],
        letters_more=max(0, len(found.letters) - _ROWS),
        unread=found.problems,
        replays=asking.replays(here.ledger)[:_REPLAYS],
        latest=latest,
        access=here.settings.access,
    )


@router.get("/service/put-aside/{letter}", dependencies=[requires(Role.OPERATOR)])
def put_aside(here: Here, frame: Framed, letter: str) -> Response:
    """One message that was put aside, whole, with the ways to be rid of it."""
    [found] = named(find(here.adapters), [letter])
    return frame.page(
        "put_aside.html.j2", Place.SERVICE, live=False, letter=shown(found), slips=NO_SLIP
    )


@router.post("/service/put-aside/resubmit", dependencies=[requires(Role.OPERATOR)])
def resubmit(here: Here, frame: Framed, form: Form) -> Response:
    """Send those that are named once more."""
    try:
        outcomes = resend(
            _named(frame, form),
            service=here.service,
            adapters=here.adapters,
            **signed(frame, form),
        )
    except (InvalidData, NotFound) as fault:
        return _shown(here, frame, Slip.made(frame, form, fault))
    refused = [one.to_json() for one in outcomes if one.to_json()["sent_as"] is None]
    if refused:
        why = InvalidData(" ".join(one["sentence"] for one in refused))
        return _shown(here, frame, Slip.made(frame, form, why))
    return back_to(_HERE, "resubmitted")


@router.post("/service/put-aside/purge", dependencies=[requires(Role.ADMINISTRATOR)])
def purge(here: Here, frame: Framed, form: Form) -> Response:
    """Throw away those that are named, for good."""
    try:
        throw_away(
            _named(frame, form),
            service=here.service,
            adapters=here.adapters,
            **signed(frame, form),
        )
    except (InvalidData, NotFound) as fault:
        return _shown(here, frame, Slip.made(frame, form, fault))
    return back_to(_HERE, "purged")


@router.post("/service/replays/{name}/stop", dependencies=[requires(Role.OPERATOR)])
def stop(here: Here, frame: Framed, name: str, form: Form) -> Response:
    """It takes no more step."""
    try:
        asking.stop(here.service, here.ledger, name, **signed(frame, form))
    except InvalidData as fault:
        return _shown(here, frame, Slip.made(frame, form, fault))
    return back_to(_HERE, "replay-stopped")


@router.post("/service/replays/{name}/resume", dependencies=[requires(Role.OPERATOR)])
def resume(here: Here, frame: Framed, name: str, form: Form) -> Response:
    """It goes on where it stands."""
    try:
        asking.resume(here.service, here.ledger, name, **signed(frame, form))
    except InvalidData as fault:
        return _shown(here, frame, Slip.made(frame, form, fault))
    return back_to(_HERE, "replay-resumed")


def _named(frame: Frame, form: Fields) -> list[Letter]:
    ids = form.texts("letter")
    if not ids:
        raise InvalidData("No message is chosen; check one at least.")
    return named(find(frame.here.adapters, SOURCES, MOST), ids)
