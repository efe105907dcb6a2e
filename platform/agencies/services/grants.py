"""Functions given on units: who may see and do what."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import Purpose, scope_of
from agencies.models import Grant, Unit
from agencies.services.rows import end_row, lock_people, overlapping, refuse_replaced
from agencies.signals import grants_changed


@transaction.atomic
def give_grant(
    *,
    person: User,
    unit: Unit,
    function: str,
    given_by: User | None,
    first_day: dt.date | None = None,
    last_day: dt.date | None = None,
) -> Grant:
    """Gives a function on a unit and everything below it.

    Nobody gives one outside what she administers, and who gave it stays in the row, also when she gave it to herself.
    `given_by` None is the installation itself.
    """
    _refuse_outside(given_by, unit)
    if function == Grant.Function.TRAINER and given_by is not None:
        # What a trainer writes is read by every agency: that is not one agency's administrator's to give.
        raise ValidationError({"function": _("Fagansvarlige pekes ut av dem som drifter plattformen.")})
    lock_people([person.pk])
    first_day = first_day or timezone.localdate()
    if not person.is_active:
        raise ValidationError(_("Kontoen er stengt. Spør dem som drifter plattformen."))
    if unit.closed_on is not None:
        raise ValidationError({"unit": _("Enheten er lagt ned. Velg en annen.")})
    if last_day is not None and last_day < first_day:
        raise ValidationError({"last_day": _("Siste dag kan ikke være før første dag.")})
    same = Grant.objects.current().filter(person=person, unit=unit, function=function)
    if overlapping(same, first_day, last_day).exists():
        raise ValidationError(_("Personen har alt denne funksjonen her i denne tiden."))
    grant = Grant(
        person=person, unit=unit, function=function, given_by=given_by, valid_from=first_day, valid_to=last_day
    )
    grant.full_clean()
    grant.save(force_insert=True)
    grants_changed.send(sender=Grant, person_id=person.pk)
    return grant


@transaction.atomic
def end_grant(*, grant: Grant, last_day: dt.date, ended_by: User | None) -> Grant | None:
    """Ends a function after `last_day`. Gives back None when that says it never began."""
    _refuse_outside(ended_by, grant.unit)
    lock_people([grant.person_id])
    refuse_replaced(grant)
    same = Grant.objects.current().filter(person=grant.person_id, unit=grant.unit_id, function=grant.function)
    if overlapping(same.exclude(pk=grant.pk), grant.valid_from, last_day).exists():
        raise ValidationError({"last_day": _("Personen har alt denne funksjonen her i denne tiden.")})
    ended = end_row(grant, last_day)
    grants_changed.send(sender=Grant, person_id=grant.person_id)
    return ended


def _refuse_outside(actor: User | None, unit: Unit) -> None:
    if actor is not None and not scope_of(actor, Purpose.ROSTER).covers(unit):
        raise PermissionDenied
