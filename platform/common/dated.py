"""Rows that say what held, from when to when, and what was known when.

Such a row is never edited. When the world or our knowledge changes, it is *superseded*: the row keeps everything it
said, `superseded_at` tells until when we believed it, and a new row says what we believe now. So both "on day D" and
"on day D, as known at instant E" can be answered from the rows.
"""

import datetime as dt
from typing import Any, ClassVar, Self, TypeVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SupersededError(Exception):
    """The row was already replaced by somebody else: read it again."""


class RecordedQuerySet(models.QuerySet["Any"]):
    """Reads of rows with `recorded_at` and `superseded_at`."""

    def current(self) -> Self:
        """What we believe now."""
        return self.filter(superseded_at__isnull=True)

    def known_at(self, instant: dt.datetime) -> Self:
        """What we believed at `instant`."""
        return self.filter(recorded_at__lte=instant).filter(
            Q(superseded_at__isnull=True) | Q(superseded_at__gt=instant)
        )


class DatedQuerySet(RecordedQuerySet):
    """Reads of rows that also hold from a first to a last day, both included."""

    def on(self, day: dt.date) -> Self:
        """Rows that hold on `day`, by what we believe now."""
        return self.current().filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Recorded(models.Model):
    """What was known when."""

    recorded_at = models.DateTimeField(_("registrert"), default=timezone.now, editable=False)
    superseded_at = models.DateTimeField(_("erstattet"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = RecordedQuerySet.as_manager()

    class Meta:
        abstract = True


class Dated(Recorded):
    """What held from `valid_from` to `valid_to`, both days included; an empty `valid_to` means until further notice."""

    valid_from = models.DateField(_("fra og med"))
    valid_to = models.DateField(_("til og med"), null=True, blank=True)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def dates_in_order(name: str) -> models.CheckConstraint:
    """The constraint that every dated table carries, under a name of its own."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=name,
        violation_error_message=_("Siste dag kan ikke være før første dag."),
    )


R = TypeVar("R", bound=Recorded)


def supersede(row: R, **changes: Any) -> R:
    """Replaces `row` by a copy with `changes` and returns the copy.

    Raises SupersededError when somebody else was first, ValidationError when the copy breaks a rule; then nothing is
    changed.
    """
    with transaction.atomic():
        retract(row)
        fields = {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if not field.primary_key and field.name not in ("recorded_at", "superseded_at", "public_id")
        }
        copy = type(row)(**fields)
        for name, value in changes.items():
            setattr(copy, name, value)
        kept = [field for field in row._meta.concrete_fields if not {field.name, field.attname} & set(changes)]
        copy.clean_fields(exclude={field.name for field in kept})
        copy.clean()
        copy.validate_constraints()
        copy.save(force_insert=True)
        return copy


def retract(row: Recorded) -> None:
    """Says that we no longer believe `row`, without anything in its place. Raises SupersededError as above."""
    now = timezone.now()
    updated = type(row)._default_manager.filter(pk=row.pk, superseded_at__isnull=True).update(superseded_at=now)
    if not updated:
        raise SupersededError(f"{type(row).__name__} {row.pk} was already replaced")
    row.superseded_at = now
