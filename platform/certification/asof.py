"""Where a person stood on a day, by what was known on that day or another. Pure.

Two days are asked about, and they are kept apart. What was *known* is chosen by whoever reads the rows: `known` below
takes away what was recorded later. What *held* on the day is chosen by `answer_on`, which asks the same functions as
settling does today.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from certification.moving import Dates, Move, replayed
from certification.passes import Claim, Days, Duty, Earned, Ruling, duty_on, state_on
from certification.periods import parse_period
from certification.standing import Held, display_status
from certification.statuses import DisplayStatus, StandingState
from certification.validity import validity

_DAY = dt.timedelta(days=1)

# valid_from, window_opens_on, expires_on, grace_until
ChainLink = tuple[dt.date, dt.date, dt.date, dt.date]


def held_of_chain(periods: Sequence[ChainLink]) -> Held | None:
    """The dates of the newest of `periods`, valid from the first day of the unbroken chain that leads to it.

    Oldest first. A period that begins the day after another ends, or earlier, continues it.
    """
    if not periods:
        return None
    first, window_opens_on, expires_on, grace_until = periods[-1]
    for valid_from, _window_opens_on, last, _grace_until in reversed(periods[:-1]):
        if last < first - _DAY:
            break
        first = min(first, valid_from)
    return Held(first, window_opens_on, expires_on, grace_until)


def held_by(earned: Sequence[Earned]) -> Held | None:
    """The dates of what satisfied cycles give, oldest first."""
    return held_of_chain([one.link for one in earned]) if earned else None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a cycle that its dates were made of."""

    validity: str
    window: str
    grace: str
    date_base: str
    fixed_day: str
    minimum_active: str


@dataclass(frozen=True, slots=True)
class Pass:
    """A cycle as it is stored now. `proven_at`: when its certificate was recorded; `listed_until`: what a list said."""

    pk: int
    public_id: uuid.UUID
    number: int
    imported: bool
    opened_on: dt.date
    recorded_at: dt.datetime
    begun_on: dt.date | None
    closed_on: dt.date | None
    satisfied_on: dt.date | None
    proven_at: dt.datetime | None
    dates: Dates | None
    terms: Terms
    listed_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as it is stored: what it said, and from when until when it was believed. In the order of `pk`."""

    pk: int
    kind: str
    cycle_id: int | None
    days: Days
    until: dt.date | None
    recorded_at: dt.datetime
    superseded_at: dt.datetime | None
    agency_id: int | None = None

    def known_at(self, instant: dt.datetime) -> bool:
        return self.recorded_at <= instant and (self.superseded_at is None or self.superseded_at > instant)


@dataclass(frozen=True, slots=True)
class Answer:
    """Where she stood: what a stored standing says of today, of another day."""

    state: StandingState
    display: DisplayStatus
    held: Held | None
    cycle_id: int | None
    duty: Duty


def answer_on(
    day: dt.date,
    known_at: dt.datetime,
    *,
    passes: Sequence[Pass],
    decisions: Sequence[Said],
    claims: Iterable[Claim],
    leave: Mapping[uuid.UUID, Sequence[Days]],
) -> Answer:
    """Where she stood with one certification on `day`, as known at `known_at`.

    `passes` and `decisions` are all there are; `claims` and `leave` only what was known. A certificate counts from the
    day it was earned, so that a renewal of later does not change how she stood before it.
    """
    earned = [
        (_earned(row, row.dates, decisions, known_at), row.number)
        for row in passes
        if row.dates and row.satisfied_on and row.satisfied_on <= day and row.proven_at and row.proven_at <= known_at
    ]
    earned.sort(key=lambda pair: (pair[0].valid_from, pair[1]))
    held = held_by([one for one, _number in earned])
    newest = earned[-1][0] if earned else None
    rulings = [Ruling(row.kind, row.cycle_id, row.days, row.agency_id) for row in decisions if row.known_at(known_at)]
    state = state_on(day, newest, held, rulings)
    duty = duty_on(day, claims, rulings, leave)
    display = display_status(
        day,
        state,
        required=duty.required,
        waived=duty.waived,
        paused=duty.paused,
        due_on=duty.due_on,
        begun=any(_under_way(row, day, known_at) for row in passes),
    )
    return Answer(state, display, held, newest.pk if newest else None, duty)


def _under_way(row: Pass, day: dt.date, known_at: dt.datetime) -> bool:
    """Whether the cycle was open and begun on `day`, as known then."""
    if row.recorded_at > known_at or row.opened_on > day or (row.closed_on and row.closed_on <= day):
        return False
    if row.begun_on is None or row.begun_on > min(day, known_at.date()):
        return False
    if row.satisfied_on and row.proven_at:
        if row.proven_at > known_at:
            # Where nothing was seen before all of it was shown, its beginning became known with its end.
            return row.begun_on < row.satisfied_on
        return row.satisfied_on > day
    return True


def _earned(row: Pass, stored: Dates, decisions: Iterable[Said], known_at: dt.datetime) -> Earned:
    """The satisfied cycle with the dates that the decisions known at `known_at` gave it."""
    about = [said for said in decisions if said.cycle_id == row.pk and said.until is not None]
    then = [said for said in about if said.known_at(known_at)]
    dates = stored
    if then != [said for said in about if said.superseded_at is None]:
        dates = replayed(
            _given(row, stored, about),
            [Move(said.until, said.kind == "correction") for said in then if said.until],
            window=parse_period(row.terms.window or "P0D"),
            grace=parse_period(row.terms.grace or "P0D"),
        )
    return Earned(
        pk=row.pk,
        valid_from=dates.valid_from,
        window_opens_on=dates.window_opens_on,
        expires_on=dates.expires_on,
        grace_until=dates.grace_until,
        baseline=dates.baseline_expires_on,
    )


def _given(row: Pass, stored: Dates, about: Iterable[Said]) -> Dates:
    """The dates as they were before any decision.

    Extensions leave the baseline and the window, so what is stored tells. A correction replaced them: then the list a
    cycle was imported from tells, or its terms.
    """
    terms = row.terms
    window, grace = parse_period(terms.window or "P0D"), parse_period(terms.grace or "P0D")
    until = stored.baseline_expires_on
    if not any(said.kind == "correction" for said in about):
        return Dates(stored.valid_from, until, until, stored.window_opens_on, grace.after(until))
    if row.imported:
        until = row.listed_until or until
        opens = max(window.before(until), stored.valid_from)
        return Dates(stored.valid_from, until, until, opens, grace.after(until))
    given = validity(
        stored.valid_from,
        period=parse_period(terms.validity),
        window=window,
        grace=grace,
        date_base="fixed" if terms.date_base == "fixed" else "completion",
        fixed_day=terms.fixed_day,
        minimum_active=parse_period(terms.minimum_active) if terms.minimum_active else None,
    )
    return Dates(given.valid_from, given.expires_on, given.expires_on, given.window_opens_on, given.grace_until)


def tree_on(placed: Iterable[tuple[int, int | None, dt.date, dt.date | None]], day: dt.date) -> dict[int, int | None]:
    """Unit → its parent on `day`, of placements (unit, parent, from, to).

    A unit without a placement on the day stands where it stood last before it, else where it was first put: people may
    have worked there for longer than anybody wrote down where it belonged.
    """
    best: dict[int, tuple[tuple[int, int], int | None]] = {}
    for unit, parent, first, last in placed:
        if first > day:
            rank = (0, -first.toordinal())
        elif last is not None and last < day:
            rank = (1, last.toordinal())
        else:
            rank = (2, first.toordinal())
        if unit not in best or rank > best[unit][0]:
            best[unit] = (rank, parent)
    return {unit: parent for unit, (_rank, parent) in best.items()}


def subtree(parents: Mapping[int, int | None], tops: Iterable[int]) -> set[int]:
    """`tops` and every unit below one of them."""
    children: dict[int, list[int]] = {}
    for unit, parent in parents.items():
        if parent is not None:
            children.setdefault(parent, []).append(unit)
    found: set[int] = set()
    waiting = list(tops)
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += children.get(unit, ())
    return found
