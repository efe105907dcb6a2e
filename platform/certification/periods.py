"""Lengths of time in calendar units, as ISO 8601 durations of years, months, weeks and days: P12M, P60D, P1Y6M."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

# Nothing anybody is certified in lasts longer than twenty years: what is written beyond it is a slip of the pen.
LONGEST = dt.timedelta(days=7305)
_FORM = re.compile(r"^P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?$")


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time whose months are calendar months: a year is not 365 days."""

    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        months = f"{self.months}M" if self.months else ""
        days = f"{self.days}D" if self.days or not self.months else ""
        return f"P{months}{days}"

    def after(self, day: dt.date) -> dt.date:
        """The day this long after `day`; the last day of the month where the month is too short."""
        return _shift(day, self.months) + dt.timedelta(days=self.days)

    def before(self, day: dt.date) -> dt.date:
        """The day this long before `day`; the last day of the month where the month is too short."""
        return _shift(day, -self.months) - dt.timedelta(days=self.days)

    @property
    def rough_days(self) -> float:
        """For comparing which of two periods is longer, never for dates."""
        return self.months * 30.4375 + self.days


def _shift(day: dt.date, months: int) -> dt.date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    if day.day <= 28:
        return dt.date(year, month, day.day)
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@cache
def parse_period(text: str) -> Period:
    """Reads P12M, P60D, P1Y, P2W … Raises ValueError for anything else."""
    match = _FORM.match(text)
    if not match:
        raise ValueError(f"{text!r} is not a period such as P12M or P60D")
    years, months, weeks, days = (int(group or 0) for group in match.groups())
    return Period(months=years * 12 + months, days=weeks * 7 + days)


def last_day(first_day: dt.date, validity: Period) -> dt.date:
    """`expires_on`: the last day, inclusive, of a validity that begins on `first_day`.

    Always from a first day, never from an expiry: a year from 1 March 2027 ends on 29 February 2028.
    """
    return validity.after(first_day) - dt.timedelta(days=1)
