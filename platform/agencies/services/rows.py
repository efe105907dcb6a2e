"""What the services share: one change at a time, periods that do not overlap, rows that end."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Unit
from common.dated import Dated, SupersededError, retract, supersede

ONE_DAY = dt.timedelta(days=1)
D = TypeVar("D", bound=Dated)


def lock_people(person_ids: Iterable[int]) -> None:
    """Lets one transaction at a time change these people, so that what it checked still holds when it commits.

    SQLite has no row locks and needs none: its transactions begin IMMEDIATE, with the lock for writing.
    """
    people = User.objects.select_for_update(no_key=True).filter(pk__in=list(person_ids))
    list(people.order_by("pk").values_list("pk", flat=True))


def lock_tree() -> None:
    """Lets one transaction at a time change the tree: a move rewrites the paths of others than the one moved."""
    roots = Unit.objects.select_for_update(no_key=True).filter(depth=1)
    list(roots.order_by("pk").values_list("pk", flat=True))


def refuse_replaced(row: Dated) -> None:
    """Raises SupersededError when the row is no longer what we believe, before it is compared with what replaced it."""
    if not type(row)._default_manager.filter(pk=row.pk, superseded_at__isnull=True).exists():
        raise SupersededError(f"{type(row).__name__} {row.pk} was already replaced")


def overlapping(rows: "QuerySet[Any]", first_day: dt.date, last_day: dt.date | None) -> "QuerySet[Any]":
    """The dated rows that share at least one day with the period."""
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first_day))
    return rows if last_day is None else rows.filter(valid_from__lte=last_day)


def end_row(row: D, last_day: dt.date) -> D | None:
    """Ends a dated row. A last day just before the first says that it never held: then nothing takes its place."""
    if last_day < row.valid_from - ONE_DAY:
        raise ValidationError({"last_day": _("Siste dag kan ikke være før første dag.")})
    if last_day < row.valid_from:
        retract(row)
        return None
    return supersede(row, valid_to=last_day)


def fingerprint(*values: object) -> str:
    """What a form saw when it was opened, for rows that are changed in place: another one means that it is stale."""
    return hashlib.sha256("\x1f".join(str(value) for value in values).encode()).hexdigest()[:20]


def refuse_stale(seen: str | None, now: str) -> None:
    """Raises SupersededError when the form saw something else than what is there now."""
    if seen is not None and seen != now:
        raise SupersededError("changed since the form was opened")
