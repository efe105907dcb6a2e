"""Memberships and leave: a person in a unit with a role, from a day to a day."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Membership, MembershipPause, Role, Unit
from agencies.services.rows import ONE_DAY, end_row, lock_people, overlapping, refuse_replaced
from agencies.signals import memberships_changed


@transaction.atomic
def add_membership(
    *,
    person: User,
    unit: Unit,
    role: Role,
    first_day: dt.date,
    last_day: dt.date | None = None,
    origin: str = Membership.Origin.BY_HAND,
) -> Membership:
    """Gives a person a role in a unit."""
    lock_people([person.pk])
    membership = _add(person, unit, role, first_day, last_day, origin)
    memberships_changed.send(sender=Membership, person_ids=[person.pk])
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, last_day: dt.date) -> Membership | None:
    """Ends a membership after `last_day`. Gives back None when that says it never began."""
    lock_people([membership.person_id])
    refuse_replaced(membership)
    _refuse_overlap(
        membership.person, membership.unit, membership.role, membership.valid_from, last_day, but=membership
    )
    ended = end_row(membership, last_day)
    memberships_changed.send(sender=Membership, person_ids=[membership.person_id])
    return ended


@transaction.atomic
def move_person(
    *,
    membership: Membership,
    unit: Unit,
    role: Role,
    first_day: dt.date,
    last_day: dt.date | None = None,
    origin: str = Membership.Origin.BY_HAND,
) -> Membership:
    """Ends a membership and begins another on `first_day`. Leave that lasts beyond the move goes with her."""
    lock_people([membership.person_id])
    refuse_replaced(membership)
    if (unit.pk, role.pk) == (membership.unit_id, membership.role_id):
        raise ValidationError({"unit": _("Velg en annen enhet eller en annen rolle enn den personen har.")})
    if first_day < membership.valid_from:
        raise ValidationError({"first_day": _("Stillingen personen flytter fra, begynte etter denne dagen.")})
    if membership.valid_to is not None and membership.valid_to < first_day:
        raise ValidationError({"first_day": _("Stillingen personen flytter fra, er alt avsluttet før denne dagen.")})
    end_row(membership, first_day - ONE_DAY)
    moved = _add(membership.person, unit, role, first_day, last_day, origin)
    carry_pauses(membership, moved)
    memberships_changed.send(sender=Membership, person_ids=[membership.person_id])
    return moved


@transaction.atomic
def pause_membership(*, membership: Membership, first_day: dt.date, last_day: dt.date | None = None) -> MembershipPause:
    """Leave from one membership. Nobody is asked why, and nothing keeps it."""
    lock_people([membership.person_id])
    refuse_replaced(membership)
    if not membership.holds_on(first_day):
        raise ValidationError({"first_day": _("Permisjonen må begynne mens stillingen varer.")})
    if overlapping(_pauses(membership), first_day, last_day).exists():
        raise ValidationError({"first_day": _("Det er alt lagt inn permisjon i denne tiden.")})
    pause = MembershipPause(membership=membership, valid_from=first_day, valid_to=last_day)
    pause.full_clean()
    pause.save(force_insert=True)
    memberships_changed.send(sender=Membership, person_ids=[membership.person_id])
    return pause


@transaction.atomic
def end_pause(*, pause: MembershipPause, last_day: dt.date) -> MembershipPause | None:
    """Ends leave after `last_day`. Gives back None when that says it never began."""
    membership = pause.membership
    lock_people([membership.person_id])
    refuse_replaced(pause)
    others = _pauses(membership).exclude(pk=pause.pk)
    if last_day >= pause.valid_from and overlapping(others, pause.valid_from, last_day).exists():
        raise ValidationError({"last_day": _("Det er alt lagt inn permisjon i denne tiden.")})
    ended = end_row(pause, last_day)
    memberships_changed.send(sender=Membership, person_ids=[membership.person_id])
    return ended


def carry_pauses(old: Membership, new: Membership) -> None:
    """Lets leave that lasts into the new membership go on there."""
    for pause in overlapping(_pauses(old), new.valid_from, new.valid_to):
        starts = max(pause.valid_from, new.valid_from)
        ends = pause.valid_to
        end_row(pause, max(new.valid_from, pause.valid_from) - ONE_DAY)
        MembershipPause.objects.create(membership=new, valid_from=starts, valid_to=ends)


def _pauses(membership: Membership) -> "QuerySet[MembershipPause]":
    return MembershipPause.objects.current().filter(membership__thread=membership.thread)


def _add(person: User, unit: Unit, role: Role, first_day: dt.date, last_day: dt.date | None, origin: str) -> Membership:
    if not person.is_active:
        raise ValidationError(_("Kontoen er stengt. Spør dem som drifter plattformen."))
    if unit.closed_on is not None and (last_day is None or last_day > unit.closed_on):
        raise ValidationError({"unit": _("Enheten er lagt ned. Velg en annen.")})
    if last_day is not None and last_day < first_day:
        raise ValidationError({"last_day": _("Siste dag kan ikke være før første dag.")})
    _refuse_overlap(person, unit, role, first_day, last_day)
    membership = Membership(
        person=person,
        unit=unit,
        agency_id=unit.agency_id,
        role=role,
        valid_from=first_day,
        valid_to=last_day,
        origin=origin,
    )
    membership.full_clean()
    membership.save(force_insert=True)
    return membership


def _refuse_overlap(
    person: User,
    unit: Unit,
    role: Role,
    first_day: dt.date,
    last_day: dt.date | None,
    but: Membership | None = None,
) -> None:
    same = Membership.objects.current().filter(person=person, unit=unit, role=role)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if overlapping(same, first_day, last_day).exists():
        raise ValidationError(_("Personen har alt denne rollen i enheten i denne tiden."))
