"""The sweep finds from the rows what nobody settled: whatever task was lost, the end state is right."""

import datetime as dt

import pytest
from django.utils import timezone
from factories import make_membership, make_person, make_unit
from worlds import World

from agencies.models import Membership
from certification.models import Certificate, Requirement, RequirementRule, SettleMark, Standing
from certification.services import settle_due, settle_people, settle_person, settling
from certification.services.rules import add_rule, change_rule, end_rule

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)


def test_the_sweep_finds_evidence_that_nobody_settled(world: World) -> None:
    """As after a killed web process: the act is recorded, what follows from it is not."""
    today = timezone.localdate()
    person = world.teacher(since=today - 10 * DAY)
    settle_person(person.pk, today)
    SettleMark.objects.filter(person=person).update(settled_at=person.date_joined - DAY)
    world.read_course(person, today)
    world.take_test(person, today)
    assert not Certificate.objects.exists()
    settle_due(today)
    assert Certificate.objects.filter(cycle__person=person).count() == 1


def test_the_sweep_leaves_alone_those_whose_answer_does_not_change(world: World, django_assert_max_num_queries) -> None:
    for _ in range(5):
        settle_person(world.teacher(since=START).pk, START)
    SettleMark.objects.update(settled_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    RequirementRule.objects.update(recorded_at=timezone.now() - 20 * DAY)
    with django_assert_max_num_queries(10):
        assert settle_due(START) == 0


def test_one_failure_in_the_sweep_stops_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = world.teacher(since=START), world.teacher(since=START)
    real = settling.read_people

    def read(person_ids: list[int], today: dt.date) -> dict[int, settling.PersonRows]:
        if broken.pk in person_ids:
            raise RuntimeError("broken")
        return real(person_ids, today)

    monkeypatch.setattr(settling, "read_people", read)
    assert settle_due() == 1
    assert Standing.objects.filter(person=fine).exists()


def long_settled(world: World, count: int) -> tuple[list[int], RequirementRule, dt.date]:
    """People whose last settling, and the rule that then held, lie weeks back."""
    today = timezone.localdate()
    people = [world.teacher(since=today - 100 * DAY).pk for _ in range(count)]
    settle_people(people, today)
    before = timezone.now() - 20 * DAY
    RequirementRule.objects.update(recorded_at=before)
    Membership.objects.update(recorded_at=before)
    SettleMark.objects.update(settled_at=before)
    assert settle_due(today) == 0
    return people, RequirementRule.objects.get(), today


def test_a_new_rule_whose_task_was_lost_reaches_its_people(world: World) -> None:
    people, _rule, today = long_settled(world, 2)
    elsewhere = make_person()
    make_membership(elsewhere, make_unit("Nabo kommune"))
    settle_person(elsewhere.pk, today)
    SettleMark.objects.filter(person=elsewhere).update(settled_at=timezone.now())
    rule = RequirementRule(
        certification=world.certification, agency=world.agency, unit=world.school, label="ny", valid_from=today,
        due_days=10,
    )  # fmt: skip
    add_rule(rule=rule, made_by=None)
    assert settle_due(today) == 2
    brought = Requirement.objects.current().filter(rule=rule)
    assert {(row.person_id, row.due_on) for row in brought} == {(pk, today + 10 * DAY) for pk in people}


def test_a_rule_that_was_changed_or_ended_reaches_its_people_once(world: World) -> None:
    people, rule, today = long_settled(world, 2)
    changed = change_rule(rule, None, due_days=rule.due_days + 7)
    assert settle_due(today) == 2
    SettleMark.objects.update(settled_at=timezone.now())
    assert settle_due(today) == 0
    end_rule(changed, today - DAY)
    SettleMark.objects.filter(person_id=people[0]).update(settled_at=timezone.now() + DAY)
    assert settle_due(today) == 1
    assert [row.required for row in Standing.objects.order_by("person_id")] == [True, False]
