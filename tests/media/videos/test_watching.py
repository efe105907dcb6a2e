"""What has been seen only grows, never faster than the clock allows, and the order of reports does not matter."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.watching import (
    FASTEST_RATE,
    MOST_KEPT,
    SLACK,
    ReportError,
    Seen,
    add,
    is_enough,
    joined,
    length,
    read_stretches,
    rounded,
    without,
)

DURATION = 600.0
NOTHING = Seen((), SLACK)
seconds = st.floats(0, DURATION + 50, allow_nan=False).map(lambda value: round(value, 2))
stretch = st.tuples(seconds, seconds).map(lambda pair: (min(pair), max(pair)))
stretches = st.lists(stretch, max_size=12)
reports = st.lists(st.tuples(stretches, st.floats(0, 100)), max_size=6)


def after(told, *, elapsed=10_000.0, seen=NOTHING) -> Seen:
    return add(seen, told, elapsed=elapsed, duration=DURATION)


def test_stretches_that_meet_become_one():
    assert joined([(5, 8), (0, 3), (3.5, 5)]) == [(0, 8)]
    assert joined([(0, 3), (5, 8)]) == [(0, 3), (5, 8)]
    assert without([(0, 10)], [(2, 3), (8, 12)]) == [(0, 2), (3, 8)]


def test_ten_seconds_give_twenty_seconds_of_film_and_a_little():
    seen = after([(0, 500)], elapsed=10)
    assert seen.stretches == ((0, 10 * FASTEST_RATE + SLACK),)
    assert seen.credit == 0


def test_slack_is_given_once_and_comes_back_with_time():
    seen = after([(0, 500)], elapsed=0)
    for _ in range(100):
        seen = after([(0, 500)], elapsed=0, seen=seen)
    assert length(seen.stretches) == SLACK
    assert after([], elapsed=3, seen=seen).credit == SLACK


def test_closing_gaps_is_no_way_to_see_more():
    """Dust, half a second apart: each grain costs next to nothing, and the gaps between them are not given away."""
    dust = [(n * 0.9, n * 0.9 + 0.01) for n in range(500)]
    seen = after(dust, elapsed=0)
    seen = after([(n * 0.9 + 0.45, n * 0.9 + 0.46) for n in range(500)], elapsed=0, seen=seen)
    assert length(seen.stretches) <= SLACK + 0.001


def test_more_pieces_than_anybody_sees_are_not_kept():
    dust = tuple((n * 1.5, n * 1.5 + 0.01) for n in range(MOST_KEPT))
    assert add(Seen(dust, SLACK), [(3100, 3101)], elapsed=0, duration=4000).stretches == dust


@given(reports)
def test_what_was_seen_only_grows_stays_in_order_and_within_the_film(told):
    seen = NOTHING
    for ranges, elapsed in told:
        new = after(ranges, elapsed=elapsed, seen=seen)
        gained = length(new.stretches) - length(seen.stretches)
        assert -1e-6 <= gained <= seen.credit + elapsed * FASTEST_RATE + 1e-6
        assert not [piece for piece in without(seen.stretches, new.stretches) if piece[1] - piece[0] > 1e-6]
        assert all(one[1] < other[0] for one, other in pairwise(new.stretches))
        assert all(0 <= start < end <= DURATION for start, end in new.stretches)
        assert 0 <= new.credit <= SLACK
        seen = new


@given(stretches, stretches)
def test_the_order_of_reports_does_not_matter_when_there_is_time(one, other):
    first = after(other, seen=after(one))
    assert first.stretches == after(one, seen=after(other)).stretches == after([*one, *other]).stretches


@given(stretches)
def test_the_same_report_twice_is_as_good_as_once(told):
    once = after(told)
    assert after(told, seen=once).stretches == once.stretches


@given(stretches, stretches)
def test_taking_away_and_putting_back_gives_the_same(one, other):
    one, other = joined(one, gap=0), joined(other, gap=0)
    left = without(one, other)
    both = sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)
    assert length(left) == pytest.approx(length(one) - both)


def test_nine_tenths_are_enough():
    assert is_enough([(0, 540)], duration=600, percent=90)
    assert not is_enough([(0, 539)], duration=600, percent=90)
    assert rounded([(0.1234, 5.6789)]) == [[0.12, 5.68]]


@pytest.mark.parametrize(
    "told",
    [None, {}, "x", [1], [[1]], [[1, 2, 3]], [[2, 1]], [[-1, 2]], [["0", 1]], [[0, True]], [[0, 1e9]],
     [[float("nan"), 1]], [[0, float("inf")]], [[0, 1]] * 501],
)  # fmt: skip
def test_what_no_player_sends_is_refused(told):
    with pytest.raises(ReportError):
        read_stretches(told)
