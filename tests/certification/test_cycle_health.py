"""manage.py cycle_health: rows that contradict each other are named, and nobody else."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from factories import make_membership, make_person, make_role, make_unit
from worlds import World

from certification.models import Certificate, Cycle, CycleEvidence, Decision, Requirement, SettleMark, Standing
from certification.services import settle_person
from certification.services.health import CHECKS, find_contradictions

DAY = dt.timedelta(days=1)


@pytest.fixture
def today() -> dt.date:
    return timezone.localdate()


@pytest.fixture
def certified(world: World, today: dt.date):
    person = world.teacher(since=today - 400 * DAY)
    world.read_course(person, today - 30 * DAY)
    world.take_test(person, today - 30 * DAY)
    settle_person(person.pk)
    return person


@pytest.fixture
def learning(world: World, today: dt.date):
    person = world.teacher(since=today - 10 * DAY)
    settle_person(person.pk)
    return person


def kinds(person=None, **options) -> set[str]:
    found = [finding for finding in find_contradictions(**options) if not person or finding.person == person.public_id]
    return {finding.kind for finding in found}


def said() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("cycle_health", stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_whoever_is_certified_learning_on_leave_waived_or_gone_is_in_order(world, certified, learning, today) -> None:
    gone = world.teacher(since=today - 50 * DAY)
    settle_person(gone.pk, today - 40 * DAY)
    gone.memberships.update(valid_to=today - 20 * DAY)
    settle_person(gone.pk)
    waived = world.teacher(since=today - 50 * DAY)
    Decision.objects.create(
        person=waived,
        certification=world.certification,
        kind=Decision.Kind.WAIVER,
        valid_from=today - 50 * DAY,
        reason="Pensjon",
        decided_by=certified,
    )
    settle_person(waived.pk)
    renewed = world.teacher(since=today - 500 * DAY)
    for day in (today - 400 * DAY, today - 50 * DAY):
        world.read_course(renewed, day)
        world.take_test(renewed, day)
        settle_person(renewed.pk, day)
    settle_person(renewed.pk)
    assert kinds() == set()
    code, text = said()
    assert code == 0
    assert all(f"     0  {check.kind}" in text for check in CHECKS)


def _archive(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    type(world.certification).objects.update(archived_on=today)
    return learning


def _lose_certificate(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    Certificate.objects.all().delete()
    return certified


def _lose_evidence(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    CycleEvidence.objects.all().delete()
    return certified


def _standing_of_other_dates(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    Standing.objects.filter(person=certified).update(grace_until=today + 3000 * DAY)
    return certified


def _standing_lost(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    Standing.objects.filter(person=certified).delete()
    return certified


def _standing_without_cycle(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    day = today - 10 * DAY
    rows = Standing.objects.filter(person=learning)
    rows.update(valid_from=day, window_opens_on=day, expires_on=day, grace_until=day)
    return learning


def _no_longer_required(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    Requirement.objects.filter(person=learning).update(superseded_at=timezone.now())
    return learning


def _cycle_lost(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    Cycle.objects.filter(person=learning).update(state=Cycle.State.CLOSED)
    return learning


def _overlap(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    cycle = Cycle.objects.get(person=certified)
    fresh = cycle.public_id.__class__(int=7)
    cycle.pk, cycle.public_id, cycle.number = None, fresh, 9
    cycle.save(force_insert=True)
    return certified


def _moved(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    last = today + 700 * DAY
    Cycle.objects.filter(person=certified).update(expires_on=last, grace_until=last)
    return certified


def _unsettled(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    long_ago = timezone.now() - 5 * DAY
    learning.memberships.update(recorded_at=long_ago)
    SettleMark.objects.filter(person=learning).update(settled_at=long_ago - DAY)
    return learning


def _left_behind(world: World, certified: Any, learning: Any, today: dt.date) -> Any:
    Standing.objects.filter(person=learning).update(next_change_on=today - 2 * DAY)
    return learning


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (_archive, "open_of_archived"),
        (_lose_certificate, "unproven"),
        (_lose_evidence, "unproven"),
        (_standing_of_other_dates, "standing_dates"),
        (_standing_lost, "standing_dates"),
        (_standing_without_cycle, "standing_dates"),
        (_no_longer_required, "open_but_unrequired"),
        (_cycle_lost, "required_without_cycle"),
        (_overlap, "overlapping"),
        (_moved, "moved_without_decision"),
        (_unsettled, "never_settled"),
        (_left_behind, "left_behind"),
    ],
)
def test_each_contradiction_is_found_and_only_about_whom_it_is(
    world, certified, learning, today, broken: Callable[..., Any], kind: str
) -> None:
    person = broken(world, certified, learning, today)
    other = learning if person == certified else certified
    assert kind in kinds(person)
    assert kinds(other) == set()
    code, text = said()
    assert code == 1
    assert str(person.public_id) in text
    assert str(other.public_id) not in text
    assert person.last_name not in text


def test_every_check_is_tried_above() -> None:
    assert len({check.kind for check in CHECKS}) == len(CHECKS) == 9


def test_a_membership_recorded_just_before_it_was_settled_is_settled(world, learning) -> None:
    now = timezone.now() - 3 * DAY
    learning.memberships.update(recorded_at=now)
    SettleMark.objects.filter(person=learning).update(settled_at=now - dt.timedelta(seconds=59))
    assert kinds(learning) == set()


def test_whoever_is_settled_today_anyway_is_no_contradiction_yet(world, learning, today) -> None:
    Requirement.objects.filter(person=learning).update(valid_to=today - DAY)
    Standing.objects.filter(person=learning).update(next_change_on=today)
    assert kinds() == set()


def test_an_agency_asks_about_its_own_people(world, learning, today) -> None:
    other = make_unit("Nabovik kommune")
    neighbour = make_person()
    make_membership(neighbour, other, make_role())
    settle_person(neighbour.pk)
    _left_behind(world, None, learning, today)
    assert kinds(agency=world.agency) == {"left_behind"}
    assert kinds(agency=other) == set()


def test_the_same_queries_for_one_person_and_for_ten(world, today) -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            settle_person(world.teacher(since=today).pk)
        with CaptureQueriesContext(connection) as queries:
            list(find_contradictions())
        return len(queries)

    assert cost(1) == cost(10) == len(CHECKS) + 1
