"""People, places and roles for tests. Each call makes new ones; tests say only what matters to them."""

import datetime as dt
import itertools
from typing import Any

from accounts.models import User
from agencies.models import Grant, Membership, Role, Sector, Unit, UnitParent

_number = itertools.count(1)
LONG_AGO = dt.date(2020, 1, 1)


def make_person(first_name: str = "Ingrid", last_name: str = "Solheim", **fields: Any) -> User:
    email = fields.pop("email", f"person{next(_number)}@example.no")
    return User.objects.create_user(
        email, fields.pop("password", None), first_name=first_name, last_name=last_name, **fields
    )


def make_unit(name: str = "Fjordvik kommune", parent: Unit | None = None, **fields: Any) -> Unit:
    """A unit below `parent`; without a parent it is an agency."""
    fields.setdefault("kind", Unit.Kind.SCHOOL if parent else Unit.Kind.MUNICIPALITY)
    fields.setdefault("is_agency", parent is None)
    unit = Unit(name_nb=name, **fields)
    if parent is None:
        unit = Unit.add_root(instance=unit)
    else:
        parent.refresh_from_db()
        unit = parent.add_child(instance=unit)
    unit.agency = unit if unit.is_agency else parent.agency
    unit.save()
    UnitParent.objects.create(unit=unit, parent=parent, valid_from=LONG_AGO)
    return unit


def make_role(key: str = "teacher", name: str = "Lærer", sector: str = "school") -> Role:
    found, _ = Sector.objects.get_or_create(key=sector, defaults={"name_nb": sector})
    return Role.objects.get_or_create(key=key, defaults={"name_nb": name, "sector": found})[0]


def make_membership(person: User, unit: Unit, role: Role | None = None, **fields: Any) -> Membership:
    fields.setdefault("valid_from", LONG_AGO)
    return Membership.objects.create(person=person, unit=unit, agency=unit.agency, role=role or make_role(), **fields)


def make_grant(person: User, unit: Unit, function: str = Grant.Function.MANAGER, **fields: Any) -> Grant:
    fields.setdefault("valid_from", LONG_AGO)
    return Grant.objects.create(person=person, unit=unit, function=function, **fields)


def with_second_factor(person: User) -> User:
    """Gives a person an authenticator, so that a grant lets her in."""
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    return person
