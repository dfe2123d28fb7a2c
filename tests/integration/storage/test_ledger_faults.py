"""The ledger on Table Storage: races, lost answers, crashes and limits."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline.transport import RequestsTransport

from shared.adapters.azure.table_ledger import AUDIENCE, MOST_MESSAGES, TableLedger
from shared.adapters.azure.table_rows import MOST_CHARACTERS, MOST_COMPRESSED, MOST_PLAIN
from shared.errors import Conflict, NoPermission, NotFound, Refused, Unavailable
from shared.ports import Message
from tests.conftest import NOON
from tests.integration.loopback.server import Answer, refusal


def message(name, **fields):
    return Message(id=name, queue="alerts", session="s", body={"text": "ü"}, **fields)


def commit(ledger, *, version=0, event_key="e1", messages=(), subject="model/a", **fields):
    ledger.commit(
        **{
            "subject": subject,
            "version": version,
            "event_key": event_key,
            "now": NOON,
            "decision": {"event": event_key},
            "state": {"seen": event_key},
            "messages": list(messages),
            **fields,
        }
    )


@pytest.fixture
def open_ledger(account):
    """Opens the account's ledger as another process would, with nothing remembered."""
    opened = []

    def make(clock=lambda: NOON, **options):
        ledger = TableLedger(
            account.table_endpoint, account.credential, clock=clock, retry_total=0, **options
        )
        opened.append(ledger)
        return ledger

    yield make
    for ledger in opened:
        ledger.close()


class SendTwice(RequestsTransport):
    """The first answer to a transaction is lost, and the SDK sends it again."""

    def send(self, request, **options):
        answer = super().send(request, **options)
        return super().send(request, **options) if request.url.endswith("$batch") else answer


class Die(RequestsTransport):
    """The process dies before its transaction."""

    def send(self, request, **options):
        if request.url.endswith("$batch"):
            raise ServiceRequestError("The process is gone.")
        return super().send(request, **options)


def rows(account, partition):
    table = account.tables.get_table_client("ledger")
    return list(table.query_entities(f"PartitionKey eq '{partition}'"))


@pytest.mark.parametrize("subject", ["endpoint/a b", "model/ü/#?\\%'", "x" * 1000])
def test_any_name_is_a_subject(open_ledger, subject):
    commit(open_ledger(), subject=subject)

    assert open_ledger().subjects() == [subject]
    assert open_ledger().state(subject).version == 1


def test_of_many_writers_of_one_version_exactly_one_wins(open_ledger):
    ledgers = [open_ledger() for _ in range(4)]

    def attempt(number):
        try:
            commit(ledgers[number], event_key=f"e{number}", messages=[message(f"m{number}")])
        except Conflict:
            return None
        return f"m{number}"

    with ThreadPoolExecutor(4) as pool:
        won = [name for name in pool.map(attempt, range(4)) if name is not None]

    assert len(won) == 1
    assert [m.id for m in open_ledger().unsent()] == won
    assert len(open_ledger().decisions()) == 1


def test_a_commit_whose_answer_was_lost_and_that_was_sent_again_is_taken_once(open_ledger):
    commit(open_ledger(transport=SendTwice()), messages=[message("m1")])

    assert open_ledger().state("model/a").version == 1
    assert [m.id for m in open_ledger().unsent()] == ["m1"]


def test_a_process_that_died_before_its_transaction_leaves_nothing_that_counts(open_ledger):
    with pytest.raises(Unavailable):
        commit(
            open_ledger(transport=Die()),
            messages=[message("m1")],
        )

    ledger = open_ledger()
    assert ledger.state("model/a").version == 0
    assert ledger.unsent() == []
    assert ledger.oldest_unsent() is None
    assert ledger.decisions() == []
    commit(ledger, messages=[message("m1")])
    assert [m.id for m in ledger.unsent()] == ["m1"]


class DieAfterwards(RequestsTransport):
    """The process dies after its transaction, before anything else is written."""

    def __init__(self):
        super().__init__()
        self.committed = False

    def send(self, request, **options):
        if self.committed:
            raise ServiceRequestError("The process is gone.")
        self.committed = request.url.endswith("$batch")
        return super().send(request, **options)


def test_a_process_that_died_after_its_transaction_has_committed_and_is_told_a_moment_later(
    open_ledger,
):
    """What the heartbeat is told lags behind until the check's next commit."""
    state = {"checks": {"drift": "2026-02-03T12:00:00Z"}}
    with pytest.raises(Unavailable):
        commit(open_ledger(transport=DieAfterwards()), state=state)

    ledger = open_ledger()
    assert ledger.state("model/a").state == state
    assert ledger.reported() == {"model/a": {}}
    commit(ledger, version=1, event_key="e2", state=state)
    assert ledger.reported() == {"model/a": {"drift": NOON}}


def test_a_pending_row_that_leads_nowhere_is_kept_for_a_day_and_then_removed(open_ledger, account):
    with pytest.raises(Unavailable):
        commit(
            open_ledger(transport=Die()),
            messages=[message("m1")],
        )
    [row] = rows(account, "pending")
    written = row.metadata["timestamp"]

    open_ledger(lambda: written + timedelta(hours=23)).unsent()
    assert len(rows(account, "pending")) == 1
    open_ledger(lambda: written + timedelta(hours=25)).unsent()
    assert rows(account, "pending") == []


def test_another_process_marks_what_it_did_not_commit_as_sent(open_ledger, account):
    commit(open_ledger(), messages=[message("m1"), message("m2")])

    open_ledger().mark_sent(["m2"])
    assert [m.id for m in open_ledger().unsent()] == ["m1"]
    open_ledger().mark_sent(["m1", "never heard of"])

    assert open_ledger().unsent() == []
    assert rows(account, "pending") == []


def test_unsent_messages_come_oldest_first_and_as_many_as_asked(open_ledger):
    ledger = open_ledger()
    for number in range(3):
        commit(
            ledger,
            subject=f"model/{number}",
            now=NOON - timedelta(minutes=number),
            messages=[message(f"m{number}a"), message(f"m{number}b")],
        )

    assert [m.id for m in ledger.unsent(limit=3)] == ["m2a", "m2b", "m1a"]
    assert ledger.oldest_unsent() == NOON - timedelta(minutes=2)


def test_a_long_state_comes_back_whole(open_ledger):
    text = "é\U0001f600" * 40_000
    commit(open_ledger(), state={"text": text})

    assert open_ledger().state("model/a").state == {"text": text}


def test_what_a_transaction_cannot_hold_is_refused_in_words(open_ledger):
    ledger = open_ledger()
    many = [message(f"m{number}") for number in range(MOST_MESSAGES + 1)]

    with pytest.raises(Refused, match="98 messages at once; 97 is the most"):
        commit(ledger, messages=many)
    with pytest.raises(Refused, match="when compressed; the ledger keeps 960000 at most"):
        commit(ledger, state={"text": incompressible(MOST_COMPRESSED + 100_000)})
    with pytest.raises(Refused, match="characters; the ledger keeps 16000000 at most"):
        commit(ledger, state={"text": "x" * (MOST_CHARACTERS + 1)})
    with pytest.raises(Refused, match="one transaction takes 3800000 at most"):
        commit(ledger, messages=long_messages(10))
    with pytest.raises(Refused, match="one transaction takes 3800000 at most"):
        commit(ledger, messages=long_messages(2, sign="ü"))
    assert ledger.subjects() == []


def incompressible(size):
    """A text whose compressed form has about so many bytes."""
    return base64.b64encode(
        b"".join(sha256(bytes([at % 256, at // 256])).digest() for at in range(size // 32))
    ).decode()


def long_messages(count, sign="x"):
    return [
        Message(id=f"m{n}", queue="a", session="s", body={"text": sign * 390_000})
        for n in range(count)
    ]


@pytest.mark.parametrize("size", [MOST_PLAIN - 12, MOST_PLAIN, MOST_PLAIN + 1, 4_000_000])
def test_a_decision_and_a_state_come_back_whole_on_either_side_of_where_they_are_compressed(
    open_ledger, size
):
    kept = {"text": ("é" + "x" * 99) * (size // 100)}
    commit(open_ledger(), state=kept, decision=kept)
    commit(open_ledger(), version=1, event_key="e2", state={"seen": "e2"})

    ledger = open_ledger()
    assert ledger.decision("model/a", "e1") == kept
    assert [one.decision for one in ledger.chain("model/a")] == [kept, {"event": "e2"}]
    assert ledger.state("model/a").state == {"seen": "e2"}


def test_a_decision_and_a_state_of_the_most_bytes_go_with_messages_in_one_transaction(open_ledger):
    kept = {"text": incompressible(MOST_COMPRESSED - 20_000)}
    commit(open_ledger(), state=kept, decision=kept, messages=long_messages(3))

    assert open_ledger().state("model/a").state == kept
    assert open_ledger().decision("model/a", "e1") == kept
    assert len(open_ledger().unsent()) == 3


def test_what_is_erased_of_a_compressed_decision_leaves_what_the_chain_needs(open_ledger):
    ends = {"decided": "2026-01-01T00:00:00Z", "hash": "h", "previous": ""}
    decided = {**ends, "text": "x" * 500_000}
    commit(open_ledger(), decision=decided)
    open_ledger().erase("model/a", [1], "2026-02-01T00:00:00Z")

    [row] = open_ledger().kept_decisions("model/a")
    assert "xxx" not in row.text


def test_the_most_messages_that_are_allowed_fit_into_one_transaction(open_ledger):
    ledger = open_ledger()
    commit(ledger, messages=[message(f"m{number:03d}") for number in range(MOST_MESSAGES)])

    assert len(ledger.unsent()) == MOST_MESSAGES


def test_a_table_that_is_missing_is_named(open_ledger, account):
    account.tables.delete_table("ledger")

    with pytest.raises(NotFound, match="table 'ledger' at https://localhost"):
        open_ledger().state("model/a")


@pytest.fixture
def scripted(loopback, account):
    """A ledger on a server that answers as told."""
    ledger = TableLedger(
        loopback.url,
        account.credential,
        clock=lambda: NOON,
        retry_total=2,
        retry_backoff_factor=0.001,
    )
    yield ledger, loopback.router
    ledger.close()


STATE_ROW = "/ledger({row:path})"


def test_a_missing_role_is_told(scripted):
    ledger, router = scripted
    denied = refusal(403, "AuthorizationPermissionMismatch", "Not allowed.")
    router.add("GET", STATE_ROW, lambda _: denied)

    with pytest.raises(NoPermission, match="the role Storage Table Data Contributor"):
        ledger.state("model/a")


def test_a_busy_service_is_asked_again_within_the_budget(scripted):
    ledger, router = scripted
    found = {"PartitionKey": "s", "RowKey": "state", "version": 3, "pieces": 1, "text0": "{}"}
    busy = refusal(503, "ServerBusy", "Later.", Retry_After="0")
    router.add("GET", STATE_ROW, lambda _: Answer(body=found))
    router.fail_next("GET", STATE_ROW, busy, busy)

    assert ledger.state("model/a").version == 3


def test_a_service_that_stays_busy_is_unavailable(scripted):
    ledger, router = scripted
    router.add("GET", STATE_ROW, lambda _: refusal(503, "ServerBusy", "Later."))

    with pytest.raises(Unavailable, match="read the ledger"):
        ledger.state("model/a")


def test_tokens_are_asked_for_storage_wherever_the_account_is(open_ledger, loopback):
    open_ledger().state("model/a")

    asked = [r.query["resource"] for r in loopback.router.requests("GET", "/msi/token")]
    assert set(asked) == {AUDIENCE}


class Counted(RequestsTransport):
    """Counts what is asked of the table service."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def send(self, request, **options):
        self.asked.append(request.method)
        return super().send(request, **options)


def test_a_fleet_is_glanced_at_in_one_call_and_a_commit_that_changes_no_alert_costs_none_more(
    open_ledger,
):
    counted = Counted()
    ledger = open_ledger(transport=counted)
    firing = {"alert": {"kind": "drift", "severity": "warning"}, "status": "firing"}

    def calls(**fields):
        counted.asked.clear()
        commit(ledger, **fields)
        return len(counted.asked)

    for name in "abc":
        commit(ledger, subject=f"model/{name}")
    usual = calls(version=1, event_key="e2")
    raised = calls(version=2, event_key="e3", state={"alerts": {"f": firing}})
    counted.asked.clear()
    found = ledger.glances()

    assert (len(found), len(counted.asked)) == (3, 1)
    assert raised == usual + 1
    assert found["model/a"].fires == 1
