"""What somebody decides about another's certification: each a new row with who, when and why, then she is settled.

Nothing is rewritten: undoing a decision says that we no longer believe its row. Only extensions and corrections move
the dates of a cycle, and a correction is the only thing that may shorten one.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Unit
from agencies.services.rows import end_row, lock_people, overlapping, refuse_replaced
from certification.models import Certification, Cycle, Decision, LedgerEvent
from certification.moving import Dates, Move, moved, replayed
from certification.periods import Period, parse_period
from certification.services.decided import note, note_decided, settle_on_commit, write_decision
from certification.services.prior import accept_prior_learning
from certification.validity import validity
from common.dated import retract

Kind = Decision.Kind

__all__ = ["accept_prior_learning", "correct", "end_decision", "extend", "revoke", "suspend", "undo", "waive"]


@transaction.atomic
def waive(
    *,
    person: User,
    certification: Certification,
    agency: Unit | None,
    reason: str,
    decided_by: User,
    first_day: dt.date,
    last_day: dt.date | None = None,
) -> Decision:
    """Frees a person from a certification, from a day to a day."""
    lock_people([person.pk])
    _in_order(first_day, last_day)
    mine = Decision.objects.current().filter(
        person=person, certification=certification, agency=agency, kind=Kind.WAIVER
    )
    if overlapping(mine, first_day, last_day).exists():
        raise ValidationError({"first_day": _("Personen har alt fritak i denne tiden.")})
    return write_decision(
        Decision(
            person=person,
            certification=certification,
            agency=agency,
            kind=Kind.WAIVER,
            reason=reason,
            decided_by=decided_by,
            valid_from=first_day,
            valid_to=last_day,
        )
    )


@transaction.atomic
def extend(
    *, cycle: Cycle, until: dt.date, reason: str, decided_by: User, agency: Unit | None, today: dt.date | None = None
) -> Decision:
    """Lets a certificate hold longer. The baseline stays, so that later cycles do not drift."""
    cycle = _locked(cycle)
    if cycle.expires_on and until <= cycle.expires_on:
        raise ValidationError({"until": _("Velg en dag etter %(day)s.") % {"day": _written(cycle.expires_on)}})
    return _move(cycle, Kind.EXTENSION, until, reason, decided_by, agency, today)


@transaction.atomic
def correct(
    *, cycle: Cycle, until: dt.date, reason: str, decided_by: User, agency: Unit | None, today: dt.date | None = None
) -> Decision:
    """Says that the last day was another one all along; may shorten."""
    cycle = _locked(cycle)
    if cycle.valid_from and until < cycle.valid_from:
        raise ValidationError(
            {"until": _("Sertifikatet begynte %(day)s, og kan ikke slutte før.") % {"day": _written(cycle.valid_from)}}
        )
    if until == cycle.expires_on:
        raise ValidationError({"until": _("Dette er siste dag fra før. Det er ingenting å rette.")})
    return _move(cycle, Kind.CORRECTION, until, reason, decided_by, agency, today)


@transaction.atomic
def suspend(
    *,
    cycle: Cycle,
    first_day: dt.date,
    last_day: dt.date | None = None,
    reason: str,
    decided_by: User,
    agency: Unit | None,
) -> Decision:
    """Puts a certificate on hold, from a day to a day, or until the decision is undone."""
    cycle = _locked(cycle)
    _in_order(first_day, last_day)
    if overlapping(_about(cycle, Kind.SUSPENSION), first_day, last_day).exists():
        raise ValidationError({"first_day": _("Sertifikatet er alt satt på vent i denne tiden.")})
    return write_decision(_of_cycle(cycle, Kind.SUSPENSION, reason, decided_by, agency, first_day, last_day))


@transaction.atomic
def revoke(
    *, cycle: Cycle, reason: str, decided_by: User, agency: Unit | None, today: dt.date | None = None
) -> Decision:
    """Takes a certificate back."""
    cycle = _locked(cycle)
    if _about(cycle, Kind.REVOCATION).exists():
        raise ValidationError(_("Sertifikatet er alt trukket tilbake."))
    return write_decision(_of_cycle(cycle, Kind.REVOCATION, reason, decided_by, agency, today or timezone.localdate()))


@transaction.atomic
def end_decision(*, decision: Decision, last_day: dt.date, ended_by: User) -> Decision | None:
    """Lets a waiver or suspension that was right at the time end. Gives back None when that says it never held."""
    lock_people([decision.person_id])
    refuse_replaced(decision)
    if decision.kind not in (Kind.WAIVER, Kind.SUSPENSION):
        raise ValidationError(_("Bare fritak og «satt på vent» har en siste dag. Andre vedtak kan angres."))
    if decision.valid_to is not None and last_day > decision.valid_to:
        raise ValidationError(
            {"last_day": _("Vedtaket slutter alt %(day)s. Gjør et nytt vedtak for å forlenge.")
             % {"day": _written(decision.valid_to)}}
        )  # fmt: skip
    ended = end_row(decision, last_day)
    note(decision, LedgerEvent.Kind.UNDONE, {"decision": decision.public_id, "by": ended_by.public_id})
    if ended is not None:
        note_decided(ended)
    settle_on_commit(decision.person_id)
    return ended


@transaction.atomic
def undo(*, decision: Decision, undone_by: User) -> None:
    """Says that a decision no longer stands, and gives the cycle the dates that the rest amount to.

    Raises SupersededError when somebody else was first.
    """
    lock_people([decision.person_id])
    refuse_replaced(decision)
    if decision.kind == Kind.PRIOR:
        # What was accepted is evidence, and evidence is never taken back.
        raise ValidationError(
            _("Godkjent tidligere læring kan ikke angres. Er den gal, må sertifikatet trekkes tilbake eller rettes.")
        )
    retract(decision)
    note(decision, LedgerEvent.Kind.UNDONE, {"decision": decision.public_id, "by": undone_by.public_id})
    if decision.cycle_id and decision.kind in (Kind.EXTENSION, Kind.CORRECTION):
        cycle = Cycle.objects.get(pk=decision.cycle_id)
        if cycle.imported and decision.kind == Kind.CORRECTION:
            # The list it came from said the last day, and the first correction replaced it.
            raise ValidationError(
                _("Sertifikatet er hentet fra en eldre liste, så rettingen kan ikke angres. Gjør en ny retting.")
            )
        rest = Decision.objects.current().filter(cycle=cycle, kind__in=[Kind.EXTENSION, Kind.CORRECTION])
        moves = [Move(row.until, row.kind == Kind.CORRECTION) for row in rest.order_by("pk") if row.until]
        _write(cycle, replayed(_given(cycle), moves, window=_window(cycle), grace=_grace(cycle)), decision)
    settle_on_commit(decision.person_id)


# --- how --------------------------------------------------------------------------------------------


def _locked(cycle: Cycle) -> Cycle:
    """The cycle as it is now, with its person's row locked. Raises ValidationError where there is no certificate."""
    lock_people([cycle.person_id])
    cycle = Cycle.objects.select_related("person", "certification").get(pk=cycle.pk)
    if cycle.state != Cycle.State.SATISFIED:
        raise ValidationError(_("Personen har ikke noe sertifikat som dette kan gjelde."))
    return cycle


def _about(cycle: Cycle, kind: str) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Decision.objects.current().filter(cycle=cycle, kind=kind)
    return rows


def _in_order(first_day: dt.date, last_day: dt.date | None) -> None:
    if last_day is not None and last_day < first_day:
        raise ValidationError({"last_day": _("Siste dag kan ikke være før første dag.")})


def _of_cycle(
    cycle: Cycle,
    kind: str,
    reason: str,
    decided_by: User,
    agency: Unit | None,
    first_day: dt.date,
    last_day: dt.date | None = None,
) -> Decision:
    return Decision(
        person=cycle.person,
        certification=cycle.certification,
        cycle=cycle,
        agency=agency,
        kind=kind,
        reason=reason,
        decided_by=decided_by,
        valid_from=first_day,
        valid_to=last_day,
    )


def _move(
    cycle: Cycle,
    kind: str,
    until: dt.date,
    reason: str,
    decided_by: User,
    agency: Unit | None,
    today: dt.date | None,
) -> Decision:
    decision = _of_cycle(cycle, kind, reason, decided_by, agency, today or timezone.localdate())
    decision.until = until
    write_decision(decision)
    move = Move(until, kind == Kind.CORRECTION)
    _write(cycle, moved(_dates(cycle), move, window=_window(cycle), grace=_grace(cycle)), decision)
    return decision


def _write(cycle: Cycle, dates: Dates, decision: Decision) -> None:
    changes = {
        "baseline_expires_on": dates.baseline_expires_on,
        "expires_on": dates.expires_on,
        "window_opens_on": dates.window_opens_on,
        "grace_until": dates.grace_until,
    }
    Cycle.objects.filter(pk=cycle.pk).update(**changes)
    note(decision, LedgerEvent.Kind.MOVED, {"cycle": cycle.public_id, "decision": decision.public_id, **changes})


def _dates(cycle: Cycle) -> Dates:
    # The database holds that a satisfied cycle has them all.
    days = (cycle.valid_from, cycle.baseline_expires_on, cycle.expires_on, cycle.window_opens_on, cycle.grace_until)
    found = [day for day in days if day is not None]
    return Dates(*found)


def _given(cycle: Cycle) -> Dates:
    """The dates as the rules gave them: from the first day and the terms of the cycle, which nothing moves."""
    now = _dates(cycle)
    if cycle.imported:
        until = now.baseline_expires_on
        return Dates(now.valid_from, until, until, now.window_opens_on, _grace(cycle).after(until))
    given = validity(
        now.valid_from,
        period=parse_period(cycle.validity),
        window=_window(cycle),
        grace=_grace(cycle),
        date_base="fixed" if cycle.date_base == "fixed" else "completion",
        fixed_day=cycle.fixed_day,
        minimum_active=parse_period(cycle.minimum_active) if cycle.minimum_active else None,
    )
    return Dates(given.valid_from, given.expires_on, given.expires_on, given.window_opens_on, given.grace_until)


def _window(cycle: Cycle) -> Period:
    return parse_period(cycle.window) if cycle.window else Period()


def _grace(cycle: Cycle) -> Period:
    return parse_period(cycle.grace) if cycle.grace else Period()


def _written(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")
