"""From what a person has shown and what is required of her to where she stands."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from factories import LONG_AGO, make_membership, make_person, make_role, make_unit
from worlds import World

from agencies.models import MembershipPause
from assessments.models import AttemptAllowance
from certification.models import Certificate, Cycle, CycleEvidence, Decision, Policy, Requirement, Standing
from certification.services import decisions, settle_person
from common.dated import supersede
from evidence.models import Evidence

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)
EXPIRES = dt.date(2027, 5, 31)


def standing(person) -> Standing:
    return Standing.objects.get(person=person)


def test_a_new_teacher_gets_a_requirement_an_open_cycle_and_a_due_date(world: World) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    found = standing(person)
    assert (found.display, found.required, found.due_on) == ("not_started", True, START + 60 * DAY)
    cycle = Cycle.objects.get(person=person)
    assert (cycle.state, cycle.validity, cycle.pass_mark, cycle.due_on) == ("open", "P12M", 80, START + 60 * DAY)
    assert (cycle.policy_ids, cycle.policy_versions) == ([world.policy.pk], "2026-2")


def test_the_test_is_allowed_when_the_course_is_read_and_not_before(world: World) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    assert not AttemptAllowance.objects.filter(person=person).exists()
    world.read_course(person, START)
    settle_person(person.pk, START)
    allowance = AttemptAllowance.objects.get(person=person)
    assert (allowance.pass_mark, allowance.attempts, allowance.cool_down_days) == (80, 3, 2)


def test_passing_satisfies_the_cycle_and_issues_one_certificate(world: World) -> None:
    person = world.teacher(since=START)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    settle_person(person.pk, START)
    cycle = Cycle.objects.get(person=person)
    assert (cycle.state, cycle.valid_from, cycle.expires_on) == ("satisfied", START, EXPIRES)
    assert Certificate.objects.filter(cycle__person=person).count() == 1
    assert CycleEvidence.objects.filter(cycle=cycle).count() == 2
    assert standing(person).display == "valid"
    assert not AttemptAllowance.objects.filter(person=person, superseded_at=None).exists()


def test_a_failed_test_a_test_alone_and_a_test_of_too_little_assurance_certify_nobody(world: World) -> None:
    failed, unread, asserted = world.teacher(), world.teacher(), world.teacher()
    world.read_course(failed, START)
    world.take_test(failed, START, passed=False)
    world.take_test(unread, START)
    world.read_course(asserted, START)
    world.take_test(asserted, START, assurance=Evidence.Assurance.CLIENT_ASSERTED)
    for person in (failed, unread, asserted):
        settle_person(person.pk, START)
    assert not Certificate.objects.exists()
    assert {row.display for row in Standing.objects.all()} == {"overdue"}


def test_without_anyone_acting_she_passes_through_every_standing(world: World) -> None:
    person = world.teacher(since=START)
    world.read_course(person, START)
    world.take_test(person, START)
    seen = []
    day: dt.date | None = START
    while day:
        settle_person(person.pk, day)
        seen.append((day, standing(person).display))
        day = standing(person).next_change_on
    shown = dict.fromkeys(display for _, display in seen)
    assert list(shown) == ["valid", "window", "grace", "expired"]
    first_day = {display: day for day, display in reversed(seen)}
    assert first_day["window"] == EXPIRES - 60 * DAY
    assert first_day["grace"] == EXPIRES + DAY
    assert first_day["expired"] == EXPIRES + 61 * DAY


def test_a_renewal_on_time_begins_after_the_old_expiry_and_counts_at_once(world: World) -> None:
    person = world.teacher(since=START)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    renewed_on = dt.date(2027, 4, 20)
    settle_person(person.pk, dt.date(2027, 4, 1))
    assert Cycle.objects.filter(person=person, state="open").count() == 1
    world.take_test(person, renewed_on)
    settle_person(person.pk, renewed_on)
    newest = Cycle.objects.filter(person=person).latest("number")
    assert (newest.valid_from, newest.expires_on) == (EXPIRES + DAY, dt.date(2028, 5, 31))
    assert standing(person).display == "valid"
    assert Certificate.objects.filter(cycle__person=person).count() == 2


def test_a_test_passed_before_the_window_opened_does_not_renew(world: World) -> None:
    person = world.teacher(since=START)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    world.take_test(person, dt.date(2027, 3, 31))
    settle_person(person.pk, dt.date(2027, 4, 1))
    assert standing(person).display == "window"


def test_the_rules_of_an_open_cycle_stay_when_the_policy_changes(world: World) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    supersede(world.policy, version="2026-3", pass_mark=100, validity="P6M")
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    assert Cycle.objects.get(person=person).expires_on == EXPIRES


def test_two_agencies_with_different_policies_give_one_cycle_with_the_strictest(world: World) -> None:
    other = make_unit("Politidistriktet", kind="police_district")
    Policy.objects.create(
        certification=world.certification,
        agency=other,
        version="p-1",
        valid_from=LONG_AGO,
        pass_mark=90,
        validity="P6M",
    )
    world.rule.pk, world.rule.id = None, None
    world.rule.public_id, world.rule.thread = uuid.uuid4(), uuid.uuid4()
    world.rule.agency, world.rule.unit, world.rule.label = other, other, "P-1"
    world.rule.save(force_insert=True)
    person = world.teacher(since=START)
    make_membership(person, other, make_role("officer", "Betjent", "police"), valid_from=START)
    settle_person(person.pk, START)
    cycle = Cycle.objects.get(person=person)
    assert (cycle.pass_mark, cycle.validity, cycle.window) == (90, "P6M", "P60D")
    assert Requirement.objects.current().filter(person=person).count() == 2


def test_leaving_ends_the_requirement_and_never_the_standing(world: World) -> None:
    person = world.teacher(since=START)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    membership = person.memberships.get()
    left_on = dt.date(2026, 12, 31)
    supersede(membership, valid_to=left_on)
    settle_person(person.pk, left_on)
    assert standing(person).required
    settle_person(person.pk, left_on + DAY)
    found = standing(person)
    assert (found.required, found.display, found.expires_on) == (False, "valid", EXPIRES)


def test_an_open_cycle_of_someone_who_left_stays_open_and_silent(world: World) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    supersede(person.memberships.get(), valid_to=START + 9 * DAY)
    settle_person(person.pk, START + 10 * DAY)
    cycle = Cycle.objects.get(person=person)
    assert (cycle.state, cycle.optional) == ("open", True)


def test_leave_pauses_the_requirement_and_moves_the_due_date_by_as_many_days(world: World) -> None:
    person = world.teacher(since=START)
    membership = person.memberships.get()
    MembershipPause.objects.create(membership=membership, valid_from=START, valid_to=START + 100 * DAY)
    settle_person(person.pk, START + 90 * DAY)
    found = standing(person)
    assert (found.paused, found.display, found.next_change_on) == (True, "not_started", START + 101 * DAY)
    settle_person(person.pk, START + 101 * DAY)
    found = standing(person)
    assert (found.paused, found.display, found.due_on) == (False, "not_started", START + (60 + 101) * DAY)
    settle_person(person.pk, START + (60 + 102) * DAY)
    assert standing(person).display == "overdue"


@pytest.mark.parametrize(
    ("kind", "display"), [("waiver", "waived"), ("suspension", "suspended"), ("revocation", "revoked")]
)
def test_a_decision_shows_and_its_withdrawal_restores(world: World, kind: str, display: str) -> None:
    person = world.teacher(since=START)
    cycle = None
    if kind != "waiver":
        world.read_course(person, START)
        world.take_test(person, START)
    settle_person(person.pk, START)
    before = standing(person).display
    if kind != "waiver":
        cycle = Cycle.objects.get(person=person, state="satisfied")
    decision = Decision.objects.create(
        person=person,
        certification=world.certification,
        cycle=cycle,
        kind=kind,
        valid_from=START,
        reason="Etter vurdering.",
        decided_by=person,
    )
    settle_person(person.pk, START)
    assert standing(person).display == display
    decision.superseded_at = decision.recorded_at
    decision.save()
    settle_person(person.pk, START)
    assert standing(person).display == before


def test_the_database_holds_one_open_cycle_whatever_the_code_does(world: World) -> None:
    person = world.teacher(since=START)
    settle_person(person.pk, START)
    cycle = Cycle.objects.get(person=person)
    cycle.pk, cycle.number, cycle.public_id = None, 2, "f3a6d4b4-55ef-4a84-9d34-58c8a7e9d2aa"
    with pytest.raises(IntegrityError), transaction.atomic():
        cycle.save(force_insert=True)


def test_somebody_without_a_membership_is_required_nothing(world: World) -> None:
    person = make_person()
    settle_person(person.pk, START)
    assert not Standing.objects.filter(person=person).exists()


def test_after_expiry_the_whole_path_is_taken_anew_and_old_reading_does_not_count(world: World) -> None:
    person = world.teacher(since=START)
    world.read_course(person, START)
    world.take_test(person, START)
    settle_person(person.pk, START)
    late = EXPIRES + 200 * DAY
    settle_person(person.pk, late)
    world.take_test(person, late)
    settle_person(person.pk, late)
    assert standing(person).display == "expired"
    world.read_course(person, late)
    settle_person(person.pk, late)
    found = standing(person)
    assert (found.display, found.valid_from) == ("valid", late)


def test_what_earned_a_certificate_does_not_earn_the_next_when_a_correction_moves_its_window(world: World) -> None:
    today = timezone.localdate()
    person = world.teacher(since=today - 30 * DAY)
    world.read_course(person, today - 20 * DAY)
    world.take_test(person, today - 20 * DAY)
    settle_person(person.pk)
    earned = Cycle.objects.get(person=person, state="satisfied")
    who = {"reason": "Feil dato.", "decided_by": make_person(), "agency": world.agency}
    decisions.correct(cycle=earned, until=today - DAY, **who)
    settle_person(person.pk)
    assert Cycle.objects.filter(person=person, state="satisfied").count() == 1
    assert standing(person).display == "grace"
    world.take_test(person, today, assurance=Evidence.Assurance.SUPERVISED)
    settle_person(person.pk)
    assert standing(person).display == "valid"
