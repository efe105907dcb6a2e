"""Which requirements a person's memberships bring, kept in step both ways."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import Membership, Region
from certification.models import Certification, Cycle, Requirement, RequirementRule, Standing
from common.dated import retract, supersede

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Wanted:
    valid_from: dt.date
    valid_to: dt.date | None
    due_on: dt.date
    unit_id: int
    role_id: int
    agency_id: int


def sync_requirements(person_id: int, today: dt.date) -> list[Requirement]:
    """Makes the person's requirements follow her memberships; returns those that hold today or later.

    A requirement that a rule or membership no longer brings ends yesterday; one that had not begun is retracted. What
    she has shown, and where she stands, is not touched by this.
    """
    memberships = list(
        Membership.objects.current()
        .filter(person_id=person_id)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .select_related("unit", "role__sector")
    )
    wanted = _wanted(memberships, today)
    kept: list[Requirement] = []
    found = (
        Requirement.objects.current()
        .filter(person_id=person_id)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .select_related("rule", "certification", "agency", "unit", "role")
    )
    for row in found:
        want = wanted.pop((row.certification_id, row.rule_id, row.membership_thread), None)
        if want is None:
            if row.valid_from >= today:
                retract(row)
            else:
                supersede(row, valid_to=today - _DAY)
        elif _differs(row, want):
            # A shorter membership may now end before its requirement began to count.
            kept.append(supersede(row, **_fields(want)))
        else:
            kept.append(row)
    for (certification_id, rule_id, thread), want in wanted.items():
        row = Requirement(
            person_id=person_id,
            certification_id=certification_id,
            rule_id=rule_id,
            agency_id=want.agency_id,
            membership_thread=thread,
            **_fields(want),
        )
        row.save(force_insert=True)
        kept.append(row)
    return kept


def rules_in_force(today: dt.date) -> list[RequirementRule]:
    """Rules that hold today or later, of certifications that are not archived."""
    return list(
        RequirementRule.objects.current()
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), certification__archived_on__isnull=True)
        .select_related("unit", "certification")
    )


def falls_under(rule: RequirementRule, membership: Membership, regions: dict[str, list[str]]) -> bool:
    """Whether a membership is among those that `rule` obliges. `regions` is key → paths. Empty lists narrow nothing."""
    path = membership.unit.path
    if not path.startswith(rule.unit.path):
        return False
    if rule.role_keys and membership.role.key not in rule.role_keys:
        return False
    if rule.sector_keys and membership.role.sector.key not in rule.sector_keys:
        return False
    if rule.region_keys and not any(
        path.startswith(top) for region in rule.region_keys for top in regions.get(region, [])
    ):
        return False
    return rule.employed_from is None or membership.valid_from >= rule.employed_from


def region_paths(rules: Iterable[RequirementRule]) -> dict[str, list[str]]:
    """Key → the paths of its units, for the regions that any of `rules` names."""
    found: dict[str, list[str]] = {}
    keys = {key for rule in rules for key in rule.region_keys}
    if keys:
        for key, path in Region.objects.filter(key__in=keys).values_list("key", "units__path"):
            found.setdefault(key, []).append(path)
    return found


def _wanted(memberships: Iterable[Membership], today: dt.date) -> dict[tuple[int, int, uuid.UUID], _Wanted]:
    memberships = list(memberships)
    wanted: dict[tuple[int, int, uuid.UUID], _Wanted] = {}
    if not memberships:
        return wanted
    rules = rules_in_force(today)
    regions = region_paths(rules)
    for rule in rules:
        for membership in memberships:
            if not falls_under(rule, membership, regions):
                continue
            first = max(rule.valid_from, membership.valid_from)
            last = min((day for day in (rule.valid_to, membership.valid_to) if day), default=None)
            if last and last < first:
                continue
            due_on = rule.due_on or first + dt.timedelta(days=rule.due_days or 0)
            wanted[(rule.certification_id, rule.pk, membership.thread)] = _Wanted(
                first, last, due_on, membership.unit_id, membership.role_id, rule.agency_id
            )
    return wanted


def _fields(want: _Wanted) -> dict[str, Any]:
    return {
        "valid_from": want.valid_from,
        "valid_to": want.valid_to,
        "due_on": want.due_on,
        "unit_id": want.unit_id,
        "role_id": want.role_id,
    }


def _differs(row: Requirement, want: _Wanted) -> bool:
    return any(getattr(row, name) != value for name, value in _fields(want).items())


def certifications_of(person_id: int, requirements: Iterable[Requirement]) -> QuerySet[Certification]:
    """The certifications that a person has anything to do with: required of her, begun, or stood in."""
    mine = {"person_id": person_id, "certification": OuterRef("pk")}
    return Certification.objects.filter(
        Q(pk__in={row.certification_id for row in requirements})
        | Exists(Cycle.objects.filter(**mine))
        | Exists(Standing.objects.filter(**mine))
    )
