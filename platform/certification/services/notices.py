"""A message to one person, once: claimed in the database, sent, confirmed; and what becomes of one that was cut off.

- A claim is a row for each stage of the mail, all in one transaction under the person's lock: one worker gets it.
- A claim that nobody confirmed within minutes is a worker that was cut off, before or after the server took the mail:
  it is sent once more with the same Message-ID (`tries` 2), then given up and listed.
- Where the server said that it did not take it, nothing is lost or doubled by trying again: that costs no try.
"""

import datetime as dt
import itertools
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.mail import mail_admins
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from accounts.models import User
from certification.mailing import Letter, Outcome, Post, PostDownError, message_ids
from certification.models import Notice

logger = logging.getLogger("certification.notices")

T = TypeVar("T")
DIGEST = Notice.Stage.DIGEST
# Longer than any worker takes from claiming a mail to confirming it: the server's answer is awaited for seconds.
CUT_OFF = dt.timedelta(minutes=5)
_TRIES = 2
# So many mails after each other that the server did not take mean that something is wrong with it, or with us.
_PATIENCE = 10
_TWO_DAYS = 2 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Key:
    """What is sent once to a person: a stage of a cycle, or what is sent every week.

    `week` of a stage is the date that it speaks of. The database knows a stage of a cycle by its name alone, so what is
    told of another date later goes by a name with that date in it (reminding.Stage.about).
    """

    stage: str
    cycle_id: int | None = None
    week: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, and what it says."""

    person_id: int
    to: str
    letter: Letter
    keys: tuple[Key, ...]


@dataclass(slots=True)
class Sent:
    """What one run did."""

    sent: int = 0
    again: int = 0
    refused: int = 0
    uncertain: int = 0
    dropped: int = 0
    capped: bool = False
    down: bool = False

    def __str__(self) -> str:
        return (
            f"{self.sent} sent, {self.again} of them again, {self.refused} refused, {self.uncertain} uncertain,"
            f" {self.dropped} no longer true{', capped' if self.capped else ''}{', server down' if self.down else ''}"
        )


@dataclass(slots=True)
class Run:
    """One pass with one connection. `now` is set by tests; else every row gets the time it is written."""

    day: dt.date
    room: int
    now: dt.datetime | None = None
    post: Post = field(default_factory=Post)
    done: Sent = field(default_factory=Sent)
    misses: int = 0

    def send(self, mail: Mail) -> None:
        """Sends what was never sent. Raises PostDownError when the run has to stop; then nothing new is claimed."""
        self.post.be_ready()
        if ids := claim(mail, day=self.day, at=self._now()):
            self._hand_over(mail, ids)

    def send_again(self, mail: Mail, rows: Sequence[Notice]) -> None:
        """Sends once more what a worker was cut off from. Raises as above."""
        self.post.be_ready()
        if claim_again(rows, day=self.day, at=self._now()):
            self.done.again += 1
            self._hand_over(mail, [row.message_id for row in rows])

    def _now(self) -> dt.datetime:
        return self.now or timezone.now()

    def _hand_over(self, mail: Mail, ids: Sequence[str]) -> None:
        self.room -= 1
        outcome = self.post.send(mail.letter, to=mail.to, message_id=_head(ids[0]))
        rows = Notice.objects.filter(message_id__in=ids, confirmed_at__isnull=True)
        match outcome:
            case Outcome.SENT:
                rows.update(confirmed_at=self._now())
                self.done.sent += 1
                self.misses = 0
                return
            case Outcome.REFUSED:
                rows.update(failed=True)
                self.done.refused += 1
            case Outcome.LATER:
                rows.update(tries=F("tries") - 1)
                self.done.uncertain += 1
            case Outcome.UNKNOWN:
                self.done.uncertain += 1
        self.misses += 1
        if self.misses >= _PATIENCE:
            raise PostDownError(f"{self.misses} mails after each other were not taken")


def claim(mail: Mail, *, day: dt.date, at: dt.datetime) -> list[str]:
    """Takes a mail: the ids of its rows, or none where another worker has any of it, or has written to her today."""
    ids = message_ids(uuid.uuid4().hex, len(mail.keys))
    try:
        with transaction.atomic():
            if not _lock(mail.person_id):
                return []
            if _is_daily(mail.keys) and _written_to(mail.person_id, day).exists():
                return []
            Notice.objects.bulk_create(
                Notice(
                    person_id=mail.person_id,
                    cycle_id=key.cycle_id,
                    stage=key.stage,
                    week=key.week,
                    message_id=message_id,
                    claimed_at=at,
                )
                for key, message_id in zip(mail.keys, ids, strict=True)
            )
    except IntegrityError:
        return []
    return ids


def claim_again(rows: Sequence[Notice], *, day: dt.date, at: dt.datetime) -> bool:
    """Takes a mail that was cut off; no where another worker has it, or she was written to today already."""
    ids = [row.pk for row in rows]
    with transaction.atomic():
        if not _lock(rows[0].person_id):
            return False
        if _is_daily(rows) and _written_to(rows[0].person_id, day).exclude(pk__in=ids).exists():
            return False
        mine = _cut_off(at).filter(pk__in=ids, tries__lt=_TRIES)
        return bool(mine.update(tries=F("tries") + 1, claimed_at=at))


def cut_off_mails(at: dt.datetime) -> list[list[Notice]]:
    """The rows of mails that may be sent again, mail by mail, the oldest first."""
    rows = _cut_off(at).filter(tries__lt=_TRIES).order_by("claimed_at", "message_id")
    return [list(mail) for _id, mail in itertools.groupby(rows, key=lambda row: _mail_of(row.message_id))]


def give_up(at: dt.datetime) -> int:
    """Gives up what was cut off twice; it is listed by `unsent`."""
    count = _cut_off(at).filter(tries__gte=_TRIES).update(failed=True)
    if count:
        logger.error("%s reminders were given up; manage.py reminders --failed lists them", count)
    return count


def drop(rows: Iterable[Notice]) -> int:
    """Lets go of what is no longer true. What was never sent leaves no trace; what may have been sent is given up."""
    count = 0
    for row in rows:
        same = Notice.objects.filter(pk=row.pk, confirmed_at__isnull=True, claimed_at=row.claimed_at)
        count += same.update(failed=True) if row.tries else same.delete()[0]
    return count


def unsent() -> QuerySet[Notice]:
    """What was given up, and what is claimed and not confirmed, the newest first."""
    return (
        Notice.objects.filter(Q(failed=True) | Q(confirmed_at__isnull=True))
        .select_related("person")
        .order_by("-claimed_at", "message_id")
    )


def room_on(day: dt.date) -> int:
    """How many mails may still be sent on `day`."""
    first, last = _bounds(day)
    mails = Count(Substr("message_id", 2, 32), distinct=True)
    # Two questions, each with an index of its own.
    confirmed = Notice.objects.filter(confirmed_at__gte=first, confirmed_at__lt=last).aggregate(n=mails)["n"]
    waiting = Notice.objects.filter(
        confirmed_at__isnull=True, claimed_at__gte=first, claimed_at__lt=last, tries__gt=0
    ).aggregate(n=mails)["n"]
    left: int = settings.REMINDERS_DAILY_CAP - confirmed - waiting
    return max(0, left)


def sound_alarm(day: dt.date) -> None:
    """Says once a day that the cap is reached: in the log, and to ADMINS where somebody is named."""
    if not cache.add(f"reminders:cap:{day}", True, _TWO_DAYS):
        return
    cap = settings.REMINDERS_DAILY_CAP
    logger.error("the daily cap of %s reminders is reached on %s; the rest waits", cap, day)
    try:
        mail_admins(
            f"Reminders: the daily cap of {cap} is reached",
            f"{cap} mails were sent on {day}. The rest is sent tomorrow, the oldest first."
            " REMINDERS_DAILY_CAP raises it; manage.py reminders --dry-run says how many wait.",
        )
    except Exception:
        logger.exception("the administrators could not be told")


def written_today(rows: Iterable[tuple[dt.datetime, int]], day: dt.date) -> bool:
    """Whether any of (claimed at, tries) is a mail of `day`."""
    return any(tries and timezone.localdate(at) == day for at, tries in rows)


def _lock(person_id: int) -> bool:
    """Holds her row until the transaction ends; no where she has left. On SQLite the transaction itself is the lock."""
    people = User.objects.select_for_update(no_key=True).filter(pk=person_id, is_active=True)
    return bool(list(people.values_list("pk", flat=True)))


def _written_to(person_id: int, day: dt.date) -> QuerySet[Notice]:
    first, last = _bounds(day)
    rows = Notice.objects.filter(person_id=person_id, claimed_at__gte=first, claimed_at__lt=last, tries__gt=0)
    return rows.exclude(stage=DIGEST)


def _cut_off(at: dt.datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(confirmed_at__isnull=True, failed=False, claimed_at__lt=at - CUT_OFF)


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """`rows` by `size` at a time."""
    rows = iter(rows)
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _is_daily(keys: Iterable[Key | Notice]) -> bool:
    """A reminder, of which a person gets at most one a day; the weekly digest stands beside it."""
    return all(key.stage != DIGEST for key in keys)


def _bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    first, last = (dt.datetime.combine(day + dt.timedelta(days=days), dt.time()) for days in (0, 1))
    return timezone.make_aware(first), timezone.make_aware(last)


def _mail_of(message_id: str) -> str:
    return message_id[1:33]


def _head(message_id: str) -> str:
    """The id that the mail bears, whichever of its rows is left."""
    return f"<{_mail_of(message_id)}.0@{message_id.partition('@')[2]}"
