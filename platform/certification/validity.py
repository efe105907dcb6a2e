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
    """What she held before: `baseline` is what the rules gave, `expires_on` may be later by an extension.

    `window_opens_on` is her own, as stored: without it, any day up to the expiry counts as in the window.
    """

    expires_on: dt.date
    baseline: dt.date
    window_opens_on: dt.date | None = None


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
    - base *expiry*: in the window, a period from the day after the previous baseline, so that no day is lost and an
      extension gives none; before the window opened, nothing is gained; late or for the first time, from completion;
    - base *fixed*: up to the first `fixed_day` (MM-DD) that leaves at least `minimum_active`; in the window, past the
      previous baseline too.

    Whatever the base, renewing never ends earlier than not renewing.
    """
    start, early, on_time = completed_on, False, False
    if previous and completed_on <= previous.expires_on:
        early = previous.window_opens_on is not None and completed_on < previous.window_opens_on
        on_time = not early
    if previous and on_time and date_base != "completion":
        start = previous.baseline + _DAY
    if date_base == "fixed":
        least = max(start, last_day(completed_on, minimum_active or Period()))
        expires = _fixed_day_from(least, fixed_day)
    elif previous and early and date_base == "expiry":
        expires = previous.baseline
    else:
        expires = last_day(start, period)
    if previous:
        expires = max(expires, previous.expires_on)
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
