"""One question, whatever it is about: why was somebody told, or not."""

from datetime import datetime

from shared.errors import InvalidPolicy
from shared.ports import Archive, Ledger, Policies
from shared.service.explaining.alerts import explain_alert
from shared.service.explaining.events import explain_event
from shared.service.explaining.explanation import Explanation, ThingKind
from shared.service.explaining.gates import explain_gate
from shared.service.explaining.groups import explain_group, explain_notice
from shared.service.explaining.history import MOST_DECISIONS, History
from shared.service.explaining.names import MOST_OF_ONE, Sought, named
from shared.service.explaining.receivers import explain_receiver
from shared.service.explaining.retrainings import explain_retraining
from shared.service.explaining.silences import explain_silence


def explain(
    text: str, *, ledger: Ledger, archive: Archive, policies: Policies, now: datetime
) -> Explanation:
    """Read what was decided of the thing that `text` names, by any id, prefix or name of it.

    Raises NotFound saying what it could be where nothing, or several things, are meant.
    """
    sought = Sought(ledger=ledger, archive=archive, receivers=_receivers(policies))
    thing, long_ago = named(text, sought)
    history = History(ledger=ledger, most=MOST_OF_ONE if long_ago else MOST_DECISIONS)
    match thing.kind:
        case ThingKind.ALERT:
            return explain_alert(thing, ledger, policies, history, now)
        case ThingKind.EVENT:
            return explain_event(thing, ledger, archive, history, now)
        case ThingKind.NOTICE:
            return explain_notice(thing, ledger, history, now)
        case ThingKind.GROUP:
            return explain_group(thing, ledger, history, now)
        case ThingKind.GATE:
            return explain_gate(thing, ledger, history, now)
        case ThingKind.SILENCE:
            return explain_silence(thing, ledger, history, now)
        case ThingKind.RETRAINING:
            return explain_retraining(thing, ledger, history, now)
        case ThingKind.RECEIVER:
            return explain_receiver(thing, ledger, policies, history, now)


def _receivers(policies: Policies) -> tuple[str, ...]:
    try:
        fleet = policies.fleet()
    except InvalidPolicy:
        return ()
    return () if fleet is None else tuple(one.name for one in fleet.receivers)
