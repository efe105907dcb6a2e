"""Adding to the ledger: the only way in. What erasing a person and joining two accounts do to it stands here too."""

import datetime as dt
import uuid
import zoneinfo
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from agencies.models import Membership, Unit
from evidence.models import Evidence
from evidence.signals import evidence_recorded


@transaction.atomic(savepoint=False)
def record(
    *,
    person: User,
    subject: Evidence.Subject,
    subject_key: uuid.UUID,
    result: Evidence.Result,
    assurance: Evidence.Assurance,
    source_ref: str,
    occurred_at: dt.datetime | None = None,
    edition_number: int | None = None,
    score: Decimal | None = None,
    agency: Unit | None = None,
) -> Evidence:
    """Records one act, once: the same `source_ref` gives back the row that is there.

    `agency` defaults to the one she works for that day; `occurred_on` is the day there. A new row sends
    `evidence_recorded`.
    """
    at = occurred_at or timezone.now()
    agency = agency or main_agency(person, at.date())
    zone = zoneinfo.ZoneInfo(agency.time_zone if agency else timezone.get_default_timezone_name())
    evidence, created = Evidence.objects.get_or_create(
        source_ref=source_ref,
        defaults={
            "person": person,
            "agency": agency,
            "subject": subject,
            "subject_key": subject_key,
            "edition_number": edition_number,
            "result": result,
            "score": score,
            "assurance": assurance,
            "occurred_at": at,
            "occurred_on": at.astimezone(zone).date(),
        },
    )
    if created:
        evidence_recorded.send(sender=Evidence, evidence=evidence)
    return evidence


@transaction.atomic(savepoint=False)
def withdraw(*, evidence: Evidence, source_ref: str) -> Evidence:
    """Takes back what was recorded by mistake: a new row like it that says so. The row itself stays as it is.

    Whoever asks what she has shown leaves out both. The same `source_ref` gives back the row that is there. A new row
    sends `evidence_recorded`.
    """
    row, created = Evidence.objects.get_or_create(
        source_ref=source_ref,
        defaults={
            "person": evidence.person,
            "agency": evidence.agency,
            "subject": evidence.subject,
            "subject_key": evidence.subject_key,
            "edition_number": evidence.edition_number,
            "result": Evidence.Result.WITHDRAWN,
            "assurance": evidence.assurance,
            "occurred_at": evidence.occurred_at,
            "occurred_on": evidence.occurred_on,
        },
    )
    if created:
        evidence_recorded.send(sender=Evidence, evidence=row)
    return row


def main_agency(person: User, day: dt.date) -> Unit | None:
    """The agency of the membership she has had longest, of those that hold on `day`."""
    membership = (
        Membership.objects.on(day)
        .filter(person=person, agency__isnull=False)
        .select_related("agency")
        .order_by("valid_from", "id")
        .first()
    )
    return membership.agency if membership else None


# What a certificate never rests on: reading one module, and what was tried without being passed.
_RESTS_ON_NOTHING = Q(subject__in=[Evidence.Subject.MODULE, Evidence.Subject.ACTIVITY]) | Q(
    result=Evidence.Result.FAILED
)


def move_evidence(*, source: User, target: User) -> None:
    """Makes what was shown on one account of a person count on the other. Whose it is was never in doubt, nor what."""
    # The base manager, here and below, since the other refuses.
    Evidence._base_manager.filter(person=source).update(person=target)


def erase_evidence(*, person: User) -> None:
    """Takes away what no certificate rests on, and every score: the one path on which evidence goes."""
    mine = Evidence._base_manager.filter(person=person)
    mine.filter(_RESTS_ON_NOTHING).delete()
    mine.update(score=None)
