"""Minutes done and minutes left."""

from hypothesis import given
from hypothesis import strategies as st

from courses.progress import minutes_done, minutes_left

minutes = st.integers(0, 600)
parts = st.integers(0, 60)


@given(minutes, parts, parts)
def test_never_less_than_nothing_or_more_than_all(minutes, done, of):
    assert 0 <= minutes_done(minutes, done, of) <= minutes


@given(minutes, parts, parts)
def test_done_and_left_are_the_whole(minutes, done, of):
    assert minutes_done(minutes, done, of) + minutes_left(minutes, done, of) == minutes


@given(minutes, parts, parts)
def test_one_part_more_is_never_less(minutes, done, of):
    assert minutes_done(minutes, done + 1, of) >= minutes_done(minutes, done, of)


@given(minutes, st.integers(1, 60))
def test_every_part_is_every_minute(minutes, of):
    assert minutes_done(minutes, of, of) == minutes
    assert minutes_done(minutes, 0, of) == 0


@given(st.integers(1, 600), st.integers(0, 59), st.integers(1, 60))
def test_while_something_is_left_a_minute_is_left(minutes, done, of):
    if done < of:
        assert minutes_left(minutes, done, of) >= 1


def test_what_is_left_is_rounded_up():
    assert minutes_left(9, 1, 4) == 7
