"""Finding from the rows what nobody settled, and whose standing changes by itself today."""

import datetime as dt
import uuid
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agencies.models import Membership, MembershipPause
from agencies.reading import not_over
from certification.models import Decision, RequirementRule, SettleMark, Standing
from certification.services.settling import settle_people
from evidence.models import Evidence

# How far back the sweep looks for rows that nobody settled.
_HORIZON = dt.timedelta(days=2)
# People in one go: what is held in memory, whatever the size of the country.
_PORTION = 20_000


def settle_due(today: dt.date | None = None) -> int:
    """Settles everyone who needs it; returns how many."""
    today = today or timezone.localdate()
    waiting = _unsettled(today)
    settled = settle_people(waiting, today)
    done = set(waiting)
    for portion in _turning(today):
        settled += settle_people([pk for pk in portion if pk not in done], today)
    return settled


def _turning(today: dt.date) -> Iterator[list[int]]:
    """Portions of people whose answer changes by itself by today. Each is asked for once: one that fails waits."""
    last = 0
    while True:
        rows = Standing.objects.filter(next_change_on__lte=today, pk__gt=last).order_by("pk")
        found = list(rows.values_list("pk", "person_id")[:_PORTION])
        if not found:
            return
        last = found[-1][0]
        yield sorted({person_id for _pk, person_id in found})


def _unsettled(today: dt.date) -> list[int]:
    """People of whom something is newer than their mark."""
    since = timezone.now() - _HORIZON
    newer: dict[int, dt.datetime] = {}
    recent = [
        Evidence.objects.filter(recorded_at__gte=since).values_list("person_id", "recorded_at"),
        Decision.objects.filter(recorded_at__gte=since).values_list("person_id", "recorded_at"),
        Decision.objects.filter(superseded_at__gte=since).values_list("person_id", "superseded_at"),
        Membership.objects.filter(recorded_at__gte=since).values_list("person_id", "recorded_at"),
        Membership.objects.filter(superseded_at__gte=since).values_list("person_id", "superseded_at"),
        MembershipPause.objects.filter(recorded_at__gte=since).values_list("membership__person_id", "recorded_at"),
        MembershipPause.objects.filter(superseded_at__gte=since).values_list("membership__person_id", "superseded_at"),
    ]
    for rows in recent:
        for person_id, at in rows.iterator():
            if at > newer.get(person_id, since):
                newer[person_id] = at
    waiting = sorted(newer)
    found = {
        person_id
        for start in range(0, len(waiting), _PORTION)
        for person_id in _not_since(waiting[start : start + _PORTION], newer)
    }
    found.update(_under_changed_rules(since, today))
    return sorted(found)


def _under_changed_rules(since: dt.datetime, today: dt.date) -> Iterator[int]:
    """People whom a rule that was made, changed or ended since then obliged or obliges, and whom nobody settled after.

    Some of them are required what they were; it costs less to settle them than to find that out.
    """
    rules = RequirementRule.objects.filter(Q(recorded_at__gte=since) | Q(superseded_at__gte=since))
    changed: dict[uuid.UUID, dt.datetime] = {}
    for thread, *times in rules.values_list("thread", "recorded_at", "superseded_at"):
        changed[thread] = max(filter(None, (*times, changed.get(thread))))
    for thread, at in changed.items():
        versions = RequirementRule.objects.filter(thread=thread).select_related("unit")
        settled = SettleMark.objects.filter(person_id=OuterRef("person_id"), settled_at__gte=at)
        for rule in (versions.known_at(since).first(), versions.current().first()):
            if rule is None:
                continue
            jobs = Membership.objects.current().filter(not_over(today), unit__path__startswith=rule.unit.path)
            if rule.role_keys:
                jobs = jobs.filter(role__key__in=rule.role_keys)
            if rule.sector_keys:
                jobs = jobs.filter(role__sector__key__in=rule.sector_keys)
            yield from jobs.filter(~Exists(settled)).values_list("person_id", flat=True).iterator()


def _not_since(person_ids: list[int], newer: dict[int, dt.datetime]) -> Iterator[int]:
    """Those of `person_ids` who were not settled since what is newer."""
    marks = dict(SettleMark.objects.filter(person_id__among=person_ids).values_list("person_id", "settled_at"))
    return (pk for pk in person_ids if pk not in marks or marks[pk] < newer[pk])
