"""Which requirements a person's memberships bring, kept in step both ways."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from agencies.models import Membership, Unit
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
        .select_related("unit", "role")
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
    """Rules that hold today or later, of certifications that are not archived, with all they are narrowed by."""
    return list(
        RequirementRule.objects.current()
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today), certification__archived_on__isnull=True)
        .select_related("unit", "certification")
        .prefetch_related("sectors", "roles", Prefetch("regions__units", queryset=Unit.objects.only("path")))
    )


def falls_under(rule: RequirementRule, membership: Membership) -> bool:
    """Whether a membership is among those that `rule` obliges. Empty lists narrow nothing."""
    path = membership.unit.path
    if not path.startswith(rule.unit.path):
        return False
    roles = {role.pk for role in rule.roles.all()}
    if roles and membership.role_id not in roles:
        return False
    sectors = {sector.pk for sector in rule.sectors.all()}
    if sectors and membership.role.sector_id not in sectors:
        return False
    regions = list(rule.regions.all())
    if regions and not any(path.startswith(unit.path) for region in regions for unit in region.units.all()):
        return False
    return rule.employed_from is None or membership.valid_from >= rule.employed_from


def _wanted(memberships: Iterable[Membership], today: dt.date) -> dict[tuple[int, int, uuid.UUID], _Wanted]:
    memberships = list(memberships)
    wanted: dict[tuple[int, int, uuid.UUID], _Wanted] = {}
    if not memberships:
        return wanted
    for rule in rules_in_force(today):
        for membership in memberships:
            if not falls_under(rule, membership):
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
