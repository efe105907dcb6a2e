"""Taking over a list of employees: what it would change, and changing it, all of it or nothing.

A list says who works where; it never says who has left. What it does not mention stays as it is, and only a
membership that a list has put there is moved by a list.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.formats import RosterRow
from agencies.models import Grant, Membership, MembershipPause, Role, Unit
from agencies.reading import not_over
from agencies.services.memberships import carry_pauses
from agencies.services.rows import ONE_DAY, lock_people
from agencies.signals import memberships_changed
from common.csvfiles import Problem
from common.dated import SupersededError
from common.names import name_key

T = TypeVar("T")
_CHUNK = 5000  # databases have a limit on how many values one question may hold


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of the list with its unit and role found, beside the membership it concerns, if there is one."""

    row: RosterRow
    unit: Unit
    role: Role
    membership: Membership | None = None


@dataclass(slots=True)
class Plan:
    """What a list would change. With problems in it nothing is to be changed."""

    agency: Unit
    problems: list[Problem] = field(default_factory=list)
    people: dict[str, User] = field(default_factory=dict)
    new_people: list[RosterRow] = field(default_factory=list)
    renamed: list[RosterRow] = field(default_factory=list)
    names_kept: list[RosterRow] = field(default_factory=list)
    added: list[Wanted] = field(default_factory=list)
    changed: list[Wanted] = field(default_factory=list)
    moved: list[Wanted] = field(default_factory=list)
    unchanged: list[Wanted] = field(default_factory=list)
    not_in_list: list[Membership] = field(default_factory=list)

    @property
    def changes(self) -> int:
        steps = (self.new_people, self.renamed, self.added, self.changed, self.moved)
        return sum(len(step) for step in steps)


@transaction.atomic
def import_roster(*, agency: Unit, rows: list[RosterRow]) -> Plan:
    """Carries the list out, unless the plan has problems; gives back the plan.

    Raises SupersededError when somebody else changed the same at the same time; then nothing is changed.
    """
    emails = [row.email for row in rows]
    lock_people(user.pk for user in _find_people(emails).values())
    plan = plan_roster(agency=agency, rows=rows)
    if not plan.problems:
        _apply(plan)
    return plan


def plan_roster(*, agency: Unit, rows: list[RosterRow]) -> Plan:
    """What the list would change, in a number of queries that does not grow with it."""
    plan = Plan(agency)
    wanted = _find_places(plan, rows)
    by_email: defaultdict[str, list[Wanted]] = defaultdict(list)
    for want in wanted:
        by_email[want.row.email].append(want)
    plan.people = _find_people(by_email)
    _plan_names(plan, by_email)
    inside: defaultdict[int, list[Membership]] = defaultdict(list)
    held = Membership.objects.current().filter(unit__path__startswith=agency.path).select_related("unit", "role")
    ids = [user.pk for user in plan.people.values()]
    for some in _chunks(ids):
        for membership in held.filter(person__in=some).order_by("valid_from", "id"):
            inside[membership.person_id].append(membership)
    today = timezone.localdate()
    for email, wants in by_email.items():
        person = plan.people.get(email)
        _plan_person(plan, wants, inside[person.pk] if person else [], today)
    others = held.filter(not_over(today), origin=Membership.Origin.ROSTER).select_related("person")
    mentioned = set(ids)
    plan.not_in_list += [row for row in others.order_by("id") if row.person_id not in mentioned]
    plan.problems.sort()
    return plan


def _find_places(plan: Plan, rows: list[RosterRow]) -> list[Wanted]:
    """Looks up units and roles. What is not found is a problem of its row."""
    units: defaultdict[str, dict[int, Unit]] = defaultdict(dict)
    codes: defaultdict[str, dict[int, Unit]] = defaultdict(dict)
    for unit in Unit.objects.filter(path__startswith=plan.agency.path, closed_on__isnull=True):
        units[unit.name_nb.casefold()][unit.pk] = unit
        if unit.code:
            codes[unit.code.casefold()][unit.pk] = unit
    roles: dict[str, Role] = {}
    for role in Role.objects.all():
        for name in (role.name_en, role.name_nn, role.name_nb, role.key):
            roles[name.casefold()] = role
    wanted = []
    for row in rows:
        found = list((codes.get(row.unit.casefold()) or units.get(row.unit.casefold()) or {}).values())
        job = roles.get(row.role.casefold())
        if not found:
            values = {"unit": row.unit[:80], "agency": plan.agency.name}
            plan.problems.append(Problem(row.number, _("Vi finner ingen enhet «%(unit)s» i %(agency)s.") % values))
        elif len(found) > 1:
            text = _("Flere enheter heter «%(unit)s». Skriv koden i stedet.") % {"unit": row.unit}
            plan.problems.append(Problem(row.number, text))
        if job is None:
            text = _("Vi kjenner ikke rollen «%(role)s».") % {"role": row.role[:80]}
            plan.problems.append(Problem(row.number, text))
        elif len(found) == 1:
            wanted.append(Wanted(row, found[0], job))
    return wanted


def _plan_names(plan: Plan, by_email: dict[str, list[Wanted]]) -> None:
    renamed = []
    for email, wants in by_email.items():
        first = wants[0].row
        for want in wants[1:]:
            if (want.row.first_name, want.row.last_name) != (first.first_name, first.last_name):
                text = _("Samme e-postadresse har et annet navn i rad %(row)s.") % {"row": first.number}
                plan.problems.append(Problem(want.row.number, text))
        person = plan.people.get(email)
        if person is None:
            plan.new_people.append(first)
        elif not person.is_active:
            plan.problems.append(Problem(first.number, _("Kontoen er stengt. Ta raden ut av filen.")))
        elif (person.first_name, person.last_name) != (first.first_name, first.last_name):
            renamed.append(first)
    elsewhere = _people_elsewhere(plan, [plan.people[row.email].pk for row in renamed])
    for row in renamed:
        person = plan.people[row.email]
        if person.pk in elsewhere or person.is_superuser:
            plan.names_kept.append(row)
        else:
            plan.renamed.append(row)


def _people_elsewhere(plan: Plan, ids: list[int]) -> set[int]:
    """Those who belong to others too: their names are not this agency's to change."""
    outside = Q(not_over(timezone.localdate())) & ~Q(unit__path__startswith=plan.agency.path)
    found: set[int] = set()
    for some in _chunks(ids):
        for model in (Membership, Grant):
            rows = model.objects.current().filter(outside, person__in=some)
            found.update(rows.values_list("person_id", flat=True))
    return found


def _plan_person(plan: Plan, wants: list[Wanted], held: list[Membership], today: dt.date) -> None:
    """Pairs what the list says about one person with what we have: the same place first, then a move."""
    left = list(held)
    rest = wants
    for fits in (_same_start, _same_place):
        later = []
        for want in rest:
            match = next((row for row in left if fits(want, row)), None)
            if match is None:
                later.append(want)
                continue
            left.remove(match)
            paired = Wanted(want.row, want.unit, want.role, match)
            same = (match.valid_from, match.valid_to) == (want.row.start, want.row.end)
            (plan.unchanged if same else plan.changed).append(paired)
        rest = later
    movable = [
        row
        for row in left
        if row.origin == Membership.Origin.ROSTER and (row.valid_to is None or row.valid_to >= today)
    ]
    for want in rest:
        match = _moved_from(want, rest, movable)
        if match is None:
            plan.added.append(want)
            continue
        left.remove(match)
        paired = Wanted(want.row, want.unit, want.role, match)
        # A list that says she has been there all along corrects what we thought; it is no move.
        (plan.moved if match.valid_from < want.row.start else plan.changed).append(paired)
    plan.not_in_list += [row for row in left if row.valid_to is None or row.valid_to >= today]
    _refuse_overlaps(plan, wants, left)


def _same_start(want: Wanted, row: Membership) -> bool:
    return _same_unit_and_role(want, row) and row.valid_from == want.row.start


def _same_place(want: Wanted, row: Membership) -> bool:
    return _same_unit_and_role(want, row) and _share_days(row.valid_from, row.valid_to, want.row.start, want.row.end)


def _same_unit_and_role(want: Wanted, row: Membership) -> bool:
    return (row.unit_id, row.role_id) == (want.unit.pk, want.role.pk)


def _share_days(from_1: dt.date, to_1: dt.date | None, from_2: dt.date, to_2: dt.date | None) -> bool:
    return (to_2 is None or from_1 <= to_2) and (to_1 is None or from_2 <= to_1)


def _moved_from(want: Wanted, rest: list[Wanted], movable: list[Membership]) -> Membership | None:
    """The membership that this row moves, where there is only one way to see it."""

    def overlaps(row: Membership) -> bool:
        return _share_days(row.valid_from, row.valid_to, want.row.start, want.row.end)

    same_role = [row for row in movable if row.role_id == want.role.pk and overlaps(row)]
    rivals = [other for other in rest if other.role.pk == want.role.pk]
    if len(same_role) == 1 and len(rivals) == 1:
        return same_role[0]
    if len(rest) == 1 and len(movable) == 1 and overlaps(movable[0]):
        return movable[0]
    return None


def _refuse_overlaps(plan: Plan, wants: list[Wanted], kept: list[Membership]) -> None:
    for one, other in combinations(wants, 2):
        same = (one.unit.pk, one.role.pk) == (other.unit.pk, other.role.pk)
        if same and _share_days(one.row.start, one.row.end, other.row.start, other.row.end):
            text = _("Samme person, enhet og rolle i samme tid som i rad %(row)s.") % {"row": one.row.number}
            plan.problems.append(Problem(other.row.number, text))
    for want in wants:
        if any(_same_place(want, row) for row in kept):
            text = _("Personen har alt en annen stilling med denne rollen i enheten i denne tiden.")
            plan.problems.append(Problem(want.row.number, text))


def _apply(plan: Plan) -> None:
    if not plan.changes:
        return
    now = timezone.now()
    people = dict(plan.people)
    created = User.objects.bulk_create(
        [
            User(
                email=row.email,
                first_name=row.first_name,
                last_name=row.last_name,
                name_key=name_key(row.last_name, row.first_name),
                password=make_password(None),
            )
            for row in plan.new_people
        ],
        batch_size=500,
    )
    people.update({user.email: user for user in created})
    for row in plan.renamed:
        user = people[row.email]
        user.first_name, user.last_name = row.first_name, row.last_name
        user.name_key = name_key(row.last_name, row.first_name)
    renamed = [people[row.email] for row in plan.renamed]
    User.objects.bulk_update(renamed, ["first_name", "last_name", "name_key"], batch_size=200)

    rows: list[Membership] = []
    for want in plan.added:
        rows.append(_membership(want, people, now))
    for want in plan.changed:
        assert want.membership is not None  # noqa: S101  pairs are made by _plan_person
        rows.append(_membership(want, people, now, thread=want.membership.thread))
    moves: list[tuple[Membership, Membership]] = []
    for want in plan.moved:
        assert want.membership is not None  # noqa: S101  pairs are made by _plan_person
        rows.append(_ended(want.membership, want.row.start - ONE_DAY, now))
        moves.append((want.membership, _membership(want, people, now)))
    _retract([want.membership for want in (*plan.changed, *plan.moved) if want.membership], now)
    Membership.objects.bulk_create([*rows, *(new for _old, new in moves)], batch_size=500)
    _carry_pauses(moves)
    touched = {row.person_id for row in rows} | {new.person_id for _old, new in moves}
    if touched:
        memberships_changed.send(sender=Membership, person_ids=sorted(touched))


def _membership(want: Wanted, people: dict[str, User], now: dt.datetime, thread: uuid.UUID | None = None) -> Membership:
    return Membership(
        person=people[want.row.email],
        unit=want.unit,
        agency_id=want.unit.agency_id,
        role=want.role,
        valid_from=want.row.start,
        valid_to=want.row.end,
        origin=Membership.Origin.ROSTER,
        thread=thread or uuid.uuid4(),
        recorded_at=now,
    )


def _ended(row: Membership, last_day: dt.date, now: dt.datetime) -> Membership:
    return Membership(
        person_id=row.person_id,
        unit_id=row.unit_id,
        agency_id=row.agency_id,
        role_id=row.role_id,
        valid_from=row.valid_from,
        valid_to=last_day,
        origin=row.origin,
        thread=row.thread,
        recorded_at=now,
    )


def _retract(rows: list[Membership], now: dt.datetime) -> None:
    """Supersedes many rows at once, and refuses where somebody else was first with any of them."""
    for some in _chunks([row.pk for row in rows]):
        if Membership.objects.current().filter(pk__in=some).update(superseded_at=now) != len(some):
            raise SupersededError("a membership was replaced while the list was read")


def _carry_pauses(moves: list[tuple[Membership, Membership]]) -> None:
    by_thread = {old.thread: (old, new) for old, new in moves}
    paused: set[uuid.UUID] = set()
    for some in _chunks(list(by_thread)):
        pauses = MembershipPause.objects.current().filter(membership__thread__in=some)
        paused.update(pauses.values_list("membership__thread", flat=True))
    for thread in paused:
        carry_pauses(*by_thread[thread])


def _find_people(emails: Iterable[str]) -> dict[str, User]:
    found: dict[str, User] = {}
    for some in _chunks(list(dict.fromkeys(emails))):
        rows = User.objects.annotate(lower_email=Lower("email")).filter(lower_email__in=some)
        found.update({user.email.lower(): user for user in rows})
    return found


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
