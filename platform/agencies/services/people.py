"""People as an administrator enters them."""

import datetime as dt
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import Purpose, may_change_person, scope_of
from agencies.models import Membership, Role, Unit
from agencies.services.memberships import add_membership
from agencies.services.rows import fingerprint, lock_people, refuse_stale


class Added(NamedTuple):
    """Who was added, and whether the platform knew her from before."""

    person: User
    membership: Membership
    is_new: bool


@transaction.atomic
def add_person(
    *,
    email: str,
    first_name: str,
    last_name: str,
    unit: Unit,
    role: Role,
    first_day: dt.date,
    last_day: dt.date | None = None,
    language: str = "nb",
    origin: str = Membership.Origin.BY_HAND,
) -> Added:
    """Adds a person with her first membership here.

    An e-mail address that is known is the same person: she gets the membership, and nothing else about her is touched,
    since another agency may have entered it.
    """
    person, is_new = _find_or_create(email.strip().lower(), first_name, last_name, language)
    membership = add_membership(
        person=person, unit=unit, role=role, first_day=first_day, last_day=last_day, origin=origin
    )
    return Added(person, membership, is_new)


def person_fingerprint(person: User) -> str:
    """What change_person compares with `seen`."""
    return fingerprint(person.first_name, person.last_name, person.email, person.language)


@transaction.atomic
def change_person(
    *,
    person: User,
    first_name: str,
    last_name: str,
    email: str,
    language: str,
    changed_by: User | None,
    seen: str | None = None,
) -> User:
    """Changes name, e-mail address and language.

    The address is what she signs in with, so only somebody who administers all of her may change it (see
    access.may_change_person); `changed_by` None is the installation itself. Raises SupersededError when she is no
    longer as `seen`.
    """
    lock_people([person.pk])
    person = User.objects.get(pk=person.pk)
    if changed_by is not None and not may_change_person(scope_of(changed_by, Purpose.ROSTER), person):
        raise PermissionDenied
    refuse_stale(seen, person_fingerprint(person))
    old_email = person.email
    person.first_name, person.last_name, person.language = first_name, last_name, language
    person.email = email.strip().lower()
    person.full_clean()
    person.save(update_fields=["first_name", "last_name", "email", "language"])
    if person.email != old_email:
        # allauth keeps addresses of its own; the old one would go on letting somebody in.
        EmailAddress.objects.filter(user=person).delete()
    return person


def _find_or_create(email: str, first_name: str, last_name: str, language: str) -> tuple[User, bool]:
    found = User.objects.filter(email__iexact=email).first()
    if found is not None:
        return found, False
    draft = User(email=email, first_name=first_name, last_name=last_name, language=language)
    draft.full_clean(exclude=["password"])
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email, None, first_name=first_name, last_name=last_name, language=language
            ), True
    except IntegrityError:  # somebody added her at the same moment
        found = User.objects.filter(email__iexact=email).first()
        if found is None:
            raise ValidationError({"email": _("E-postadressen er alt i bruk.")}) from None
        return found, False
