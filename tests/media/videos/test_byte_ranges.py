"""A part of a file is what RFC 9110 says it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.byte_ranges import OutOfReachError, Part, read_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-9", Part(0, 9)),
        ("bytes=90-", Part(90, 99)),
        ("bytes=90-500", Part(90, 99)),
        ("bytes=-10", Part(90, 99)),
        ("bytes=-500", Part(0, 99)),
        ("", None),
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),  # several parts: the whole is a right answer
        ("items=0-9", None),
        ("bytes=a-b", None),
    ],
)
def test_the_part_that_is_asked_for(header, part):
    assert read_range(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_beyond_the_end_there_is_nothing(header):
    with pytest.raises(OutOfReachError):
        read_range(header, 100)


@given(st.text(max_size=30), st.integers(0, 10_000))
def test_whatever_is_asked_the_part_lies_in_the_file(header, size):
    for asked in (header, f"bytes={header}"):
        try:
            part = read_range(asked, size)
        except OutOfReachError:
            continue
        assert part is None or 0 <= part.first <= part.last < size
