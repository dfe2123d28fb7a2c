"""Mail by Azure Communication Services, as a managed identity."""

from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.azure.faults import told_as_ours
from shared.adapters.channels.mail import Letter
from shared.adapters.channels.rendered import Render
from shared.adapters.retry_after import seconds_of
from shared.domain.policy import ChannelKind
from shared.errors import Throttled, TimedOut, Unavailable
from shared.ports import Clock, Sending

SCOPE = "https://communication.azure.com/.default"
_VERSION = {"api-version": "2023-03-31"}


class CommunicationMail:
    """Letters over `https://<name>.communication.azure.com`.

    The request is named after the try, and the service drops a repeat within five minutes. That it
    took a letter (202) is not yet that it arrived; nobody asks later.
    """

    def __init__(
        self,
        endpoint: str,
        sender: str,
        domains: tuple[str, ...],
        credential: TokenCredential,
        render: Render,
        clock: Clock,
        *,
        seconds: float = 10.0,
    ) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._sender = sender
        self._domains = domains
        self._render = render
        self._clock = clock
        self._seconds = seconds
        retry: RetryPolicy[Any, Any] = RetryPolicy(retry_total=0)
        token = BearerTokenCredentialPolicy(credential, SCOPE)
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._endpoint, policies=[UserAgentPolicy("driftgate"), retry, token]
        )

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Hand over one letter. Raises NotAllowed, NoPermission, Refused, Throttled, Unavailable.

        There are no retries here: whoever keeps the receiver's pace tries again.
        """
        body = self._render(ChannelKind.EMAIL, sending)
        letter = Letter.of(sending, body, self._sender, self._domains)
        name = str(uuid5(NAMESPACE_URL, f"driftgate:{sending.order}"))
        request = HttpRequest(
            "POST",
            f"{self._endpoint}/emails:send",
            params=_VERSION,
            headers={
                "Operation-Id": name,
                "Repeatability-Request-Id": name,
                "Repeatability-First-Sent": format_datetime(self._clock(), usegmt=True),
            },
            json=_written(letter),
        )
        with told_as_ours(
            "send mail",
            thing=f"mail service at {self._endpoint}",
            permission="the role Communication and Email Service Owner on the mail service",
        ):
            response = self._client.send_request(
                request, connection_timeout=self._seconds, read_timeout=self._seconds
            )
            self._look_at(response)
        return {"operation": name}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _look_at(self, response: HttpResponse) -> None:
        """A repeat whose first one is still on its way is answered with 409, which is success."""
        status = response.status_code
        if 200 <= status < 300 or status == 409:
            return
        wait = response.headers.get("Retry-After")
        if status == 429 or (status == 503 and wait is not None):
            raise Throttled(
                f"The mail service asks to wait ({status}).", seconds_of(wait, self._clock())
            )
        if status == 408:
            raise TimedOut("The mail service did not finish in time (408).")
        if status == 412:
            raise Unavailable(
                "The mail service takes the request for an old one (412); see that this machine's "
                "clock is right."
            )
        raise HttpResponseError(response=response)


def _written(letter: Letter) -> dict[str, Any]:
    content = {"subject": letter.subject, "plainText": letter.text}
    return {
        "senderAddress": letter.sender,
        "recipients": {"to": [{"address": address} for address in letter.to]},
        "content": content if letter.html is None else {**content, "html": letter.html},
        "headers": {
            "Message-ID": letter.message_id,
            "In-Reply-To": letter.thread,
            "References": letter.thread,
            "Auto-Submitted": "auto-generated",
        },
        "userEngagementTrackingDisabled": True,
    }
