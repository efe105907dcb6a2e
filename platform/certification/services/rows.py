"""What settling reads about people: a fixed number of queries for however many, as plain values."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from agencies.models import Membership, MembershipPause
from certification.duties import Job
from certification.models import Cycle, Decision, Requirement, Standing
from certification.passes import Claim, Days, Earned, OpenPass, Ruling, Shown
from common.bulk import json_alike
from common.lookups import Keys
from courses.models import ModuleProgress
from evidence.models import Evidence

_OPEN = (
    "pk", "public_id", "number", "agency_id", "optional", "opened_on", "begun_on", "evidence_from", "due_on", "path_id",
    "policy_versions", "pass_mark", "validity", "window", "grace", "date_base", "fixed_day", "minimum_active",
    "least_assurance", "attempts", "cool_down_days",
)  # fmt: skip
# JSON that many people have alike: read as text, and made into lists once for all of them.
_ALIKE = {"policy_ids_text": Cast("policy_ids", TextField()), "steps_text": Cast("steps", TextField())}
_EARNED = (
    "pk", "valid_from", "window_opens_on", "expires_on", "grace_until", "baseline_expires_on", "satisfied_on",
)  # fmt: skip
# The columns of a standing that settling decides, besides whose it is, for what, and when it was decided.
STANDING = (
    "agency_id", "state", "cycle_id", "valid_from", "window_opens_on", "expires_on", "grace_until", "required",
    "waived", "paused", "due_on", "rule_id", "open_cycle_id", "begun", "display", "next_change_on",
)  # fmt: skip


class StoredStanding(NamedTuple):
    """A standing as it is kept: its columns in the order of STANDING."""

    pk: int
    values: tuple[Any, ...]


@dataclass(slots=True)
class PersonRows:
    """Everything about one person that settling asks, by certification where it has one."""

    jobs: list[Job] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    leave: dict[uuid.UUID, list[Days]] = field(default_factory=dict)
    rulings: dict[int, list[Ruling]] = field(default_factory=dict)
    earned: dict[int, list[Earned]] = field(default_factory=dict)
    open: dict[int, OpenPass] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    standings: dict[int, StoredStanding] = field(default_factory=dict)


def read_people(person_ids: Collection[int], today: dt.date) -> dict[int, PersonRows]:
    """Reads all of it: seven queries."""
    people = {pk: PersonRows() for pk in person_ids}
    mine = {"person_id__among": Keys(person_ids)}
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gte=today)
    for row in (
        Membership.objects.current()
        .filter(not_over, **mine)
        .order_by()
        .values_list(
            "person_id", "thread", "unit_id", "agency_id", "unit__path", "role_id", "role__key", "role__sector__key",
            "valid_from", "valid_to",
        )
    ):  # fmt: skip
        people[row[0]].jobs.append(Job(*row[1:]))
    for row in (
        Requirement.objects.current()
        .filter(not_over, **mine)
        .order_by()
        .values_list(
            "person_id", "pk", "certification_id", "rule_id", "rule__thread", "agency_id", "unit_id", "role_id",
            "membership_thread", "valid_from", "valid_to", "due_on",
        )
    ):  # fmt: skip
        claim = Claim(row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], Days(row[9], row[10]), row[11])
        people[row[0]].claims.append(claim)
    if any(person.jobs or person.claims for person in people.values()):
        _read_leave(people)
    decisions = Decision.objects.current().filter(**mine).order_by()
    for person_id, certification_id, kind, cycle_id, first, last, agency_id in decisions.values_list(
        "person_id", "certification_id", "kind", "cycle_id", "valid_from", "valid_to", "agency_id"
    ):
        ruling = Ruling(kind, cycle_id, Days(first, last), agency_id)
        people[person_id].rulings.setdefault(certification_id, []).append(ruling)
    _read_cycles(people, mine)
    for row in Standing.objects.filter(**mine).order_by().values_list("person_id", "certification_id", "pk", *STANDING):
        people[row[0]].standings[row[1]] = StoredStanding(row[2], row[3:])
    return people


def _read_leave(people: dict[int, PersonRows]) -> None:
    # By the people and not by the threads: a thousand people are a shorter list than their jobs.
    rows = MembershipPause.objects.current().filter(membership__person_id__among=Keys(people)).order_by()
    for person_id, thread, first, last in rows.values_list(
        "membership__person_id", "membership__thread", "valid_from", "valid_to"
    ):
        people[person_id].leave.setdefault(thread, []).append(Days(first, last))


def _read_cycles(people: dict[int, PersonRows], mine: dict[str, Any]) -> None:
    rows = Cycle.objects.filter(**mine).order_by("valid_from", "number")
    going = False
    for row in rows.values_list("person_id", "certification_id", "number", "state", *_EARNED):
        person, certification_id = people[row[0]], row[1]
        person.numbers[certification_id] = max(row[2], person.numbers.get(certification_id, 0))
        if row[3] == Cycle.State.SATISFIED:
            person.earned.setdefault(certification_id, []).append(Earned(*row[4:]))
        elif row[3] == Cycle.State.OPEN:
            going = True
    if not going:
        return
    # Few have an open cycle at any time, and only of an open one the terms are needed.
    found = Cycle.objects.filter(state=Cycle.State.OPEN, **mine).annotate(**_ALIKE).order_by()
    for row in found.values_list("person_id", "certification_id", *_OPEN, *_ALIKE):
        terms: tuple[Any, ...] = (*row[2:-2], json_alike(row[-2]), json_alike(row[-1]))
        people[row[0]].open[row[1]] = OpenPass(*terms)


def read_evidence(person_ids: Iterable[int], keys: Iterable[str], since: dt.date) -> dict[int, list[Shown]]:
    """What people have shown of `keys` since a day, failures too, in the order it occurred. One query."""
    found: dict[int, list[Shown]] = defaultdict(list)
    texts = {uuid.UUID(key): key for key in keys}
    rows = (
        Evidence.objects.filter(person_id__among=Keys(person_ids))
        .filter(subject_key__in=list(texts))
        .filter(subject__in=[Evidence.Subject.COURSE, Evidence.Subject.QUIZ], occurred_on__gte=since)
        .order_by("occurred_at", "pk")
        .values_list(
            "person_id",
            "pk",
            "public_id",
            "subject",
            "subject_key",
            "edition_number",
            "result",
            "assurance",
            "occurred_on",
        )
    )
    for person_id, pk, public_id, subject, key, edition, result, assurance, day in rows:
        failed = result == Evidence.Result.FAILED
        withdrawn = result == Evidence.Result.WITHDRAWN
        found[person_id].append(Shown(pk, public_id, subject, texts[key], edition, failed, assurance, day, withdrawn))
    return found


def read_progress(person_ids: Iterable[int], keys: Iterable[str]) -> dict[tuple[int, str], dt.date]:
    """(person, course) → the last day on which she opened any of its modules. One query."""
    found: dict[tuple[int, str], dt.date] = {}
    rows = ModuleProgress.objects.filter(
        person_id__among=Keys(person_ids), course_key__in=[uuid.UUID(key) for key in keys]
    )
    for person_id, key, at in rows.order_by().values_list("person_id", "course_key", "last_opened_at"):
        day = timezone.localtime(at).date()
        place = (person_id, str(key))
        found[place] = max(day, found.get(place, day))
    return found
