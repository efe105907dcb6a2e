"""Settling: from what a person has shown and what is required of her to where she stands."""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from agencies.models import Membership, MembershipPause
from certification.models import Certification, Cycle, Decision, Requirement, SettleMark, Standing
from certification.services.cycles import NoPolicyError, advance, open_cycle
from certification.services.requirements import certifications_of, sync_requirements
from certification.signals import standing_changed
from certification.standing import Held, display_status, next_change, standing_on
from certification.statuses import StandingState
from evidence.models import Evidence

logger = logging.getLogger(__name__)

_DAY = dt.timedelta(days=1)
# Rows that were being written while a settle read may bear an earlier time than the settle: it looks back this far.
_MARGIN = dt.timedelta(minutes=1)
# How far back the sweep looks for rows that nobody settled.
_HORIZON = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Duty:
    """What the requirements of one certification amount to on a day."""

    required: bool
    waived: bool
    paused: bool
    due_on: dt.date | None
    rows: Sequence[Requirement]


@transaction.atomic
def settle_person(person_id: int, today: dt.date | None = None) -> None:
    """Brings requirements, cycles, certificates and standings of one person up to date.

    Idempotent, and safe under two workers: the person's row is the lock on PostgreSQL, SQLite has one writer, and the
    database holds one open cycle and one certificate a cycle whatever happens.
    """
    today = today or timezone.localdate()
    started = timezone.now()
    User.objects.select_for_update().get(pk=person_id)
    requirements = sync_requirements(person_id, today)
    paused = _paused_threads(requirements, today)
    for certification in certifications_of(person_id, requirements):
        rows = [row for row in requirements if row.certification_id == certification.pk]
        _settle_certification(person_id, certification, rows, paused, today)
    if not SettleMark.objects.filter(person_id=person_id).update(settled_at=started - _MARGIN):
        SettleMark.objects.create(person_id=person_id, settled_at=started - _MARGIN)


def _settle_certification(
    person_id: int,
    certification: Certification,
    requirements: Sequence[Requirement],
    paused: dict[object, list[MembershipPause]],
    today: dt.date,
) -> None:
    decisions = list(
        Decision.objects.current().filter(person_id=person_id, certification=certification, valid_from__lte=today)
    )
    duty = _duty(requirements, decisions, paused, today)
    cycles = list(
        Cycle.objects.filter(person_id=person_id, certification=certification)
        .exclude(state=Cycle.State.CLOSED)
        .select_related("person", "agency")
        .order_by("number")
    )
    open_one = next((cycle for cycle in cycles if cycle.state == Cycle.State.OPEN), None)
    done = [cycle for cycle in cycles if cycle.state == Cycle.State.SATISFIED]
    state = _state(done, decisions, today)
    if open_one is None and _should_open(duty, state):
        agencies = {row.agency_id: row.agency for row in duty.rows}
        renewal = state in (StandingState.WINDOW, StandingState.GRACE)
        try:
            open_one = open_cycle(
                person_id=person_id,
                certification=certification,
                agency=next(iter(agencies.values()), None),
                agency_ids=set(agencies),
                due_on=None if renewal else duty.due_on,
                today=today,
                previous=done[-1] if done else None,
                renewal=renewal,
            )
        except NoPolicyError:
            logger.warning("certification %s has no policy in force", certification.key)
    if open_one is not None:
        if open_one.optional == duty.required:
            open_one.optional = not duty.required
            open_one.save(update_fields=["optional"])
        open_one = advance(open_one, done[-1] if done else None, today)
        if open_one.state == Cycle.State.SATISFIED:
            done.append(open_one)
            open_one = None
            state = _state(done, decisions, today)
    _keep_standing(person_id, certification, duty, decisions, done, open_one, state, requirements, paused, today)


def _should_open(duty: _Duty, state: StandingState) -> bool:
    return duty.required and not duty.waived and state not in (StandingState.CERTIFIED, StandingState.SUSPENDED)


def _held(done: Sequence[Cycle]) -> Held | None:
    """The dates of the newest satisfied cycle, valid from the first day of the unbroken chain that leads to it."""
    if not done:
        return None
    newest = done[-1]
    first = newest.valid_from
    for older in reversed(done[:-1]):
        if not (first and older.expires_on and older.valid_from and older.expires_on >= first - _DAY):
            break
        first = older.valid_from
    if not (first and newest.window_opens_on and newest.expires_on and newest.grace_until):
        return None
    return Held(first, newest.window_opens_on, newest.expires_on, newest.grace_until)


def _state(done: Sequence[Cycle], decisions: Iterable[Decision], today: dt.date) -> StandingState:
    newest = done[-1].pk if done else None
    kinds = {row.kind for row in decisions if row.cycle_id == newest and newest and row.holds_on(today)}
    return standing_on(
        today,
        _held(done),
        revoked=Decision.Kind.REVOCATION in kinds,
        suspended=Decision.Kind.SUSPENSION in kinds,
    )


def _duty(
    requirements: Sequence[Requirement],
    decisions: Iterable[Decision],
    paused: dict[object, list[MembershipPause]],
    today: dt.date,
) -> _Duty:
    now = [row for row in requirements if row.holds_on(today)]
    on_leave = [row for row in now if any(pause.holds_on(today) for pause in paused.get(row.membership_thread, []))]
    active = [row for row in now if row not in on_leave]
    waived = any(row.kind == Decision.Kind.WAIVER and row.holds_on(today) for row in decisions)
    return _Duty(
        required=bool(now),
        waived=bool(now) and waived,
        paused=bool(now) and not active,
        due_on=min((row.due_on for row in active or now), default=None),
        rows=sorted(active or now, key=lambda row: (row.due_on, row.pk)),
    )


def _keep_standing(
    person_id: int,
    certification: Certification,
    duty: _Duty,
    decisions: Sequence[Decision],
    done: Sequence[Cycle],
    open_one: Cycle | None,
    state: StandingState,
    requirements: Sequence[Requirement],
    paused: dict[object, list[MembershipPause]],
    today: dt.date,
) -> None:
    if not requirements and not done and open_one is None:
        Standing.objects.filter(person_id=person_id, certification=certification).delete()
        standing_changed.send(sender=Standing, person_id=person_id, certification_id=certification.pk, standing=None)
        return
    held = _held(done)
    begun = open_one is not None and open_one.begun_on is not None
    turns: list[dt.date | None] = []
    for row in requirements:
        turns += [row.valid_from, row.valid_to + _DAY if row.valid_to else None]
        for pause in paused.get(row.membership_thread, []):
            turns += [pause.valid_from, pause.valid_to + _DAY if pause.valid_to else None]
    for decision in decisions:
        turns += [decision.valid_from, decision.valid_to + _DAY if decision.valid_to else None]
    first = duty.rows[0] if duty.rows else None
    # The person's row is locked, so nobody else is making this one.
    standing = Standing.objects.filter(person_id=person_id, certification=certification).first()
    if standing is None:
        standing = Standing(person_id=person_id, certification=certification)
    changes: dict[str, Any] = {
        "agency_id": first.agency_id if first else None,
        "state": state,
        "cycle": done[-1] if done else None,
        "valid_from": held.valid_from if held else None,
        "window_opens_on": held.window_opens_on if held else None,
        "expires_on": held.expires_on if held else None,
        "grace_until": held.grace_until if held else None,
        "required": duty.required,
        "waived": duty.waived,
        "paused": duty.paused,
        "due_on": duty.due_on,
        "rule_id": first.rule_id if first else None,
        "open_cycle": open_one,
        "begun": begun,
        "display": display_status(
            today,
            state,
            required=duty.required,
            waived=duty.waived,
            paused=duty.paused,
            due_on=duty.due_on,
            begun=begun,
        ),
        "computed_on": today,
        "next_change_on": next_change(today, held, duty.due_on, turns),
    }
    for name, value in changes.items():
        setattr(standing, name, value)
    standing.save()
    standing_changed.send(sender=Standing, person_id=person_id, certification_id=certification.pk, standing=standing)


def _paused_threads(requirements: Iterable[Requirement], today: dt.date) -> dict[object, list[MembershipPause]]:
    """Membership thread → its leave that has not ended."""
    threads = {row.membership_thread for row in requirements}
    found: dict[object, list[MembershipPause]] = {}
    for pause in (
        MembershipPause.objects.current()
        .filter(membership__thread__in=threads)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .select_related("membership")
    ):
        found.setdefault(pause.membership.thread, []).append(pause)
    return found


def people_to_settle(today: dt.date, limit: int = 10_000) -> list[int]:
    """Who needs settling: her answer changes by itself by today, or something about her is newer than her mark."""
    due = Standing.objects.filter(next_change_on__lte=today).values_list("person_id", flat=True)
    since = timezone.now() - _HORIZON
    marks = dict(SettleMark.objects.filter(settled_at__gte=since).values_list("person_id", "settled_at"))
    newer: dict[int, dt.datetime] = {}
    recent = [
        Evidence.objects.filter(recorded_at__gte=since).values_list("person_id", "recorded_at"),
        Membership.objects.filter(recorded_at__gte=since).values_list("person_id", "recorded_at"),
        Membership.objects.filter(superseded_at__gte=since).values_list("person_id", "superseded_at"),
        MembershipPause.objects.filter(recorded_at__gte=since).values_list("membership__person_id", "recorded_at"),
        MembershipPause.objects.filter(superseded_at__gte=since).values_list("membership__person_id", "superseded_at"),
    ]
    for rows in recent:
        for person_id, at in rows.iterator():
            if at > newer.get(person_id, since):
                newer[person_id] = at
    waiting = [person_id for person_id, at in newer.items() if person_id not in marks or marks[person_id] < at]
    return list(dict.fromkeys([*due[:limit], *waiting]))[:limit]


def settle_due(today: dt.date | None = None) -> int:
    """Settles everyone who needs it, each in a transaction of her own; returns how many. One failure is no other's."""
    today = today or timezone.localdate()
    settled = 0
    for person_id in people_to_settle(today):
        try:
            settle_person(person_id, today)
            settled += 1
        except Exception:
            logger.exception("could not settle person %s", person_id)
    return settled
