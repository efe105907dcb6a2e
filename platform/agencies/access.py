"""Who sees what: one rule, asked by every page, list, export, search box and command."""

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from agencies.models import Grant, Membership, Unit

F = Grant.Function


class AuthenticatedRequest(HttpRequest):
    """A request behind `login_required`, for the type checker."""

    user: User


class Purpose(enum.Enum):
    """Why somebody wants to look. Each purpose is open to some functions, and to no others."""

    FIGURES = frozenset({F.MANAGER, F.COORDINATOR, F.REPORTER})
    STANDINGS = frozenset({F.MANAGER, F.COORDINATOR})
    ROSTER = frozenset({F.ADMINISTRATOR})
    CONTENT = frozenset({F.TRAINER})
    DECISIONS = frozenset({F.MANAGER, F.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Scope:
    """The subtrees a person may see for a purpose, as path prefixes, none inside another."""

    paths: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.paths)

    def covers(self, unit: Unit) -> bool:
        return any(unit.path.startswith(path) for path in self.paths)

    def q(self, field: str = "path") -> Q:
        """A filter on the path of a unit, reached through `field`. Matches nothing where the scope is empty."""
        condition = Q(pk__in=[])
        for path in self.paths:
            condition |= Q(**{f"{field}__startswith": path})
        return condition

    def units(self) -> QuerySet[Unit]:
        """The units in scope, in tree order."""
        units: QuerySet[Unit] = Unit.objects.filter(self.q()).order_by("path")
        return units

    def roots(self) -> QuerySet[Unit]:
        """The topmost units in scope."""
        units: QuerySet[Unit] = Unit.objects.filter(path__in=self.paths).order_by("path")
        return units

    def people(self, day: dt.date | None = None) -> QuerySet[User]:
        """People with a membership in scope on `day` (default today), each once."""
        inside = Membership.objects.on(day or timezone.localdate()).filter(self.q("unit__path"), person=OuterRef("pk"))
        return User.objects.filter(Exists(inside)) if self else User.objects.none()


NOTHING = Scope(())


def scope_of(
    person: User | AnonymousUser, purpose: Purpose, day: dt.date | None = None, *, within: Unit | None = None
) -> Scope:
    """The one scope function: what `person` may see for `purpose` on `day`, optionally only inside `within`.

    Grants hold for whole subtrees and only add; a superuser has no scope of her own beyond her grants, since running
    the installation is no reason to read about people.
    """
    if not person.is_authenticated or not person.is_active:
        return NOTHING
    found = (
        Grant.objects.on(day or timezone.localdate())
        .filter(person=person, function__in=purpose.value)
        .values_list("unit__path", flat=True)
    )
    scope = Scope(_topmost(found))
    if within is None:
        return scope
    if scope.covers(within):
        return Scope((within.path,))
    return Scope(tuple(path for path in scope.paths if path.startswith(within.path)))


def _topmost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


def require_scope(request: HttpRequest, purpose: Purpose) -> Scope:
    """The scope of the person who asks. Raises PermissionDenied when she has none."""
    scope = scope_of(request.user, purpose)
    if not scope:
        raise PermissionDenied
    return scope


def functions_of(person: User | AnonymousUser, day: dt.date | None = None) -> frozenset[str]:
    """The functions a person holds anywhere today: for menus and for demanding a second factor, never for access."""
    if not person.is_authenticated:
        return frozenset()
    cached: frozenset[str] | None = getattr(person, "_functions", None)
    if cached is None:
        rows = Grant.objects.on(day or timezone.localdate()).filter(person=person)
        cached = frozenset(rows.values_list("function", flat=True))
        setattr(person, "_functions", cached)  # noqa: B010  one query a request, not one a menu
    return cached


def may(person: User | AnonymousUser, purpose: Purpose) -> bool:
    """Whether a menu should offer what `purpose` opens. Pages still ask scope_of."""
    held: frozenset[Any] = functions_of(person)
    return bool(held & purpose.value)


def may_change_person(scope: Scope, person: User) -> bool:
    """Whether whoever administers `scope` may change a person's name and the address she signs in with.

    Only where all of her is inside it, now and later. Otherwise an administrator could add somebody from another
    agency to a unit of her own, give her a new address, and sign in as her.
    """
    if person.is_superuser or not person.is_active:
        return False
    today = timezone.localdate()
    rows = [
        *Membership.objects.current().filter(person=person).values_list("unit__path", "valid_to"),
        *Grant.objects.current().filter(person=person).values_list("unit__path", "valid_to"),
    ]
    paths = [path for path, valid_to in rows if valid_to is None or valid_to >= today]
    return bool(paths) and all(path.startswith(scope.paths) for path in paths)
