"""What an installation begins with."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from agencies.access import Purpose, scope_of
from agencies.content import load_roles
from agencies.models import Region, Role, Sector, Unit

pytestmark = pytest.mark.django_db


def test_roles_are_loaded_once_and_names_of_the_installation_stay():
    roles = load_roles()
    assert roles["teacher"].sector.key == "school"
    Role.objects.filter(key="gp").update(name_nb="Lege")
    counts = (Role.objects.count(), Sector.objects.count(), Region.objects.count())
    assert load_roles().keys() == roles.keys()
    assert counts == (Role.objects.count(), Sector.objects.count(), Region.objects.count())
    assert counts == (18, 8, 5)
    assert Role.objects.get(key="gp").name_nb == "Lege"
    assert all(role.name_nn and role.name_en for role in Role.objects.all())


def test_a_new_agency_comes_with_an_administrator_who_can_do_the_rest(capsys):
    options = {"kind": "municipality", "administrator": "Marit@example.no", "code": "3000"}
    call_command("agency_add", "Fjordvik kommune", first_name="Marit", last_name="Aune", **options)
    unit = Unit.objects.get()
    assert unit.agency == unit
    assert scope_of(User.objects.get(email="marit@example.no"), Purpose.ROSTER).covers(unit)
    call_command("agency_add", "Fjordvik sykehus", below="3000", **{**options, "kind": "health_trust"})
    assert Unit.objects.get(name_nb="Fjordvik sykehus").is_child_of(unit)


def test_an_agency_without_a_whole_administrator_is_not_added():
    with pytest.raises(CommandError):
        call_command("agency_add", "Fjordvik", kind="municipality", administrator="ny@example.no")
    assert not Unit.objects.exists()
    assert not Role.objects.exists()
