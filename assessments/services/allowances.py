"""Leave to sit a quiz: given and withdrawn by whoever requires it."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from agencies.models import Unit
from assessments.models import AttemptAllowance, Quiz

_TRIES = 3


@transaction.atomic
def allow_attempts(
    *,
    person: User,
    quiz: Quiz,
    given_for: str,
    pass_mark: int,
    attempts: int | None,
    cool_down_days: int,
    opens_on: dt.date,
    agency: Unit | None,
) -> AttemptAllowance:
    """Lets `person` sit `quiz` on these terms, for the purpose named by `given_for` (such as cycle:<id>).

    The same terms again give the row that is there; other terms supersede it, and attempts are counted anew.
    """
    terms = {
        "pass_mark": pass_mark,
        "attempts": attempts,
        "cool_down_days": cool_down_days,
        "opens_on": opens_on,
        "agency_id": agency.pk if agency else None,
    }
    for attempt in range(_TRIES):
        current = AttemptAllowance.objects.filter(
            person=person, quiz=quiz, given_for=given_for, superseded_at__isnull=True
        ).first()
        if current is not None and all(getattr(current, name) == value for name, value in terms.items()):
            return current
        try:
            with transaction.atomic():
                # Only the row that was read is superseded: one given in between may be on these very terms.
                if current is not None and not _supersede(AttemptAllowance.objects.filter(pk=current.pk)):
                    continue
                return AttemptAllowance.objects.create(person=person, quiz=quiz, given_for=given_for, **terms)
        except IntegrityError:  # somebody else gave leave in between: look again
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def withdraw_allowance(*, person: User, quiz: Quiz, given_for: str) -> bool:
    """Takes the leave back: nothing new can be begun under it. An attempt that is open may be finished.

    Says whether there was any.
    """
    return _supersede(AttemptAllowance.objects.filter(person=person, quiz=quiz, given_for=given_for))


def _supersede(rows: QuerySet[AttemptAllowance]) -> bool:
    """Ends those of `rows` that still hold. Says whether there were any: of two who try, one is first."""
    return bool(rows.filter(superseded_at__isnull=True).update(superseded_at=timezone.now()))
