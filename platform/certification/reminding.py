"""Which reminder is true about one certification of one person on a day. Pure.

A stage is a span of days on which its text is true, not a moment: what was missed because nothing ran is sent late for
as long as it still says something true, and lapses when a later stage begins. No two spans of one certification share a
day, so the newest stage has always won.
"""

import datetime as dt
import enum
from dataclasses import dataclass, replace

from certification.standing import Held
from certification.statuses import StandingState

_DAY = dt.timedelta(days=1)
# How long before a deadline or an expiry the reminder of it is sent.
SOON = dt.timedelta(days=14)


class Stage(enum.StrEnum):
    """The stages of `Notice.Stage` that a person's own dates lead to, in order.

    - *opened*: the day after her pass was opened, so that a wrong list can be corrected first; not once she has begun;
    - *due soon*: the last 14 days of the deadline, the deadline included;
    - *overdue*: from the day after the deadline;
    - *renew*: from the day the window opens;
    - *expires soon*: the last 14 days;
    - *grace*: from the day after the expiry;
    - *expired*: from the day after the grace.
    """

    OPENED = "opened"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    RENEW = "renew"
    EXPIRES_SOON = "expires_soon"
    GRACE = "grace"
    EXPIRED = "expired"

    @property
    def of_held(self) -> bool:
        """Whether it is about what she holds, and not about the pass that is open."""
        return self in (Stage.RENEW, Stage.EXPIRES_SOON, Stage.GRACE, Stage.EXPIRED)

    def about(self, date: dt.date) -> str:
        """The name under which the stage is told once more, of another date: «soon-270612», in twelve characters."""
        return f"{_SHORT[self]}-{date:%y%m%d}"

    @classmethod
    def named(cls, name: str) -> "Stage":
        """The stage that a name stands for, with a date in it or without. Raises ValueError for any other."""
        return _LONG.get(name.partition("-")[0]) or cls(name)


_SHORT = {
    Stage.OPENED: "new",
    Stage.DUE_SOON: "due",
    Stage.OVERDUE: "late",
    Stage.RENEW: "again",
    Stage.EXPIRES_SOON: "soon",
    Stage.GRACE: "out",
    Stage.EXPIRED: "gone",
}
_LONG = {short: stage for stage, short in _SHORT.items()}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person and one certification. `opened_on` and `optional` are of the open pass, if any.

    `asked_by` is the due date of a pass that somebody decided to open while she still held something.
    """

    state: str
    held: Held | None
    required: bool
    waived: bool
    paused: bool
    due_on: dt.date | None
    opened_on: dt.date | None
    optional: bool
    begun: bool
    asked_by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which a stage is true, both included; without a last day until she acts. `date` is what it names."""

    stage: Stage
    first: dt.date
    last: dt.date | None
    date: dt.date

    def holds_on(self, day: dt.date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def spans(facts: Facts) -> list[Span]:
    """The stages of `facts`, oldest first. None where nothing is asked of her now, or where a decision stands between.

    Who was suspended or had it withdrawn hears that from people.
    """
    silent = not facts.required or facts.waived or facts.paused or facts.optional
    if silent or facts.state in (StandingState.SUSPENDED, StandingState.REVOKED):
        return []
    held, deadline = facts.held, _deadline(facts)
    found = _of_held(held, then_expired=not deadline) if held else []
    found += deadline
    if held and facts.asked_by is not None and facts.opened_on is not None:
        found = _asked(facts.opened_on, facts.asked_by, facts.begun, found)
    return [span for span in found if span.last is None or span.first <= span.last]


def stages_due(facts: Facts, day: dt.date) -> list[Span]:
    """What is true on `day`: one stage, or none."""
    return [span for span in spans(facts) if span.holds_on(day)]


def _of_held(held: Held, *, then_expired: bool) -> list[Span]:
    """From the opening of the window to the end of the grace, and after it where no new deadline follows."""
    ends, until = held.expires_on, held.grace_until
    soon = max(held.window_opens_on, ends - SOON)
    found = [
        Span(Stage.RENEW, held.window_opens_on, soon - _DAY, ends),
        Span(Stage.EXPIRES_SOON, soon, ends, ends),
        Span(Stage.GRACE, ends + _DAY, until, until),
    ]
    if then_expired:
        found.append(Span(Stage.EXPIRED, until + _DAY, None, until))
    return found


def _asked(opened_on: dt.date, due_on: dt.date, begun: bool, others: list[Span]) -> list[Span]:
    """The deadline of a pass that was opened before its time; what she holds is told of when that has passed."""
    later = [replace(span, first=max(span.first, due_on + _DAY)) for span in others]
    until = min((span.first for span in later), default=None)
    found = _up_to(opened_on + _DAY, due_on, begun)
    return [replace(span, last=until - _DAY) if until and span.last is None else span for span in found] + later


def _deadline(facts: Facts) -> list[Span]:
    """Up to and past the deadline of a pass that is open.

    Who holds something has met that deadline. Only one that lies after the end of her grace is a new one, as when she
    begins somewhere else after it ran out; then that says more than that it has expired.
    """
    due_on, opened_on, held = facts.due_on, facts.opened_on, facts.held
    if due_on is None or opened_on is None or (held and due_on <= held.grace_until):
        return []
    first = opened_on + _DAY
    if held:
        first = max(first, held.grace_until + _DAY)
    return _up_to(first, due_on, facts.begun)


def _up_to(first: dt.date, due_on: dt.date, begun: bool) -> list[Span]:
    soon = max(first, due_on - SOON)
    late = max(first, due_on + _DAY)
    found = [Span(Stage.DUE_SOON, soon, due_on, due_on), Span(Stage.OVERDUE, late, None, due_on)]
    if not begun:
        found.insert(0, Span(Stage.OPENED, first, soon - _DAY, due_on))
    return found
