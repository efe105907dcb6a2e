"""The tallies say what a count from scratch says, whatever happened in whatever order."""

import datetime as dt
import random
import threading
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from factories import LONG_AGO, make_membership, make_person, make_role, make_unit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from agencies.models import Membership, Unit
from agencies.signals import unit_moved
from certification.models import Requirement, Standing
from reports.contributions import TallyStatus
from reports.models import Counted, Tally, TallyDelta, TallyMonth
from reports.reading.figures import children_figures, figures, figures_of_each, roles_figures, unit_figures
from reports.services import count_people, difference, fold_tallies, keep_month, recount, recount_below
from reports.tasks import fold_tallies as fold_task

ROLES = ("teacher", "assistant", "nurse")
STANDINGS = (
    {"left": 200},
    {"left": 90},
    {"left": 45},
    {"left": 3},
    {"left": -1},
    {"left": -100},
    {"due_in": 5},
    {"due_in": -1},
    {"due_in": 5, "begun": True},
    {"left": 200, "paused": True},
    {"waived": True},
    {"required": False},
)


def total(place, path, role=None):
    return sum(figures([path], place.certification, role=role).counts.values())


def people_below(place, unit, role=None):
    """Counted the slow way: from the memberships and requirements themselves."""
    found = set()
    for standing in Standing.objects.filter(certification=place.certification, required=True):
        threads = Requirement.objects.on(place.today).filter(person_id=standing.person_id).values("membership_thread")
        jobs = Membership.objects.on(place.today).filter(
            person_id=standing.person_id, thread__in=threads, unit__path__startswith=unit.path
        )
        if role is not None:
            jobs = jobs.filter(role=role)
        if jobs.exists():
            found.add(standing.person_id)
    return len(found)


def test_a_person_counts_once_in_each_of_her_units_and_once_above(place):
    person = place.works(place.lia, left=200)
    place.require(make_membership(person, place.braten))
    place.stand(person, left=200)
    assert [total(place, unit.path) for unit in (place.lia, place.braten, place.agency)] == [1, 1, 1]
    assert figures([place.agency.path], place.certification).counts[TallyStatus.VALID_MORE] == 1
    assert difference() == []


def test_counting_again_changes_nothing_and_writes_nothing(place):
    person = place.works(place.lia, left=200)
    waiting = TallyDelta.objects.count()
    standing = Standing.objects.get(person=person)
    count_people(changes=[place.change(standing)], today=place.today)
    assert TallyDelta.objects.count() == waiting


def test_who_is_no_longer_required_or_has_left_is_not_counted(place):
    leaves, freed, kept = (place.works(place.lia, left=200) for _ in range(3))
    Membership.objects.filter(person=leaves).update(valid_to=place.today - dt.timedelta(days=1))
    place.stand(leaves, left=200)
    place.stand(freed, left=200, required=False)
    assert total(place, place.agency.path) == 1
    assert list(Counted.objects.values_list("person", flat=True)) == [kept.pk]
    fold_tallies()
    assert total(place, place.agency.path) == 1


def test_only_jobs_through_which_it_is_required_count(place):
    person = place.works(place.lia, left=200)
    make_membership(person, place.braten)  # nobody there requires anything of her
    place.stand(person, left=200)
    assert total(place, place.lia.path) == 1
    assert total(place, place.braten.path) == 0


def test_folding_moves_everything_once_and_leaves_no_empty_rows(place):
    people = [place.works(place.lia, left=200) for _ in range(3)]
    assert fold_tallies() > 0
    assert fold_tallies() == 0
    assert TallyDelta.objects.count() == 0
    assert total(place, place.agency.path) == 3
    for person in people:
        place.stand(person, required=False)
    fold_tallies()
    assert Tally.objects.count() == 0
    assert difference() == []


def test_a_fold_that_is_cut_short_changes_nothing(place, monkeypatch):
    place.works(place.lia, left=200)
    before = TallyDelta.objects.count()

    def fails(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("reports.services._add_to_tallies", fails)
    with pytest.raises(RuntimeError), transaction.atomic():
        fold_tallies()
    assert TallyDelta.objects.count() == before
    assert total(place, place.agency.path) == 1


def test_after_a_move_people_with_several_units_still_count_once(place):
    upper = make_unit("Oppvekst", place.agency)
    both = place.works(place.lia, left=200)
    place.require(make_membership(both, place.braten))
    place.stand(both, left=200)
    place.works(place.lia, left=10)
    fold_tallies()
    for unit in (place.lia, place.braten):
        Unit.objects.get(pk=unit.pk).move(Unit.objects.get(pk=upper.pk), pos="last-child")
        moved = Unit.objects.get(pk=unit.pk)
        unit_moved.send(sender=Unit, unit=moved)
        assert difference() == []
        assert total(place, Unit.objects.get(pk=upper.pk).path) == 2
        assert total(place, place.agency.path) == 2
    # A settle after the move takes away exactly what was added before it.
    place.stand(both, left=-100)
    assert figures([place.agency.path], place.certification).counts[TallyStatus.EXPIRED] == 1
    assert difference() == []


def test_a_settle_before_the_recount_of_a_move_takes_away_what_was_added(place):
    upper = make_unit("Oppvekst", place.agency)
    both = place.works(place.lia, left=200)
    place.require(make_membership(both, place.braten))
    place.stand(both, left=200)
    for unit in (place.lia, place.braten):
        Unit.objects.get(pk=unit.pk).move(Unit.objects.get(pk=upper.pk), pos="last-child")
    place.stand(both, required=False)
    fold_tallies()
    assert Tally.objects.count() == 0
    recount_below(unit=Unit.objects.get(pk=upper.pk))
    assert difference() == []


def test_a_subtree_that_goes_to_another_agency_takes_its_rows_along(place):
    other = make_unit("Nabo kommune")
    place.works(place.lia, left=200)
    fold_tallies()
    place.works(place.lia, left=200)
    Unit.objects.get(pk=place.lia.pk).move(other, pos="last-child")
    Unit.objects.filter(pk=place.lia.pk).update(agency=other)
    unit_moved.send(sender=Unit, unit=Unit.objects.get(pk=place.lia.pk))
    assert set(Tally.objects.values_list("agency", flat=True)) == {other.pk}
    assert set(TallyDelta.objects.values_list("agency", flat=True)) == {other.pk}
    assert total(place, Unit.objects.get(pk=other.pk).path) == 2
    assert difference() == []


def test_figures_by_child_by_role_and_for_several_roots_fit_together(place, nurse):
    for left in (200, 45, -100):
        place.works(place.lia, left=left)
    place.works(place.braten, nurse, due_in=-1)
    fold_tallies()
    place.works(place.braten, nurse, left=200)
    children = children_figures(place.agency, place.certification)
    assert (children[place.lia.path].people, children[place.braten.path].people) == (3, 2)
    assert children[place.lia.path].certified == 2
    roles = roles_figures(place.agency, place.certification)
    assert {name: found.people for name, found in roles.items()} == {"Lærer": 3, "Helsesykepleier": 2}
    each = figures_of_each([place.lia.path, place.braten.path], place.certification)
    assert {path: found.people for path, found in each.items()} == {place.lia.path: 3, place.braten.path: 2}
    whole = unit_figures(place.agency, place.certification)
    assert whole.total.people == 5
    assert whole.children == children
    # Three and two are both fewer than five: they are only shown together.
    assert whole.roles == []
    assert whole.other_roles.people == 5
    assert figures([place.agency.path], place.certification, role=nurse.pk).people == 2


events = st.lists(
    st.tuples(
        st.sampled_from(["stand", "job", "leave", "move", "fold", "stand"]),
        st.integers(0, 3),
        st.integers(0, 7),
        st.integers(0, 11),
    ),
    max_size=15,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=st.lists(st.integers(0, 5), min_size=3, max_size=6), happened=events)
def test_tallies_equal_a_recount_after_random_events_on_random_trees(place, tree, happened):
    with transaction.atomic():
        units = [place.agency]
        for number, above in enumerate(tree):
            units.append(make_unit(f"Enhet {number}", Unit.objects.get(pk=units[above % len(units)].pk)))
        people = [make_person() for _ in range(4)]
        for kind, who, where, what in happened:
            person, unit = people[who], Unit.objects.get(pk=units[where % len(units)].pk)
            if kind == "job":
                role = make_role(ROLES[what % 3], ROLES[what % 3])
                if not Membership.objects.filter(person=person, unit=unit, role=role, valid_to=None).exists():
                    place.require(make_membership(person, unit, role))
            elif kind == "leave":
                Membership.objects.filter(person=person, unit=unit).update(valid_to=LONG_AGO)
            elif kind == "move":
                target = Unit.objects.get(pk=units[what % len(units)].pk)
                if unit.depth > 1 and not target.path.startswith(unit.path):
                    unit.move(target, pos="last-child")
                    unit_moved.send(sender=Unit, unit=Unit.objects.get(pk=unit.pk))
            elif kind == "fold":
                fold_tallies()
            place.stand(person, **STANDINGS[what]) if kind == "stand" else _again(place, person)
        assert difference() == []
        for unit in Unit.objects.all():
            assert total(place, unit.path) == people_below(place, unit)
            # The report adds its parts up, of which some are negative.
            assert unit_figures(unit, place.certification).total.people == people_below(place, unit)
            teacher = make_role()
            assert total(place, unit.path, teacher.pk) == people_below(place, unit, teacher)
        recount()
        assert difference() == []
        assert TallyDelta.objects.count() == 0
        transaction.set_rollback(True)


def _again(place, person):
    """A settle follows every change of work."""
    row = Standing.objects.filter(person=person).first()
    if row:
        place.tell(row)


def test_the_command_prints_how_many_counts_differ_and_can_put_them_right(place):
    place.works(place.lia, left=200)
    Tally.objects.create(unit=place.lia, certification=place.certification, status=TallyStatus.EXPIRED, count=7)
    out = StringIO()
    call_command("tallies_check", "--recount", stdout=out)
    assert out.getvalue().strip() == "1"
    out = StringIO()
    call_command("tallies_check", stdout=out)
    assert out.getvalue().strip() == "0"


# --- months -----------------------------------------------------------------------------------------


def at(day, hour=12):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def test_a_month_is_kept_once_as_it_was_when_it_ended(place):
    with time_machine.travel(at(dt.date(2027, 4, 20)), tick=False):
        place.works(place.lia, left=200)
        fold_task()
    assert TallyMonth.objects.count() == 0
    with time_machine.travel(at(dt.date(2027, 4, 30), 22), tick=False):
        place.works(place.lia, left=200)  # before midnight, not folded yet
    with time_machine.travel(at(dt.date(2027, 5, 1), 1), tick=False):
        place.works(place.lia, left=200)  # after midnight: May's
        fold_task()
        fold_task()
        kept = TallyMonth.objects.filter(role=None)
        assert [(row.month, row.count) for row in kept] == [(dt.date(2027, 4, 1), 2)]
        assert total(place, place.agency.path) == 3


def test_no_month_is_kept_from_before_anything_was_required(place):
    with time_machine.travel(at(dt.date(2027, 5, 10)), tick=False):
        place.works(place.lia, left=200)
        fold_task()
        fold_task()
    assert keep_month(dt.date(2027, 4, 1)) == 0
    assert TallyMonth.objects.count() == 0


# --- several at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_folds_and_settles_at_once_lose_nothing_and_count_nothing_twice(place):
    people = [place.works(unit, due_in=5) for unit in (place.lia, place.braten, place.lia, place.braten)]
    for person in people[:2]:
        place.require(make_membership(person, place.agency, make_role("head", "Rektor")))
    errors: list[Exception] = []
    done = threading.Event()

    def settles(seed):
        chance = random.Random(seed)
        try:
            for _ in range(8):
                with transaction.atomic():
                    place.stand(chance.choice(people), **chance.choice(STANDINGS[:-1]))
        except Exception as error:  # told to the main thread
            errors.append(error)
        finally:
            connection.close()

    def folds():
        try:
            while not done.is_set():
                fold_tallies()
                done.wait(0.01)
        except Exception as error:  # told to the main thread
            errors.append(error)
        finally:
            connection.close()

    folders = [threading.Thread(target=folds) for _ in range(2)]
    writers = [threading.Thread(target=settles, args=(seed,)) for seed in range(3)]
    for thread in [*folders, *writers]:
        thread.start()
    seen = set()
    while any(thread.is_alive() for thread in writers):
        seen.add(total(place, place.agency.path))
    for thread in writers:
        thread.join()
    done.set()
    for thread in folders:
        thread.join()
    assert errors == []
    assert seen == {4}  # a reader never saw anybody twice or not at all
    fold_tallies()
    for person in people:
        _again(place, person)
    assert difference() == []


@pytest.mark.django_db(transaction=True)
def test_units_that_move_while_people_are_settled_leave_the_counts_right(place):
    upper = make_unit("Oppvekst", place.agency)
    people = [place.works(place.lia, due_in=5) for _ in range(3)]
    for person in people:
        place.require(make_membership(person, place.braten))
        place.stand(person, left=200)
    errors: list[Exception] = []

    def settles(person):
        try:
            for number in range(10):
                with transaction.atomic():
                    place.stand(person, **STANDINGS[number % 9])
        except Exception as error:  # told to the main thread
            errors.append(error)
        finally:
            connection.close()

    def moves():
        try:
            for number in range(6):
                with transaction.atomic():
                    unit = Unit.objects.get(pk=(place.lia, place.braten)[number % 2].pk)
                    target = Unit.objects.get(pk=(upper, place.agency)[number // 2 % 2].pk)
                    unit.move(target, pos="last-child")
                    unit_moved.send(sender=Unit, unit=Unit.objects.get(pk=unit.pk))
        except Exception as error:  # told to the main thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=settles, args=(person,)) for person in people]
    threads.append(threading.Thread(target=moves))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert difference() == []
    assert total(place, place.agency.path) == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_count_the_same_person_for_the_first_time_count_her_once(place):
    person = make_person()
    place.require(make_membership(person, place.lia))
    standing = Standing.objects.create(
        person=person,
        certification=place.certification,
        state="never",
        required=True,
        display="not_started",
        computed_on=place.today,
    )
    change = place.change(standing)
    errors: list[Exception] = []
    start = threading.Barrier(4)

    def counts():
        try:
            start.wait()
            with transaction.atomic():
                User.objects.select_for_update().get(pk=person.pk)  # as whoever settles her
                count_people(changes=[change], today=place.today)
        except Exception as error:  # told to the main thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=counts) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert total(place, place.agency.path) == 1
    assert difference() == []
