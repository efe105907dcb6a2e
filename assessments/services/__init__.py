"""Writes: questions and their versions, leave to sit a quiz, and attempts."""

from assessments.services.allowances import (
    Allowance,
    allow_attempts,
    allow_many,
    withdraw_allowance,
    withdraw_many,
)
from assessments.services.attempts import (
    AttemptClosedError,
    NotAllowedError,
    UnknownAnswerError,
    bank_of,
    finish_attempt,
    finish_overdue_attempts,
    is_overdue,
    question_of,
    save_answer,
    start_attempt,
)
from assessments.services.items import save_item_version

__all__ = [
    "Allowance",
    "AttemptClosedError",
    "NotAllowedError",
    "UnknownAnswerError",
    "allow_attempts",
    "allow_many",
    "bank_of",
    "finish_attempt",
    "finish_overdue_attempts",
    "is_overdue",
    "question_of",
    "save_answer",
    "save_item_version",
    "start_attempt",
    "withdraw_allowance",
    "withdraw_many",
]
