"""The channels of a machine that really tells people, out of their settings."""

from shared.adapters.channels.allowed_hosts import AllowedHosts
from shared.adapters.channels.log import Log
from shared.adapters.channels.not_set_up import NotSetUp
from shared.adapters.channels.pagerduty import PagerDuty
from shared.adapters.channels.rendered import Render
from shared.adapters.channels.secrets import Secrets
from shared.adapters.channels.slack import Slack
from shared.adapters.channels.teams import Teams
from shared.adapters.channels.way_out import WayOut
from shared.adapters.channels.webhook import Webhook
from shared.channel_settings import ChannelSettings
from shared.domain.policy import ChannelKind
from shared.ports import Channel, Clock

_MAIL = "DRIFTGATE_SMTP or DRIFTGATE_MAIL_ENDPOINT, with DRIFTGATE_MAIL_FROM and _MAIL_DOMAINS"


def connect_channels(
    settings: ChannelSettings,
    render: Render,
    clock: Clock,
    *,
    work_items: Channel | None = None,
    mail: Channel | None = None,
) -> dict[ChannelKind, Channel]:
    """One a kind; nothing is opened. `work_items` and `mail` are those that need an identity."""
    secrets = Secrets(settings.secrets)
    out = WayOut(AllowedHosts(settings.hosts), secrets.hidden(), clock)
    return {
        ChannelKind.LOG: Log(render),
        ChannelKind.TEAMS: Teams(out, secrets, render),
        ChannelKind.SLACK: Slack(out, secrets, render),
        ChannelKind.PAGERDUTY: PagerDuty(out, secrets, render),
        ChannelKind.WEBHOOK: Webhook(out, secrets, render, clock),
        ChannelKind.EMAIL: mail or _smtp(settings, secrets, render, clock),
        ChannelKind.WORK_ITEM: work_items or NotSetUp("DRIFTGATE_DEVOPS_URL"),
    }


def _smtp(settings: ChannelSettings, secrets: Secrets, render: Render, clock: Clock) -> Channel:
    if settings.smtp is None or settings.mail_from is None:
        return NotSetUp(_MAIL)
    from shared.adapters.channels.email_smtp import SmtpMail

    return SmtpMail(
        settings.smtp, settings.mail_from, settings.mail_domains, secrets, render, clock
    )
