"""How decisions move the dates of a satisfied cycle. Pure.

An extension gives more time and no new reckoning: the baseline, from which the next cycle counts, stays. A correction
says that the last day was another one all along: baseline, window and grace follow it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from certification.periods import Period


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a satisfied cycle, all days included."""

    valid_from: dt.date
    baseline_expires_on: dt.date
    expires_on: dt.date
    window_opens_on: dt.date
    grace_until: dt.date


@dataclass(frozen=True, slots=True)
class Move:
    """One decision about the last day: a correction, or else an extension."""

    until: dt.date
    correction: bool


def moved(dates: Dates, move: Move, *, window: Period, grace: Period) -> Dates:
    """`dates` after `move`. An extension never shortens; a correction may.

    Raises ValueError for a last day before the first.
    """
    if move.until < dates.valid_from:
        raise ValueError(f"{move.until} is before the first day, {dates.valid_from}")
    if not move.correction:
        until = max(move.until, dates.expires_on)
        return replace(dates, expires_on=until, grace_until=grace.after(until))
    return replace(
        dates,
        baseline_expires_on=move.until,
        expires_on=move.until,
        window_opens_on=max(window.before(move.until), dates.valid_from),
        grace_until=grace.after(move.until),
    )


def replayed(given: Dates, moves: Iterable[Move], *, window: Period, grace: Period) -> Dates:
    """The dates that the rules gave, moved by every decision that still holds, in the order they were made."""
    dates = given
    for move in moves:
        dates = moved(dates, move, window=window, grace=grace)
    return dates
