"""Adding to the ledger: the only way in."""

import datetime as dt
import uuid
import zoneinfo
from decimal import Decimal

from django.db import transaction
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
