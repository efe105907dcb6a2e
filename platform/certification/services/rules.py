"""Making rules: whom an agency obliges. A change is a new version; what a change would do is told by `effects_of`."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Membership, Region, Role, Sector, Unit
from agencies.reading import not_over
from agencies.services.rows import refuse_replaced
from certification.models import Certification, RequirementRule
from certification.services.effects import RuleEffects, effects_of, people_touched, roles_of, terms_of
from common.dated import retract, supersede

__all__ = [
    "RuleEffects",
    "add_rule",
    "change_rule",
    "changed_rule",
    "check_rule",
    "effects_of",
    "end_rule",
    "overlapping_rules",
    "people_touched",
    "require",
]

# What a change may change. Whose rule it is, and what it demands, stays through all its versions.
CHANGEABLE = (
    "unit", "label", "sector_keys", "role_keys", "region_keys", "employed_from", "due_days", "due_on", "valid_from",
    "valid_to",
)  # fmt: skip
_DAY = dt.timedelta(days=1)


@transaction.atomic
def require(
    *, certification: Certification, unit: Unit, label: str, due_days: int, first_day: dt.date | None = None
) -> tuple[RequirementRule, list[int]]:
    """Obliges everybody in `unit` and below, `due_days` after they begin or after `first_day`, whichever is later.

    Returns the rule and the people to settle.
    """
    rule = RequirementRule(
        certification=certification,
        agency=unit.agency or unit,
        unit=unit,
        label=label,
        valid_from=first_day or timezone.localdate(),
        due_days=due_days,
    )
    rule.full_clean()
    rule.save(force_insert=True)
    people = Membership.objects.current().filter(unit__path__startswith=unit.path)
    return rule, sorted(set(people.values_list("person_id", flat=True)))


@transaction.atomic
def add_rule(*, rule: RequirementRule, made_by: User | None) -> RequirementRule:
    """Saves a new rule."""
    rule.made_by = made_by
    check_rule(rule, timezone.localdate())
    rule.save(force_insert=True)
    return rule


@transaction.atomic
def change_rule(rule: RequirementRule, made_by: User | None, **fields: Any) -> RequirementRule:
    """Replaces a rule by a new version with `fields`, in the same thread.

    Raises SupersededError when somebody else was first, ValidationError when the new version breaks a rule.
    """
    refuse_replaced(rule)
    check_rule(changed_rule(rule, **fields), timezone.localdate(), before=rule)
    return supersede(rule, made_by=made_by, **fields)


@transaction.atomic
def end_rule(rule: RequirementRule, last_day: dt.date, made_by: User | None = None) -> RequirementRule | None:
    """Ends a rule after `last_day`; nobody loses what she has shown. Gives back None when that says it never held."""
    refuse_replaced(rule)
    if rule.valid_to is not None and last_day > rule.valid_to:
        raise ValidationError({"last_day": _("Kravet slutter alt før denne dagen.")})
    if last_day < timezone.localdate() - _DAY and last_day >= rule.valid_from:
        raise ValidationError({"last_day": _("Velg i går eller en senere dag. Det som har vært, endres ikke.")})
    if last_day < rule.valid_from - _DAY:
        raise ValidationError({"last_day": _("Siste dag kan ikke være før første dag.")})
    if last_day < rule.valid_from:
        retract(rule)
        return None
    return supersede(rule, valid_to=last_day, made_by=made_by)


def changed_rule(rule: RequirementRule, **fields: Any) -> RequirementRule:
    """The rule as it would be, unsaved: the same thread, with `fields`. For a dry run."""
    unknown = fields.keys() - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"a change of a rule cannot change {sorted(unknown)}")
    kept = {name: getattr(rule, name) for name in CHANGEABLE}
    return RequirementRule(
        certification=rule.certification, agency=rule.agency, thread=rule.thread, **{**kept, **fields}
    )


def check_rule(rule: RequirementRule, today: dt.date, *, before: RequirementRule | None = None) -> None:
    """Raises ValidationError, by field, for a rule that cannot be meant."""
    wrong: dict[str, str] = {}
    if not rule.unit.path.startswith(rule.agency.path):
        wrong["unit"] = _("Velg en enhet i virksomheten.")
    elif rule.unit.closed_on is not None and (before is None or before.unit_id != rule.unit_id):
        wrong["unit"] = _("Enheten er lagt ned. Velg en annen.")
    if rule.certification.archived_on is not None and before is None:
        wrong["certification"] = _("Sertifiseringen er arkivert. Velg en annen.")
    for name, model in (("role_keys", Role), ("sector_keys", Sector), ("region_keys", Region)):
        keys = set(getattr(rule, name))
        if keys - set(model.objects.filter(key__in=keys).values_list("key", flat=True)):
            wrong[name] = _("Velg blant dem som finnes.")
    if rule.role_keys and rule.sector_keys and not _roles(rule):
        wrong["role_keys"] = _("Ingen av rollene hører til sektorene som er valgt, så kravet ville ikke gjelde noen.")
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        wrong["valid_to"] = _("Siste dag kan ikke være før første dag.")
    if rule.due_on is not None and rule.due_on < rule.valid_from:
        wrong["due_on"] = _("Fristen kan ikke være før kravet begynner.")
    if before is not None and before.valid_from <= today < rule.valid_from:
        wrong["valid_from"] = _("Kravet gjelder allerede. Velg i dag eller en tidligere dag.")
    others = RequirementRule.objects.current().filter(
        agency=rule.agency, certification=rule.certification, label=rule.label
    )
    if others.exclude(thread=rule.thread).exists():
        wrong["label"] = _("Et annet krav heter det samme. Navnet står i hver forklaring, så velg et eget.")
    if wrong:
        raise ValidationError(wrong)
    rule.clean_fields()
    rule.validate_constraints(exclude={"thread"} if before is not None else None)


def overlapping_rules(rule: RequirementRule, today: dt.date) -> list[RequirementRule]:
    """Other rules of the same certification that reach some of the same units and roles: allowed, and told."""
    terms, roles = terms_of(rule), _roles(rule)
    rows: Iterable[RequirementRule] = (
        RequirementRule.objects.current()
        .filter(not_over(today), certification=rule.certification)
        .exclude(thread=rule.thread)
        .select_related("unit", "agency")
        .order_by("agency__name_key", "label")
    )
    found = []
    for other in rows:
        theirs = terms_of(other)
        same_place = terms.unit_path.startswith(theirs.unit_path) or theirs.unit_path.startswith(terms.unit_path)
        if same_place and _share(terms.region_paths, theirs.region_paths) and roles & _roles(other):
            found.append(other)
    return found


def _share(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two narrowings to regions leave anything in common. An empty one narrows nothing."""
    return not a or not b or any(one.startswith(two) or two.startswith(one) for one in a for two in b)


def _roles(rule: RequirementRule) -> set[int]:
    roles = {pk: (key, sector) for pk, key, sector in Role.objects.values_list("pk", "key", "sector__key")}
    return roles_of(terms_of(rule), roles)
