"""What an attempt is worth. Whole numbers only, so that a result near the mark never hangs on rounding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """The worth of the answers to one question, by option key."""

    right: str
    harmful: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to. `right` and `harm` say it for each question, in the order asked."""

    correct: int
    total: int
    harmful: int
    percent: int
    passed: bool
    right: tuple[bool, ...]
    harm: tuple[bool, ...]


def grade(questions: Sequence[Question], answers: Mapping[int, str], pass_mark: int) -> Result:
    """Grades `answers` (position → option key) at a `pass_mark` in percent.

    Unanswered is wrong. One harmful answer fails the attempt whatever the score. Nothing asked is nothing shown: an
    attempt without questions is never passed. `percent` is rounded down, so that it never says more than the result.
    """
    right = tuple(answers.get(place) == question.right for place, question in enumerate(questions))
    harm = tuple(answers.get(place) in question.harmful for place, question in enumerate(questions))
    total, correct, harmful = len(questions), sum(right), sum(harm)
    return Result(
        correct=correct,
        total=total,
        harmful=harmful,
        percent=correct * 100 // total if total else 0,
        passed=total > 0 and correct * 100 >= pass_mark * total and harmful == 0,
        right=right,
        harm=harm,
    )


def needed(total: int, pass_mark: int) -> int:
    """The least number of right answers out of `total` that reaches `pass_mark` percent."""
    return -(-pass_mark * total // 100)
