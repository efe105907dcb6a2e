"""Settling: from what people have shown and what is required of them to where they stand.

One person and a hundred thousand go through the same lines: rows are read for the whole batch, the pure functions of
`passes.py` decide, and what changed is written together.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from certification.asof import held_by
from certification.models import SettleMark, Standing
from certification.passes import (
    Claim,
    Duty,
    Earned,
    OpenPass,
    Ruling,
    Shown,
    duty_on,
    should_open,
    state_on,
    steps_shown,
    turns_of,
)
from certification.services.cycles import CycleChanges, new_pass
from certification.services.ledger import Entry, log_all
from certification.services.requirements import sync_requirements
from certification.services.rows import STANDING, PersonRows, read_evidence, read_people, read_progress
from certification.services.rulebook import NoPolicyError, Rulebook
from certification.signals import StandingChange, standings_settled
from certification.standing import Held, display_status, next_change
from certification.statuses import DisplayStatus, StandingState
from common.bulk import insert_rows, update_rows
from common.lookups import Keys
from common.memory import collector_at_rest

logger = logging.getLogger(__name__)

BATCH = 2500
# Rows that were being written while a settle read may bear an earlier time than the settle: it looks back this far.
_MARGIN = dt.timedelta(minutes=1)


def settle_person(person_id: int, today: dt.date | None = None) -> None:
    """Brings requirements, cycles, certificates and standings of one person up to date. Idempotent."""
    today = today or timezone.localdate()
    settle_batch([person_id], Rulebook(today))


def settle_people(person_ids: Iterable[int], today: dt.date | None = None) -> int:
    """As `settle_person`, for many: in batches, each a transaction. Returns how many were settled.

    Where a batch fails, its people are settled one by one, and one failure is no other's.
    """
    today = today or timezone.localdate()
    rulebook = Rulebook(today)
    ordered = sorted(set(person_ids))
    settled = 0
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        try:
            with collector_at_rest():
                settled += settle_batch(batch, rulebook)
        except Exception:
            logger.exception("could not settle %s people together", len(batch))
            settled += sum(_settled_alone(person_id, today) for person_id in batch)
    return settled


def _settled_alone(person_id: int, today: dt.date) -> bool:
    try:
        settle_person(person_id, today)
    except Exception:
        logger.exception("could not settle person %s", person_id)
        return False
    return True


@dataclass(slots=True)
class _Case:
    """One person and one certification, on the way from her rows to her standing."""

    person_id: int
    certification_id: int
    person: PersonRows
    claims: Sequence[Claim]
    duty: Duty
    earned: list[Earned]
    rulings: Sequence[Ruling]
    held: Held | None
    state: StandingState
    open: OpenPass | None

    @property
    def newest(self) -> Earned | None:
        return self.earned[-1] if self.earned else None

    @property
    def begun(self) -> bool:
        return self.open is not None and self.open.begun_on is not None

    def display(self, today: dt.date) -> DisplayStatus:
        duty = self.duty
        return display_status(
            today,
            self.state,
            required=duty.required,
            waived=duty.waived,
            paused=duty.paused,
            due_on=duty.due_on,
            begun=self.begun,
        )

    def look_again(self, today: dt.date) -> None:
        """After a pass was satisfied."""
        self.held = held_by(self.earned)
        self.state = state_on(today, self.newest, self.held, self.rulings)


@transaction.atomic
def settle_batch(person_ids: Sequence[int], rulebook: Rulebook, people: dict[int, PersonRows] | None = None) -> int:
    """Settles people in one transaction, safe under two workers; `people` is what was read of them in it already.

    Their rows are the lock on PostgreSQL, in one order; SQLite has one writer; and the database holds one open cycle
    and one certificate a cycle whatever happens.
    """
    today, started = rulebook.today, timezone.now()
    if people is None:
        lock = User.objects.select_for_update(no_key=True).filter(pk__among=Keys(person_ids)).order_by("pk")
        people = read_people(list(lock.values_list("pk", flat=True)), today)
    sync_requirements(people, rulebook, today)
    changes = CycleChanges(rulebook)
    cases = [case for person_id, person in people.items() for case in _cases(person_id, person, today)]
    for case in cases:
        _open_if_due(case, changes)
    changes.number_opened()
    _advance([case for case in cases if case.open is not None], changes)
    changes.write()
    displays = [case.display(today) for case in cases]
    duties = _keep_standings(cases, displays, today)
    log_all([*changes.entries, *duties], at=started)
    _mark(list(people), started)
    told = [_change(case, display, today) for case, display in zip(cases, displays, strict=True)]
    standings_settled.send(sender=Standing, changes=told, today=today)
    return len(people)


def _cases(person_id: int, person: PersonRows, today: dt.date) -> list[_Case]:
    """The certifications that a person has anything to do with: required of her, begun, or stood in."""
    claims: dict[int, list[Claim]] = {}
    for claim in person.claims:
        claims.setdefault(claim.certification_id, []).append(claim)
    concerned = {*claims, *person.earned, *person.open, *person.standings}
    cases = []
    for certification_id in sorted(concerned):
        mine = claims.get(certification_id, ())
        rulings = person.rulings.get(certification_id, ())
        earned = person.earned.get(certification_id, [])
        held = held_by(earned)
        cases.append(
            _Case(
                person_id=person_id,
                certification_id=certification_id,
                person=person,
                claims=mine,
                duty=duty_on(today, mine, rulings, person.leave),
                earned=earned,
                rulings=rulings,
                held=held,
                state=state_on(today, earned[-1] if earned else None, held, rulings),
                open=person.open.get(certification_id),
            )
        )
    return cases


def _open_if_due(case: _Case, changes: CycleChanges) -> None:
    today = changes.rulebook.today
    if case.open is None and should_open(case.duty, case.state):
        try:
            case.open = new_pass(
                certification_id=case.certification_id,
                duty=case.duty,
                renewal=case.state in (StandingState.WINDOW, StandingState.GRACE),
                newest=case.newest,
                rulings=[ruling for ruling in case.rulings if ruling.days.first <= today],
                number=case.person.numbers.get(case.certification_id, 0) + 1,
                rulebook=changes.rulebook,
            )
        except NoPolicyError as error:
            logger.warning("%s", error)
            return
        changes.open(case.person_id, case.certification_id, case.open)
    if case.open is not None and case.open.optional == case.duty.required:
        changes.set_optional(case.person_id, case.open, not case.duty.required)


def _advance(cases: Sequence[_Case], changes: CycleChanges) -> None:
    """Takes open passes as far as the evidence goes: allows the tests that are due, or satisfies them."""
    if not cases:
        return
    today = changes.rulebook.today
    passes = [case.open for case in cases if case.open is not None]
    keys = {step["key"] for one in passes for step in one.steps}
    evidence = read_evidence([case.person_id for case in cases], keys, min(one.evidence_from for one in passes))
    unbegun = {case.person_id for case in cases if case.open is not None and case.open.begun_on is None}
    progress = read_progress(unbegun, keys) if unbegun else {}
    for case in cases:
        one = case.open
        if one is None:
            continue
        rows = evidence.get(case.person_id, [])
        shown = steps_shown(one, rows)
        if len(shown) == len(one.steps) and one.steps:
            base = None if case.state == StandingState.REVOKED else case.newest
            case.earned = [*case.earned, changes.satisfy(case.person_id, one, shown, base)]
            case.open = None
            case.look_again(today)
            continue
        changes.allow(case.person_id, one, shown)
        if one.begun_on is None and _has_begun(case.person_id, one, rows, progress):
            changes.begin(case.person_id, one, today)


def _has_begun(
    person_id: int, one: OpenPass, rows: Iterable[Shown], progress: Mapping[tuple[int, str], dt.date]
) -> bool:
    """Whether she has tried any of it, or opened any of its courses."""
    wanted = {step["key"] for step in one.steps}
    tried = any(row.key in wanted and not row.withdrawn and row.occurred_on >= one.evidence_from for row in rows)
    return tried or any(progress.get((person_id, key), dt.date.min) >= one.evidence_from for key in wanted)


def _keep_standings(cases: Sequence[_Case], displays: Sequence[DisplayStatus], today: dt.date) -> list[Entry]:
    """Writes the standings that changed; returns the ledger's entries for duties that did."""
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    gone: list[int] = []
    entries: list[Entry] = []
    for case, display in zip(cases, displays, strict=True):
        stored = case.person.standings.get(case.certification_id)
        if not case.duty.required and not case.earned and case.open is None and not case.claims:
            if stored is not None:
                gone.append(stored.pk)
                entries.append(_duty_entry(case))
            continue
        values = _values(case, display, today)
        if stored is None:
            new.append((case.person_id, case.certification_id, *values, today))
        elif stored.values != values:
            changed.append((*values, today, stored.pk))
        if (_duty_of(stored.values) if stored else (False, False, None, None, None)) != _duty_of(values):
            entries.append(_duty_entry(case))
    if gone:
        Standing.objects.filter(pk__in=gone).delete()
    insert_rows(Standing, ("person_id", "certification_id", *STANDING, "computed_on"), new)
    update_rows(Standing, (*STANDING, "computed_on"), changed)
    return entries


# What a duty says, of the columns of a standing.
_duty_of = itemgetter(*(STANDING.index(name) for name in ("required", "paused", "due_on", "rule_id", "agency_id")))


def _duty_entry(case: _Case) -> Entry:
    duty = case.duty
    return (
        case.person_id,
        "duty",
        {
            "certification": case.certification_id,
            "required": duty.required,
            "paused": duty.paused,
            "due_on": duty.due_on,
            "rule": duty.rule_id,
            "agency": duty.agency_id,
        },
    )


def _values(case: _Case, display: DisplayStatus, today: dt.date) -> tuple[Any, ...]:
    """The standing's columns, in the order of STANDING."""
    duty, held, one = case.duty, case.held, case.open
    turns = turns_of(case.claims, case.rulings, case.person.leave)
    return (
        duty.agency_id,
        str(case.state),
        case.newest.pk if case.newest else None,
        *(held or _NOTHING_HELD),
        duty.required,
        duty.waived,
        duty.paused,
        duty.due_on,
        duty.rule_id,
        one.pk if one else None,
        case.begun,
        str(display),
        next_change(today, held, duty.due_on, turns),
    )


_NOTHING_HELD = (None, None, None, None)


def _mark(person_ids: Sequence[int], started: dt.datetime) -> None:
    until = started - _MARGIN
    marks = SettleMark.objects.filter(person_id__among=Keys(person_ids))
    if marks.update(settled_at=until) < len(person_ids):
        known = set(marks.values_list("person_id", flat=True))
        insert_rows(SettleMark, ("person_id", "settled_at"), ((pk, until) for pk in person_ids if pk not in known))


def _change(case: _Case, display: DisplayStatus, today: dt.date) -> StandingChange:
    duty, held = case.duty, case.held
    jobs = {(claim.unit_id, claim.role_id) for claim in case.claims if claim.days.hold_on(today)}
    return StandingChange(
        person_id=case.person_id,
        certification_id=case.certification_id,
        required=duty.required,
        waived=duty.waived,
        paused=duty.paused,
        display=str(display),
        expires_on=held.expires_on if held else None,
        jobs=sorted(jobs),
    )
