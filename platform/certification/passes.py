"""What one person's rows for one certification amount to on a day. Pure.

The rule exists once, here and in `standing.py`, `validity.py` and `merging.py`: settling one person and settling a
hundred thousand call the same functions. For the hundred thousand, what is read is named tuples, which are made and
compared several times as quickly as frozen data classes.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from certification.standing import Held, standing_on
from certification.statuses import StandingState

_DAY = dt.timedelta(days=1)


class Days(NamedTuple):
    """From a first to a last day, both included; None as the last means until further notice."""

    first: dt.date
    last: dt.date | None

    def hold_on(self, day: dt.date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def turns(self) -> tuple[dt.date, dt.date | None]:
        """The days on which something begins to hold, or no longer does."""
        return self.first, self.last + _DAY if self.last else None


class Claim(NamedTuple):
    """A requirement: one rule, through one membership. `pk` is 0 until it is saved."""

    pk: int
    certification_id: int
    rule_id: int
    rule_thread: uuid.UUID
    agency_id: int
    unit_id: int
    role_id: int
    membership_thread: uuid.UUID
    days: Days
    due_on: dt.date


class Ruling(NamedTuple):
    """A decision about her that has not been undone, and the agency that made it: none where it was made for all."""

    kind: str
    cycle_id: int | None
    days: Days
    agency_id: int | None = None


class Earned(NamedTuple):
    """A satisfied cycle. `completed_on` is the day of what completed it."""

    pk: int
    valid_from: dt.date
    window_opens_on: dt.date
    expires_on: dt.date
    grace_until: dt.date
    baseline: dt.date
    completed_on: dt.date | None = None

    @property
    def link(self) -> tuple[dt.date, dt.date, dt.date, dt.date]:
        """What it is in the chain of all that she has earned."""
        return self[1:5]


@dataclass(slots=True)
class OpenPass:
    """An open cycle, with the terms it was opened with. `pk` is 0 until it is saved."""

    pk: int
    public_id: uuid.UUID
    number: int
    agency_id: int | None
    optional: bool
    opened_on: dt.date
    begun_on: dt.date | None
    evidence_from: dt.date
    due_on: dt.date | None
    path_id: int
    policy_versions: str
    pass_mark: int
    validity: str
    window: str
    grace: str
    date_base: str
    fixed_day: str
    minimum_active: str
    least_assurance: int
    attempts: int | None
    cool_down_days: int
    policy_ids: list[int]
    steps: list[dict[str, str]]


class Offer(NamedTuple):
    """The terms that a pass is opened with, and that an open one may be given instead of its own."""

    policy_ids: list[int]
    policy_versions: str
    path_id: int
    steps: list[dict[str, str]]
    pass_mark: int
    validity: str
    window: str
    grace: str
    date_base: str
    fixed_day: str
    minimum_active: str
    least_assurance: int
    attempts: int | None
    cool_down_days: int


class Shown(NamedTuple):
    """One piece of evidence, as far as a cycle asks."""

    pk: int
    public_id: uuid.UUID
    subject: str
    key: str
    edition_number: int | None
    failed: bool
    assurance: int
    occurred_on: dt.date
    withdrawn: bool = False


class Duty(NamedTuple):
    """What the requirements of one certification amount to on a day; `claims` are those that bind, first due first."""

    required: bool
    waived: bool
    paused: bool
    due_on: dt.date | None
    claims: Sequence[Claim] = ()

    @property
    def agency_id(self) -> int | None:
        return self.claims[0].agency_id if self.claims else None

    @property
    def rule_id(self) -> int | None:
        return self.claims[0].rule_id if self.claims else None


def duty_on(
    day: dt.date, claims: Iterable[Claim], rulings: Iterable[Ruling], leave: Mapping[uuid.UUID, Sequence[Days]]
) -> Duty:
    """What is required of her on `day`. `leave` is membership thread → its pauses. Leave moves the due date.

    A waiver excuses from what the agency that gave it requires, and one without an agency from all of it. What other
    agencies require binds as before, by itself: only who is excused from all is waived.
    """
    now = [claim for claim in claims if claim.days.hold_on(day)]
    if not now:
        return Duty(required=False, waived=False, paused=False, due_on=None)
    excused = {ruling.agency_id for ruling in rulings if ruling.kind == "waiver" and ruling.days.hold_on(day)}
    bound = [] if None in excused else [claim for claim in now if claim.agency_id not in excused]
    now = bound or now
    away = [leave.get(claim.membership_thread, ()) for claim in now] if leave else [()] * len(now)
    active = [(claim, days) for claim, days in zip(now, away, strict=True) if not any(one.hold_on(day) for one in days)]
    dues = [
        (due_after_leave(claim.days.first, claim.due_on, days, day), claim)
        for claim, days in active or zip(now, away, strict=True)
    ]
    dues.sort(key=lambda due: (due[0], due[1].rule_id, due[1].pk))
    return Duty(
        required=True,
        waived=not bound,
        paused=not active,
        due_on=dues[0][0],
        claims=[claim for _due, claim in dues],
    )


def due_after_leave(first: dt.date, due: dt.date, leave: Sequence[Days], today: dt.date) -> dt.date:
    """`due`, later by the days of leave that fell between `first` and it. Leave without an end counts up to today."""
    for days in sorted(leave, key=lambda days: days.first):
        begins, ends = max(days.first, first), days.last or today
        if begins <= due and ends >= begins:
            due += ends - begins + _DAY
    return due


def state_on(day: dt.date, newest: Earned | None, held: Held | None, rulings: Iterable[Ruling]) -> StandingState:
    """Where she stands on `day`; `newest` is the cycle that `held` comes from."""
    kinds = {ruling.kind for ruling in rulings if newest and ruling.cycle_id == newest.pk and ruling.days.hold_on(day)}
    return standing_on(day, held, revoked="revocation" in kinds, suspended="suspension" in kinds)


def should_open(duty: Duty, state: StandingState) -> bool:
    """Whether a new pass is due: required and not excused, and what she holds can be renewed or does not hold."""
    return duty.required and not duty.waived and state not in (StandingState.CERTIFIED, StandingState.SUSPENDED)


def evidence_counts_from(
    newest: Earned | None, rulings: Iterable[Ruling], prior_learning_from: dt.date, today: dt.date
) -> dt.date:
    """The first day from which evidence counts for a new pass.

    From the day the window of what she held opened; after a revocation, from the day after it; the first time, as far
    back as the policy accepts prior learning. What earned the certificate before never earns the next one too, not even
    where a correction has moved its window to before that day.
    """
    if newest is None:
        return prior_learning_from
    revoked = [ruling.days.first for ruling in rulings if ruling.kind == "revocation" and ruling.cycle_id == newest.pk]
    if revoked:
        return max(revoked) + _DAY
    opens = min(newest.window_opens_on, today)
    return max(opens, newest.completed_on + _DAY) if newest.completed_on else opens


def steps_shown(one: OpenPass, evidence: Sequence[Shown]) -> dict[int, Shown]:
    """Step number → the earliest evidence that satisfies it. `evidence` is in the order it occurred.

    Tests must be of at least `least_assurance`; reading is self-declared by its nature, and it is the test that
    certifies. A row that withdraws stands for nothing, and neither does one row that is like it.
    """
    shown: dict[int, Shown] = {}
    if not evidence:
        return shown
    withdrawn = Counter(_likeness(row) for row in evidence if row.withdrawn)
    for row in evidence:
        if row.failed or row.withdrawn or row.occurred_on < one.evidence_from:
            continue
        if withdrawn and withdrawn[_likeness(row)]:
            withdrawn[_likeness(row)] -= 1
            continue
        for number, step in enumerate(one.steps):
            if number in shown or step["key"] != row.key or step["subject"] != row.subject:
                continue
            if step["subject"] == "quiz" and row.assurance < one.least_assurance:
                continue
            shown[number] = row
    return shown


def _likeness(row: Shown) -> tuple[str, str, int | None, int, dt.date]:
    """What a row that withdraws shares with the row that it takes back."""
    return row.subject, row.key, row.edition_number, row.assurance, row.occurred_on


def tests_to_allow(one: OpenPass, shown: Mapping[int, Shown]) -> list[str]:
    """Keys of the quizzes that she may sit now: everything to be read before them is read."""
    found: list[str] = []
    for number, step in enumerate(one.steps):
        if step["subject"] == "quiz" and number not in shown:
            found.append(step["key"])
        elif step["subject"] == "course" and number not in shown:
            break
    return found


def completed_on(one: OpenPass, shown: Mapping[int, Shown]) -> dt.date:
    """The day that certifies: of the last test, or of the last reading where there is no test."""
    tests = [shown[i].occurred_on for i, step in enumerate(one.steps) if step["subject"] == "quiz"]
    return max(tests or [row.occurred_on for row in shown.values()])


def turns_of(
    claims: Iterable[Claim], rulings: Iterable[Ruling], leave: Mapping[uuid.UUID, Sequence[Days]]
) -> list[dt.date | None]:
    """Days on which requirements, leave and decisions begin or have ended."""
    found: list[dt.date | None] = []
    for claim in claims:
        found += claim.days.turns()
        for days in leave.get(claim.membership_thread, ()) if leave else ():
            found += days.turns()
    for ruling in rulings:
        found += ruling.days.turns()
    return found


def terms_facts(one: OpenPass) -> dict[str, Any]:
    """The terms of a pass as the ledger keeps them."""
    return {
        "agency": one.agency_id,
        "policies": one.policy_ids,
        "versions": one.policy_versions,
        "path": one.path_id,
        "steps": one.steps,
        "pass_mark": one.pass_mark,
        "validity": one.validity,
        "window": one.window,
        "grace": one.grace,
        "date_base": one.date_base,
        "fixed_day": one.fixed_day,
        "minimum_active": one.minimum_active,
        "least_assurance": one.least_assurance,
        "attempts": one.attempts,
        "cool_down_days": one.cool_down_days,
    }
