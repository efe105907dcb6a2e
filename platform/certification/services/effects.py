"""What a change of a rule would do to whom, before anybody does it. Reads, computes and writes nothing.

The same test as settling (`duties.py`), over every membership that either version can reach, one person at a time, so
that a million of them need no more memory than one.
"""

import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db.models import Q, QuerySet

from agencies.models import Membership, Region, Role, Unit
from agencies.reading import not_over
from certification.duties import Job, Obligation, RuleTerms, brought, falls_under, paths_of_regions
from certification.models import RequirementRule
from certification.services.rulebook import rule_terms

SAMPLE = 50
_CHUNK = 10_000
_REMEMBERED = 100_000
_NONE = uuid.UUID(int=0)
_Row = tuple[int, int, int, dt.date, dt.date | None]


@dataclass(frozen=True, slots=True)
class Touched:
    """One of those whom a change concerns; `change` is "added", "removed" or "moved"."""

    person_id: int
    unit_id: int
    role_id: int
    change: str
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class RoleEffect:
    """How many of a role must, before and after."""

    role_id: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class RuleEffects:
    """Who would come under, who would go out, whose due date would move. People, not memberships.

    `first_due` is the earliest due date of those who come under, or else of those whose date moves; `late` is how many
    of both would be past it at once.
    """

    added: int = 0
    removed: int = 0
    moved_due: int = 0
    first_due: dt.date | None = None
    sample: tuple[Touched, ...] = ()
    late: int = 0
    before: int = 0
    after: int = 0
    by_role: tuple[RoleEffect, ...] = ()


@dataclass(slots=True)
class _Count:
    added: int = 0
    removed: int = 0
    moved: int = 0
    late: int = 0
    first_added: dt.date | None = None
    first_moved: dt.date | None = None
    before: Counter[int] = field(default_factory=Counter)
    after: Counter[int] = field(default_factory=Counter)
    sample: dict[str, list[Touched]] = field(default_factory=lambda: {"added": [], "removed": [], "moved": []})


class _Owed(NamedTuple):
    """What one job brings under the rule as it was and as it would be; the first due date with the others' of then."""

    before: Obligation | None
    after: Obligation | None
    due_before: dt.date | None
    due_after: dt.date | None


class _Held(NamedTuple):
    """One job of a person, and what it brings."""

    unit_id: int
    role_id: int
    owed: _Owed


def effects_of(rule_before: RequirementRule | None, rule_after: RequirementRule | None, today: dt.date) -> RuleEffects:
    """What replacing `rule_before` by `rule_after` would do; None for a rule that is new, or that ends at once.

    Whoever another rule of the same certification obliges is neither added nor removed, but her date may move.
    """
    count = _Count()
    for person_id, jobs in _people(rule_before, rule_after, today):
        _weigh(person_id, jobs, count, today)
    roles = sorted({*count.before, *count.after})
    return RuleEffects(
        added=count.added,
        removed=count.removed,
        moved_due=count.moved,
        first_due=count.first_added or count.first_moved,
        sample=tuple(itertools.chain(*count.sample.values()))[:SAMPLE],
        late=count.late,
        before=count.before.total(),
        after=count.after.total(),
        by_role=tuple(RoleEffect(pk, count.before[pk], count.after[pk]) for pk in roles),
    )


def people_touched(
    rule_before: RequirementRule | None, rule_after: RequirementRule | None, today: dt.date
) -> Iterator[int]:
    """The people whose requirements the change makes other than they were: those to settle."""
    for person_id, jobs in _people(rule_before, rule_after, today):
        if any(job.owed.before != job.owed.after for job in jobs):
            yield person_id


def _weigh(person_id: int, jobs: list[_Held], count: _Count, today: dt.date) -> None:
    by = jobs[0]
    was, will = by.owed.due_before, by.owed.due_after
    if len(jobs) > 1:
        # Shown is a job that the rule itself reaches, never one that only another agency's rule does.
        by = (
            _due_first((job.owed.after, job) for job in jobs)
            or _due_first((job.owed.before, job) for job in jobs)
            or by
        )
        was = _first(job.owed.due_before for job in jobs)
        will = _first(job.owed.due_after for job in jobs)
    if was is not None:
        count.before[by.role_id] += 1
    if will is not None:
        count.after[by.role_id] += 1
    if was == will:
        return
    change = "added" if was is None else "removed" if will is None else "moved"
    if change == "removed":
        count.removed += 1
    elif will is not None:
        count.late += will < today
        if change == "added":
            count.added += 1
            count.first_added = min(count.first_added or will, will)
        else:
            count.moved += 1
            count.first_moved = min(count.first_moved or will, will)
    listed = count.sample[change]
    if len(listed) < SAMPLE:
        listed.append(Touched(person_id, by.unit_id, by.role_id, change, will))


def _due_first(owed: Iterable[tuple[Obligation | None, _Held]]) -> _Held | None:
    """The job that is due first."""
    found = [(obligation.due, job) for obligation, job in owed if obligation]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _first(days: Iterable[dt.date | None]) -> dt.date | None:
    return min((day for day in days if day is not None), default=None)


def _people(
    rule_before: RequirementRule | None, rule_after: RequirementRule | None, today: dt.date
) -> Iterator[tuple[int, list[_Held]]]:
    """Everybody whom either version obliges today or later, with all of her jobs that a rule reaches."""
    before = terms_of(rule_before) if rule_before else None
    after = terms_of(rule_after) if rule_after else None
    mine = [rule for rule in (before, after) if rule is not None]
    if not mine:
        return
    others = _others(mine, today)
    roles = {pk: (key, sector) for pk, key, sector in Role.objects.values_list("pk", "key", "sector__key")}
    reckoner = _Reckoner(before, after, others, roles, today)
    person, concerned = 0, False
    jobs: list[_Held] = []
    for person_id, unit_id, role_id, first, last in _rows(mine, others, roles, today).iterator(chunk_size=_CHUNK):
        if person_id != person:
            if concerned:
                yield person, jobs
            person, jobs, concerned = person_id, [], False
        owed = reckoner.owed(unit_id, role_id, first, last)
        jobs.append(_Held(unit_id, role_id, owed))
        concerned = concerned or owed.before is not None or owed.after is not None
    if concerned:
        yield person, jobs


class _Reckoner:
    """What a job brings under each of the rules, worked out once for all jobs of the same place, role and days."""

    def __init__(
        self,
        before: RuleTerms | None,
        after: RuleTerms | None,
        others: list[RuleTerms],
        roles: dict[int, tuple[str, str]],
        today: dt.date,
    ) -> None:
        self.rules = [before, after, *others]
        # Without the condition on when the job began, for what is worked out by place and role alone.
        self.anytime = [rule and replace(rule, employed_from=None) for rule in self.rules]
        self.units = {pk: (path, agency) for pk, path, agency in Unit.objects.values_list("pk", "path", "agency_id")}
        self.roles = roles
        self.today = today
        self._reached: dict[tuple[int, int], tuple[int, ...]] = {}
        self._owed: dict[tuple[tuple[int, ...], dt.date, dt.date | None], _Owed] = {}

    def owed(self, unit_id: int, role_id: int, first: dt.date, last: dt.date | None) -> _Owed:
        reached = self._reached.get((unit_id, role_id))
        if reached is None:
            path, agency_id = self.units[unit_id]
            job = Job(_NONE, unit_id, agency_id, path, role_id, *self.roles[role_id], first, last)
            reached = tuple(n for n, rule in enumerate(self.anytime) if rule and falls_under(rule, job))
            self._reached[unit_id, role_id] = reached
        found = self._owed.get((reached, first, last))
        if found is None:
            if len(self._owed) > _REMEMBERED:
                self._owed.clear()
            found = self._owed[reached, first, last] = self._work_out(reached, first, last)
        return found

    def _work_out(self, reached: tuple[int, ...], first: dt.date, last: dt.date | None) -> _Owed:
        owed: dict[int, Obligation] = {}
        for number in reached:
            rule = self.rules[number]
            if rule is None or (rule.employed_from is not None and first < rule.employed_from):
                continue
            found = brought(rule, first, last)
            if found is not None and (found.last is None or found.last >= self.today):
                owed[number] = found
        before, after = owed.pop(0, None), owed.pop(1, None)
        others = [found.due for found in owed.values()]
        return _Owed(
            before,
            after,
            _first((*others, before.due if before else None)),
            _first((*others, after.due if after else None)),
        )


def _others(mine: list[RuleTerms], today: dt.date) -> list[RuleTerms]:
    """The other rules of the same certification that hold today or later."""
    rows = RequirementRule.objects.current().filter(
        not_over(today), certification__archived_on__isnull=True, certification_id=mine[0].certification_id
    )
    return rule_terms(rows.exclude(thread__in={rule.thread for rule in mine}))


def _rows(
    mine: list[RuleTerms], others: list[RuleTerms], roles: dict[int, tuple[str, str]], today: dt.date
) -> "QuerySet[Membership, _Row]":
    """Memberships that a rule can reach, by person; those that only other rules reach, of the same people alone."""
    held = Membership.objects.current().filter(not_over(today)).order_by()
    near = Q(pk__in=[])
    for rule in mine:
        near |= _reach(rule, roles)
    wanted = near
    if others:
        far = Q(pk__in=[])
        for rule in others:
            far |= _reach(rule, roles)
        wanted |= far & Q(person__in=held.filter(near).values("person"))
    rows: QuerySet[Membership, _Row] = (
        held.filter(wanted).order_by("person_id", "pk").values_list(
            "person_id", "unit_id", "role_id", "valid_from", "valid_to"
        )
    )  # fmt: skip
    return rows


def _reach(rule: RuleTerms, roles: dict[int, tuple[str, str]]) -> Q:
    """What SQL can leave out before `falls_under` decides: other places, other roles."""
    reach = Q(unit__path__startswith=rule.unit_path)
    if rule.role_keys or rule.sector_keys:
        reach &= Q(role_id__in=sorted(roles_of(rule, roles)))
    if rule.employed_from:
        reach &= Q(valid_from__gte=rule.employed_from)
    return reach


def roles_of(rule: RuleTerms, roles: dict[int, tuple[str, str]]) -> set[int]:
    """The roles that a rule reaches. `roles` is id → (key, sector's key)."""
    return {
        pk
        for pk, (key, sector) in roles.items()
        if (not rule.role_keys or key in rule.role_keys) and (not rule.sector_keys or sector in rule.sector_keys)
    }


def terms_of(rule: RequirementRule) -> RuleTerms:
    """A rule as plain values, whether it is saved or not."""
    regions: dict[str, list[str]] = {}
    if rule.region_keys:
        for key, path in Region.objects.filter(key__in=rule.region_keys, units__isnull=False).values_list(
            "key", "units__path"
        ):
            regions.setdefault(key, []).append(path)
    return RuleTerms(
        pk=rule.pk or 0,
        thread=rule.thread,
        certification_id=rule.certification_id,
        agency_id=rule.agency_id,
        unit_path=rule.unit.path,
        role_keys=frozenset(rule.role_keys),
        sector_keys=frozenset(rule.sector_keys),
        region_paths=paths_of_regions(rule.region_keys, regions),
        employed_from=rule.employed_from,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        due_days=rule.due_days,
        due_on=rule.due_on,
    )
