"""Notices as they come up, for the golden files: each has what people would really be told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.alert import AlertKind, Severity
from shared.domain.notices import Notice, NoticedAlert, NoticeReason
from shared.domain.policy import ChannelKind, ReceiverPolicy
from shared.ports import Sending

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
PAGES = "https://driftgate.example.net"

INCIDENT = NoticedAlert(
    fingerprint="9c1d0a2b3c4d5e6f",
    kind=AlertKind.NO_TRAFFIC,
    severity=Severity.CRITICAL,
    subject="endpoint/loan-endpoint",
    title="deployment green of loan-endpoint succeeded 30 min ago and receives 0 % of the traffic",
    text=(
        "Deployment green of loan-endpoint succeeded 30 min ago and receives 0 % of the traffic. "
        "It carries loan-default:7. Declared traffic: blue 100 %, green 0 %. No request reached it "
        "lately."
    ),
    first_step=(
        "Give it traffic: az ml online-endpoint update --name loan-endpoint "
        '--traffic "green=100"; delete it if it is not wanted; or say why it waits: driftgate '
        "intent loan-endpoint --standby green --until 2d --because ..."
    ),
    since=NOON - timedelta(minutes=30),
    labels={"deployment": "green"},
    new=True,
)
ERRORS = NoticedAlert(
    fingerprint="41aa0c77be12d905",
    kind=AlertKind.ERRORS,
    severity=Severity.CRITICAL,
    subject="endpoint/loan-endpoint",
    title="deployment blue of loan-endpoint answers 4.1 % of its calls with errors",
    text=(
        "103 of 2 512 calls from 11:40 to 11:55 UTC failed in the model, at most 1 % may; chance "
        "gives so many once in 10 000 looks. Callers get HTTP 424.\nThe log says: KeyError: "
        "'income' in score.py, line 41."
    ),
    first_step="Look at what callers send since 11:40: driftgate diagnose loan-endpoint blue",
    since=NOON - timedelta(minutes=20),
    labels={"deployment": "blue"},
    new=True,
)
FORGOTTEN = NoticedAlert(
    fingerprint="7be2019934cc10fa",
    kind=AlertKind.FORGOTTEN_DEPLOYMENT,
    severity=Severity.WARNING,
    subject="endpoint/loan-endpoint",
    title="deployment red of loan-endpoint has served nothing for 8 d",
    text="It was replaced, and the policy keeps a replaced deployment for 7 d. 2 instances of "
    "Standard_DS3_v2 are paid for.",
    first_step="Delete it: az ml online-deployment delete --endpoint-name loan-endpoint --name red",
    since=NOON - timedelta(days=8),
    labels={"deployment": "red"},
)


def _drifted(names: list[str], fingerprint: str) -> NoticedAlert:
    lines = "\n".join(
        f"{name}: PSI 0.{90 - 2 * n:02d}, mean {40 + n} → {58 + n}" for n, name in enumerate(names)
    )
    return NoticedAlert(
        fingerprint=fingerprint,
        kind=AlertKind.DRIFT,
        severity=Severity.WARNING,
        subject="model/loan-default",
        title=f"loan-default: {len(names)} of 52 features drifted "
        f"({', '.join(names[:5])} and {len(names) - 5} more)",
        text=(
            "Since 2026-02-02 18:00 UTC the data is not like the training data of version 7 "
            "(50 000 rows). By chance this is seen once in 1 000 days.\n"
            f"{lines}\n"
            "Measured on the 12 400 rows from 2026-02-02 18:00 UTC to 2026-02-03 11:00 UTC. The "
            "model now scores cases unlike those it learned from; its quality may have changed "
            "although the endpoint is healthy."
        ),
        first_step=f"Look whether the source of {names[0]} changed (a unit, a category, a default) "
        "before you believe the world did.",
        since=NOON - timedelta(hours=18),
    )


DRIFT = _drifted([f"feature_{n:02d}" for n in range(40)], "0f3e5d7c9b1a2468")
HOSTILE = _drifted(
    [
        "<b>age</b>",
        "in\u202ecome\u202c",
        "[click](https://evil.example/x)",
        "<!channel> @here",
        "*bold* _under_ `code`",
        "הכנסה 5",
        "e" + "\u0301" * 30 + "\u200b\u2066x\u2069",
        "=cmd|' /C calc'!A0",
    ],
    "5511aa22bb33cc44",
)


def notice(reason: NoticeReason, *alerts: NoticedAlert, **others: object) -> Notice:
    """A notice of these alerts to the receiver `on-call`, made at noon."""
    made = Notice(
        id="b1946ac92492d234",
        group="591785b794601e21",
        number=1,
        receiver="on-call",
        scope="loan-default",
        reason=reason,
        severity=min((a.severity for a in alerts), key=list(Severity).index, default=Severity.INFO),
        title=alerts[0].title if alerts else "nothing",
        made=NOON,
        since=min((alert.since for alert in alerts), default=NOON),
        alerts=alerts,
    )
    return replace(made, **others)  # type: ignore[arg-type]


_OVER = replace(
    INCIDENT,
    new=False,
    ended=NOON - timedelta(minutes=2),
    since=NOON - timedelta(hours=2, minutes=5),
    over="deployment green receives 10 % of the traffic",
)
_LONG = replace(
    ERRORS,
    title=f"{ERRORS.title}, and its name is very long: {'loan-' * 80}endpoint",
    text="\n".join(f"{n}. {ERRORS.text}" for n in range(60)),
    first_step=f"{ERRORS.first_step} and read on. " * 30,
)

CASES: dict[str, tuple[Notice, str | None]] = {
    "incident": (notice(NoticeReason.FIRST, INCIDENT, labels={"deployment": "green"}), PAGES),
    "resolved": (
        notice(NoticeReason.ALL_RESOLVED, _OVER, number=2, labels={"deployment": "green"}),
        PAGES,
    ),
    "group-of-three": (
        notice(NoticeReason.NEW_ALERTS, FORGOTTEN, INCIDENT, ERRORS, number=2, held=2),
        PAGES,
    ),
    "drift-of-forty": (notice(NoticeReason.FIRST, DRIFT), None),
    "hostile-names": (notice(NoticeReason.FIRST, HOSTILE), PAGES),
    "digest": (
        notice(
            NoticeReason.DIGEST,
            replace(
                FORGOTTEN, title=f"{FORGOTTEN.title} (2 alerts)", text="", first_step="", new=True
            ),
            title="57 more alerts of 9 models: 41 drift, 12 no_inference_data, 4 slow",
            scope="receiver.on-call",
            omitted=55,
            folded={"drift": 41, "no_inference_data": 12, "slow": 4},
        ),
        PAGES,
    ),
    "acknowledged": (
        notice(
            NoticeReason.ACKNOWLEDGED,
            replace(INCIDENT, new=False, owner="anna@example.org"),
            number=2,
            summary="Deployment green of loan-endpoint is up and gets no traffic; blue still "
            "serves everything.",
        ),
        None,
    ),
    "flapping": (notice(NoticeReason.FLAPPING, replace(ERRORS, flapping=True), number=5), PAGES),
    "very-long": (
        notice(
            NoticeReason.REPEAT,
            *(replace(_LONG, fingerprint=f"{n:016x}") for n in range(12)),
            number=9,
            omitted=14,
        ),
        PAGES,
    ),
}


def sending(
    channel: ChannelKind, told: Notice, pages: str | None = PAGES, template: str | None = None
) -> Sending:
    """As the service hands it to a channel."""
    receiver = ReceiverPolicy(
        name="on-call", channel=channel, template=None if template is None else "text.j2"
    )
    return Sending(
        notice=told, receiver=receiver, order="ord-1", public_url=pages, template=template
    )
