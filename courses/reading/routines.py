"""Routines of workplaces: what modules ask for, and the answer nearest to a person or a unit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import StrIndex
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
    """A routine with the nearest answer, None where nobody has answered it yet."""

    asked: Asked
    answer: LocalRoutine | None


def asked_for(language: str, roles: QuerySet[Any] | None = None) -> list[Asked]:
    """Every routine that a published module asks for, in the order of courses and modules. One query.

    With `roles`, a query for their ids, only those of courses on the paths of these roles.
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
    """What holds where she works today: of each routine the answer of the unit nearest above her. Two queries."""
    jobs = Membership.objects.on(timezone.localdate()).filter(person=person)
    mine = jobs.filter(unit__path__startswith=OuterRef("unit__path"))
    return _answered(_current().filter(Exists(mine)), asked_for(language, jobs.values("role")))


def routines_at(unit: Unit, language: str) -> list[Routine]:
    """What holds in a unit and for those who work in it: its own answers, and those of units above it. Two queries."""
    jobs = Membership.objects.on(timezone.localdate()).filter(unit__path__startswith=unit.path)
    above = _current().annotate(place=StrIndex(Value(unit.path), "unit__path")).filter(place=1)
    return _answered(above, asked_for(language, jobs.values("role")))


def _current() -> QuerySet[LocalRoutine]:
    rows = LocalRoutine.objects.filter(superseded_at=None).select_related("unit", "written_by")
    return rows.order_by("unit__depth", "pk")


def _answered(answers: Iterable[LocalRoutine], asked: Iterable[Asked]) -> list[Routine]:
    # The deepest comes last and stands.
    nearest = {answer.slot: answer for answer in answers}
    return [Routine(one, nearest.get(one.slot)) for one in asked]
