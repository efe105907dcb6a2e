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
from certification.models import Certification, Cycle, Decision
from certification.periods import LONGEST, parse_period
from certification.services.decided import note_decided, note_undone, settle_on_commit, write_decision
from certification.services.moves import move_cycle
from certification.services.prior import accept_prior_learning
from certification.services.undoing import undo

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
    """Frees a person from what `agency` requires of a certification, from a day to a day.

    What another agency requires still binds her: an agency excuses from its own requirements (passes.duty_on). Only a
    waiver without an agency, which is given for the whole country, frees her from all. Who may decide for which agency
    is the caller's to ask: here nothing but the days is refused.
    """
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
    """Lets a certificate hold longer. The baseline stays, so that later cycles do not drift.

    At the most as long again as it held from the first: an exception, and no other rule in disguise.
    """
    cycle = _locked(cycle)
    latest = parse_period(cycle.validity).after(cycle.baseline_expires_on) if cycle.baseline_expires_on else None
    if latest and until > latest:
        raise ValidationError({"until": _latest(latest)})
    if cycle.expires_on and until <= cycle.expires_on:
        raise ValidationError({"until": _("Velg en dag etter %(day)s.") % {"day": _written(cycle.expires_on)}})
    return _move(cycle, Kind.EXTENSION, until, reason, decided_by, agency, today)


@transaction.atomic
def correct(
    *, cycle: Cycle, until: dt.date, reason: str, decided_by: User, agency: Unit | None, today: dt.date | None = None
) -> Decision:
    """Says that the last day was another one all along; may shorten."""
    cycle = _locked(cycle)
    latest = cycle.valid_from + LONGEST if cycle.valid_from else None
    if latest and until > latest:
        raise ValidationError({"until": _latest(latest)})
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
def end_decision(*, decision: Decision, last_day: dt.date, ended_by: User, reason: str = "") -> Decision | None:
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
    note_undone(decision, by=ended_by, reason=reason)
    if ended is not None:
        note_decided(ended)
    settle_on_commit(decision.person_id)
    return ended


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
    move_cycle(cycle, decision, until)
    return decision


def _latest(day: dt.date) -> str:
    return _("Velg en dag senest %(day)s. Sjekk årstallet.") % {"day": _written(day)}


def _written(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")
