"""Where a person stands, on each boundary day, and when it changes by itself."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.standing import Held, display_status, is_overdue, next_change, standing_on
from certification.statuses import LOOKS, DisplayStatus, StandingState

DAY = dt.timedelta(days=1)
HELD = Held(dt.date(2026, 6, 1), dt.date(2027, 4, 1), dt.date(2027, 5, 31), dt.date(2027, 7, 30))
around = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (HELD.valid_from - DAY, StandingState.NEVER),
        (HELD.valid_from, StandingState.CERTIFIED),
        (HELD.window_opens_on - DAY, StandingState.CERTIFIED),
        (HELD.window_opens_on, StandingState.WINDOW),
        (HELD.expires_on, StandingState.WINDOW),
        (HELD.expires_on + DAY, StandingState.GRACE),
        (HELD.grace_until, StandingState.GRACE),
        (HELD.grace_until + DAY, StandingState.EXPIRED),
    ],
)
def test_each_boundary_day_belongs_to_one_standing(day: dt.date, state: StandingState) -> None:
    assert standing_on(day, HELD) == state


def test_revoked_comes_before_suspended_before_every_date() -> None:
    assert standing_on(HELD.valid_from, HELD, revoked=True, suspended=True) == StandingState.REVOKED
    assert standing_on(HELD.valid_from, HELD, suspended=True) == StandingState.SUSPENDED


def test_who_was_never_certified_stands_nowhere() -> None:
    assert standing_on(dt.date(2027, 1, 1), None) == StandingState.NEVER


@pytest.mark.parametrize(("day", "overdue"), [(dt.date(2027, 6, 11), False), (dt.date(2027, 6, 12), True)])
def test_overdue_begins_the_day_after_the_due_date(day: dt.date, overdue: bool) -> None:
    due = dt.date(2027, 6, 11)
    assert is_overdue(day, StandingState.NEVER, required=True, excused=False, due_on=due) is overdue
    assert not is_overdue(day, StandingState.NEVER, required=True, excused=True, due_on=due)
    assert not is_overdue(day, StandingState.GRACE, required=True, excused=False, due_on=due)
    assert not is_overdue(day, StandingState.NEVER, required=False, excused=False, due_on=due)


def test_what_she_holds_is_shown_before_a_waiver_and_a_waiver_before_what_she_lacks() -> None:
    day = dt.date(2026, 7, 1)
    assert display_status(day, StandingState.CERTIFIED, required=True, waived=True) == DisplayStatus.VALID
    assert display_status(day, StandingState.EXPIRED, required=True, waived=True) == DisplayStatus.WAIVED
    assert display_status(day, StandingState.NEVER, required=True, begun=True) == DisplayStatus.IN_PROGRESS


def test_every_display_status_has_a_look() -> None:
    assert set(LOOKS) == set(DisplayStatus)


@given(around, st.none() | around, st.booleans(), st.booleans(), st.booleans())
def test_the_answer_never_changes_before_the_day_it_was_said_to(
    day: dt.date, due: dt.date | None, held: bool, begun: bool, waived: bool
) -> None:
    """The nightly sweep may skip a row until its next_change_on: nothing about it changes before."""
    have = HELD if held else None

    def answer(on: dt.date) -> tuple[StandingState, DisplayStatus]:
        state = standing_on(on, have)
        return state, display_status(on, state, required=True, waived=waived, due_on=due, begun=begun)

    turn = next_change(day, have, due)
    last = turn - DAY if turn else dt.date(2029, 6, 1)
    for on in (last, day + (last - day) / 2):
        assert answer(on) == answer(day)


@given(around)
def test_a_standing_only_moves_forward_by_itself(day: dt.date) -> None:
    order = [
        StandingState.NEVER,
        StandingState.CERTIFIED,
        StandingState.WINDOW,
        StandingState.GRACE,
        StandingState.EXPIRED,
    ]
    assert order.index(standing_on(day + DAY, HELD)) >= order.index(standing_on(day, HELD))
