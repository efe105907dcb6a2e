"""Leave to sit a quiz: who may begin, on which day, and how often."""

import datetime as dt

import pytest
import time_machine
from factories import make_person, make_unit

from assessments import services
from assessments.access import Reason, availability
from assessments.models import AttemptAllowance

pytestmark = pytest.mark.django_db
APRIL_20 = dt.date(2027, 4, 20)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2027-04-20 12:00+02:00", tick=False):
        yield


def test_the_same_terms_again_give_the_same_row(learner, quiz, allow):
    assert allow(learner, quiz) == allow(learner, quiz)
    assert AttemptAllowance.objects.count() == 1


def test_other_terms_supersede_and_keep_the_old_row_as_it_was(learner, quiz, allow):
    old = allow(learner, quiz)
    new = allow(learner, quiz, pass_mark=90)
    old.refresh_from_db()
    assert old.superseded_at is not None
    assert (old.pass_mark, new.pass_mark, new.superseded_at) == (80, 90, None)
    assert availability(person=learner, quiz=quiz).allowance == new


def test_going_back_to_earlier_terms_is_a_new_row(learner, quiz, allow):
    rows = {allow(learner, quiz, attempts=n).pk for n in (3, 4, 3)}
    assert len(rows) == 3


def test_leave_that_is_withdrawn_begins_nothing_new_but_lets_her_finish(learner, quiz, allow, answer):
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    assert services.withdraw_allowance(person=learner, quiz=quiz, given_for="cycle:1") is True
    assert services.withdraw_allowance(person=learner, quiz=quiz, given_for="cycle:1") is False
    answer(attempt, "aaaaaaaa")
    assert services.finish_attempt(attempt=attempt).passed
    assert availability(person=learner, quiz=quiz).reason is Reason.NO_ALLOWANCE
    with pytest.raises(services.NotAllowedError):
        services.start_attempt(person=learner, quiz=quiz)


def test_leave_is_personal(learner, quiz, allow):
    allow(learner, quiz)
    assert not availability(person=make_person(), quiz=quiz).allowed


def test_leave_opens_on_its_first_day_and_not_the_day_before(learner, quiz, allow):
    allow(learner, quiz, opens_on=APRIL_20)
    before = availability(person=learner, quiz=quiz, today=APRIL_20 - dt.timedelta(days=1))
    assert (before.allowed, before.reason, before.opens_on) == (False, Reason.NOT_YET, APRIL_20)
    assert availability(person=learner, quiz=quiz, today=APRIL_20).allowed


@pytest.mark.parametrize(("cool_down", "first_day"), [(0, 20), (1, 21), (2, 22)])
def test_the_cool_down_ends_on_the_day_of_the_fail_plus_its_days(learner, quiz, allow, sit, cool_down, first_day):
    allow(learner, quiz, cool_down_days=cool_down)
    sit(learner, quiz, "bbbbbbbb")
    opens = dt.date(2027, 4, first_day)
    assert availability(person=learner, quiz=quiz, today=opens).allowed
    if cool_down:
        waiting = availability(person=learner, quiz=quiz, today=opens - dt.timedelta(days=1))
        assert (waiting.allowed, waiting.reason, waiting.opens_on) == (False, Reason.COOL_DOWN, opens)
        assert waiting.attempts_left == 2


def test_the_day_of_the_fail_is_the_day_where_the_agency_is(learner, quiz, allow, sit):
    far_north = make_unit("Longyearbyen", time_zone="Pacific/Auckland")
    allow(learner, quiz, agency=far_north, cool_down_days=1)
    with time_machine.travel("2027-04-20 23:30+02:00", tick=False):
        sit(learner, quiz, "bbbbbbbb")
    assert availability(person=learner, quiz=quiz, today=APRIL_20).opens_on == dt.date(2027, 4, 22)


def test_a_second_leave_is_no_way_round_the_cool_down(learner, quiz, allow, sit):
    allow(learner, quiz)
    sit(learner, quiz, "bbbbbbbb")
    allow(learner, quiz, given_for="cycle:2")
    assert availability(person=learner, quiz=quiz).reason is Reason.COOL_DOWN


def test_attempts_run_out(learner, quiz, allow, sit):
    allow(learner, quiz, attempts=2, cool_down_days=0)
    for left in (1, 0):
        sit(learner, quiz, "bbbbbbbb")
        assert availability(person=learner, quiz=quiz).attempts_left == left
    found = availability(person=learner, quiz=quiz)
    assert (found.allowed, found.reason, found.opens_on) == (False, Reason.USED_UP, None)
    with pytest.raises(services.NotAllowedError) as refused:
        services.start_attempt(person=learner, quiz=quiz)
    assert refused.value.availability.reason is Reason.USED_UP


def test_no_number_of_attempts_means_as_many_as_she_likes(learner, quiz, allow, sit):
    allow(learner, quiz, attempts=None, cool_down_days=0)
    for _ in range(5):
        sit(learner, quiz, "bbbbbbbb")
    found = availability(person=learner, quiz=quiz)
    assert (found.allowed, found.attempts_left) == (True, None)


def test_an_open_attempt_is_gone_on_with_even_when_it_is_the_last(learner, quiz, allow):
    allow(learner, quiz, attempts=1)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    found = availability(person=learner, quiz=quiz)
    assert (found.allowed, found.reason, found.open_attempt) == (True, Reason.CONTINUE, attempt)
    assert services.start_attempt(person=learner, quiz=quiz) == attempt


def test_after_a_pass_nothing_more_is_begun_under_that_leave(learner, quiz, allow, sit):
    allow(learner, quiz)
    sit(learner, quiz, "aaaaaaaa")
    assert availability(person=learner, quiz=quiz).reason is Reason.PASSED
    allow(learner, quiz, given_for="cycle:2")
    assert availability(person=learner, quiz=quiz).allowed


def test_of_two_that_let_her_begin_the_strictest_counts(learner, quiz, allow):
    allow(learner, quiz, pass_mark=80)
    strict = allow(learner, quiz, given_for="cycle:2", pass_mark=90)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    assert (attempt.allowance, attempt.pass_mark) == (strict, 90)


def test_an_attempt_keeps_the_mark_it_was_begun_under(learner, quiz, allow, answer):
    allow(learner, quiz, pass_mark=80)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    allow(learner, quiz, pass_mark=100)
    answer(attempt, "aaaaaaab")
    assert services.finish_attempt(attempt=attempt).passed
