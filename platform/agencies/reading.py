"""Reads over memberships that are more than one filter: who is on leave, who is in the roster, how many work where."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from agencies.access import Scope
from agencies.models import Grant, Membership, MembershipPause, Unit
from common.names import name_key


def active_memberships(day: dt.date) -> "QuerySet[Any]":
    """Memberships that hold on `day`, leave or not."""
    return Membership.objects.on(day)


def paused_threads(person_ids: Iterable[int], day: dt.date) -> set[uuid.UUID]:
    """The threads of these people's memberships that are on leave on `day`."""
    rows = MembershipPause.objects.on(day).filter(membership__person__in=list(person_ids))
    return set(rows.values_list("membership__thread", flat=True))


def not_over(day: dt.date) -> Q:
    """Dated rows that hold on `day` or will later."""
    return Q(valid_to__isnull=True) | Q(valid_to__gte=day)


def roster_people(scope: Scope, day: dt.date | None = None) -> QuerySet[User]:
    """People with a membership or a function in scope that holds or is to come: whom an administrator works with."""
    return User.objects.filter(_attached(scope, not_over(day or timezone.localdate()))) if scope else _nobody()


def former_people(scope: Scope, day: dt.date | None = None) -> QuerySet[User]:
    """People who once were in scope and are no longer."""
    if not scope:
        return _nobody()
    now = _attached(scope, not_over(day or timezone.localdate()))
    return User.objects.filter(_attached(scope, Q())).exclude(now)


def known_people(scope: Scope) -> QuerySet[User]:
    """People who are or once were in scope: whose page an administrator may open."""
    return User.objects.filter(_attached(scope, Q())) if scope else _nobody()


def search_people(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Those whose name (last name first) or e-mail address begins with `text`, in the order of a list."""
    text = text.replace("\x00", "").replace(",", " ").strip()
    if text:
        people = people.filter(Q(name_key__startswith=name_key(text)) | Q(email__startswith=text.lower()))
    return people.order_by("name_key", "id")


def with_roster_memberships(people: QuerySet[User], scope: Scope, day: dt.date) -> QuerySet[User]:
    """Each with `.shown`: memberships in scope that hold or are to come, in one query for all."""
    rows = (
        Membership.objects.current()
        .filter(scope.q("unit__path"), not_over(day))
        .select_related("unit", "role")
        .order_by("valid_from", "id")
    )
    return people.prefetch_related(Prefetch("memberships", queryset=rows, to_attr="shown"))


class Headcount(NamedTuple):
    """How many people work in a unit itself, and in it with everything below, each counted once."""

    here: int
    total: int


def headcounts(scope: Scope, day: dt.date) -> dict[str, Headcount]:
    """Counts by path for the units of the scope where anybody works, and those above them: two queries.

    The database counts per unit; only people with several units are read one by one, to be counted once above them.
    """
    held = Membership.objects.on(day).filter(scope.q("unit__path"))
    here: dict[str, int] = dict(
        held.order_by().values_list("unit__path").annotate(people=Count("person", distinct=True))
    )
    totals: Counter[str] = Counter()
    for path, people in here.items():
        for above in _with_ancestors(path):
            totals[above] += people
    several = held.order_by().values("person").annotate(units=Count("unit", distinct=True)).filter(units__gt=1)
    places: defaultdict[int, set[str]] = defaultdict(set)
    pairs = held.filter(person__in=several.values("person")).values_list("person_id", "unit__path")
    for person_id, path in pairs:
        places[person_id].add(path)
    for paths in places.values():
        times = Counter(above for path in paths for above in _with_ancestors(path))
        totals.subtract({above: count - 1 for above, count in times.items()})
    return {path: Headcount(here.get(path, 0), total) for path, total in totals.items()}


def _with_ancestors(path: str) -> list[str]:
    step: int = Unit.steplen
    return [path[:length] for length in range(step, len(path) + 1, step)]


def _attached(scope: Scope, when: Q) -> Q:
    place = scope.q("unit__path")
    member = Membership.objects.current().filter(place, when, person=OuterRef("pk"))
    grant = Grant.objects.current().filter(place, when, person=OuterRef("pk"))
    return Q(Exists(member)) | Q(Exists(grant))


def _nobody() -> QuerySet[User]:
    return User.objects.none()
