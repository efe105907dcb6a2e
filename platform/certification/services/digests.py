"""The manager's weekly digest: how many need a word, and where the list of them is. Never who."""

import datetime as dt
import logging

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from agencies.access import Purpose, Scope, scope_of
from agencies.models import Grant, Membership
from certification.mailing import Nudges, PostDownError, digest, usable
from certification.models import Notice, Requirement, Standing
from certification.services.notices import (
    DIGEST,
    Key,
    Mail,
    Run,
    Sent,
    cut_off_mails,
    drop,
    give_up,
    room_on,
    sound_alarm,
)
from certification.statuses import StandingState

logger = logging.getLogger("certification.notices")

_SOON = dt.timedelta(days=30)


def week_of(day: dt.date) -> str:
    """2026-W47"""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"


def send_digests(*, now: dt.datetime | None = None) -> Sent:
    """Sends this week's digest to every manager who was not sent it and whose units have somebody who needs a word.

    Counts are as of Monday, so that a run on Tuesday says what Monday's should have said, and no more.
    """
    at = now or timezone.now()
    day = timezone.localdate(at)
    monday = day - dt.timedelta(days=day.weekday())
    week = week_of(day)
    give_up(at)
    run = Run(day=day, room=room_on(day), now=now)
    again = {rows[0].person_id: rows for rows in cut_off_mails(at) if rows[0].stage == DIGEST}
    for person_id in [person_id for person_id, rows in again.items() if rows[0].week != week]:
        run.done.dropped += drop(again.pop(person_id))
    counted: dict[tuple[str, ...], Nudges] = {}
    try:
        with run.post:
            for manager in _managers(day, monday, week, list(again)):
                scope = scope_of(manager, Purpose.STANDINGS, day)
                if scope.paths not in counted:
                    counted[scope.paths] = nudges(scope, monday)
                found, rows = counted[scope.paths], again.pop(manager.pk, [])
                if not found:
                    run.done.dropped += drop(rows)
                    continue
                if run.room <= 0:
                    run.done.capped = True
                    sound_alarm(day)
                    return run.done
                mail = Mail(manager.pk, manager.email, digest(found, manager.language), (Key(DIGEST, week=week),))
                if rows:
                    run.send_again(mail, rows)
                else:
                    run.send(mail)
    except PostDownError as error:
        logger.error("digests stopped; the rest is sent when the mail server takes it: %s", error)
        run.done.down = True
        return run.done
    for rows in again.values():  # who manages nothing any more
        run.done.dropped += drop(rows)
    return run.done


def nudges(scope: Scope, day: dt.date) -> Nudges:
    """How many people in `scope` need a word, by the dates of `day`: what is required through a job there, only."""
    jobs = Membership.objects.on(day).filter(scope.q("unit__path"))
    duties = Requirement.objects.on(day).filter(
        person=OuterRef("person_id"),
        certification=OuterRef("certification_id"),
        membership_thread__in=jobs.values("thread"),
    )
    rows = Standing.objects.filter(Exists(duties), required=True, waived=False, paused=False).exclude(
        state__in=[StandingState.SUSPENDED, StandingState.REVOKED]
    )
    held = Q(valid_from__lte=day, grace_until__isnull=False)
    groups = {
        "overdue": Q(valid_from__isnull=True, due_on__lt=day) | Q(valid_from__gt=day, due_on__lt=day),
        "expired": held & Q(grace_until__lt=day),
        "grace": held & Q(expires_on__lt=day, grace_until__gte=day),
        "soon": held & Q(window_opens_on__lte=day, expires_on__gte=day, expires_on__lte=day + _SOON),
    }
    counts = rows.aggregate(
        **{name: Count("person", filter=condition, distinct=True) for name, condition in groups.items()}
    )
    return Nudges(**counts)


def _managers(day: dt.date, monday: dt.date, week: str, again: list[int]) -> list[User]:
    """Who manages somewhere today, and did on Monday, and was not sent the digest of `week` or was cut off from it."""
    grants = Grant.objects.on(day).filter(
        person=OuterRef("pk"), function=Grant.Function.MANAGER, valid_from__lte=monday
    )
    claimed = Notice.objects.filter(person=OuterRef("pk"), stage=DIGEST, week=week)
    people = User.objects.filter(~Exists(claimed) | Q(pk__in=again), Exists(grants), is_active=True)
    return [person for person in people.order_by("pk") if usable(person.email)]
