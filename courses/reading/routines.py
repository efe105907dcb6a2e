"""Routines of workplaces: what modules ask for, and the answer nearest to a person or a unit."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from accounts.models import User
from agencies.models import Membership, Unit
from courses.models import EditionPage, LocalRoutine, PathStep
from courses.reading.pages import in_language


@dataclass(frozen=True, slots=True)
class Asked:
    """A routine that modules ask for, in one language, and the modules that do."""

    slot: str
    title: str
    text: str
    asks: tuple[str, ...]
    modules: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine with the nearest answers: one for each place of work that has its own, none where there is none yet."""

    asked: Asked
    answers: tuple[LocalRoutine, ...]


def asked_for(language: str, roles: Any = None) -> list[Asked]:
    """Every routine that a published module asks for, in the order of courses and modules. One query.

    With `roles`, their ids or a query for them, only those of courses on the paths of these roles.
    """
    pages = EditionPage.objects.filter(edition__latest=True).select_related("edition").order_by("edition__pk")
    if roles is not None:
        on_paths = PathStep.objects.filter(path__roles__in=roles, course_key__isnull=False)
        pages = pages.filter(edition__course_key__in=on_paths.values("course_key"))
    by_edition: dict[int, list[EditionPage]] = {}
    for page in pages.defer("revision"):
        by_edition.setdefault(page.edition_id, []).append(page)
    found: dict[str, Asked] = {}
    for edition in by_edition.values():
        for page in in_language(edition, language):
            for told in page.routines:
                fresh = Asked(told["slot"], told["title"], told["text"], tuple(told["asks"]))
                found.setdefault(told["slot"], fresh).modules.append(page.title)
    return list(found.values())


def routines_of(person: User, language: str) -> list[Routine]:
    """What holds where she works today: for each of her jobs the answer of the unit nearest above it. Three queries."""
    jobs = list(Membership.objects.on(timezone.localdate()).filter(person=person).values_list("unit__path", "role_id"))
    return _answered({path for path, _role in jobs}, asked_for(language, [role for _path, role in jobs]))


def routines_at(unit: Unit, language: str) -> list[Routine]:
    """What holds in a unit and for those in it: its own answer, or that of the unit nearest above. Two queries."""
    jobs = Membership.objects.on(timezone.localdate()).filter(unit__path__startswith=unit.path)
    return _answered({unit.path}, asked_for(language, jobs.values("role")))


def _answered(paths: Collection[str], asked: Iterable[Asked]) -> list[Routine]:
    step = Unit.steplen
    above = {path[:length] for path in paths for length in range(step, len(path) + 1, step)}
    rows = LocalRoutine.objects.filter(superseded_at=None, unit__path__in=above).select_related("unit", "written_by")
    held: dict[str, dict[str, LocalRoutine]] = {}
    for row in rows:
        held.setdefault(row.slot, {})[row.unit.path] = row
    return [Routine(one, _nearest(paths, held.get(one.slot, {}))) for one in asked]


def _nearest(paths: Collection[str], held: Mapping[str, LocalRoutine]) -> tuple[LocalRoutine, ...]:
    found: dict[int, LocalRoutine] = {}
    for path in sorted(paths):
        places = [place for place in held if path.startswith(place)]
        if places:
            row = held[max(places, key=len)]
            found[row.pk] = row
    return tuple(found.values())
