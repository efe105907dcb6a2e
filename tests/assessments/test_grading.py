"""A result is exact, and nothing weighs up an answer that can harm somebody."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.grading import Question, grade, needed

KEYS = ("a", "b", "c", "d")


@st.composite
def sittings(draw):
    questions = []
    for _ in range(draw(st.integers(1, 30))):
        right = draw(st.sampled_from(KEYS))
        harmful = draw(st.frozensets(st.sampled_from([key for key in KEYS if key != right])))
        questions.append(Question(right, harmful))
    answers = draw(st.dictionaries(st.integers(0, len(questions) - 1), st.sampled_from(KEYS)))
    return questions, answers


@given(sittings(), st.integers(1, 100))
def test_passed_means_share_reaches_the_mark_exactly_and_nothing_harmful(sitting, pass_mark):
    questions, answers = sitting
    result = grade(questions, answers, pass_mark)
    enough = Fraction(result.correct, result.total) >= Fraction(pass_mark, 100)
    assert result.passed == (enough and result.harmful == 0)


@given(sittings(), st.integers(1, 100))
def test_the_counts_are_the_sums_of_the_marks(sitting, pass_mark):
    questions, answers = sitting
    result = grade(questions, answers, pass_mark)
    assert len(result.right) == len(result.harm) == result.total == len(questions)
    assert result.correct == sum(result.right)
    assert result.harmful == sum(result.harm)
    assert not any(right and harm for right, harm in zip(result.right, result.harm, strict=True))


@given(sittings(), st.integers(1, 100))
def test_an_unanswered_question_is_wrong_and_does_no_harm(sitting, pass_mark):
    questions, answers = sitting
    result = grade(questions, answers, pass_mark)
    for place in set(range(len(questions))) - set(answers):
        assert not result.right[place]
        assert not result.harm[place]


@given(sittings(), st.integers(1, 100))
def test_answering_one_more_rightly_never_turns_a_pass_into_a_fail(sitting, pass_mark):
    questions, answers = sitting
    before = grade(questions, answers, pass_mark)
    for place, question in enumerate(questions):
        after = grade(questions, {**answers, place: question.right}, pass_mark)
        assert after.correct >= before.correct
        assert after.passed >= before.passed


@given(st.integers(1, 200), st.integers(1, 100))
def test_needed_is_the_least_number_that_passes(total, pass_mark):
    questions = [Question("a")] * total
    least = needed(total, pass_mark)
    assert grade(questions, dict.fromkeys(range(least), "a"), pass_mark).passed
    assert not grade(questions, dict.fromkeys(range(least - 1), "a"), pass_mark).passed


@pytest.mark.parametrize(("correct", "passed"), [(9, False), (10, True), (12, True)])
def test_twelve_questions_at_eighty_per_cent_need_ten(correct, passed):
    questions = [Question("a", frozenset("b"))] * 12
    assert grade(questions, dict.fromkeys(range(correct), "a"), 80).passed is passed


def test_one_harmful_answer_fails_an_attempt_that_is_otherwise_perfect():
    questions = [Question("a", frozenset("b"))] * 50
    result = grade(questions, {**dict.fromkeys(range(50), "a"), 7: "b"}, 80)
    assert (result.correct, result.harmful, result.percent, result.passed) == (49, 1, 98, False)


def test_nothing_asked_is_never_passed():
    assert not grade([], {}, 1).passed
