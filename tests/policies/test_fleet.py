"""The fleet's file is read as strictly as a policy: who is told has to be somebody there is."""

from pathlib import Path

import pytest

from shared.domain.policy import ChannelKind
from shared.errors import InvalidPolicy
from shared.policies.fleet import read_fleet

TESTDATA = Path(__file__).resolve().parent / "fleets"

FAULTS = {
    "a-list.yaml": "must be a mapping that begins with `receivers:`.",
    "misspelt-key.yaml": "reciever is not a known key; write receivers.",
    "continue-misspelt.yaml": "routes[0].continues is not a known key; write continue.",
    "channel-unknown.yaml": "receivers[0].channel is 'pager'; choose one of log, teams, slack,",
    "receiver-twice.yaml": "receivers name a twice.",
    "name-with-capitals.yaml": "receivers[0].name is 'On Call'; write small letters, digits and",
    "teams-without-secret.yaml": "receivers[0] (on-call) has no secret, which teams needs; set",
    "slack-without-secret.yaml": "receivers[0] (on-call) has no secret, which slack needs; set",
    "pagerduty-without-secret.yaml": "receivers[0] (on-call) has no secret, which pagerduty",
    "pagerduty-elsewhere.yaml": "receivers[0] (on-call).address is none of PagerDuty's, and the",
    "mail-to-nobody.yaml": "receivers[0] (on-call) has no to, which email needs; give mail",
    "mail-without-domain.yaml": "receivers[0] (on-call).to[0] is 'anna'; write an address such",
    "webhook-without-address.yaml": "receivers[0] (on-call) has no address, which webhook",
    "webhook-without-secret.yaml": "receivers[0] (on-call) has no secret, which webhook needs;",
    "webhook-in-the-clear.yaml": "receivers[0] (on-call).address is no address that begins with",
    "webhook-with-a-password.yaml": "receivers[0] (on-call).address holds a user or a password;",
    "webhook-of-no-port.yaml": "receivers[0] (on-call).address is no address that begins with",
    "secret-itself.yaml": "receivers[0] (on-call).secret is no name; write capital letters,",
    "room-by-name.yaml": "receivers[0] (on-call).room is '#alerts'; give the channel's id such",
    "room-of-teams.yaml": "receivers[0] (on-call).room is not for teams but for slack; leave it",
    "template-in-a-folder.yaml": "receivers[0] (on-call).template is '../notice.j2'; name a",
    "pace-of-nothing.yaml": "receivers[0] (on-call).pace.notices is 0; give 1 or more.",
    "burst-of-nothing.yaml": "receivers[0] (on-call).pace.burst is 0; give 1 or more.",
    "burst-of-seconds.yaml": "receivers[0] (on-call).pace.burst_per is below a minute; give 1m, 5m",
    "pace-of-seconds.yaml": "receivers[0] (on-call).pace.per is below a minute; give 1m, 1h or",
    "summary-of-no-tokens.yaml": "receivers[0] (on-call).summary.tokens_a_day is 0; give 1 or",
    "route-to-a-stranger.yaml": "routes[0].to names oncall, which is no receiver; write on-call.",
    "route-of-no-kind.yaml": "routes[0].kind[1] is 'no_trafic'; write no_traffic.",
    "default-is-a-stranger.yaml": "default is mail, which is no receiver; known are on-call.",
    "mute-unknown-hours.yaml": "routes[0].mute names night, which is none of the hours; write",
    "only-unknown-hours.yaml": "routes[0].only names office, which is none of the hours; known",
    "hours-in-words.yaml": "hours.nights.hours is 'late'; write hours as 09:00-16:00, or",
    "hours-of-no-day.yaml": "hours.nights.days is 'monday'; write days as mon-thu or sat.",
    "hours-of-no-zone.yaml": "hours.nights.zone is 'Berlin'; write a zone of the IANA database",
    "inhibit-no-kind.yaml": "inhibit[0].source.kind[0] is 'endpoint_fails'; write",
    "inhibit-without-target.yaml": "inhibit[0].target is missing; set it.",
    "silence-of-seconds.yaml": "silences.longest is below a minute; give 24h, 14d or the like.",
    "budget-of-nothing.yaml": "retraining.cost is 0; give a number above 0, or leave it out.",
    "budget-at-zero-once.yaml": "retraining.at_once is 0; give 1 or more, or leave it out.",
    "archive-of-hours.yaml": "retention.archive is below 7 days; give 90d, 400d or null.",
    "evidence-outlasts-decisions.yaml": "retention.evidence outlasts retention.decisions, and",
    "budget-of-minutes.yaml": "retraining.per is below an hour; give 7d, 30d or the like.",
}


def test_every_fault_of_a_fleet_has_its_file_and_its_sentence():
    assert sorted(path.name for path in TESTDATA.iterdir()) == sorted(FAULTS)


@pytest.mark.parametrize("file", sorted(FAULTS))
def test_a_fault_of_a_fleet_is_refused_with_the_key_and_the_fix(file):
    with pytest.raises(InvalidPolicy) as refusal:
        read_fleet((TESTDATA / file).read_bytes(), file)

    said = str(refusal.value)
    assert said.startswith(file)
    assert FAULTS[file] in said
    assert "t0ken" not in said


def test_pagerduty_in_europe_is_named_by_its_address():
    text = (
        "receivers: [{name: on-call, channel: pagerduty, secret: PAGER,"
        " address: 'https://events.eu.pagerduty.com'}]"
    )

    [receiver] = read_fleet(text.encode(), "fleet.yaml").receivers

    assert receiver.address == "https://events.eu.pagerduty.com"


def test_more_receivers_or_addresses_than_a_fleet_can_have_are_refused():
    many = "".join(f"  - {{name: r{n}, channel: log}}\n" for n in range(201))
    with pytest.raises(InvalidPolicy, match="receivers are 201; keep to 200"):
        read_fleet(f"receivers:\n{many}".encode(), "fleet.yaml")
    mailed = ", ".join(f"a{n}@example.org" for n in range(51))
    with pytest.raises(InvalidPolicy, match="to has 51 addresses; use a list's, 50 at most"):
        read_fleet(
            f"receivers: [{{name: a, channel: email, to: [{mailed}]}}]".encode(), "fleet.yaml"
        )


def test_each_channel_is_content_with_what_it_needs():
    fleet = read_fleet(
        b"receivers:\n"
        b"  - {name: journal, channel: log}\n"
        b"  - {name: team, channel: teams, secret: TEAM_HOOK}\n"
        b"  - {name: room, channel: slack, secret: SLACK_TOKEN, room: C0123456789}\n"
        b"  - {name: on-call, channel: pagerduty, secret: PAGER, summary: {longer_than: 800}}\n"
        b"  - {name: owners, channel: email, to: [anna@example.org, b.n+ml@mail.example.co.uk]}\n"
        b"  - {name: hook, channel: webhook, secret: HOOK, address: 'https://a.example:8443/x'}\n"
        b"  - {name: board, channel: work-item, area: 'ml\\\\loans', type: Bug}\n"
        b"hours: {nights: {days: [mon-fri], hours: '22:00-06:00', zone: Europe/Berlin}}\n"
        b"routes: [{to: [on-call], severity: [critical], mute: [nights], continue: true}]\n"
        b"default: journal\n",
        "fleet.yaml",
    )

    assert [one.channel for one in fleet.receivers] == list(ChannelKind)
    assert fleet.routes[0].continue_


def test_pagerduty_in_europe_is_an_address_of_its_own():
    fleet = read_fleet(
        b"receivers: [{name: a, channel: pagerduty, secret: K, "
        b"address: https://events.eu.pagerduty.com}]",
        "fleet.yaml",
    )

    assert fleet.receivers[0].address == "https://events.eu.pagerduty.com"
