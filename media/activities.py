"""When an activity is done: one sentence that the author sets, and one rule that reads it."""

from dataclasses import dataclass
from typing import Protocol

FINISHED = "finished"
PASSED = "passed"
MOST_PERCENT = 100


class Shown(Protocol):
    """What is known of a person's tries: the fields of media.models.H5PResult that the rule reads."""

    share: float | None
    success: bool | None
    as_text: bool


@dataclass(frozen=True, slots=True)
class DoneWhen:
    """Done when she has come to the end (`least` is None), or with at least so many percent right."""

    least: int | None = None

    @classmethod
    def read(cls, rule: str, least: str | int | None) -> "DoneWhen":
        """From what a page or a block says. Raises ValueError for what no author can set."""
        if rule == FINISHED:
            return cls()
        percent = int(least or 0)
        if rule != PASSED or not 1 <= percent <= MOST_PERCENT:
            raise ValueError(rule)
        return cls(percent)

    @property
    def rule(self) -> str:
        return FINISHED if self.least is None else PASSED

    def met(self, result: Shown | None) -> bool:
        """Whether she is done. Who read the activity as text is.

        One that gives no points cannot be held to a share: there its own word counts, if it says one.
        """
        if result is None:
            return False
        if self.least is None or result.as_text:
            return True
        if result.share is None:
            return result.success is True
        return round(result.share * 100, 2) >= self.least


def better_share(one: float | None, other: float | None) -> float | None:
    """The higher of two shares; a try that gave no points takes nothing from one that did."""
    return max((share for share in (one, other) if share is not None), default=None)


def ever(one: bool | None, other: bool | None) -> bool | None:
    """Passed if she ever was; None when no try tells."""
    said = {one, other}
    return True if True in said else False if False in said else None
