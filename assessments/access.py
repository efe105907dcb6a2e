"""Who may sit a quiz, when, and whose attempt it is."""

import datetime as dt
import enum
import uuid
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone

from accounts.models import User
from agencies.models import Unit
from assessments.models import Attempt, AttemptAllowance, Quiz

if TYPE_CHECKING:
    from django.http import HttpRequest


class Reason(enum.Enum):
    """Why she may or may not begin, the best news first."""

    CONTINUE = "continue"  # an attempt is open: she goes on with it
    OPEN = "open"
    NOT_YET = "not_yet"  # leave is given from a later day
    COOL_DOWN = "cool_down"  # she failed lately
    USED_UP = "used_up"
    PASSED = "passed"
    NO_ALLOWANCE = "no_allowance"


_RANK = {reason: rank for rank, reason in enumerate(Reason)} | {Reason.COOL_DOWN: 2}


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a person may sit a quiz today, and what a page needs to say about it."""

    allowed: bool
    reason: Reason
    opens_on: dt.date | None = None  # the first day on which she may begin, when that is known and not past
    attempts_left: int | None = None  # None: as many as she likes
    open_attempt: Attempt | None = None
    last_attempt: Attempt | None = None  # the last one she finished
    allowance: AttemptAllowance | None = None


def availability(*, person: User, quiz: Quiz, today: dt.date | None = None) -> Availability:
    """Whether `person` may begin `quiz`, by her allowances and what she has used of them.

    With several allowances the one that lets her begin counts; of those, the strictest. The cool-down runs from the
    last attempt she failed, whichever allowance it was under: a second allowance is no way round it. Days are days
    where the allowance's agency is.
    """
    attempts = list(Attempt.objects.filter(person=person, quiz=quiz).order_by("started_at", "id"))
    allowances = AttemptAllowance.objects.filter(person=person, quiz=quiz, superseded_at__isnull=True)
    finished = [attempt for attempt in attempts if attempt.state == Attempt.State.FINISHED]
    last = finished[-1] if finished else None  # one at a time: begun in the order they were finished
    found = [_under(allowance, attempts, last, today) for allowance in allowances.select_related("agency")]
    best = min(found, key=_preference, default=Availability(False, Reason.NO_ALLOWANCE, last_attempt=last))
    open_attempt = next((attempt for attempt in attempts if attempt.state == Attempt.State.OPEN), None)
    if open_attempt is None:
        return best
    return Availability(
        allowed=True,
        reason=Reason.CONTINUE,
        attempts_left=best.attempts_left,
        open_attempt=open_attempt,
        last_attempt=last,
        allowance=best.allowance,
    )


def _under(
    allowance: AttemptAllowance, attempts: list[Attempt], last: Attempt | None, today: dt.date | None
) -> Availability:
    """What one allowance says, attempts that are open left aside."""
    day = today or local_day(timezone.now(), allowance.agency)
    used = [attempt for attempt in attempts if attempt.allowance_id == allowance.pk]
    left = None if allowance.attempts is None else max(0, allowance.attempts - len(used))
    opens_on, reason = allowance.opens_on, Reason.NOT_YET
    if last is not None and last.finished_at is not None and not last.passed:
        rested = local_day(last.finished_at, allowance.agency) + dt.timedelta(days=allowance.cool_down_days)
        if rested > opens_on:
            opens_on, reason = rested, Reason.COOL_DOWN
    if any(attempt.passed for attempt in used):
        reason = Reason.PASSED
    elif left == 0:
        reason = Reason.USED_UP
    elif day >= opens_on:
        reason = Reason.OPEN
    waiting = reason in (Reason.NOT_YET, Reason.COOL_DOWN)
    return Availability(
        allowed=reason is Reason.OPEN,
        reason=reason,
        opens_on=opens_on if waiting else None,
        attempts_left=left,
        last_attempt=last,
        allowance=allowance,
    )


def _preference(found: Availability) -> tuple[int, dt.date, int, int]:
    allowance = found.allowance
    return (
        _RANK[found.reason],
        found.opens_on or dt.date.min,
        -allowance.pass_mark if allowance else 0,
        allowance.pk if allowance else 0,
    )


def local_day(instant: dt.datetime, agency: Unit | None) -> dt.date:
    """The day that `instant` falls on where the agency is."""
    zone = zoneinfo.ZoneInfo(agency.time_zone if agency else timezone.get_default_timezone_name())
    return instant.astimezone(zone).date()


def own_attempt(request: "HttpRequest", attempt_id: uuid.UUID) -> Attempt:
    """The attempt, when it is hers who asks. To everybody else, whatever their function, it does not exist."""
    attempt = None
    if request.user.is_authenticated:
        own = Attempt.objects.filter(person=request.user, public_id=attempt_id)
        attempt = own.select_related("quiz", "allowance", "agency").first()
    if attempt is None:
        raise Http404
    return attempt
