"""Calendar units, month ends and leap days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.periods import Period, last_day, parse_period

days = st.dates(dt.date(2020, 1, 1), dt.date(2090, 12, 31))


def test_a_year_from_the_first_of_march_ends_on_the_leap_day() -> None:
    assert last_day(dt.date(2027, 3, 1), parse_period("P1Y")) == dt.date(2028, 2, 29)


def test_six_months_from_the_first_of_july_end_on_the_last_of_december() -> None:
    assert last_day(dt.date(2026, 7, 1), parse_period("P6M")) == dt.date(2026, 12, 31)


def test_twelve_months_from_the_twelfth_end_on_the_eleventh() -> None:
    assert last_day(dt.date(2026, 2, 12), parse_period("P12M")) == dt.date(2027, 2, 11)


@pytest.mark.parametrize("text", ["", "P", "12M", "P-1M", "P1.5Y", "PT5H", "P12", "p12m"])
def test_what_is_not_a_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        parse_period(text)


@given(st.integers(0, 60), st.integers(0, 400))
def test_a_period_reads_back_what_it_writes(months: int, days: int) -> None:
    period = Period(months=months, days=days)
    assert parse_period(str(period)) == period


@given(days, st.integers(1, 60))
def test_a_validity_of_whole_months_never_ends_before_it_begins(first: dt.date, months: int) -> None:
    assert last_day(first, Period(months=months)) >= first


@given(days, st.integers(1, 24))
def test_validities_that_follow_each_other_from_a_first_of_month_never_drift(first: dt.date, months: int) -> None:
    start = first.replace(day=1)
    for _ in range(5):
        start = last_day(start, Period(months=months)) + dt.timedelta(days=1)
        assert start.day == 1
