"""Undoing: prior learning, what came from an earlier list, and why; and whose requirements a waiver excuses from."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from factories import make_membership, make_person, make_role, make_unit
from worlds import World

from assessments.models import AttemptAllowance
from certification.history import HistoryRow
from certification.ledger import reason_hash
from certification.models import Cycle, Decision, LedgerEvent, Policy, RequirementRule, Standing
from certification.passes import Claim, Days, Duty, Ruling, duty_on
from certification.services import decisions, settle_person
from certification.services.history import import_history
from certification.services.replaying import replay
from common.dated import SupersededError
from evidence.models import Evidence

DAY = dt.timedelta(days=1)
TODAY = timezone.localdate()
START = TODAY - 100 * DAY


@pytest.fixture
def newcomer(world: World):
    somebody = world.teacher(since=START)
    settle_person(somebody.pk, TODAY)
    return somebody


def accept(world: World, person, subject: str, day: dt.date = START) -> Decision:
    decision = decisions.accept_prior_learning(
        person=person,
        certification=world.certification,
        subject=subject,
        key=world.quiz.key if subject == "quiz" else world.course_key,
        occurred_on=day,
        assurance=Evidence.Assurance.SUPERVISED,
        reason="Fra forrige arbeidsgiver.",
        decided_by=make_person(),
        agency=world.agency,
    )
    settle_person(person.pk, TODAY)
    return decision


def undo(decision: Decision, **fields) -> None:
    decisions.undo(decision=decision, undone_by=make_person(), **fields)
    settle_person(decision.person_id, TODAY)


# --- prior learning ---------------------------------------------------------------------------------


def test_prior_learning_that_is_undone_counts_no_more_and_its_row_stays(world: World, newcomer) -> None:
    decision = accept(world, newcomer, "course")
    assert AttemptAllowance.objects.filter(person=newcomer, superseded_at=None).count() == 1
    undo(decision)
    rows = Evidence.objects.filter(person=newcomer).order_by("pk")
    assert [(row.result, row.occurred_on) for row in rows] == [("completed", START), ("withdrawn", START)]
    assert not AttemptAllowance.objects.filter(person=newcomer, superseded_at=None).exists()
    world.take_test(newcomer, TODAY)
    settle_person(newcomer.pk, TODAY)
    assert Cycle.objects.get(person=newcomer).state == "open"
    assert replay().differences == []
    accept(world, newcomer, "course")
    assert Cycle.objects.get(person=newcomer).state == "satisfied"


def test_what_she_showed_herself_the_same_day_stands(world: World, newcomer) -> None:
    decision = accept(world, newcomer, "course")
    world.read_course(newcomer, START)
    undo(decision)
    world.take_test(newcomer, TODAY)
    settle_person(newcomer.pk, TODAY)
    assert Cycle.objects.get(person=newcomer).state == "satisfied"


def test_leave_to_sit_a_test_that_is_due_anyway_keeps_its_count_of_attempts(world: World, newcomer) -> None:
    world.read_course(newcomer, TODAY)
    decision = accept(world, newcomer, "course")
    before = AttemptAllowance.objects.get(person=newcomer)
    undo(decision)
    assert AttemptAllowance.objects.get(person=newcomer, superseded_at=None) == before


def test_a_certificate_in_force_is_taken_back_before_what_it_rests_on(world: World, newcomer) -> None:
    accept(world, newcomer, "course")
    decision = accept(world, newcomer, "quiz")
    cycle = Cycle.objects.get(person=newcomer, state="satisfied")
    with pytest.raises(ValidationError):
        undo(decision)
    assert decision in Decision.objects.current()
    assert not Evidence.objects.filter(result="withdrawn").exists()
    revoked = decisions.revoke(cycle=cycle, reason="Feil.", decided_by=make_person(), agency=world.agency)
    undo(decision)
    assert Evidence.objects.filter(result="withdrawn").count() == 1
    with pytest.raises(ValidationError):
        undo(revoked)
    assert Standing.objects.get(person=newcomer).display == "revoked"
    assert replay().differences == []


def test_prior_learning_is_undone_once(world: World, newcomer) -> None:
    decision = accept(world, newcomer, "course")
    stale = Decision.objects.get(pk=decision.pk)
    undo(decision)
    with pytest.raises(SupersededError):
        undo(stale)
    assert Evidence.objects.filter(result="withdrawn").count() == 1


# --- dates ------------------------------------------------------------------------------------------


def dates_of(cycle: Cycle) -> tuple:
    cycle.refresh_from_db()
    return cycle.baseline_expires_on, cycle.expires_on, cycle.window_opens_on, cycle.grace_until


def test_a_correction_of_what_came_from_a_list_is_undone_to_what_the_list_said(world: World) -> None:
    person = world.teacher(since=START, email="kari@example.no")
    row = HistoryRow(2, person.email, "grunnkurs", START, TODAY + 200 * DAY, 40, "Fagskolen")
    assert not import_history(agency=world.agency, rows=[row]).problems
    settle_person(person.pk, TODAY)
    cycle = Cycle.objects.get(person=person, imported=True)
    given = dates_of(cycle)
    about = {"cycle": cycle, "reason": "Feil.", "decided_by": make_person(), "agency": world.agency}
    first = decisions.correct(until=TODAY + 20 * DAY, **about)
    second = decisions.correct(until=TODAY + 30 * DAY, **about)
    undo(second)
    assert cycle.expires_on != dates_of(cycle)[1] == TODAY + 20 * DAY
    undo(first)
    assert dates_of(cycle) == given
    assert replay().differences == []


def test_undoing_gives_back_what_she_was_given_also_where_it_lasted_by_what_she_held(world: World, newcomer) -> None:
    """A renewal never ends earlier than not renewing: the terms alone would not tell its dates."""
    world.read_course(newcomer, START)
    world.take_test(newcomer, START)
    settle_person(newcomer.pk, TODAY)
    first = Cycle.objects.get(person=newcomer)
    Cycle.objects.update(validity="P48M")  # the policy of then: so much longer may it be made
    about = {"reason": "Avtalt.", "decided_by": make_person(), "agency": world.agency}
    decisions.extend(cycle=first, until=TODAY + 1000 * DAY, **about)
    settle_person(newcomer.pk, TODAY)
    window = Standing.objects.get(person=newcomer).window_opens_on
    world.take_test(newcomer, window)
    settle_person(newcomer.pk, window)
    newest = Cycle.objects.get(person=newcomer, number=2)
    given = dates_of(newest)
    assert newest.expires_on == TODAY + 1000 * DAY
    undo(decisions.extend(cycle=newest, until=TODAY + 1100 * DAY, **about))
    assert dates_of(newest) == given


# --- why --------------------------------------------------------------------------------------------


def test_why_it_was_undone_is_kept_as_why_it_was_done(world: World, newcomer) -> None:
    decision = accept(world, newcomer, "course")
    by = make_person()
    decisions.undo(decision=decision, undone_by=by, reason=" Feil person. ")
    told = LedgerEvent.objects.filter(kind="undone").get().facts
    row = Decision.objects.get(kind="undoing")
    assert (row.reason, row.decided_by, row.person) == ("Feil person.", by, newcomer)
    assert row not in Decision.objects.current()
    assert told["undoing"] == str(row.public_id) == str(uuid.uuid5(decision.public_id, "undone"))
    assert told["reason"] == reason_hash(row.salt, "Feil person.")
    assert "person" not in str(told)
    assert replay().differences == []


def test_why_it_ended_is_kept_and_where_nothing_is_said_only_who(world: World, newcomer) -> None:
    about = {"person": newcomer, "certification": world.certification, "agency": world.agency}
    waiver = decisions.waive(reason="Avtalt.", decided_by=make_person(), first_day=START, **about)
    ended = decisions.end_decision(decision=waiver, last_day=TODAY, ended_by=make_person(), reason="Over.")
    assert Decision.objects.get(kind="undoing").reason == "Over."
    assert ended is not None
    decisions.undo(decision=ended, undone_by=make_person())
    assert Decision.objects.filter(kind="undoing").count() == 1
    assert set(LedgerEvent.objects.filter(kind="undone").latest("number").facts) == {"decision", "by"}


# --- whose requirements a waiver excuses from ---------------------------------------------------------


def claim(agency: int, due: dt.date) -> Claim:
    return Claim(agency, 1, agency, uuid.uuid4(), agency, agency, 1, uuid.uuid4(), Days(START, None), due)


def waiver(agency: int | None, first: dt.date = START, last: dt.date | None = None) -> Ruling:
    return Ruling("waiver", None, Days(first, last), agency)


OURS, THEIRS = claim(1, TODAY), claim(2, TODAY + 30 * DAY)


def duty(*rulings: Ruling, day: dt.date = TODAY, claims: tuple[Claim, ...] = (OURS, THEIRS)) -> Duty:
    return duty_on(day, claims, rulings, {})


def test_a_waiver_excuses_from_what_its_own_agency_requires_and_the_other_binds_by_itself() -> None:
    found = duty(waiver(1))
    assert (found.waived, found.due_on, found.agency_id, found.claims) == (False, THEIRS.due_on, 2, [THEIRS])
    assert (duty(waiver(2)).waived, duty(waiver(2)).claims) == (False, [OURS])


@pytest.mark.parametrize("rulings", [[waiver(1), waiver(2)], [waiver(None)], [waiver(None), waiver(1)]])
def test_who_is_excused_by_all_or_for_the_whole_country_is_waived(rulings) -> None:
    found = duty(*rulings)
    assert (found.required, found.waived, found.claims) == (True, True, [OURS, THEIRS])


def test_a_waiver_of_an_agency_that_requires_nothing_excuses_from_nothing() -> None:
    assert duty(waiver(3)) == duty()
    assert not duty(waiver(3), claims=(OURS,)).waived


def test_a_waiver_excuses_from_its_first_day_to_its_last() -> None:
    given = waiver(1, TODAY - DAY, TODAY + DAY)
    bound = [duty(given, day=TODAY + n * DAY).agency_id for n in (-2, -1, 0, 1, 2)]
    assert bound == [1, 2, 2, 2, 1]


def test_leave_from_the_job_that_still_binds_pauses_her() -> None:
    leave = {THEIRS.membership_thread: [Days(START, None)]}
    found = duty_on(TODAY, (OURS, THEIRS), [waiver(1)], leave)
    assert (found.required, found.waived, found.paused) == (True, False, True)


def test_an_agencys_waiver_leaves_the_other_agencys_requirement_and_terms(world: World) -> None:
    other = make_unit("Havnes kommune")
    RequirementRule.objects.create(
        certification=world.certification, agency=other, unit=other, label="h", valid_from=START, due_days=10
    )
    for agency, mark in ((world.agency, 95), (other, 90)):
        Policy.objects.create(
            certification=world.certification, agency=agency, version=f"v{mark}", valid_from=START, pass_mark=mark
        )
    person = make_person()
    make_membership(person, world.school, make_role(), valid_from=START)
    make_membership(person, other, make_role(), valid_from=START)
    about = {"person": person, "certification": world.certification, "reason": "Avtalt.", "first_day": START}
    ours = decisions.waive(agency=world.agency, decided_by=make_person(), **about)
    settle_person(person.pk, TODAY)
    row = Standing.objects.get(person=person)
    assert (row.required, row.waived, row.agency, row.due_on) == (True, False, other, START + 10 * DAY)
    assert Cycle.objects.get(person=person).pass_mark == 90
    assert replay().differences == []
    decisions.waive(agency=other, decided_by=make_person(), **about)
    settle_person(person.pk, TODAY)
    assert Standing.objects.get(person=person).display == "waived"
    assert replay().differences == []
    undo(ours)
    row.refresh_from_db()
    assert (row.waived, row.agency) == (False, world.agency)
    assert replay().differences == []
