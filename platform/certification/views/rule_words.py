"""Rules in words, and what a change of one looks like: for the list and for the dry run."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from agencies.models import Region, Role, Sector, Unit
from certification.explaining import written
from certification.models import RequirementRule
from certification.services.rules import RuleEffects

_BARS = 8


class Names:
    """The names behind the keys of rules, each kind read once when it is first asked for."""

    @cached_property
    def roles(self) -> dict[str, str]:
        return {row.key: row.name for row in Role.objects.all()}

    @cached_property
    def sectors(self) -> dict[str, str]:
        return {row.key: row.name for row in Sector.objects.all()}

    @cached_property
    def regions(self) -> dict[str, str]:
        return {row.key: row.name for row in Region.objects.all()}

    def whom(self, rule: RequirementRule) -> str:
        """«Lærer, Rektor. Ansatt fra 1. august 2026»; «Alle ansatte»."""
        parts = [
            ", ".join(names.get(key, key) for key in keys)
            for keys, names in (
                (rule.role_keys, self.roles if rule.role_keys else {}),
                (rule.sector_keys, self.sectors if rule.sector_keys else {}),
                (rule.region_keys, self.regions if rule.region_keys else {}),
            )
            if keys
        ]
        if rule.employed_from:
            parts.append(_("Ansatt fra %(day)s") % {"day": written(rule.employed_from)})
        return ". ".join(parts) or _("Alle ansatte")


def due_in_words(rule: RequirementRule) -> str:
    if rule.due_on:
        return written(rule.due_on)
    days = rule.due_days or 0
    return ngettext("%(n)s dag etter start", "%(n)s dager etter start", days) % {"n": days}


def held_in_words(rule: RequirementRule, today: dt.date) -> str:
    if rule.valid_to:
        return _("%(a)s til og med %(b)s") % {"a": written(rule.valid_from), "b": written(rule.valid_to)}
    return _("Fra %(day)s") % {"day": written(rule.valid_from)}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a rule, before and after."""

    label: str
    before: str
    after: str

    @property
    def same(self) -> bool:
        return self.before == self.after


def points(before: RequirementRule | None, after: RequirementRule, names: Names, today: dt.date) -> list[Point]:
    """What a rule says point by point, beside what it said."""

    def both(label: str, say: "Sequence[str]") -> Point:
        return Point(label, say[0] if before else "", say[1])

    old = before or after
    return [
        both(_("Navn"), (old.label, after.label)),
        both(_("Enhet"), (old.unit.name, after.unit.name)),
        both(_("Hvem"), (names.whom(old), names.whom(after))),
        both(_("Frist"), (due_in_words(old), due_in_words(after))),
        both(_("Gjelder"), (held_in_words(old, today), held_in_words(after, today))),
    ]


@dataclass(frozen=True, slots=True)
class Bar:
    """A role in the figure of a change: fewer to the left of the zero line, more to the right, in percent."""

    name: str
    before: int
    after: int
    x: str
    width: str
    less: bool
    zero: str

    @property
    def change(self) -> int:
        return self.after - self.before

    @property
    def signed(self) -> str:
        """+238, −18: with a real minus sign."""
        return f"+{self.change}" if self.change > 0 else f"−{-self.change}"


def bars(effects: RuleEffects) -> list[Bar]:
    """The roles whose numbers change most, on one scale."""
    names = {row.pk: row.name for row in Role.objects.filter(pk__in=[row.role_id for row in effects.by_role])}
    changed = sorted(
        (row for row in effects.by_role if row.after != row.before),
        key=lambda row: (-abs(row.after - row.before), names[row.role_id]),
    )[:_BARS]
    changes = [row.after - row.before for row in changed]
    least, most = min([0, *changes]), max([0, *changes])
    whole = (most - least) or 1
    zero = -100 * least / whole

    def bar(role_id: int, before: int, after: int) -> Bar:
        width = 100 * abs(after - before) / whole
        less = after < before
        return Bar(
            names[role_id], before, after, f"{zero - width if less else zero:.2f}%", f"{width:.2f}%", less,
            f"{zero:.2f}%",
        )  # fmt: skip

    found = [bar(row.role_id, row.before, row.after) for row in changed]
    return sorted(found, key=lambda row: -row.change)


@dataclass(frozen=True, slots=True)
class Line:
    """One of those whom a change concerns."""

    name: str
    role: str
    unit: str
    change: str
    due: dt.date | None


def lines(effects: RuleEffects) -> list[Line]:
    """The sample of a dry run with names, in the order of a list."""
    sample = effects.sample
    people = {row.pk: row for row in User.objects.filter(pk__in=[one.person_id for one in sample])}
    units = _by_id(Unit.objects.filter(pk__in={one.unit_id for one in sample}))
    roles = _by_id(Role.objects.filter(pk__in={one.role_id for one in sample}))
    ordered = sorted(sample, key=lambda one: (people[one.person_id].name_key, one.person_id))
    return [
        Line(people[one.person_id].sort_name, roles[one.role_id], units[one.unit_id], one.change, one.due)
        for one in ordered
    ]


def _by_id(rows: Iterable[Unit] | Iterable[Role]) -> dict[int, str]:
    return {row.pk: row.name for row in rows}
