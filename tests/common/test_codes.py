"""Codes on certificates: read aloud, typed, pasted."""

from hypothesis import given
from hypothesis import strategies as st

from common.codes import ALPHABET, LENGTH, new_code, read_code, show_code

codes = st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)


@given(codes)
def test_a_shown_code_is_read_back_as_itself(code):
    assert read_code(show_code(code)) == code


@given(codes)
def test_small_letters_spaces_and_dashes_make_no_difference(code):
    assert read_code(f"  {show_code(code).lower().replace('-', ' – ')}\n") == code


@given(codes)
def test_letters_that_look_like_digits_are_read_as_digits(code):
    assert read_code(code.replace("0", "O").replace("1", "I")) == code
    assert read_code(code.replace("0", "o").replace("1", "l")) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_none(typed):
    found = read_code(typed)
    assert found is None or (len(found) == LENGTH and set(found) <= set(ALPHABET))


def test_a_code_too_short_or_with_a_foreign_letter_is_none():
    assert read_code("7KQ4-M2XD") is None
    assert read_code("U" * LENGTH) is None
    assert read_code("Æ" * LENGTH) is None


def test_new_codes_are_codes_and_differ():
    made = {new_code() for _ in range(200)}
    assert len(made) == 200
    assert all(read_code(code) == code for code in made)
