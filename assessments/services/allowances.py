"""Leave to sit a quiz: given and withdrawn by whoever requires it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from agencies.models import Unit
from assessments.models import AttemptAllowance, Quiz
from common.bulk import insert_rows
from common.lookups import Keys

_TRIES = 3
_TERMS = ("pass_mark", "attempts", "cool_down_days", "opens_on", "agency_id")


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


@dataclass(frozen=True, slots=True)
class Allowance:
    """Leave for one person to sit one quiz, as `allow_attempts` takes it."""

    person_id: int
    quiz_id: int
    given_for: str
    pass_mark: int
    attempts: int | None
    cool_down_days: int
    opens_on: dt.date
    agency_id: int | None


_Key = tuple[int, int, str]


@transaction.atomic(savepoint=False)
def allow_many(allowances: Sequence[Allowance]) -> None:
    """As `allow_attempts`, for many at once. The caller keeps others from doing the same for these people meanwhile."""
    if not allowances:
        return
    current = {
        row[1:4]: row
        for row in _current_of((one.person_id, one.quiz_id, one.given_for) for one in allowances).values_list(
            "pk", "person_id", "quiz_id", "given_for", *_TERMS
        )
    }
    outdated: list[int] = []
    new: list[Allowance] = []
    for one in allowances:
        row = current.get((one.person_id, one.quiz_id, one.given_for))
        if row is None:
            new.append(one)
        elif row[4:] != tuple(getattr(one, name) for name in _TERMS):
            outdated.append(row[0])
            new.append(one)
    now = timezone.now()
    if outdated:
        AttemptAllowance.objects.filter(pk__among=Keys(outdated)).update(superseded_at=now)
    insert_rows(
        AttemptAllowance,
        ("public_id", "person_id", "quiz_id", "given_for", *_TERMS, "recorded_at"),
        (
            (uuid.uuid4(), one.person_id, one.quiz_id, one.given_for, *(getattr(one, name) for name in _TERMS), now)
            for one in new
        ),
    )


@transaction.atomic(savepoint=False)
def withdraw_many(keys: Sequence[_Key]) -> None:
    """As `withdraw_allowance`, for many (person id, quiz id, given_for) at once."""
    if not keys:
        return
    wanted = set(keys)
    rows = _current_of(keys).values_list("pk", "person_id", "quiz_id", "given_for")
    outdated = [row[0] for row in rows if row[1:] in wanted]
    if outdated:
        AttemptAllowance.objects.filter(pk__among=Keys(outdated)).update(superseded_at=timezone.now())


def _current_of(keys: Iterable[_Key]) -> QuerySet[AttemptAllowance]:
    """Those that hold for these people and quizzes, given for whatever: few more than are asked for."""
    people, quizzes, _purposes = zip(*keys, strict=True)
    return AttemptAllowance.objects.filter(
        superseded_at__isnull=True, person_id__among=Keys({*people}), quiz_id__in=set(quizzes)
    )


def _supersede(rows: QuerySet[AttemptAllowance]) -> bool:
    """Ends those of `rows` that still hold. Says whether there were any: of two who try, one is first."""
    return bool(rows.filter(superseded_at__isnull=True).update(superseded_at=timezone.now()))
