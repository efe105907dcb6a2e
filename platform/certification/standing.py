"""Where a person stands on a day, what pages show for it, and when that changes by itself. Pure."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from certification.statuses import DisplayStatus, StandingState

_DAY = dt.timedelta(days=1)
# Days left at which managers' figures move a person from one group to the next.
FIGURE_STEPS = (90, 60, 30)
_STEPS = tuple(dt.timedelta(days=days) for days in FIGURE_STEPS)


class Held(NamedTuple):
    """The dates of what she holds: None where she was never certified. All days included."""

    valid_from: dt.date
    window_opens_on: dt.date
    expires_on: dt.date
    grace_until: dt.date


def standing_on(day: dt.date, held: Held | None, *, revoked: bool = False, suspended: bool = False) -> StandingState:
    """Where she stands on `day`: from dates alone, first match wins.

    `held.valid_from` is the first day of all her unbroken validity, so that a renewal made ahead of time, which begins
    the day after the old expiry, counts at once.
    """
    if revoked:
        return StandingState.REVOKED
    if suspended:
        return StandingState.SUSPENDED
    if held is None or day < held.valid_from:
        return StandingState.NEVER
    if day < held.window_opens_on:
        return StandingState.CERTIFIED
    if day <= held.expires_on:
        return StandingState.WINDOW
    if day <= held.grace_until:
        return StandingState.GRACE
    return StandingState.EXPIRED


def is_overdue(day: dt.date, state: StandingState, *, required: bool, excused: bool, due_on: dt.date | None) -> bool:
    """Required, neither waived nor on leave, past the due date, and without a standing. Not a standing itself."""
    return (
        required
        and not excused
        and due_on is not None
        and day > due_on
        and state in (StandingState.NEVER, StandingState.EXPIRED)
    )


def display_status(
    day: dt.date,
    state: StandingState,
    *,
    required: bool = False,
    waived: bool = False,
    paused: bool = False,
    due_on: dt.date | None = None,
    begun: bool = False,
) -> DisplayStatus:
    """What pages show: the one place where the three axes meet.

    What she holds comes first; then a waiver; then that it has expired, which says more than that it is overdue or
    begun anew; then the due date; then whether she has begun.
    """
    match state:
        case StandingState.REVOKED:
            return DisplayStatus.REVOKED
        case StandingState.SUSPENDED:
            return DisplayStatus.SUSPENDED
        case StandingState.CERTIFIED:
            return DisplayStatus.VALID
        case StandingState.WINDOW:
            return DisplayStatus.WINDOW
        case StandingState.GRACE:
            return DisplayStatus.GRACE
    if waived:
        return DisplayStatus.WAIVED
    if state == StandingState.EXPIRED:
        return DisplayStatus.EXPIRED
    if is_overdue(day, state, required=required, excused=paused, due_on=due_on):
        return DisplayStatus.OVERDUE
    return DisplayStatus.IN_PROGRESS if begun else DisplayStatus.NOT_STARTED


def next_change(
    day: dt.date, held: Held | None, due_on: dt.date | None, also: Iterable[dt.date | None] = ()
) -> dt.date | None:
    """The first day after `day` on which the answer, or the group she is counted in, changes without anyone acting.

    `also` holds days on which requirements, leave and decisions begin or have ended.
    """
    days: list[dt.date | None] = [*also, due_on + _DAY if due_on else None]
    if held:
        days += [held.valid_from, held.window_opens_on, held.expires_on + _DAY, held.grace_until + _DAY]
        days += [held.expires_on - step for step in _STEPS]
    return min([found for found in days if found and found > day], default=None)


class Stored(Protocol):
    """The columns of a stored standing that the answer of a later day needs."""

    state: str
    valid_from: dt.date | None
    window_opens_on: dt.date | None
    expires_on: dt.date | None
    grace_until: dt.date | None
    required: bool
    waived: bool
    paused: bool
    due_on: dt.date | None
    begun: bool


def held_of(row: Stored) -> Held | None:
    """The dates of a stored row, or None where she was never certified."""
    if row.valid_from and row.window_opens_on and row.expires_on and row.grace_until:
        return Held(row.valid_from, row.window_opens_on, row.expires_on, row.grace_until)
    return None


def state_today(row: Stored, today: dt.date) -> StandingState:
    """The standing of a stored row as of `today`, from its dates: what a list shows when the row may be old."""
    return standing_on(
        today,
        held_of(row),
        revoked=row.state == StandingState.REVOKED,
        suspended=row.state == StandingState.SUSPENDED,
    )


def display_today(row: Stored, today: dt.date) -> DisplayStatus:
    """What to show for a stored row as of `today`, from its dates."""
    return display_status(
        today,
        state_today(row, today),
        required=row.required,
        waived=row.waived,
        paused=row.paused,
        due_on=row.due_on,
        begun=row.begun,
    )
