"""Writes: questions and their versions, leave to sit a quiz, and attempts."""

from assessments.services.allowances import allow_attempts, withdraw_allowance
from assessments.services.attempts import (
    AttemptClosedError,
    NotAllowedError,
    UnknownAnswerError,
    finish_attempt,
    finish_overdue_attempts,
    is_overdue,
    save_answer,
    start_attempt,
)
from assessments.services.items import save_item_version

__all__ = [
    "AttemptClosedError",
    "NotAllowedError",
    "UnknownAnswerError",
    "allow_attempts",
    "finish_attempt",
    "finish_overdue_attempts",
    "is_overdue",
    "save_answer",
    "save_item_version",
    "start_attempt",
    "withdraw_allowance",
]
