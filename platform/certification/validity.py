"""When a satisfied cycle begins and ends. Pure.

Every expiry is added from a first day, never to an expiry or to a day that was itself added; the last day is included.
"""

import datetime as dt
from dataclasses import dataclass

from certification.periods import Period, last_day

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Validity:
    """The dates of a satisfied cycle; the last days are included."""

    valid_from: dt.date
    expires_on: dt.date
    window_opens_on: dt.date
    grace_until: dt.date


@dataclass(frozen=True, slots=True)
class Previous:
    """What she held before: `baseline` is what the rules gave, `expires_on` may be later by an extension."""

    expires_on: dt.date
    baseline: dt.date


def validity(
    completed_on: dt.date,
    *,
    period: Period,
    window: Period,
    grace: Period,
    date_base: str,
    previous: Previous | None = None,
    fixed_day: str = "",
    minimum_active: Period | None = None,
) -> Validity:
    """The dates of a cycle whose last step was shown on `completed_on`.

    - base *completion*: a period from that day;
    - base *expiry*: renewed on time, a period from the day after the previous baseline, so that no day is lost and an
      extension gives none; late or for the first time, from completion;
    - base *fixed*: up to the first `fixed_day` (MM-DD) that leaves at least `minimum_active`.
    """
    start = completed_on
    if date_base == "expiry" and previous and completed_on <= previous.expires_on:
        start = previous.baseline + _DAY
    if date_base == "fixed":
        least = max(start, last_day(start, minimum_active or Period()))
        expires = _fixed_day_from(least, fixed_day)
    else:
        expires = last_day(start, period)
    return Validity(
        valid_from=start,
        expires_on=expires,
        window_opens_on=max(window.before(expires), min(start, expires)),
        grace_until=grace.after(expires),
    )


def _fixed_day_from(least: dt.date, fixed_day: str) -> dt.date:
    """The first `fixed_day` on or after `least`; 29 February is 28 February in other years."""
    month, day = (int(part) for part in fixed_day.split("-"))
    for year in (least.year, least.year + 1):
        try:
            found = dt.date(year, month, day)
        except ValueError:
            found = dt.date(year, month, day - 1)
        if found >= least:
            return found
    raise AssertionError("one of two years has such a day")
