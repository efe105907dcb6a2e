"""Reading where people stood on a day, by what was known on a day: the same few queries for one and for all.

Rows that say what held keep when they were recorded and until when they were believed (common/dated.py); a certificate
and a decision tell when they were made. So what is asked of the past is read, not kept: nothing has to be copied aside.
"""

import datetime as dt
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value

from accounts.models import User
from agencies.models import Membership, MembershipPause, UnitParent
from certification.asof import Answer, Pass, Said, Terms, answer_on, subtree, tree_on
from certification.models import Cycle, Decision, Requirement
from certification.moving import Dates
from certification.passes import Claim, Days

_CYCLE = (
    "pk", "public_id", "number", "imported", "opened_on", "recorded_at", "begun_on", "closed_on", "satisfied_on",
    "certificate__recorded_at",
)  # fmt: skip
_DATES = ("valid_from", "baseline_expires_on", "expires_on", "window_opens_on", "grace_until")
_Job = tuple[str, int, int]  # path of the unit, unit, role
_TERMS = ("validity", "window", "grace", "date_base", "fixed_day", "minimum_active")


@dataclass(frozen=True, slots=True)
class Then:
    """One person and one certification on the day. `jobs` are the (unit, role) through which it was required of her."""

    person_id: int
    certification_id: int
    jobs: Sequence[tuple[int, int]]
    answer: Answer


@dataclass(frozen=True, slots=True)
class PlaceThen:
    """The units below some others as the tree stood on a day, and a filter on `unit` for rows of people there."""

    units: frozenset[int]
    q: Q


def end_of(day: dt.date, zone: str) -> dt.datetime:
    """The last instant of a day somewhere: what was recorded by then was known that day."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=zoneinfo.ZoneInfo(zone))
    return midnight.astimezone(dt.UTC) - dt.timedelta(microseconds=1)


def place_on(paths: Sequence[str], day: dt.date, known_at: dt.datetime) -> PlaceThen:
    """The units that stand at `paths` today and every unit that stood below one of them. One query.

    The filter is today's subtree, which is a prefix, without the units that came later and with those that left: a
    large place is no long list.
    """
    placed = UnitParent.objects.known_at(known_at)
    rows = list(placed.values_list("unit_id", "parent_id", "valid_from", "valid_to", "unit__path"))
    then = subtree(tree_on((row[:4] for row in rows), day), {row[0] for row in rows if row[4] in paths})
    now = {row[0] for row in rows if row[4].startswith(tuple(paths))}
    below = Q(unit_id__in=sorted(then - now))
    for path in paths:
        below |= Q(unit__path__startswith=path)
    return PlaceThen(frozenset(then), below & ~Q(unit_id__in=sorted(now - then)))


def people_on(place: PlaceThen, day: dt.date, known_at: dt.datetime) -> list[int]:
    """Those who worked in `place` on `day`, by name. One query."""
    jobs = Membership.objects.known_at(known_at).filter(_held_on(day), place.q)
    people = User.objects.filter(pk__in=jobs.order_by().values("person_id"))
    return list(people.order_by("name_key", "pk").values_list("pk", flat=True))


def standings_on(
    place: PlaceThen,
    day: dt.date,
    known_at: dt.datetime,
    people: Sequence[int],
    *,
    certification_id: int | None = None,
) -> list[Then]:
    """What was required on `day` of those of `people` who worked in `place`, and how they stood, in their order.

    Four queries. For as many people as memory may hold: a few thousand at a time.
    """
    holds = _held_on(day)
    jobs = Membership.objects.known_at(known_at).filter(holds)
    about = Q(person_id__among=people)
    if certification_id is not None:
        about &= Q(certification_id=certification_id)

    worked, leave = _jobs_and_leave(jobs.filter(person_id__among=people), known_at, people)
    claims: dict[tuple[int, int], list[Claim]] = defaultdict(list)
    required: Any = Requirement.objects.known_at(known_at).filter(about & holds).order_by("membership_thread", "pk")
    for row in required.values_list(
        "person_id", "pk", "certification_id", "rule_id", "rule__thread", "agency_id", "unit_id", "role_id",
        "membership_thread", "valid_from", "valid_to", "due_on",
    ):  # fmt: skip
        if row[8] in worked:
            claims[(row[0], row[2])].append(Claim(*(*row[1:9], Days(row[9], row[10]), row[11])))
    passes = _passes(Cycle.objects.filter(about, recorded_at__lte=known_at))
    # Those of later too: they may have moved dates that are stored, and that are to be told as they were.
    decisions = _decisions(Decision.objects.filter(about))
    found = []
    for key, duties in claims.items():
        mine = [worked[claim.membership_thread] for claim in duties]
        mine = [job for job in dict.fromkeys(mine) if job[1] in place.units]
        if mine:
            answer = answer_on(
                day,
                known_at,
                passes=passes.get(key, ()),
                decisions=decisions.get(key, ()),
                claims=duties,
                leave=leave,
            )
            found.append(Then(*key, [job[1:] for job in sorted(mine)], answer))
    order = {person_id: number for number, person_id in enumerate(people)}
    return sorted(found, key=lambda row: order[row.person_id])


def _held_on(day: dt.date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def _jobs_and_leave(
    jobs: "QuerySet[Any]", known_at: dt.datetime, people: Sequence[int]
) -> tuple[dict[uuid.UUID, _Job], dict[uuid.UUID, list[Days]]]:
    """Membership thread → the job, in tree order, and → all leave from it. Both in one query."""
    pauses = MembershipPause.objects.known_at(known_at).filter(membership__person_id__among=people)
    worked = jobs.order_by().values_list("thread", "unit__path", "unit_id", "role_id", "valid_from", "valid_to")
    left = pauses.order_by().values_list("membership__thread", Value(""), Value(0), Value(0), "valid_from", "valid_to")
    found: dict[uuid.UUID, _Job] = {}
    leave: dict[uuid.UUID, list[Days]] = defaultdict(list)
    for thread, path, unit, role, first, last in worked.union(left, all=True):
        if unit:
            found[thread] = (path, unit, role)
        else:
            leave[thread].append(Days(first, last))
    return found, leave


def _passes(cycles: "QuerySet[Cycle]") -> dict[tuple[int, int], list[Pass]]:
    found: dict[tuple[int, int], list[Pass]] = defaultdict(list)
    fields = ("person_id", "certification_id", "steps", *_CYCLE, *_DATES, *_TERMS)
    rows: Any = cycles.order_by().values_list(*fields).iterator(chunk_size=5000)
    for person_id, certification_id, steps, *row in rows:
        plain, dates, terms = row[:10], row[10:15], row[15:]
        listed = listed_until(steps) if plain[3] else None
        found[(person_id, certification_id)].append(
            Pass(*(*plain, Dates(*dates) if all(dates) else None, Terms(*terms), listed))
        )
    return found


def listed_until(steps: Sequence[Mapping[str, str]]) -> dt.date | None:
    """The last day that the list said of an imported period, which no correction changes."""
    until = steps[0].get("until") if steps else None
    return dt.date.fromisoformat(until) if until else None


def _decisions(rows: "QuerySet[Decision]") -> dict[tuple[int, int], list[Said]]:
    found: dict[tuple[int, int], list[Said]] = defaultdict(list)
    fields = ("pk", "kind", "cycle_id", "valid_from", "valid_to", "until", "recorded_at", "superseded_at", "agency_id")
    stored: Any = rows.order_by("pk").values_list("person_id", "certification_id", *fields)
    for person_id, certification_id, *said in stored:
        pk, kind, cycle_id, first, last, *rest = said
        found[(person_id, certification_id)].append(Said(*(pk, kind, cycle_id, Days(first, last), *rest)))
    return found
