"""Finding from the rows what nobody settled, and whose standing changes by itself today."""

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from agencies.models import Membership, MembershipPause
from certification.models import Decision, SettleMark, Standing
from certification.services.settling import settle_people
from evidence.models import Evidence

# How far back the sweep looks for rows that nobody settled.
_HORIZON = dt.timedelta(days=2)
# People in one go: what is held in memory, whatever the size of the country.
_PORTION = 20_000


def settle_due(today: dt.date | None = None) -> int:
    """Settles everyone who needs it; returns how many."""
    today = today or timezone.localdate()
    waiting = _unsettled()
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


def _unsettled() -> list[int]:
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
    if not newer:
        return []
    marks = dict(SettleMark.objects.filter(settled_at__gte=since).values_list("person_id", "settled_at"))
    return [person_id for person_id, at in newer.items() if person_id not in marks or marks[person_id] < at]
