"""Who sees what is one rule: a unit is seen when it, or a unit above it, holds a grant for the purpose."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from factories import make_grant, make_membership, make_person, make_unit
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.access import Purpose, scope_of
from agencies.models import Grant, Unit

pytestmark = pytest.mark.django_db

FUNCTIONS = Grant.Function.values
# Each number says below which of the units before it the next one stands; -1 makes another root.
TREES = st.lists(st.integers(min_value=-1, max_value=11), min_size=1, max_size=12)
GRANTS = st.lists(st.tuples(st.integers(0, 11), st.sampled_from(FUNCTIONS)), max_size=5)


def plant(numbers):
    units = []
    for number in numbers:
        parent = units[number % len(units)] if units and number >= 0 else None
        units.append(make_unit(f"Enhet {len(units)}", parent))
    return list(Unit.objects.order_by("pk"))


def seen_by_definition(units, grants, purpose):
    held = {units[index % len(units)].path for index, function in grants if function in purpose.value}
    return {unit.pk for unit in units if any(unit.path[: len(path)] == path for path in held)}


def hand_out(person, units, grants):
    for index, function in {(index % len(units), function) for index, function in grants}:
        make_grant(person, units[index], function)


@settings(max_examples=25, deadline=None)
@given(numbers=TREES, grants=GRANTS, lower=st.tuples(st.integers(0, 11), st.sampled_from(FUNCTIONS)))
def test_scope_is_the_subtrees_of_matching_grants_and_more_grants_only_add(numbers, grants, lower):
    with transaction.atomic():
        units = plant(numbers)
        person = make_person()
        hand_out(person, units, grants)
        before = {}
        for purpose in Purpose:
            scope = scope_of(person, purpose)
            expected = seen_by_definition(units, grants, purpose)
            assert {unit.pk for unit in scope.units()} == expected
            assert {unit.pk for unit in units if scope.covers(unit)} == expected
            assert bool(scope) == bool(expected)
            before[purpose] = expected
            for within in units:
                inside = {unit.pk for unit in units if unit.path.startswith(within.path)}
                narrowed = scope_of(person, purpose, within=within)
                assert {unit.pk for unit in narrowed.units()} == expected & inside
        hand_out(make_person(), units, [*grants, lower])
        if (lower[0] % len(units), lower[1]) not in {(index % len(units), name) for index, name in grants}:
            make_grant(person, units[lower[0] % len(units)], lower[1])
        for purpose in Purpose:
            assert before[purpose] <= {unit.pk for unit in scope_of(person, purpose).units()}
        transaction.set_rollback(True)  # the next example begins with an empty tree


def test_people_in_scope_are_those_with_a_membership_there_that_day():
    town, other = make_unit("A"), make_unit("B")
    school = make_unit("Lia", town)
    leader, teacher, gone, stranger = make_person(), make_person(), make_person(), make_person()
    make_grant(leader, town)
    make_membership(teacher, school)
    make_membership(teacher, town)
    make_membership(gone, school, valid_to=dt.date(2024, 1, 1))
    make_membership(stranger, other)
    assert list(scope_of(leader, Purpose.STANDINGS).people()) == [teacher]
    assert gone in scope_of(leader, Purpose.STANDINGS).people(dt.date(2024, 1, 1))


def test_nobody_sees_anything_by_being_superuser_signed_out_or_blocked():
    town = make_unit()
    root, blocked = make_person(is_superuser=True), make_person(is_active=False)
    make_grant(blocked, town)
    for person in (root, blocked, AnonymousUser()):
        for purpose in Purpose:
            scope = scope_of(person, purpose)
            assert not scope
            assert not scope.units().exists()
            assert not scope.people().exists()


def test_a_grant_holds_from_its_first_to_its_last_day():
    town, person = make_unit(), make_person()
    today = timezone.localdate()
    make_grant(person, town, valid_from=today, valid_to=today + dt.timedelta(days=1))
    for days, sees in ((-1, False), (0, True), (1, True), (2, False)):
        assert bool(scope_of(person, Purpose.STANDINGS, today + dt.timedelta(days=days))) is sees
