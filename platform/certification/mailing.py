"""What reminders and the manager's weekly digest say, and the one connection that a batch of them goes through.

Neither subject nor text names the theme or the certification: whoever looks over a shoulder learns of a date.
"""

import contextlib
import enum
import logging
import smtplib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certification.reminding import Span, Stage

logger = logging.getLogger("certification.notices")

# A Message-ID is kept in 120 characters, of which 38 are ours.
_HOST_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in one language, before anybody's address is on it."""

    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class Nudges:
    """How many people in a manager's units need a word, by why."""

    overdue: int = 0
    expired: int = 0
    grace: int = 0
    soon: int = 0

    def __bool__(self) -> bool:
        return any((self.overdue, self.expired, self.grace, self.soon))


def reminder(spans: Iterable[Span], language: str) -> Letter:
    """One letter for all that is due to a person, the oldest first; the same sentence is said once."""
    with translation.override(language):
        lines = [_sentence(span) for span in sorted(spans, key=lambda span: (span.first, span.date))]
        return _letter(
            "reminder",
            language,
            subject=_("Du har en frist i Handlekraft"),
            lines=list(dict.fromkeys(lines)),
            url=settings.BASE_URL + reverse("home"),
        )


def _sentence(span: Span) -> str:
    words = {"day": date_format(span.date, "DATE_FORMAT")}
    match span.stage:
        case Stage.OPENED:
            return _("Du har fått noe nytt å gjøre. Fristen er %(day)s.") % words
        case Stage.DUE_SOON:
            return _("Fristen din er %(day)s.") % words
        case Stage.OVERDUE:
            return _("Fristen din var %(day)s. Du kan fortsatt gjøre det.") % words
        case Stage.RENEW:
            return _("Noe du har, gjelder til og med %(day)s. Du kan fornye det nå.") % words
        case Stage.EXPIRES_SOON:
            return _("Noe du har, går snart ut. Siste dag er %(day)s. Forny det før det.") % words
        case Stage.GRACE:
            return _("Noe du hadde, har gått ut. Du kan fornye det til og med %(day)s.") % words
        case Stage.EXPIRED:
            return _("Noe du hadde, har gått ut. Du må ta det på nytt.")


def digest(nudges: Nudges, language: str) -> Letter:
    """How many need a word, never who, and where the list of them is."""
    with translation.override(language):
        counted = [
            (nudges.overdue, ngettext("%d er over fristen", "%d er over fristen", nudges.overdue), "status=overdue"),
            (nudges.expired, ngettext("%d har gått ut", "%d har gått ut", nudges.expired), "status=expired"),
            (
                nudges.grace,
                ngettext("%d har gått ut, men kan fornyes", "%d har gått ut, men kan fornyes", nudges.grace),
                "status=grace",
            ),
            (
                nudges.soon,
                ngettext("%d går ut innen 30 dager", "%d går ut innen 30 dager", nudges.soon),
                urlencode({"status": "window", "utlop": "30"}),
            ),
        ]
        people = settings.BASE_URL + reverse("people")
        return _letter(
            "digest",
            language,
            subject=_("Ukens oversikt fra Handlekraft"),
            rows=[(words % count, f"{people}?{query}") for count, words, query in counted if count],
        )


def _letter(name: str, language: str, *, subject: str, **context: Any) -> Letter:
    context |= {"subject": subject, "language": language}
    text, html = (
        render_to_string(f"certification/mail/base.{form}", {**context, "content": f"certification/mail/{name}.{form}"})
        for form in ("txt", "html")
    )
    return Letter(subject=subject, text=text.strip() + "\n", html=html.strip() + "\n", language=language)


def message_ids(mail: str, count: int) -> list[str]:
    """The ids of a mail with `count` stages: each row has one, and the first is what the mail bears."""
    host = (urlsplit(settings.BASE_URL).hostname or "localhost")[-_HOST_LENGTH:].lstrip("-.")
    return [f"<{mail}.{number}@{host}>" for number in range(count)]


def usable(email: str) -> bool:
    """Whether mail can reach the address at all. `.invalid` is what an address is set to when there is none."""
    if email.endswith(".invalid"):
        return False
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


class Outcome(enum.Enum):
    """What is known of a mail once the server was asked to take it."""

    SENT = "sent"
    REFUSED = "refused"  # for good
    LATER = "later"  # not taken, and may be another time
    UNKNOWN = "unknown"  # it may have been taken


class PostDownError(Exception):
    """The server cannot be reached, or will not have us: nothing was sent."""


class Post:
    """One connection for many mails. Opened before the first is claimed, and again where the server hung up."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def be_ready(self) -> None:
        """Makes sure that the server listens before a mail is claimed. Raises PostDownError."""
        server = getattr(self._connection, "connection", None)
        if isinstance(server, smtplib.SMTP):
            try:
                if server.noop()[0] == 250:
                    return
            except (OSError, smtplib.SMTPException):
                pass
            self._hang_up()
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise PostDownError(type(error).__name__) from error

    def send(self, letter: Letter, *, to: str, message_id: str) -> Outcome:
        """Hands one mail to the server. Never raises for what is wrong with it or with the server."""
        headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated", "Content-Language": letter.language}
        message = EmailMultiAlternatives(letter.subject, letter.text, to=[to], headers=headers)
        message.attach_alternative(letter.html, "text/html")
        try:
            self._connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            return self._answered([code for code, _words in error.recipients.values()])
        except smtplib.SMTPSenderRefused as error:
            logger.warning("the mail server refused the sender: %s", error.smtp_code)
            return Outcome.LATER  # nothing is wrong with this mail
        except smtplib.SMTPResponseException as error:
            return self._answered([error.smtp_code])
        except (ValueError, smtplib.SMTPNotSupportedError) as error:  # an address that no mail, or no server, can bear
            logger.warning("the mail %s cannot be written: %s", message_id[1:33], type(error).__name__)
            return Outcome.REFUSED
        except Exception as error:
            # Cut off in the middle, before or after the server took it: there is no telling.
            logger.warning("the mail %s was cut off: %s", message_id[1:33], type(error).__name__)
            self._hang_up()
            return Outcome.UNKNOWN
        return Outcome.SENT

    def _answered(self, codes: Sequence[int]) -> Outcome:
        logger.warning("the mail server answered %s", ", ".join(map(str, codes)))
        return Outcome.REFUSED if all(code >= 500 for code in codes) else Outcome.LATER

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._connection.close()
