"""Which reminder is true on which day, and that walking through the days sends each once."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.models import Notice
from certification.reminding import Facts, Span, Stage, spans, stages_due
from certification.standing import Held, is_overdue, standing_on
from certification.statuses import StandingState

DAY = dt.timedelta(days=1)
START = dt.date(2026, 6, 1)
DUE = START + 60 * DAY
HELD = Held(
    valid_from=dt.date(2025, 9, 1),
    window_opens_on=dt.date(2026, 7, 3),
    expires_on=dt.date(2026, 8, 31),
    grace_until=dt.date(2026, 10, 30),
)
NEW = Facts(
    state=StandingState.NEVER,
    held=None,
    required=True,
    waived=False,
    paused=False,
    due_on=DUE,
    opened_on=START,
    optional=False,
    begun=False,
)
CERTIFIED = replace(NEW, state=StandingState.CERTIFIED, held=HELD, due_on=dt.date(2025, 9, 1), opened_on=None)


def stage_on(facts: Facts, day: dt.date) -> str | None:
    found = stages_due(facts, day)
    return found[0].stage.value if found else None


def first_days(facts: Facts) -> dict[str, dt.date]:
    """Stage → its first day, by walking."""
    found: dict[str, dt.date] = {}
    for number in range(730):
        day = dt.date(2026, 1, 1) + number * DAY
        if stage := stage_on(facts, day):
            found.setdefault(stage, day)
    return found


def test_every_stage_but_the_digest_is_one_of_the_notices():
    assert {str(stage) for stage in Stage} == set(Notice.Stage.values) - {"digest"}


def test_a_new_requirement_is_told_the_day_after_then_two_weeks_before_then_the_day_after_the_deadline():
    assert first_days(NEW) == {"opened": START + DAY, "due_soon": DUE - 14 * DAY, "overdue": DUE + DAY}


def test_what_is_held_is_told_of_when_it_can_be_renewed_two_weeks_before_and_the_day_after_each_end():
    assert first_days(CERTIFIED) == {
        "renew": HELD.window_opens_on,
        "expires_soon": HELD.expires_on - 14 * DAY,
        "grace": HELD.expires_on + DAY,
        "expired": HELD.grace_until + DAY,
    }


def test_who_has_begun_is_not_told_that_something_is_new():
    assert "opened" not in first_days(replace(NEW, begun=True))
    assert "due_soon" in first_days(replace(NEW, begun=True))


def test_a_deadline_nearer_than_two_weeks_is_told_at_once_and_not_twice():
    assert first_days(replace(NEW, due_on=START + 5 * DAY)) == {"due_soon": START + DAY, "overdue": START + 6 * DAY}


def test_a_deadline_that_had_passed_when_the_pass_was_opened_is_told_as_passed_only():
    assert first_days(replace(NEW, due_on=START - 5 * DAY)) == {"overdue": START + DAY}


def test_a_window_shorter_than_two_weeks_gives_one_mail_before_the_expiry():
    short = replace(CERTIFIED, held=HELD._replace(window_opens_on=HELD.expires_on - 5 * DAY))
    assert first_days(short)["expires_soon"] == HELD.expires_on - 5 * DAY
    assert "renew" not in first_days(short)


def test_no_grace_leads_straight_from_the_expiry_to_expired():
    assert "grace" not in first_days(replace(CERTIFIED, held=HELD._replace(grace_until=HELD.expires_on)))


def test_the_old_deadline_says_nothing_more_when_what_she_held_has_expired():
    reopened = replace(CERTIFIED, state=StandingState.EXPIRED, opened_on=HELD.grace_until + 9 * DAY)
    assert stage_on(reopened, HELD.grace_until + 30 * DAY) == "expired"


def test_a_new_deadline_after_the_expiry_says_more_than_that_it_expired():
    new_job = replace(CERTIFIED, opened_on=dt.date(2026, 12, 1), due_on=dt.date(2027, 1, 30))
    assert first_days(new_job) == {
        **{stage: day for stage, day in first_days(CERTIFIED).items() if stage != "expired"},
        "opened": dt.date(2026, 12, 2),
        "due_soon": dt.date(2027, 1, 16),
        "overdue": dt.date(2027, 1, 31),
    }


@pytest.mark.parametrize(
    "change",
    [
        {"required": False},
        {"waived": True},
        {"paused": True},
        {"optional": True},
        {"state": StandingState.SUSPENDED},
        {"state": StandingState.REVOKED},
    ],
)
@pytest.mark.parametrize("facts", [NEW, CERTIFIED])
def test_nothing_is_said_of_what_is_voluntary_waived_paused_or_decided_upon(facts: Facts, change: dict[str, object]):
    assert spans(replace(facts, **change)) == []


days = st.integers(-400, 1200).map(lambda number: START + number * DAY)


@st.composite
def held_dates(draw: st.DrawFn) -> Held:
    valid_from = draw(days)
    expires_on = valid_from + draw(st.integers(0, 800)) * DAY
    window = draw(st.integers(0, (expires_on - valid_from).days))
    return Held(valid_from, expires_on - window * DAY, expires_on, expires_on + draw(st.integers(0, 120)) * DAY)


facts_of_anyone = st.builds(
    Facts,
    state=st.sampled_from(StandingState),
    held=st.none() | held_dates(),
    required=st.sampled_from([True, True, True, False]),
    waived=st.sampled_from([False, False, False, True]),
    paused=st.sampled_from([False, False, False, True]),
    due_on=st.none() | days,
    opened_on=st.none() | days,
    optional=st.sampled_from([False, False, False, True]),
    begun=st.booleans(),
)


def is_true(facts: Facts, span: Span, day: dt.date) -> bool:
    """What the text says, checked against standing itself and not against the spans."""
    state = standing_on(day, facts.held)
    match span.stage:
        case Stage.OPENED | Stage.DUE_SOON:
            waits = facts.opened_on is not None and facts.opened_on < day <= span.date == facts.due_on
            return waits and state in (StandingState.NEVER, StandingState.EXPIRED)
        case Stage.OVERDUE:
            return is_overdue(day, state, required=facts.required, excused=False, due_on=facts.due_on)
        case Stage.RENEW | Stage.EXPIRES_SOON:
            return state == StandingState.WINDOW and day <= span.date
        case Stage.GRACE:
            return state == StandingState.GRACE and day <= span.date
        case Stage.EXPIRED:
            return state == StandingState.EXPIRED


@given(facts_of_anyone, st.sets(st.integers(0, 729)))
def test_two_years_day_by_day_with_any_days_missed_send_each_stage_once_and_only_while_it_is_true(
    facts: Facts, missed: set[int]
):
    sent: list[Stage] = []
    for number in range(730):
        day = START + number * DAY
        due = stages_due(facts, day)
        assert len(due) <= 1
        for span in due:
            assert facts.required
            assert not any((facts.waived, facts.paused, facts.optional))
            assert is_true(facts, span, day)
            if number not in missed and span.stage not in sent:
                sent.append(span.stage)
    order = [*(stage for stage in Stage if stage.of_held), *(stage for stage in Stage if not stage.of_held)]
    assert sent == sorted(set(sent), key=order.index)


@given(facts_of_anyone)
def test_who_must_and_holds_nothing_in_force_is_told_something_from_some_day_on(facts: Facts):
    """Nobody is forgotten: overdue or expired has no last day."""
    far = START + 4000 * DAY
    silent = facts.waived or facts.paused or facts.optional or not facts.required
    decided = facts.state in (StandingState.SUSPENDED, StandingState.REVOKED)
    known = facts.held is not None or (facts.due_on is not None and facts.opened_on is not None)
    assert bool(stages_due(facts, far)) == (known and not silent and not decided)
