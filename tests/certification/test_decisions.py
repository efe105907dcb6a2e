"""What is decided about a person: dates move as they should, every row keeps who and why, and undoing restores."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from factories import make_person
from hypothesis import given
from hypothesis import strategies as st
from worlds import World

from certification.models import Cycle, Decision, LedgerEvent, Policy, Standing
from certification.moving import Dates, Move, moved, replayed
from certification.periods import LONGEST, Period, parse_period
from certification.services import decisions, settle_person
from certification.services.prior import oldest_day, policies_in_force
from common.dated import SupersededError
from evidence.models import Evidence

DAY = dt.timedelta(days=1)
TODAY = timezone.localdate()
START = TODAY - 100 * DAY
WINDOW, GRACE = Period(days=60), Period(days=60)


@pytest.fixture
def person(world: World):
    somebody = world.teacher(since=START)
    world.read_course(somebody, START)
    world.take_test(somebody, START)
    settle_person(somebody.pk, TODAY)
    return somebody


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def cycle_of(person) -> Cycle:
    return Cycle.objects.get(person=person, state="satisfied")


def dates_of(cycle: Cycle) -> tuple:
    cycle.refresh_from_db()
    return cycle.baseline_expires_on, cycle.expires_on, cycle.window_opens_on, cycle.grace_until


def about(world: World, cycle: Cycle, **fields):
    return {"cycle": cycle, "reason": "Etter avtale.", "decided_by": make_person(), "agency": world.agency, **fields}


def kinds() -> list[str]:
    return list(LedgerEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_an_extension_moves_the_expiry_and_the_grace_but_neither_the_baseline_nor_the_window(world, person, commits):
    cycle = cycle_of(person)
    baseline, expires, window, _grace = dates_of(cycle)
    until = expires + 30 * DAY
    with commits():
        decision = decisions.extend(**about(world, cycle, until=until))
    assert dates_of(cycle) == (baseline, until, window, until + 60 * DAY)
    assert (decision.kind, decision.until, decision.reason) == ("extension", until, "Etter avtale.")
    assert Standing.objects.get(person=person).expires_on == until
    assert kinds()[-2:] == ["decided", "moved"]


def test_an_extension_that_is_no_extension_is_refused(world, person):
    cycle = cycle_of(person)
    before = dates_of(cycle)
    for until in (cycle.expires_on, cycle.expires_on - DAY):
        with pytest.raises(ValidationError) as refused:
            decisions.extend(**about(world, cycle, until=until))
        assert "until" in refused.value.message_dict
    assert dates_of(cycle) == before
    assert not Decision.objects.exists()


def test_an_extension_is_at_the_most_one_period_and_a_correction_never_a_lifetime(world, person):
    cycle = cycle_of(person)
    before = dates_of(cycle)
    period = parse_period(cycle.validity)
    for act, latest in (
        (decisions.extend, period.after(cycle.baseline_expires_on)),
        (decisions.correct, cycle.valid_from + LONGEST),
    ):
        with pytest.raises(ValidationError) as refused:
            act(**about(world, cycle, until=latest + DAY))
        assert "until" in refused.value.message_dict
        assert dates_of(cycle) == before
        act(**about(world, cycle, until=latest))
        assert Cycle.objects.get(pk=cycle.pk).expires_on == latest
        decisions.undo(decision=Decision.objects.current().get(), undone_by=make_person(), reason="Feil.")
        before = dates_of(cycle)


def test_a_correction_may_shorten_and_takes_the_baseline_the_window_and_the_grace_with_it(world, person, commits):
    cycle = cycle_of(person)
    until = TODAY - DAY
    with commits():
        decisions.correct(**about(world, cycle, until=until))
    assert dates_of(cycle) == (until, until, max(until - 60 * DAY, START), until + 60 * DAY)
    assert Standing.objects.get(person=person).display == "grace"


def test_a_correction_never_ends_before_the_first_day_and_the_window_never_opens_before_it(world, person):
    cycle = cycle_of(person)
    with pytest.raises(ValidationError):
        decisions.correct(**about(world, cycle, until=START - DAY))
    decisions.correct(**about(world, cycle, until=START))
    cycle.refresh_from_db()
    assert (cycle.window_opens_on, cycle.expires_on) == (START, START)


def test_undoing_restores_the_dates_from_what_is_left(world, person, commits):
    cycle = cycle_of(person)
    given_by_the_rules = dates_of(cycle)
    expires = cycle.expires_on
    shorter = decisions.correct(**about(world, cycle, until=expires - 50 * DAY))
    longer = decisions.extend(**about(world, cycle, until=expires + 10 * DAY))
    decisions.undo(decision=shorter, undone_by=make_person())
    baseline, _expires, window, _grace = given_by_the_rules
    assert dates_of(cycle) == (baseline, expires + 10 * DAY, window, expires + 70 * DAY)
    with commits():
        decisions.undo(decision=longer, undone_by=make_person())
    assert dates_of(cycle) == given_by_the_rules
    assert Standing.objects.get(person=person).expires_on == expires
    assert Decision.objects.count() == 2
    assert not Decision.objects.current().exists()


def test_what_is_undone_already_cannot_be_undone_again(world, person):
    decision = decisions.revoke(**about(world, cycle_of(person)))
    stale = Decision.objects.get(pk=decision.pk)
    decisions.undo(decision=decision, undone_by=make_person())
    with pytest.raises(SupersededError):
        decisions.undo(decision=stale, undone_by=make_person())


@pytest.mark.parametrize(("act", "display"), [("revoke", "revoked"), ("suspend", "suspended")])
def test_a_certificate_is_taken_back_or_put_on_hold_and_given_back(world, person, commits, act, display):
    fields = {"first_day": TODAY} if act == "suspend" else {}
    with commits():
        decision = getattr(decisions, act)(**about(world, cycle_of(person), **fields))
    assert Standing.objects.get(person=person).display == display
    with pytest.raises(ValidationError):
        getattr(decisions, act)(**about(world, cycle_of(person), **fields))
    with commits():
        decisions.undo(decision=decision, undone_by=make_person())
    assert Standing.objects.get(person=person).display == "valid"


def test_a_suspension_ends_on_a_day_and_what_was_stays(world, person, commits):
    decision = decisions.suspend(**about(world, cycle_of(person), first_day=TODAY - 5 * DAY))
    with commits():
        ended = decisions.end_decision(decision=decision, last_day=TODAY - DAY, ended_by=make_person())
    assert ended is not None
    assert (ended.valid_from, ended.valid_to) == (TODAY - 5 * DAY, TODAY - DAY)
    assert Standing.objects.get(person=person).display == "valid"
    with pytest.raises(ValidationError):
        decisions.end_decision(decision=ended, last_day=TODAY, ended_by=make_person())


def waiver(world, somebody, **fields):
    return {
        "person": somebody,
        "certification": world.certification,
        "agency": world.agency,
        "reason": "Etter avtale.",
        "decided_by": make_person(),
        "first_day": TODAY,
        **fields,
    }


def test_a_waiver_frees_her_for_as_long_as_it_lasts(world, commits):
    somebody = world.teacher(since=START)
    with commits():
        decisions.waive(**waiver(world, somebody, last_day=TODAY + 10 * DAY))
    assert Standing.objects.get(person=somebody).display == "waived"
    settle_person(somebody.pk, TODAY + 11 * DAY)
    assert not Standing.objects.get(person=somebody).waived
    with pytest.raises(ValidationError):
        decisions.waive(**waiver(world, somebody, first_day=TODAY + 5 * DAY))


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001, "\x00"])
def test_without_a_reason_of_fair_length_nothing_is_decided(world, person, reason):
    with pytest.raises(ValidationError) as refused:
        decisions.revoke(**about(world, cycle_of(person), reason=reason))
    assert "reason" in refused.value.message_dict
    assert not Decision.objects.exists()


def test_the_ledger_holds_a_hash_of_the_reason_and_never_the_reason(world, person):
    decisions.revoke(**about(world, cycle_of(person), reason="Zebra"))
    facts = LedgerEvent.objects.filter(kind="decided").get().facts
    assert "Zebra" not in str(facts)
    assert len(facts["reason"]) == 64


def test_nothing_is_decided_about_a_cycle_that_gave_no_certificate(world):
    somebody = world.teacher(since=START)
    settle_person(somebody.pk, TODAY)
    cycle = Cycle.objects.get(person=somebody)
    with pytest.raises(ValidationError):
        decisions.extend(**about(world, cycle, until=TODAY + 400 * DAY))
    with pytest.raises(ValidationError):
        decisions.revoke(**about(world, cycle))


# --- prior learning ---------------------------------------------------------------------------------


def prior(world, somebody, **fields):
    return {
        "person": somebody,
        "certification": world.certification,
        "subject": "quiz",
        "key": world.quiz.key,
        "occurred_on": TODAY - 30 * DAY,
        "assurance": Evidence.Assurance.SUPERVISED,
        "reason": "Prøve hos forrige arbeidsgiver.",
        "decided_by": make_person(),
        "agency": world.agency,
        "today": TODAY,
        **fields,
    }


@pytest.fixture
def newcomer(world):
    somebody = world.teacher(since=TODAY)
    settle_person(somebody.pk, TODAY)
    return somebody


def test_prior_learning_is_evidence_with_a_decision_behind_it_and_counts(world, newcomer, commits):
    with commits():
        decision = decisions.accept_prior_learning(**prior(world, newcomer))
        decisions.accept_prior_learning(**prior(world, newcomer, subject="course", key=world.course_key))
    found = Evidence.objects.get(source_ref=f"prior:{decision.public_id}")
    assert (found.result, found.assurance, found.occurred_on) == ("passed", 40, TODAY - 30 * DAY)
    assert cycle_of(newcomer).satisfied_on == TODAY - 30 * DAY


def test_prior_learning_is_refused_the_day_it_is_too_old(world, newcomer):
    Policy.objects.filter(pk=world.policy.pk).update(prior_learning="P3M")
    oldest = oldest_day(policies_in_force(world.certification, world.agency, TODAY), TODAY)
    assert oldest == Period(months=3).before(TODAY)
    with pytest.raises(ValidationError) as refused:
        decisions.accept_prior_learning(**prior(world, newcomer, occurred_on=oldest - DAY))
    assert "occurred_on" in refused.value.message_dict
    decisions.accept_prior_learning(**prior(world, newcomer, occurred_on=oldest))
    assert Evidence.objects.filter(person=newcomer).count() == 1


def test_where_the_policy_says_nothing_prior_learning_holds_as_long_as_it_would_earn(world):
    assert oldest_day([world.policy], TODAY) == Period(months=12).before(TODAY)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"occurred_on": TODAY + DAY}, "occurred_on"),
        ({"key": uuid.uuid4()}, "step"),
        ({"subject": "course"}, "step"),
        ({"assurance": 10}, "assurance"),
        ({"reason": " "}, "reason"),
    ],
)
def test_prior_learning_that_cannot_count_is_refused_and_leaves_nothing(world, newcomer, fields, field):
    with pytest.raises(ValidationError) as refused:
        decisions.accept_prior_learning(**prior(world, newcomer, **fields))
    assert field in refused.value.message_dict
    assert not Evidence.objects.filter(person=newcomer).exists()
    assert not Decision.objects.exists()


# --- the arithmetic ---------------------------------------------------------------------------------

FIRST = dt.date(2026, 6, 1)
LAST = dt.date(2027, 5, 31)
GIVEN = Dates(FIRST, LAST, LAST, WINDOW.before(LAST), GRACE.after(LAST))
moves = st.lists(
    st.builds(Move, until=st.dates(FIRST, FIRST + 3000 * DAY), correction=st.booleans()), min_size=1, max_size=6
)


@given(moves)
def test_whatever_is_decided_the_dates_stay_in_order(made):
    dates = replayed(GIVEN, made, window=WINDOW, grace=GRACE)
    assert dates.valid_from <= dates.window_opens_on <= dates.expires_on <= dates.grace_until
    assert dates.baseline_expires_on <= dates.expires_on
    assert dates.valid_from == FIRST


@given(moves)
def test_extensions_alone_never_touch_the_baseline_nor_shorten(made):
    before = GIVEN
    for move in made:
        after = moved(before, Move(move.until, correction=False), window=WINDOW, grace=GRACE)
        assert (after.baseline_expires_on, after.window_opens_on) == (LAST, GIVEN.window_opens_on)
        assert after.expires_on >= before.expires_on
        before = after


@given(moves)
def test_the_last_correction_decides_whatever_came_before(made):
    last = Move(made[-1].until, correction=True)
    alone = replayed(GIVEN, [last], window=WINDOW, grace=GRACE)
    assert replayed(GIVEN, [*made[:-1], last], window=WINDOW, grace=GRACE) == alone
