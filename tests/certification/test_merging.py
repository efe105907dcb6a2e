"""An agency may tighten the national policy, never loosen it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from certification.merging import Terms, Tightening, looser_fields, strictest, union
from certification.periods import parse_period

NATIONAL = Terms(80, "P12M", "P60D", "P60D", "expiry", "", "", 30, 3, 2)
periods = st.sampled_from(["", "P6M", "P9M", "P12M", "P18M", "P24M", "P30D"])
wishes = st.builds(
    Tightening,
    pass_mark=st.none() | st.integers(50, 100),
    validity=periods,
    grace=periods,
    least_assurance=st.none() | st.sampled_from([10, 20, 30, 40]),
    attempts=st.none() | st.integers(1, 9),
    cool_down_days=st.none() | st.integers(0, 14),
)


def test_the_strictest_of_two_agencies_is_taken_field_by_field() -> None:
    merged = strictest(NATIONAL, [Tightening(pass_mark=90), Tightening(validity="P6M", attempts=2)])
    assert (merged.pass_mark, merged.validity, merged.attempts) == (90, "P6M", 2)


def test_empty_fields_mean_as_the_national_policy() -> None:
    assert strictest(NATIONAL, [Tightening()]) == NATIONAL


@given(st.lists(wishes, max_size=4))
def test_the_order_of_agencies_does_not_matter_and_nothing_is_loosened(agencies: list[Tightening]) -> None:
    merged = strictest(NATIONAL, agencies)
    again = strictest(NATIONAL, reversed(agencies))
    # Periods of the same length may be written in two ways; the rest is equal.
    assert replace(merged, validity="", grace="") == replace(again, validity="", grace="")
    assert merged.pass_mark >= NATIONAL.pass_mark
    assert parse_period(merged.validity).rough_days <= parse_period(NATIONAL.validity).rough_days
    assert parse_period(merged.grace).rough_days <= parse_period(NATIONAL.grace).rough_days
    assert (merged.attempts or 99) <= (NATIONAL.attempts or 99)
    assert (merged.window, merged.date_base) == (NATIONAL.window, NATIONAL.date_base)


@given(wishes)
def test_a_looser_wish_is_named_and_changes_nothing(wish: Tightening) -> None:
    merged = strictest(NATIONAL, [wish])
    for field in looser_fields(NATIONAL, wish):
        assert getattr(merged, field) == getattr(NATIONAL, field)


def test_the_union_of_paths_has_each_step_once_and_tests_last() -> None:
    a = [("course", "1"), ("quiz", "q")]
    b = [("course", "2"), ("course", "1"), ("quiz", "r")]
    assert union([a, b]) == [("course", "1"), ("course", "2"), ("quiz", "q"), ("quiz", "r")]
