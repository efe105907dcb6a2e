"""Figures and people of an earlier day, by what was known on that day or another."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet, Value
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import Scope
from agencies.models import Role, Unit
from certification.models import Certification
from certification.services.asof import Then, end_of, people_on, place_on, standings_on
from certification.statuses import LOOKS, DisplayStatus, Look
from common.translated import pick
from reports.contributions import STEP_LENGTH, tally_status

PORTION = 2000
_NAMES = ("name_nb", "name_nn", "name_en")
# What is lacking has a due date; the rest has, or had, a last day.
_LACKING = (DisplayStatus.OVERDUE, DisplayStatus.IN_PROGRESS, DisplayStatus.NOT_STARTED, DisplayStatus.WAIVED)


@dataclass(frozen=True, slots=True)
class LineThen:
    """What a manager may see of one person and one certification on a day."""

    then: Then
    name: str
    certification: str
    roles: str
    units: str

    @property
    def display(self) -> DisplayStatus:
        return self.then.answer.display

    @property
    def word(self) -> str:
        return str(self.display.label)

    @property
    def look(self) -> Look:
        return LOOKS[self.display]

    @property
    def valid_from(self) -> dt.date | None:
        held = self.then.answer.held
        return held.valid_from if held and self.display not in _LACKING else None

    @property
    def valid_to(self) -> dt.date | None:
        held = self.then.answer.held
        return held.expires_on if held and self.display not in _LACKING else None

    @property
    def due_on(self) -> dt.date | None:
        lacking = self.display in _LACKING and self.display != DisplayStatus.WAIVED
        return self.then.answer.duty.due_on if lacking else None

    @property
    def note(self) -> str:
        """What takes her out of the figures, whatever she held."""
        if self.then.answer.duty.paused:
            return _("Permisjon")
        return _("Fritatt") if self.then.answer.duty.waived and self.display != DisplayStatus.WAIVED else ""


def certifications_at(unit: Unit) -> "QuerySet[Certification]":
    """What was ever required in `unit`, above it or below it, by key."""
    above = [unit.path[:end] for end in range(STEP_LENGTH, len(unit.path), STEP_LENGTH)]
    rules = Q(rules__unit__path__in=above) | Q(rules__unit__path__startswith=unit.path)
    return Certification.objects.filter(rules).distinct().order_by("key")


class UnitThen:
    """How everybody stood of whom a certification was required below a unit, as the tree stood on the day."""

    def __init__(self, unit: Unit, certification: Certification, day: dt.date, known_on: dt.date) -> None:
        self.certification, self.day = certification, day
        self.known_at = end_of(known_on, unit.time_zone)
        self.place = place_on([unit.path], day, self.known_at)
        self.people = people_on(self.place, day, self.known_at)

    def portions(self) -> Iterator[list[Then]]:
        """Some thousand at a time, by name: a country takes no more memory than a town."""
        for start in range(0, len(self.people), PORTION):
            people = self.people[start : start + PORTION]
            yield standings_on(self.place, self.day, self.known_at, people, certification_id=self.certification.pk)


def person_then(person: User, scope: Scope, zone: str, day: dt.date, known_on: dt.date) -> list[LineThen]:
    """What was required of one person below the units of `scope`, as the tree stood on the day."""
    known_at = end_of(known_on, zone)
    place = place_on(scope.paths, day, known_at)
    found = standings_on(place, day, known_at, [person.pk])
    return list(_lines(found, {person.pk: person.sort_name}, _names(found)))


def counts_then(found: Iterable[Then], day: dt.date) -> Counter[int]:
    """How many stood how, as the report's tallies count them."""
    return Counter(
        int(
            tally_status(
                row.answer.display,
                expires_on=row.answer.held.expires_on if row.answer.held else None,
                waived=row.answer.duty.waived,
                paused=row.answer.duty.paused,
                today=day,
            )
        )
        for row in found
    )


def lines_then(portions: Iterable[list[Then]]) -> Iterator[list[LineThen]]:
    """A line for each, portion by portion."""
    for found in portions:
        yield list(_lines(found, _people(row.person_id for row in found), _names(found)))


def _lines(found: Iterable[Then], names: dict[int, str], called: "Names") -> Iterator[LineThen]:
    for row in found:
        yield LineThen(
            then=row,
            name=names[row.person_id],
            certification=called.certifications[row.certification_id],
            roles=", ".join(dict.fromkeys(called.roles[role] for _unit, role in row.jobs)),
            units=", ".join(dict.fromkeys(called.units[unit] for unit, _role in row.jobs)),
        )


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called today, in the reader's language."""

    units: dict[int, str]
    roles: dict[int, str]
    certifications: dict[int, str]


def _names(found: Iterable[Then]) -> Names:
    """The names of all that `found` is about, in one query."""
    found = list(found)
    jobs = {job for row in found for job in row.jobs}
    about: list[tuple[type[Model], set[int]]] = [
        (Unit, {unit for unit, _role in jobs}),
        (Role, {role for _unit, role in jobs}),
        (Certification, {row.certification_id for row in found}),
    ]
    first, *rest = [
        model._default_manager.filter(pk__in=ids).order_by().values_list(Value(number), "pk", *_NAMES)
        for number, (model, ids) in enumerate(about)
    ]
    names: list[dict[int, str]] = [{}, {}, {}]
    for number, pk, name_nb, name_nn, name_en in first.union(*rest, all=True):
        names[number][pk] = pick({"nb": name_nb, "nn": name_nn, "en": name_en})
    return Names(*names)


def _people(ids: Iterable[int]) -> dict[int, str]:
    """Person → her name as it stands in lists."""
    return {person.pk: person.sort_name for person in User.objects.filter(pk__among=set(ids))}
