"""Mail over SMTP, always encrypted."""

import logging
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from socket import SHUT_RDWR
from threading import Timer
from typing import Any, NoReturn

from shared.adapters.channels.hidden import Hidden
from shared.adapters.channels.mail import Letter
from shared.adapters.channels.rendered import Render
from shared.adapters.channels.secrets import Secrets
from shared.domain.policy import ChannelKind
from shared.errors import NoPermission, NotAllowed, Refused, TimedOut, Unavailable, Untrusted
from shared.ports import Clock, Sending

_LOG = logging.getLogger("driftgate.channels")
_TLS_FROM_THE_START = 465
_IN_ALL = 4
"""A time-out is for each answer; so many of them are for all of a letter."""


class SmtpMail:
    """Hands letters to the operator's own server, which may be in a private network.

    Port 465 speaks TLS from the start; on any other the server has to offer STARTTLS. It signs in
    where `DRIFTGATE_SECRET_SMTP_USER` is set.
    """

    def __init__(
        self,
        server: tuple[str, int],
        sender: str,
        domains: tuple[str, ...],
        secrets: Secrets,
        render: Render,
        clock: Clock,
        *,
        seconds: float = 10.0,
        context: ssl.SSLContext | None = None,
        tls_from_the_start: bool | None = None,
    ) -> None:
        self._host, self._port = server
        self._sender = sender
        self._domains = domains
        self._secrets = secrets
        self._render = render
        self._clock = clock
        self._seconds = seconds
        self._context = context
        at_once = tls_from_the_start
        self._at_once = self._port == _TLS_FROM_THE_START if at_once is None else at_once

    def deliver(self, sending: Sending) -> Mapping[str, Any]:
        """Send one letter to all of the receiver's addresses.

        Some of them being refused does not stop the others, and is logged.
        Raises NotAllowed, NoPermission, Refused; TimedOut, Untrusted, Unavailable.
        """
        body = self._render(ChannelKind.EMAIL, sending)
        letter = Letter.of(sending, body, self._sender, self._domains)
        message = self._written(letter)
        user, password = self._secrets.named("SMTP_USER"), self._secrets.named("SMTP_PASSWORD")
        hidden = self._secrets.hidden().besides(f"\0{user}\0{password}")
        try:
            refused = self._send(message, letter, user, password)
        except (smtplib.SMTPException, OSError) as problem:
            _refuse(problem, self._host, hidden)
        if refused:
            _LOG.warning(
                "%s took the letter for %s, but not for %d of %d addresses",
                self._host,
                sending.receiver.name,
                len(refused),
                len(letter.to),
            )
        return {"message": letter.message_id}

    def _send(
        self, message: EmailMessage, letter: Letter, user: str | None, password: str | None
    ) -> Mapping[str, Any]:
        if self._context is None:
            self._context = ssl.create_default_context()
        if self._at_once:
            client: smtplib.SMTP = _SecureTalk(
                self._host, self._port, timeout=self._seconds, context=self._context
            )
        else:
            client = _Talk(self._host, self._port, timeout=self._seconds)
        try:
            if not self._at_once:
                self._encrypt(client, self._context)
            if user is not None:
                client.login(user, password or "")
            refused = client.send_message(message, letter.sender, list(letter.to))
            # What the server took is sent, whatever it answers when it is left.
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()
        return refused

    def _encrypt(self, client: smtplib.SMTP, context: ssl.SSLContext) -> None:
        client.ehlo_or_helo_if_needed()
        if not client.has_extn("starttls"):
            raise NotAllowed(
                f"{self._host} offers no STARTTLS on port {self._port}; mail is sent encrypted "
                "alone."
            )
        client.starttls(context=context)

    def _written(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = letter.sender
        message["To"] = ", ".join(letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = letter.message_id
        message["In-Reply-To"] = letter.thread
        message["References"] = letter.thread
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(letter.text)
        if letter.html is not None:
            message.add_alternative(letter.html, subtype="html")
        return message


class _Talk(smtplib.SMTP):
    """A conversation that ends in time, also with a server that says one sign at a time."""

    def __init__(self, host: str, port: int, *, timeout: float, **more: Any) -> None:
        self._end = Timer(_IN_ALL * timeout, self._hang_up)
        self._end.daemon = True
        self._late = False
        self._end.start()
        super().__init__(host, port, timeout=timeout, **more)

    def getreply(self) -> tuple[int, bytes]:
        """The server's answer; half of one that was cut off is none."""
        try:
            return super().getreply()
        finally:
            if self._late:
                self.close()
                raise TimeoutError

    def close(self) -> None:
        """End it."""
        self._end.cancel()
        super().close()

    def _hang_up(self) -> None:
        self._late = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(SHUT_RDWR)


class _SecureTalk(_Talk, smtplib.SMTP_SSL):
    """The same with TLS from the start."""


def _refuse(problem: Exception, host: str, hidden: Hidden) -> NoReturn:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in problem.recipients.values()]
        later = any(400 <= code < 500 for code in codes)
        sentence = f"{host} takes the letter for none of its addresses ({min(codes)})."
        raise (Unavailable if later else Refused)(sentence) from None
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        _raise_for(problem, host, hidden, NoPermission, "does not let Driftgate in; renew the key")
    if isinstance(problem, smtplib.SMTPNotSupportedError) or (
        type(problem) is smtplib.SMTPException
    ):
        raise NoPermission(
            f"{host} offers no way to sign in that is known here; remove "
            "DRIFTGATE_SECRET_SMTP_USER if it needs none."
        ) from None
    if isinstance(problem, smtplib.SMTPResponseException):
        _raise_for(problem, host, hidden, Refused, "refused the letter")
    if isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError):
        raise TimedOut(f"{host} did not answer in time.") from None
    if isinstance(problem, ssl.SSLCertVerificationError):
        raise Untrusted(
            f"{host} shows a certificate that cannot be trusted: {problem.verify_message}"
        ) from None
    raise Unavailable(f"{host} cannot be reached, or hung up.") from None


def _raise_for(
    problem: smtplib.SMTPResponseException,
    host: str,
    hidden: Hidden,
    final: type[Refused],
    what: str,
) -> NoReturn:
    code, words = problem.smtp_code, problem.smtp_error
    told = words if isinstance(words, bytes) else str(words).encode()
    said = hidden.first_words(told)
    if 500 <= code < 600:
        raise final(f"{host} {what}: {code} {said}".rstrip() + ".") from None
    raise Unavailable(f"{host} cannot take it now: {code} {said}".rstrip() + ".") from None
