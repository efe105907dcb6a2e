"""The edges of every date: leap days, month ends, the days around window, due date, expiry and grace."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from certification.periods import Period, last_day, parse_period
from certification.standing import Held, display_status, is_overdue, next_change, standing_on
from certification.statuses import StandingState as S
from certification.validity import Previous, Validity, validity

DAY = dt.timedelta(days=1)
BASES = ["completion", "expiry", "fixed"]
days = st.dates(dt.date(2023, 1, 1), dt.date(2048, 12, 31))
periods = st.sampled_from(["P1M", "P3M", "P6M", "P12M", "P18M", "P24M", "P36M", "P90D", "P52W", "P1Y6M"])
windows = st.sampled_from(["P0D", "P1D", "P14D", "P30D", "P60D", "P3M"])
graces = st.sampled_from(["P0D", "P1D", "P30D", "P60D", "P2M"])
fixed_days = st.sampled_from(["01-01", "02-28", "02-29", "05-31", "06-30", "08-01", "12-31"])
minimums = st.sampled_from(["", "P1D", "P3M", "P6M", "P12M"])


def made(
    completed: dt.date,
    base: str,
    period: str = "P12M",
    window: str = "P60D",
    grace: str = "P60D",
    previous: Previous | None = None,
    fixed_day: str = "05-31",
    minimum: str = "",
) -> Validity:
    return validity(
        completed,
        period=parse_period(period),
        window=parse_period(window),
        grace=parse_period(grace),
        date_base=base,
        previous=previous,
        fixed_day=fixed_day,
        minimum_active=parse_period(minimum) if minimum else None,
    )


def after(old: Validity, extended: int = 0) -> Previous:
    return Previous(
        expires_on=old.expires_on + extended * DAY, baseline=old.expires_on, window_opens_on=old.window_opens_on
    )


def held(dates: Validity) -> Held:
    return Held(dates.valid_from, dates.window_opens_on, dates.expires_on, dates.grace_until)


# --- the calendar -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "period", "last"),
    [
        ("2027-03-01", "P12M", "2028-02-29"),
        ("2028-03-01", "P12M", "2029-02-28"),
        ("2028-02-29", "P12M", "2029-02-27"),
        ("2027-02-28", "P12M", "2028-02-27"),
        ("2028-02-29", "P48M", "2032-02-28"),
        ("2026-07-01", "P6M", "2026-12-31"),
        ("2026-01-01", "P6M", "2026-06-30"),
        ("2026-08-31", "P6M", "2027-02-27"),
        ("2027-08-31", "P6M", "2028-02-28"),
        ("2027-01-31", "P1M", "2027-02-27"),
        ("2026-12-31", "P2M", "2027-02-27"),
        ("2026-02-12", "P12M", "2027-02-11"),
        ("2027-03-27", "P2D", "2027-03-28"),  # the clocks go forward in the night to the 28th
        ("2027-10-30", "P2D", "2027-10-31"),  # and back in the night to the 31st
        ("2026-06-01", "P1D", "2026-06-01"),
    ],
)
def test_the_last_day_of_a_period(first: str, period: str, last: str) -> None:
    assert last_day(dt.date.fromisoformat(first), parse_period(period)) == dt.date.fromisoformat(last)


@given(days, st.integers(0, 48))
def test_a_period_of_months_never_skips_a_month_and_never_passes_the_day(day: dt.date, months: int) -> None:
    found = Period(months=months).after(day)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day
    assert found.day == day.day or (found + DAY).day == 1


@given(days, days, periods)
def test_whoever_begins_later_never_ends_earlier(one: dt.date, other: dt.date, period: str) -> None:
    first, second = sorted((one, other))
    assert last_day(first, parse_period(period)) <= last_day(second, parse_period(period))


@given(st.integers(2023, 2048), st.integers(1, 12), st.integers(1, 36), st.integers(1, 8))
def test_renewals_from_a_first_of_the_month_stay_on_the_last_of_one(year, month, months, times) -> None:
    """«Six months renewed on an expiry of 30 June end on 31 December»: from first days, nothing drifts."""
    dates = made(dt.date(year, month, 1), "expiry", f"P{months}M", "P14D")
    for _ in range(times):
        assert (dates.expires_on + DAY).day == 1
        dates = made(dates.expires_on, "expiry", f"P{months}M", "P14D", previous=after(dates))


def test_six_months_renewed_on_an_expiry_of_30_june_end_on_31_december_and_back_again() -> None:
    dates = made(dt.date(2027, 1, 1), "expiry", "P6M")
    assert dates.expires_on == dt.date(2027, 6, 30)
    dates = made(dt.date(2027, 6, 30), "expiry", "P6M", previous=after(dates))
    assert (dates.valid_from, dates.expires_on) == (dt.date(2027, 7, 1), dt.date(2027, 12, 31))
    dates = made(dt.date(2027, 12, 1), "expiry", "P6M", previous=after(dates))
    assert (dates.valid_from, dates.expires_on) == (dt.date(2028, 1, 1), dt.date(2028, 6, 30))


@given(days)
def test_a_day_is_a_day_when_the_clocks_change(day: dt.date) -> None:
    """Whichever instant of the day in Oslo it happens, it is that day, and the day after is one day later."""
    zone = zoneinfo.ZoneInfo("Europe/Oslo")
    for hour in (0, 2, 3, 12, 23):
        instant = dt.datetime.combine(day, dt.time(hour, 30), zone).astimezone(dt.UTC)
        assert instant.astimezone(zone).date() == day
    assert last_day(day, Period(days=2)) == day + DAY


# --- the date bases ---------------------------------------------------------------------------------

OLD = made(dt.date(2026, 6, 1), "expiry")  # to 31 May 2027; renewed from 1 April; grace to 30 July


@pytest.mark.parametrize(
    ("base", "completed", "extended", "first", "last"),
    [
        # completion: a year from whenever it was, but never less than what she had
        ("completion", "2027-03-31", 0, "2027-03-31", "2028-03-30"),
        ("completion", "2027-04-01", 0, "2027-04-01", "2028-03-31"),
        ("completion", "2027-05-31", 0, "2027-05-31", "2028-05-30"),
        ("completion", "2027-07-30", 0, "2027-07-30", "2028-07-29"),
        ("completion", "2027-07-31", 0, "2027-07-31", "2028-07-30"),
        # expiry: the day before the window opens gains nothing; in it no day is lost; after it from completion
        ("expiry", "2027-03-31", 0, "2027-03-31", "2027-05-31"),
        ("expiry", "2027-04-01", 0, "2027-06-01", "2028-05-31"),
        ("expiry", "2027-05-31", 0, "2027-06-01", "2028-05-31"),
        ("expiry", "2027-06-01", 0, "2027-06-01", "2028-05-31"),
        ("expiry", "2027-06-02", 0, "2027-06-02", "2028-06-01"),
        ("expiry", "2027-07-30", 0, "2027-07-30", "2028-07-29"),
        ("expiry", "2027-07-31", 0, "2027-07-31", "2028-07-30"),
        ("expiry", "2029-01-01", 0, "2029-01-01", "2029-12-31"),
        # an extension of 90 days, to 29 August: still in time in it, and it gives the next cycle nothing
        ("expiry", "2027-06-01", 90, "2027-06-01", "2028-05-31"),
        ("expiry", "2027-08-29", 90, "2027-06-01", "2028-05-31"),
        ("expiry", "2027-08-30", 90, "2027-08-30", "2028-08-29"),
        ("expiry", "2027-03-31", 90, "2027-03-31", "2027-08-29"),
        # fixed, 31 May: in the window past the old expiry, never the same day again
        ("fixed", "2027-04-01", 0, "2027-06-01", "2028-05-31"),
        ("fixed", "2027-05-31", 0, "2027-06-01", "2028-05-31"),
        ("fixed", "2027-06-01", 0, "2027-06-01", "2028-05-31"),
        ("fixed", "2027-03-31", 0, "2027-03-31", "2027-05-31"),
        ("fixed", "2027-08-29", 90, "2027-06-01", "2028-05-31"),
    ],
)
def test_a_renewal(base: str, completed: str, extended: int, first: str, last: str) -> None:
    dates = made(dt.date.fromisoformat(completed), base, previous=after(OLD, extended))
    assert (dates.valid_from.isoformat(), dates.expires_on.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("completed", "minimum", "last"),
    [
        ("2026-11-30", "P6M", "2027-05-31"),  # to 29 May at least
        ("2026-12-01", "P6M", "2027-05-31"),  # to 31 May exactly
        ("2026-12-02", "P6M", "2028-05-31"),  # to 1 June: the next one
        ("2026-05-31", "", "2026-05-31"),
        ("2026-06-01", "", "2027-05-31"),
        ("2026-06-01", "P12M", "2027-05-31"),
        ("2026-06-02", "P12M", "2028-05-31"),
    ],
)
def test_a_fixed_day_leaves_at_least_the_minimum(completed: str, minimum: str, last: str) -> None:
    assert made(dt.date.fromisoformat(completed), "fixed", minimum=minimum).expires_on == dt.date.fromisoformat(last)


@pytest.mark.parametrize(("year", "last"), [(2027, "2028-02-29"), (2028, "2029-02-28")])
def test_a_fixed_leap_day(year: int, last: str) -> None:
    dates = made(dt.date(year, 3, 1), "fixed", fixed_day="02-29")
    assert dates.expires_on == dt.date.fromisoformat(last)


@given(days, fixed_days, minimums)
def test_a_fixed_day_is_that_day_and_the_first_that_will_do(day: dt.date, fixed_day: str, minimum: str) -> None:
    dates = made(day, "fixed", fixed_day=fixed_day, minimum=minimum)
    least = max(day, last_day(day, parse_period(minimum))) if minimum else day
    assert dates.expires_on >= least
    assert f"{dates.expires_on:%m-%d}" in (fixed_day, "02-28" if fixed_day == "02-29" else fixed_day)
    assert dates.expires_on - least <= 366 * DAY


any_renewal = {
    "first": days,
    "base": st.sampled_from(BASES),
    "period": periods,
    "window": windows,
    "grace": graces,
    "fixed_day": fixed_days,
    "minimum": minimums,
    "extended": st.sampled_from([0, 0, 1, 45, 400]),
    "wait": st.integers(0, 1300),
}


@given(**any_renewal)
def test_renewing_never_ends_earlier_than_not_renewing(
    first, base, period, window, grace, fixed_day, minimum, extended, wait
) -> None:
    terms = {"period": period, "window": window, "grace": grace, "fixed_day": fixed_day, "minimum": minimum}
    old = made(first, base, **terms)
    completed = old.valid_from + wait * DAY
    dates = made(completed, base, previous=after(old, extended), **terms)
    assert dates.expires_on >= old.expires_on + extended * DAY
    assert dates.expires_on >= completed or completed <= old.expires_on + extended * DAY
    assert dates.valid_from <= dates.expires_on <= dates.grace_until
    assert dates.valid_from <= dates.window_opens_on <= dates.expires_on
    # What she held and what she holds now leave no day between them where she was in time.
    if completed <= old.expires_on + extended * DAY:
        assert dates.valid_from <= old.expires_on + (extended + 1) * DAY


@given(**any_renewal, looser=periods)
def test_nor_under_rules_that_became_stricter_in_between(
    first, base, period, window, grace, fixed_day, minimum, extended, wait, looser
) -> None:
    old = made(first, base, looser, window, grace, fixed_day=fixed_day, minimum=minimum)
    completed = old.valid_from + wait * DAY
    dates = made(completed, base, period, window, grace, after(old, extended), fixed_day, minimum)
    assert dates.expires_on >= old.expires_on + extended * DAY


@given(first=days, base=st.sampled_from(["expiry", "fixed"]), extended=st.sampled_from([0, 30]), part=st.floats(0, 1))
def test_in_the_window_it_does_not_matter_when(first: dt.date, base: str, extended: int, part: float) -> None:
    old = made(first, base, minimum="P3M")
    last = old.expires_on
    assume(old.window_opens_on > old.valid_from)
    some_day = old.window_opens_on + int((last - old.window_opens_on).days * part) * DAY
    found = made(some_day, base, previous=after(old, extended), minimum="P3M")
    assert found == made(old.window_opens_on, base, previous=after(old, extended), minimum="P3M")
    assert found.valid_from == last + DAY


@given(first=days, period=periods, extended=st.integers(1, 60))
def test_an_extension_gives_the_next_cycle_nothing(first: dt.date, period: str, extended: int) -> None:
    old = made(first, "expiry", period, "P14D")
    without = made(old.expires_on, "expiry", period, "P14D", previous=after(old))
    given_more = made(old.expires_on + extended * DAY, "expiry", period, "P14D", previous=after(old, extended))
    assert given_more.valid_from == without.valid_from
    assert given_more.expires_on == max(without.expires_on, old.expires_on + extended * DAY)


@given(first=days, period=periods, wait=st.integers(1, 900), base=st.sampled_from(["completion", "expiry"]))
def test_late_counts_from_completion(first: dt.date, period: str, wait: int, base: str) -> None:
    old = made(first, base, period)
    completed = old.expires_on + wait * DAY
    dates = made(completed, base, period, previous=after(old))
    assert (dates.valid_from, dates.expires_on) == (completed, last_day(completed, parse_period(period)))


# --- a day before, the day, a day after -------------------------------------------------------------


@given(days, periods, windows, graces)
def test_the_days_around_window_expiry_and_grace(day: dt.date, period: str, window: str, grace: str) -> None:
    dates = made(day, "completion", period, window, grace)
    mine = held(dates)
    assert standing_on(dates.valid_from - DAY, mine) == S.NEVER
    assert standing_on(dates.window_opens_on, mine) == S.WINDOW
    if dates.window_opens_on > dates.valid_from:
        assert standing_on(dates.window_opens_on - DAY, mine) == S.CERTIFIED
    assert standing_on(dates.expires_on, mine) == S.WINDOW
    graced = dates.grace_until > dates.expires_on
    assert standing_on(dates.expires_on + DAY, mine) == (S.GRACE if graced else S.EXPIRED)
    if graced:
        assert standing_on(dates.grace_until, mine) == S.GRACE
    assert standing_on(dates.grace_until + DAY, mine) == S.EXPIRED
    assert dates.window_opens_on == max(parse_period(window).before(dates.expires_on), dates.valid_from)
    assert dates.grace_until == parse_period(grace).after(dates.expires_on)


@given(days)
def test_the_due_date_is_the_last_day_in_time(due: dt.date) -> None:
    for day, late in ((due - DAY, False), (due, False), (due + DAY, True)):
        assert is_overdue(day, S.NEVER, required=True, excused=False, due_on=due) is late
        shown = display_status(day, S.NEVER, required=True, due_on=due)
        assert shown == ("overdue" if late else "not_started")


@given(days, periods, st.integers(-400, 900), st.none() | days)
def test_nothing_changes_before_the_next_change(day: dt.date, period: str, ahead: int, due: dt.date | None) -> None:
    dates = made(day, "completion", period)
    today = day + ahead * DAY

    def shown(when: dt.date) -> str:
        return display_status(when, standing_on(when, held(dates)), required=True, due_on=due)

    turn = next_change(today, held(dates), due)
    last = turn - DAY if turn else today + 2000 * DAY
    assert shown(today) == shown(last) == shown(today + (last - today) / 2)
