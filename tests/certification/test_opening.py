"""New cycles opened before their time: who gets one, what counts in it, what stays, and that twice is once."""

import datetime as dt
import uuid
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from factories import make_grant, make_membership, make_person, make_role, make_unit
from worlds import World

from agencies.access import Purpose, scope_of
from agencies.models import MembershipPause
from assessments.models import AttemptAllowance
from certification.models import Cycle, Decision, LedgerEvent, Policy, RequirementRule, Standing
from certification.openings import Outcome
from certification.services import decisions, settle_people, settle_person
from certification.services.opening import Wish, check_wish, open_cycles, plan_opening
from certification.services.replaying import replay

DAY = dt.timedelta(days=1)
TODAY = timezone.localdate()
SHOWN = TODAY - 100 * DAY
DUE = TODAY + 60 * DAY


@pytest.fixture
def manager(world):
    person = make_person("Marit", "Aune")
    make_grant(person, world.agency)
    return person


def certified(world: World, shown: dt.date = SHOWN, **names):
    person = world.teacher(since=min(SHOWN, shown), **names)
    world.read_course(person, shown)
    world.take_test(person, shown)
    settle_person(person.pk, TODAY)
    return person


def a_wish(world: World, manager, **fields) -> Wish:
    return Wish(
        **{
            "batch": uuid.uuid4(),
            "certification": world.certification,
            "scope": scope_of(manager, Purpose.DECISIONS),
            "due_on": DUE,
            "reason": "Ny lov fra nyttår.",
            "decided_by": manager,
            **fields,
        }
    )


def held_by(person) -> tuple:
    row = Standing.objects.get(person=person)
    return row.state, row.valid_from, row.window_opens_on, row.expires_on, row.grace_until, row.display


def open_of(person) -> Cycle:
    return Cycle.objects.get(person=person, state="open")


def test_the_new_pass_takes_the_terms_of_today_and_what_is_held_stays(world: World, manager) -> None:
    person = certified(world)
    before = held_by(person)
    newer = Policy.objects.create(
        certification=world.certification, agency=world.agency, version="f-1", valid_from=TODAY, pass_mark=95
    )
    assert open_cycles(a_wish(world, manager), [person.pk]) == {Outcome.OPENS: 1}
    cycle = open_of(person)
    assert (cycle.opened_on, cycle.evidence_from, cycle.due_on, cycle.number) == (TODAY, TODAY, DUE, 2)
    assert (cycle.policy_ids, cycle.pass_mark) == ([world.policy.pk, newer.pk], 95)
    assert held_by(person) == before
    assert Standing.objects.get(person=person).open_cycle == cycle
    assert AttemptAllowance.objects.get(person=person, superseded_at=None).given_for == f"cycle:{cycle.public_id}"


def test_who_and_why_are_kept_and_the_ledger_tells_the_same(world: World, manager) -> None:
    person = certified(world)
    open_cycles(a_wish(world, manager, reason=" Zebra "), [person.pk])
    decision = Decision.objects.get()
    assert (decision.kind, decision.cycle, decision.agency) == ("opening", open_of(person), world.agency)
    assert (decision.until, decision.reason, decision.decided_by) == (DUE, "Zebra", manager)
    told = LedgerEvent.objects.filter(kind="decided").get().facts
    assert (told["of_cycle"], told["by"]) == (str(open_of(person).public_id), str(manager.public_id))
    assert "Zebra" not in str(told)
    settle_person(person.pk, TODAY)
    assert replay().differences == []


def test_settling_neither_undoes_it_nor_opens_another_also_when_the_window_opens(world: World, manager) -> None:
    person = certified(world)
    open_cycles(a_wish(world, manager), [person.pk])
    cycle = open_of(person)
    for day in (TODAY, DUE + DAY, Standing.objects.get(person=person).window_opens_on + DAY):
        settle_person(person.pk, day)
        assert open_of(person) == cycle
    assert not open_of(person).optional


def test_what_is_shown_from_today_counts_and_what_was_shown_before_does_not(world: World, manager) -> None:
    person = certified(world)
    open_cycles(a_wish(world, manager), [person.pk])
    settle_person(person.pk, TODAY)
    assert open_of(person).satisfied_on is None
    world.take_test(person, TODAY)
    settle_person(person.pk, TODAY)
    newest = Cycle.objects.filter(person=person, state="satisfied").latest("number")
    assert (newest.number, newest.satisfied_on) == (2, TODAY)
    assert newest.expires_on >= Cycle.objects.get(person=person, number=1).expires_on
    assert Standing.objects.get(person=person).display == "valid"


def test_who_has_shown_it_earlier_today_shows_it_again_from_tomorrow(world: World, manager) -> None:
    person = certified(world, shown=TODAY)
    open_cycles(a_wish(world, manager), [person.pk])
    cycle = open_of(person)
    assert (cycle.evidence_from, cycle.opened_on) == (TODAY + DAY, TODAY)
    assert AttemptAllowance.objects.get(person=person, superseded_at=None).opens_on == TODAY + DAY


def test_the_others_are_left_alone_and_it_is_said_why(world: World, manager) -> None:
    newcomer = world.teacher(since=TODAY)
    settle_person(newcomer.pk, TODAY)
    waived, away, held_up = certified(world), certified(world), certified(world)
    colleague = make_person()
    make_membership(colleague, world.school, make_role("cleaner", "Renholder"))
    RequirementRule.objects.filter(pk=world.rule.pk).update(role_keys=["teacher"])
    decided = {"reason": "Etter avtale.", "decided_by": manager, "agency": world.agency, "first_day": TODAY}
    decisions.waive(person=waived, certification=world.certification, **decided)
    MembershipPause.objects.create(membership=away.memberships.get(), valid_from=TODAY)
    decisions.suspend(cycle=Cycle.objects.get(person=held_up), **decided)
    make_membership(manager, world.school, make_role())
    people = [newcomer, waived, away, held_up, colleague, manager]
    settle_people([one.pk for one in people], TODAY)
    wish, before = a_wish(world, manager), Cycle.objects.count()
    expected = ["open", "waived", "paused", "suspended", "unrequired", "self"]
    lines = {line.person_id: line.outcome for line in plan_opening(wish, [one.pk for one in people])}
    assert [lines[one.pk] for one in people] == expected
    assert open_cycles(wish, [one.pk for one in people]) == Counter(map(Outcome, expected))
    assert Cycle.objects.count() == before
    assert not Decision.objects.filter(kind="opening").exists()


def test_what_only_another_place_requires_is_not_hers_to_open_nor_to_see(world: World, manager) -> None:
    other = make_unit("Havnes kommune")
    RequirementRule.objects.create(
        certification=world.certification, agency=other, unit=other, label="h", valid_from=SHOWN, due_days=60
    )
    RequirementRule.objects.filter(pk=world.rule.pk).update(role_keys=["teacher"])
    person = make_person()
    make_membership(person, other, make_role())
    make_membership(person, world.school, make_role("cleaner", "Renholder"))
    world.read_course(person, SHOWN)
    world.take_test(person, SHOWN)
    settle_person(person.pk, TODAY)
    wish = a_wish(world, manager)
    (line,) = plan_opening(wish, [person.pk])
    assert (line.outcome, line.expires_on) == (Outcome.UNREQUIRED, None)
    open_cycles(wish, [person.pk])
    assert not Cycle.objects.filter(person=person, state="open").exists()


def test_the_same_wish_twice_opens_once_also_when_the_first_was_done_meanwhile(world: World, manager) -> None:
    person, wish = certified(world), a_wish(world, manager)
    first = open_cycles(wish, [person.pk])
    assert open_cycles(wish, [person.pk]) == first
    world.take_test(person, TODAY)
    settle_person(person.pk, TODAY)
    assert open_cycles(wish, [person.pk]) == first
    assert Cycle.objects.filter(person=person).count() == 2
    assert Decision.objects.count() == 1


def test_another_wish_leaves_the_pass_that_is_open(world: World, manager) -> None:
    person = certified(world)
    open_cycles(a_wish(world, manager), [person.pk])
    assert open_cycles(a_wish(world, manager, due_on=DUE + DAY), [person.pk]) == {Outcome.OPEN: 1}
    assert open_of(person).due_on == DUE


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due_on": TODAY}, "due_on"),
        ({"due_on": TODAY + 732 * DAY}, "due_on"),
        ({"reason": " \n"}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_field(world: World, manager, fields, field) -> None:
    check_wish(a_wish(world, manager, due_on=TODAY + DAY), TODAY)
    check_wish(a_wish(world, manager, due_on=TODAY + 731 * DAY), TODAY)
    with pytest.raises(ValidationError) as refused:
        check_wish(a_wish(world, manager, **fields), TODAY)
    assert field in refused.value.message_dict


def test_without_rules_in_force_nothing_can_be_opened(world: World, manager) -> None:
    Policy.objects.update(valid_from=TODAY + DAY)
    with pytest.raises(ValidationError) as refused:
        check_wish(a_wish(world, manager), TODAY)
    assert "certification" in refused.value.message_dict


def test_undoing_closes_the_pass_and_leaves_what_is_held(world: World, manager) -> None:
    person = certified(world)
    before = held_by(person)
    open_cycles(a_wish(world, manager), [person.pk])
    decisions.undo(decision=Decision.objects.get(), undone_by=manager, reason="Feil liste.")
    settle_person(person.pk, TODAY)
    closed = Cycle.objects.get(person=person, number=2)
    assert (closed.state, closed.closed_on) == ("closed", TODAY)
    assert held_by(person) == before
    assert not AttemptAllowance.objects.filter(person=person, superseded_at=None).exists()
    assert replay().differences == []
    assert open_cycles(a_wish(world, manager), [person.pk]) == {Outcome.OPENS: 1}
    assert open_of(person).number == 3


def test_a_pass_that_is_done_is_not_undone(world: World, manager) -> None:
    person = certified(world)
    open_cycles(a_wish(world, manager), [person.pk])
    world.take_test(person, TODAY)
    settle_person(person.pk, TODAY)
    with pytest.raises(ValidationError):
        decisions.undo(decision=Decision.objects.get(), undone_by=manager)
    assert Decision.objects.current().count() == 1
    assert replay().differences == []


def test_many_take_no_more_queries_than_one_to_plan_and_to_open(world: World, manager) -> None:
    counted = []
    for number in (1, 20):
        people = [certified(world).pk for _ in range(number)]
        wish, found = a_wish(world, manager), []
        for act in (plan_opening, open_cycles):
            with CaptureQueriesContext(connection) as queries:
                act(wish, people)
            found.append(len([row for row in queries if not row["sql"].startswith(("INSERT", "UPDATE"))]))
        counted.append(found)
    one, many = counted
    assert many[0] == one[0] == 7
    assert many[1] <= one[1]
    assert Decision.objects.count() == 21
