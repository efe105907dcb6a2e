"""The tree of units changes, and what held before can still be read."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from factories import LONG_AGO, make_grant, make_membership, make_person, make_unit

from agencies import services
from agencies.models import Grant, Membership, Unit, UnitParent
from agencies.services.units import unit_fingerprint
from agencies.signals import unit_moved
from common.dated import SupersededError

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def moves():
    """Every unit_moved that is sent."""
    heard = []

    def hear(sender, unit, **kwargs):
        heard.append((unit.pk, unit.path))

    unit_moved.connect(hear)
    yield heard
    unit_moved.disconnect(hear)


def test_a_new_unit_belongs_to_the_nearest_agency_above():
    county = services.add_unit(name_nb="Fylket", kind="county", is_agency=True)
    town = services.add_unit(name_nb="Byen", kind="municipality", parent=county, is_agency=True)
    office = services.add_unit(name_nb="Oppvekst", kind="department", parent=town)
    school = services.add_unit(name_nb="Lia skole", kind="school", parent=office, code="17")
    assert [unit.agency for unit in (county, town, office, school)] == [county, town, town, town]
    assert UnitParent.objects.get(unit=school).parent == office
    assert school.is_descendant_of(Unit.objects.get(pk=county.pk))


def test_two_units_of_an_agency_cannot_share_a_code():
    town = make_unit()
    services.add_unit(name_nb="Lia", kind="school", parent=town, code="17")
    with pytest.raises(ValidationError) as refused:
        services.add_unit(name_nb="Bråten", kind="school", parent=town, code="17")
    assert "code" in refused.value.error_dict
    assert Unit.objects.count() == 2
    services.add_unit(name_nb="Lia", kind="school", parent=make_unit("Nabo kommune"), code="17")


def test_renaming_keeps_the_sort_key_and_refuses_a_stale_form():
    school = make_unit("Lia", make_unit())
    seen = unit_fingerprint(school)
    services.rename_unit(unit=school, name_nb="Aasen skole", kind="school", seen=seen)
    school.refresh_from_db()
    assert school.name_key.startswith("~3sen")
    with pytest.raises(SupersededError):
        services.rename_unit(unit=school, name_nb="Bråten", kind="school", seen=seen)
    school.refresh_from_db()
    assert school.name_nb == "Aasen skole"


def test_a_moved_unit_takes_everything_below_along(moves):
    old, new = make_unit("Gammel"), make_unit("Ny")
    office = make_unit("Oppvekst", old)
    school = make_unit("Lia", office)
    inner = make_unit("Stiftelsen", office, is_agency=True)
    below_inner = make_unit("Avdeling", inner)
    person = make_person()
    now = make_membership(person, school)
    over = make_membership(person, office, valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2021, 1, 1))
    moved = services.move_unit(unit=office, parent=new)
    for unit in (school, inner, below_inner, new, now, over):
        unit.refresh_from_db()
    assert all(unit.path.startswith(new.path) for unit in (moved, school, inner, below_inner))
    assert moved.agency == new
    assert school.agency == new
    assert inner.agency == inner
    assert below_inner.agency == inner
    assert now.agency == new
    assert over.agency == old, "what ended before the move stays with the agency it was in"
    assert moves == [(office.pk, moved.path)]
    assert not Unit.find_problems()[0]


def test_the_tree_of_earlier_days_is_kept_as_it_was_known():
    old, new = make_unit("Gammel"), make_unit("Ny")
    school = make_unit("Lia", old)
    before = timezone.now()
    today = timezone.localdate()
    services.move_unit(unit=school, parent=new, day=today - 10 * DAY)
    assert UnitParent.objects.on(today).get(unit=school).parent == new
    assert UnitParent.objects.on(today - 11 * DAY).get(unit=school).parent == old
    known = UnitParent.objects.filter(unit=school).known_at(before).get()
    assert (known.parent, known.valid_from, known.valid_to) == (old, LONG_AGO, None)


def test_moving_twice_on_a_day_leaves_one_place_for_it():
    old, middle, new = make_unit("Gammel"), make_unit("Mellom"), make_unit("Ny")
    school = make_unit("Lia", old)
    services.move_unit(unit=school, parent=middle)
    services.move_unit(unit=school, parent=new)
    assert UnitParent.objects.on(timezone.localdate()).get(unit=school).parent == new


@pytest.mark.parametrize("wrong", ["below itself", "same place", "ahead", "before it came", "closed", "code taken"])
def test_a_move_that_makes_no_sense_changes_nothing(wrong, moves):
    old, new = make_unit("Gammel"), make_unit("Ny")
    office = make_unit("Oppvekst", old, code="17")
    school = make_unit("Lia", office)
    arguments = {"parent": new}
    if wrong == "below itself":
        arguments["parent"] = school
    elif wrong == "same place":
        arguments["parent"] = old
    elif wrong == "ahead":
        arguments["day"] = timezone.localdate() + DAY
    elif wrong == "before it came":
        arguments["day"] = LONG_AGO - DAY
    elif wrong == "closed":
        services.close_unit(unit=new)
    else:
        make_unit("Andre", new, code="17")
    office.refresh_from_db()
    with pytest.raises(ValidationError):
        services.move_unit(unit=office, **arguments)
    path = office.path
    office.refresh_from_db()
    assert office.path == path
    assert office.agency == old
    assert UnitParent.objects.filter(unit=office).count() == 1
    assert moves == []


def test_a_stale_move_changes_nothing():
    old, new = make_unit("Gammel"), make_unit("Ny")
    school = make_unit("Lia", old)
    services.move_unit(unit=school, parent=new)
    with pytest.raises(SupersededError):
        services.move_unit(unit=school, parent=old, seen=school.path)


def test_a_unit_closes_only_when_nobody_works_there_and_nothing_is_below():
    town = make_unit()
    office = make_unit("Oppvekst", town)
    school = make_unit("Lia", office)
    person = make_person()
    job = make_membership(person, school)
    grant = make_grant(person, school)
    with pytest.raises(ValidationError):
        services.close_unit(unit=office)
    with pytest.raises(ValidationError):
        services.close_unit(unit=school)
    services.end_membership(membership=job, last_day=timezone.localdate())
    closed = services.close_unit(unit=school)
    assert closed.closed_on == timezone.localdate()
    assert not Grant.objects.on(timezone.localdate() + DAY).filter(pk__gte=grant.pk).exists()
    assert UnitParent.objects.current().get(unit=school).valid_to == timezone.localdate()
    services.close_unit(unit=office)
    with pytest.raises(ValidationError):
        services.close_unit(unit=office)
    with pytest.raises(ValidationError):
        services.add_membership(
            person=person, unit=closed, role=Membership.objects.first().role, first_day=timezone.localdate()
        )
