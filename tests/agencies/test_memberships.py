"""Who works where changes by rows that follow each other; nothing that was known is lost."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from factories import LONG_AGO, make_grant, make_membership, make_person, make_role, make_unit

from accounts.models import User
from agencies import services
from agencies.access import Purpose, scope_of
from agencies.models import Grant, Membership, MembershipPause
from agencies.reading import active_memberships, paused_threads
from agencies.services.people import person_fingerprint
from agencies.signals import grants_changed, memberships_changed
from common.dated import SupersededError

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ADMINISTRATOR = Grant.Function.ADMINISTRATOR


@pytest.fixture
def told():
    """What the apps above hear."""
    heard = []

    def hear_people(sender, person_ids, **kwargs):
        heard.append(("memberships", person_ids))

    def hear_grant(sender, person_id, **kwargs):
        heard.append(("grants", person_id))

    memberships_changed.connect(hear_people)
    grants_changed.connect(hear_grant)
    yield heard
    memberships_changed.disconnect(hear_people)
    grants_changed.disconnect(hear_grant)


def add(email="kari@example.no", **fields):
    values = {"first_name": "Kari", "last_name": "Aas", "role": make_role(), "first_day": LONG_AGO, **fields}
    return services.add_person(email=email, **values)


def test_a_new_person_gets_an_account_without_a_password_and_a_membership(told):
    school = make_unit("Lia", make_unit())
    added = add(" Kari@Example.no ", unit=school, language="nn")
    assert added.is_new
    assert (added.person.email, added.person.language) == ("kari@example.no", "nn")
    assert not added.person.has_usable_password()
    assert (added.membership.unit, added.membership.agency) == (school, school.agency)
    assert told == [("memberships", [added.person.pk])]


def test_a_known_address_is_the_same_person_and_only_gets_the_membership():
    first = add(unit=make_unit("A"))
    second = add("KARI@example.no", unit=make_unit("B"), first_name="En annen", language="en")
    assert not second.is_new
    assert second.person == first.person
    assert (second.person.first_name, second.person.language) == ("Kari", "nb")
    assert Membership.objects.count() == 2


def test_the_same_role_in_the_same_unit_is_not_given_twice():
    school = make_unit()
    added = add(unit=school)
    with pytest.raises(ValidationError):
        add(unit=school)
    services.end_membership(membership=added.membership, last_day=dt.date(2024, 6, 30))
    again = add(unit=school, first_day=dt.date(2024, 7, 1))
    assert again.membership.thread != added.membership.thread


def test_ending_keeps_what_was_known_before(told):
    person = make_person()
    row = make_membership(person, make_unit())
    before = timezone.now()
    ended = services.end_membership(membership=row, last_day=dt.date(2024, 6, 30))
    assert ended.thread == row.thread
    assert not active_memberships(dt.date(2024, 7, 1)).exists()
    assert active_memberships(dt.date(2024, 6, 30)).get() == ended
    known = Membership.objects.known_at(before).get()
    assert (known.pk, known.valid_to) == (row.pk, None)
    assert told == [("memberships", [person.pk])]


def test_a_stale_end_changes_nothing():
    row = make_membership(make_person(), make_unit())
    stale = Membership.objects.get(pk=row.pk)
    services.end_membership(membership=row, last_day=dt.date(2024, 6, 30))
    with pytest.raises(SupersededError):
        services.end_membership(membership=stale, last_day=dt.date(2025, 6, 30))
    with pytest.raises(SupersededError):
        services.pause_membership(membership=stale, first_day=dt.date(2024, 1, 1))
    assert Membership.objects.current().get().valid_to == dt.date(2024, 6, 30)
    assert not MembershipPause.objects.exists()


def test_what_ends_just_before_it_begins_never_was():
    row = make_membership(make_person(), make_unit(), valid_from=dt.date(2030, 1, 1))
    with pytest.raises(ValidationError):
        services.end_membership(membership=row, last_day=dt.date(2029, 12, 30))
    assert services.end_membership(membership=row, last_day=dt.date(2029, 12, 31)) is None
    assert not Membership.objects.current().exists()
    assert Membership.objects.count() == 1


def test_moving_ends_one_membership_and_begins_another_and_leave_goes_along(told):
    person = make_person()
    town = make_unit()
    row = make_membership(person, make_unit("A", town))
    services.pause_membership(membership=row, first_day=dt.date(2024, 3, 1), last_day=dt.date(2024, 12, 31))
    told.clear()
    new = services.move_person(
        membership=row, unit=make_unit("B", town), role=make_role("head", "Rektor"), first_day=dt.date(2024, 8, 1)
    )
    assert Membership.objects.current().get(thread=row.thread).valid_to == dt.date(2024, 7, 31)
    assert paused_threads([person.pk], dt.date(2024, 7, 31)) == {row.thread}
    assert paused_threads([person.pk], dt.date(2024, 8, 1)) == {new.thread}
    assert paused_threads([person.pk], dt.date(2025, 1, 1)) == set()
    assert told == [("memberships", [person.pk])]


def test_a_move_to_the_same_place_or_before_the_beginning_is_refused():
    town = make_unit()
    row = make_membership(make_person(), make_unit("A", town), valid_from=dt.date(2024, 1, 1))
    other = make_unit("B", town)
    with pytest.raises(ValidationError):
        services.move_person(membership=row, unit=row.unit, role=row.role, first_day=dt.date(2025, 1, 1))
    with pytest.raises(ValidationError):
        services.move_person(membership=row, unit=other, role=row.role, first_day=dt.date(2023, 1, 1))
    assert Membership.objects.count() == 1


def test_leave_follows_a_membership_that_was_corrected_and_never_overlaps(told):
    person = make_person()
    row = make_membership(person, make_unit())
    pause = services.pause_membership(membership=row, first_day=dt.date(2024, 3, 1))
    assert told == [("memberships", [person.pk])]
    ended = services.end_membership(membership=row, last_day=dt.date(2030, 1, 1))
    assert paused_threads([person.pk], dt.date(2024, 5, 1)) == {ended.thread}
    with pytest.raises(ValidationError):
        services.pause_membership(membership=ended, first_day=dt.date(2024, 4, 1), last_day=dt.date(2024, 4, 2))
    with pytest.raises(ValidationError):
        services.pause_membership(membership=ended, first_day=dt.date(2031, 4, 1))
    services.end_pause(pause=pause, last_day=dt.date(2024, 4, 30))
    assert paused_threads([person.pk], dt.date(2024, 5, 1)) == set()
    with pytest.raises(SupersededError):
        services.end_pause(pause=pause, last_day=dt.date(2024, 5, 30))


def test_a_grant_is_given_inside_ones_own_scope_and_says_who_gave_it(told):
    town, other = make_unit("A"), make_unit("B")
    school = make_unit("Lia", town)
    administrator, manager = make_person("Marit"), make_person()
    make_grant(administrator, town, ADMINISTRATOR)
    grant = services.give_grant(person=manager, unit=school, function="manager", given_by=administrator)
    assert grant.given_by == administrator
    assert scope_of(manager, Purpose.STANDINGS).covers(school)
    assert told == [("grants", manager.pk)]
    with pytest.raises(PermissionDenied):
        services.give_grant(person=administrator, unit=other, function="manager", given_by=administrator)
    with pytest.raises(PermissionDenied):
        services.give_grant(person=manager, unit=town, function="manager", given_by=manager)
    with pytest.raises(ValidationError):
        services.give_grant(person=manager, unit=school, function="manager", given_by=administrator)
    assert Grant.objects.count() == 2


def test_an_administrator_gives_herself_nothing_in_silence():
    town = make_unit()
    administrator = make_person()
    make_grant(administrator, town, ADMINISTRATOR)
    grant = services.give_grant(person=administrator, unit=town, function="manager", given_by=administrator)
    assert grant.given_by == administrator


def test_a_grant_ends_by_one_who_administers_the_unit_and_what_held_is_kept():
    town = make_unit()
    school = make_unit("Lia", town)
    administrator, manager = make_person(), make_person()
    make_grant(administrator, town, ADMINISTRATOR)
    grant = make_grant(manager, school)
    before = timezone.now()
    today = timezone.localdate()
    with pytest.raises(PermissionDenied):
        services.end_grant(grant=grant, last_day=today, ended_by=manager)
    services.end_grant(grant=grant, last_day=today - DAY, ended_by=administrator)
    assert not scope_of(manager, Purpose.STANDINGS)
    assert scope_of(manager, Purpose.STANDINGS, today - DAY).covers(school)
    assert Grant.objects.filter(person=manager).known_at(before).get().valid_to is None
    fresh = services.give_grant(person=manager, unit=school, function="manager", given_by=administrator)
    assert services.end_grant(grant=fresh, last_day=today - DAY, ended_by=administrator) is None
    assert not scope_of(manager, Purpose.STANDINGS)


def change(person, by, **fields):
    values = {"first_name": "Ny", "last_name": "Navn", "email": "ny@example.no", "language": "nb", **fields}
    return services.change_person(person=person, changed_by=by, **values)


def test_a_new_address_replaces_the_one_she_signed_in_with():
    town = make_unit()
    administrator, person = make_person(), make_person(email="gammel@example.no")
    make_grant(administrator, town, ADMINISTRATOR)
    make_membership(person, town)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    changed = change(person, administrator, email="NY@example.no")
    assert changed.email == "ny@example.no"
    assert User.objects.get(pk=person.pk).name_key.startswith("navn")
    assert not EmailAddress.objects.filter(email="gammel@example.no").exists()


def test_an_administrator_cannot_take_over_someone_who_also_belongs_elsewhere():
    town, other = make_unit("A"), make_unit("B")
    administrator, shared, leader, root = make_person(), make_person(), make_person(), make_person()
    make_grant(administrator, town, ADMINISTRATOR)
    for person in (shared, leader, root):
        make_membership(person, town)
    make_membership(shared, other, valid_from=timezone.localdate() + DAY)
    make_grant(leader, other)
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    for person in (shared, leader, root, make_person()):
        with pytest.raises(PermissionDenied):
            change(person, administrator)
        person.refresh_from_db()
        assert person.email != "ny@example.no"


def test_a_taken_address_and_a_stale_form_change_nothing():
    person = make_person()
    seen = person_fingerprint(person)
    make_person(email="ny@example.no")
    with pytest.raises(ValidationError):
        change(person, None)
    change(person, None, email="annen@example.no", seen=seen)
    with pytest.raises(SupersededError):
        change(person, None, email="tredje@example.no", seen=seen)
    person.refresh_from_db()
    assert person.email == "annen@example.no"
