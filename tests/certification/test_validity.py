"""When a cycle begins and ends: each date base, early, on time, in grace, late, after an extension."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from certification.periods import parse_period
from certification.validity import Previous, Validity, validity

days = st.dates(dt.date(2024, 1, 1), dt.date(2040, 12, 31))
YEAR = parse_period("P12M")
TWO_MONTHS = parse_period("P60D")


def made(completed: dt.date, base: str = "expiry", previous: Previous | None = None, **more: object) -> Validity:
    return validity(
        completed, period=YEAR, window=TWO_MONTHS, grace=TWO_MONTHS, date_base=base, previous=previous, **more
    )


def test_the_first_cycle_counts_from_the_day_it_was_completed() -> None:
    dates = made(dt.date(2026, 6, 1))
    assert (dates.valid_from, dates.expires_on) == (dt.date(2026, 6, 1), dt.date(2027, 5, 31))
    assert dates.window_opens_on == dt.date(2027, 4, 1)
    assert dates.grace_until == dt.date(2027, 7, 30)


def test_renewing_on_time_begins_the_day_after_the_old_expiry_and_loses_no_day() -> None:
    old = Previous(expires_on=dt.date(2027, 5, 31), baseline=dt.date(2027, 5, 31))
    dates = made(dt.date(2027, 4, 20), previous=old)
    assert (dates.valid_from, dates.expires_on) == (dt.date(2027, 6, 1), dt.date(2028, 5, 31))


def test_renewing_on_the_last_day_is_on_time_and_the_day_after_is_not() -> None:
    old = Previous(expires_on=dt.date(2027, 5, 31), baseline=dt.date(2027, 5, 31))
    assert made(dt.date(2027, 5, 31), previous=old).valid_from == dt.date(2027, 6, 1)
    assert made(dt.date(2027, 6, 2), previous=old).valid_from == dt.date(2027, 6, 2)


def test_an_extension_moves_the_expiry_but_gives_the_next_cycle_nothing() -> None:
    extended = Previous(expires_on=dt.date(2027, 8, 31), baseline=dt.date(2027, 5, 31))
    assert made(dt.date(2027, 8, 1), previous=extended).valid_from == dt.date(2027, 6, 1)


def test_six_months_renewed_on_an_expiry_of_30_june_end_on_31_december() -> None:
    old = Previous(expires_on=dt.date(2026, 6, 30), baseline=dt.date(2026, 6, 30))
    dates = validity(
        dt.date(2026, 6, 20),
        period=parse_period("P6M"),
        window=TWO_MONTHS,
        grace=TWO_MONTHS,
        date_base="expiry",
        previous=old,
    )
    assert dates.expires_on == dt.date(2026, 12, 31)


def test_a_fixed_day_leaves_at_least_the_least_active_time() -> None:
    fixed = {"fixed_day": "05-31", "minimum_active": parse_period("P6M")}
    assert made(dt.date(2026, 11, 1), "fixed", **fixed).expires_on == dt.date(2027, 5, 31)
    assert made(dt.date(2027, 1, 15), "fixed", **fixed).expires_on == dt.date(2028, 5, 31)


def test_a_fixed_leap_day_is_the_28th_in_other_years() -> None:
    dates = made(dt.date(2026, 3, 1), "fixed", fixed_day="02-29")
    assert dates.expires_on == dt.date(2027, 2, 28)


@given(days, st.sampled_from(["completion", "expiry", "fixed"]))
def test_the_dates_are_always_in_order(completed: dt.date, base: str) -> None:
    dates = made(completed, base, fixed_day="05-31")
    assert dates.valid_from <= dates.expires_on <= dates.grace_until
    assert dates.window_opens_on <= dates.expires_on


@given(days, st.integers(0, 59))
def test_renewing_anywhere_in_the_window_gives_the_same_expiry(first: dt.date, wait: int) -> None:
    old = made(first)
    previous = Previous(expires_on=old.expires_on, baseline=old.expires_on)
    early = made(old.window_opens_on, previous=previous)
    later = made(min(old.window_opens_on + dt.timedelta(days=wait), old.expires_on), previous=previous)
    assert early == later
