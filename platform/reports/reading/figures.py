"""Figures: sums over subtrees of what is folded and what is waiting, each in one statement.

One statement, since a fold moves rows from one table to the other: read by two, a person could be seen twice or not at
all.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Substr

from agencies.access import Scope
from agencies.models import Unit
from certification.models import Certification, Standing
from common.translated import pick
from reports.contributions import STEP_LENGTH, Figures, together
from reports.models import Tally, TallyDelta, TallyMonth

_ROLE_NAMES = ("role__name_nb", "role__name_nn", "role__name_en")


def _sums(certification: Certification, where: Q, groups: dict[str, Combinable], *fields: str) -> list[tuple[Any, ...]]:
    """(each group, each field, status, sum) over Tally and TallyDelta, the two halves not yet added together."""
    folded, waiting = (
        model._default_manager.filter(where, certification=certification)
        .annotate(**groups)
        .values_list(*groups, *fields, "status")
        .annotate(number=Sum(amount))
        .order_by()
        for model, amount in ((Tally, "count"), (TallyDelta, "delta"))
    )
    return list(folded.union(waiting, all=True))


def figures(paths: Sequence[str], certification: Certification, *, role: int | None = None) -> Figures:
    """The people below any of `paths`, in all roles or in one. None of the paths may lie inside another."""
    where = Scope(tuple(paths)).q("unit__path") & Q(role=role)
    counts: Counter[int] = Counter()
    for status, number in _sums(certification, where, {}):
        counts[status] += number
    return Figures(counts)


def figures_of_each(paths: Sequence[str], certification: Certification) -> dict[str, Figures]:
    """Path → the people below it, for several subtrees of which none lies inside another."""
    which = Case(*(When(unit__path__startswith=path, then=Value(path)) for path in paths), output_field=CharField())
    where = Scope(tuple(paths)).q("unit__path") & Q(role=None)
    return _by_first(_sums(certification, where, {"part": which}))


def children_figures(unit: Unit, certification: Certification) -> dict[str, Figures]:
    """Path one level below `unit` → the people there. Under the unit's own path: what it adds itself.

    The sum of all of them is the unit as a whole; its own part alone is not a number of people (contributions.py).
    """
    where = Q(unit__path__startswith=unit.path, role=None)
    return _by_first(_sums(certification, where, {"part": _child_of(unit)}))


def roles_figures(unit: Unit, certification: Certification) -> dict[str, Figures]:
    """Role → the people below `unit` who have it. Somebody with two roles is in both."""
    where = Q(unit__path__startswith=unit.path, role__isnull=False)
    return _by_first(_named(row) for row in _sums(certification, where, {}, *_ROLE_NAMES))


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What the report of one unit shows, read in one statement so that its parts fit together."""

    total: Figures
    children: dict[str, Figures]
    roles: list[tuple[str, Figures]]
    other_roles: Figures | None


def unit_figures(unit: Unit, certification: Certification) -> UnitFigures:
    """The whole, by child unit and by role; roles with fewer than five people together."""
    part = Case(When(role=None, then=_child_of(unit)), default=Value(""), output_field=CharField())
    rows = _sums(certification, Q(unit__path__startswith=unit.path), {"part": part}, "role_id", *_ROLE_NAMES)
    children = _by_first((row[0], *row[-2:]) for row in rows if row[1] is None)
    roles = _by_first(_named(row[2:]) for row in rows if row[1] is not None)
    shown, aside = together(roles.items())
    total = sum(children.values(), Figures({}))
    return UnitFigures(total, children, shown, aside)


def _child_of(unit: Unit) -> Substr:
    return Substr("unit__path", 1, len(unit.path) + STEP_LENGTH)


def _named(row: tuple[Any, ...]) -> tuple[str, int, int]:
    name_nb, name_nn, name_en, status, number = row
    return pick({"nb": name_nb, "nn": name_nn, "en": name_en}), status, number


def _by_first(rows: Any) -> dict[str, Figures]:
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for first, status, number in rows:
        counts[first][status] += number
    return {first: Figures(found) for first, found in counts.items()}


# --- which certifications, as of when, and months gone by -------------------------------------------


def certifications_in(scope: Scope, today: dt.date) -> QuerySet[Certification]:
    """The certifications that anybody in `scope` is counted for, each with `first_change` (see `as_of`)."""
    counted = [
        Exists(model._default_manager.filter(scope.q("unit__path"), certification=OuterRef("pk")))
        for model in (Tally, TallyDelta)
    ]
    unsettled = Standing.objects.filter(certification=OuterRef("pk"), required=True, next_change_on__lte=today)
    first = unsettled.order_by("next_change_on").values("next_change_on")[:1]
    return Certification.objects.filter(counted[0] | counted[1]).annotate(first_change=Subquery(first)).order_by("key")


def as_of(certification: Any, today: dt.date) -> dt.date:
    """The day the totals hold for: the last one on which no standing had changed by itself without being settled."""
    first: dt.date | None = certification.first_change
    return first - dt.timedelta(days=1) if first else today


@dataclass(frozen=True, slots=True)
class Month:
    """The figures at the end of a month; `day` is its first day."""

    day: dt.date
    figures: Figures


def months(paths: Sequence[str], certification: Certification, today: dt.date) -> list[Month]:
    """The kept months of the last year, oldest first."""
    rows = (
        TallyMonth.objects.filter(
            Scope(tuple(paths)).q("unit__path"),
            certification=certification,
            role=None,
            month__gte=today.replace(day=1) - dt.timedelta(days=366),
        )
        .values_list("month", "status")
        .annotate(number=Sum("count", output_field=IntegerField()))
        .order_by("month")
    )
    counts: dict[dt.date, Counter[int]] = defaultdict(Counter)
    for month, status, number in rows:
        counts[month][status] += number
    return [Month(month, Figures(found)) for month, found in counts.items()]
