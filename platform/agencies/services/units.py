"""The tree of units: add, rename, move, close."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Grant, Membership, Unit, UnitParent
from agencies.services.rows import ONE_DAY, end_row, fingerprint, lock_tree, refuse_stale
from agencies.signals import grants_changed, unit_moved
from common.dated import supersede


@transaction.atomic
def add_unit(
    *,
    name_nb: str,
    kind: str,
    parent: Unit | None = None,
    name_nn: str = "",
    name_en: str = "",
    code: str = "",
    is_agency: bool = False,
    time_zone: str = "",
    first_day: dt.date | None = None,
) -> Unit:
    """Adds a unit below `parent`, or a root. It belongs to the nearest agency above it, unless it is one itself."""
    lock_tree()
    if parent is not None:
        parent = Unit.objects.get(pk=parent.pk)
        _refuse_closed(parent)
    unit = Unit(
        name_nb=name_nb,
        name_nn=name_nn,
        name_en=name_en,
        kind=kind,
        code=code,
        is_agency=is_agency,
        time_zone=time_zone or (parent.time_zone if parent else timezone.get_default_timezone_name()),
        agency=None if is_agency or parent is None else parent.agency,
    )
    _check(unit)
    if parent is not None:
        parent.add_child(instance=unit)
    else:
        Unit.add_root(instance=unit)
    if is_agency:
        unit.agency = unit
        unit.save(update_fields=["agency"])
    UnitParent.objects.create(unit=unit, parent=parent, valid_from=first_day or timezone.localdate())
    return unit


def unit_fingerprint(unit: Unit) -> str:
    """What rename_unit compares with `seen`."""
    return fingerprint(unit.name_nb, unit.name_nn, unit.name_en, unit.kind, unit.code, unit.closed_on)


@transaction.atomic
def rename_unit(
    *,
    unit: Unit,
    name_nb: str,
    kind: str,
    name_nn: str = "",
    name_en: str = "",
    code: str = "",
    seen: str | None = None,
) -> Unit:
    """Changes what a unit is called. Raises SupersededError when it is no longer as `seen`."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    refuse_stale(seen, unit_fingerprint(unit))
    unit.name_nb, unit.name_nn, unit.name_en = name_nb, name_nn, name_en
    unit.kind, unit.code = kind, code
    _check(unit)
    unit.save(update_fields=["name_nb", "name_nn", "name_en", "name_key", "kind", "code"])
    return unit


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit, day: dt.date | None = None, seen: str | None = None) -> Unit:
    """Moves a unit with everything below it, and gives it back as it is after the move.

    The tree is that of today, so a move never lies ahead; `day` is its first day in the new place, and UnitParent keeps
    where it stood before. Raises SupersededError when the unit no longer stands at the path `seen`.
    """
    lock_tree()
    unit, parent = Unit.objects.get(pk=unit.pk), Unit.objects.get(pk=parent.pk)
    refuse_stale(seen, unit.path)
    today = timezone.localdate()
    day = day or today
    _refuse_closed(parent)
    if day > today:
        raise ValidationError({"day": _("Velg i dag eller en dag som har vært. Flyttingen gjelder med en gang.")})
    if parent.path.startswith(unit.path):
        raise ValidationError({"parent": _("En enhet kan ikke ligge under seg selv.")})
    if unit.is_child_of(parent):
        raise ValidationError({"parent": _("Enheten ligger der alt.")})
    _place(unit, parent, day)
    unit.move(parent, pos="last-child")
    unit = Unit.objects.get(pk=unit.pk)
    _renew_agency(unit, None if unit.is_agency else parent.agency, day)
    unit.refresh_from_db()
    unit_moved.send(sender=Unit, unit=unit)
    return unit


@transaction.atomic
def close_unit(*, unit: Unit, last_day: dt.date | None = None) -> Unit:
    """Closes a unit after its `last_day`. Nobody may work there, and no unit may be open below it, after that day.

    The functions given on it end with it: they would otherwise show nothing, and for ever.
    """
    lock_tree()
    unit = Unit.objects.get(pk=unit.pk)
    last_day = last_day or timezone.localdate()
    if unit.closed_on is not None:
        raise ValidationError(_("Enheten er alt lagt ned."))
    if last_day > timezone.localdate():
        raise ValidationError({"last_day": _("Velg i dag eller en dag som har vært.")})
    if Unit.objects.filter(path__startswith=unit.path, closed_on__isnull=True).exclude(pk=unit.pk).exists():
        raise ValidationError(_("Enheten har andre enheter under seg. Flytt dem eller legg dem ned først."))
    people = people_after(unit, last_day)
    if people:
        raise ValidationError(
            ngettext(
                "%(people)s person arbeider her etter denne dagen. Flytt eller avslutt stillingen først.",
                "%(people)s personer arbeider her etter denne dagen. Flytt eller avslutt stillingene først.",
                people,
            )
            % {"people": people}
        )
    placed = UnitParent.objects.current().filter(unit=unit, valid_to__isnull=True).first()
    if placed is not None:
        end_row(placed, max(last_day, placed.valid_from))
    for grant in Grant.objects.current().filter(unit=unit).exclude(valid_to__lte=last_day):
        end_row(grant, max(last_day, grant.valid_from - ONE_DAY))
        grants_changed.send(sender=Grant, person_id=grant.person_id)
    unit.closed_on = last_day
    unit.save(update_fields=["closed_on"])
    return unit


def people_after(unit: Unit, day: dt.date) -> int:
    """How many people are to work in exactly this unit on some day after `day`."""
    rows = Membership.objects.current().filter(unit=unit).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return rows.values("person").distinct().count()


def _check(unit: Unit) -> None:
    unit.full_clean(exclude=["path", "depth", "numchild"], validate_constraints=False)
    others = Unit.objects.filter(agency=unit.agency_id, code=unit.code).exclude(pk=unit.pk)
    if unit.code and unit.agency_id and others.exists():
        raise ValidationError({"code": _("En annen enhet i virksomheten har denne koden.")})


def _refuse_closed(parent: Unit) -> None:
    if parent.closed_on is not None:
        raise ValidationError({"parent": _("Enheten er lagt ned. Velg en annen.")})


def _place(unit: Unit, parent: Unit, day: dt.date) -> None:
    """Says in UnitParent that the unit stands below `parent` from `day`."""
    before = UnitParent.objects.current().filter(unit=unit, valid_to__isnull=True).first()
    if before is None:
        UnitParent.objects.create(unit=unit, parent=parent, valid_from=day)
    elif day < before.valid_from:
        raise ValidationError({"day": _("Enheten fikk plassen den har nå, etter denne dagen.")})
    elif day == before.valid_from:
        supersede(before, parent=parent)
    else:
        supersede(before, valid_to=day - ONE_DAY)
        UnitParent.objects.create(unit=unit, parent=parent, valid_from=day)


def _renew_agency(unit: Unit, agency: Unit | None, day: dt.date) -> None:
    """Gives the moved subtree the agency it now stands under, down to units that are agencies themselves."""
    if unit.is_agency:
        return
    inner: list[str] = []
    changed: list[Unit] = []
    for node in Unit.objects.filter(path__startswith=unit.path).order_by("path"):
        if inner and node.path.startswith(inner[-1]):
            continue
        if node.is_agency:
            inner.append(node.path)
        else:
            changed.append(node)
    target = agency.pk if agency else None
    if unit.agency_id == target:
        return
    codes = {node.code for node in changed if node.code}
    taken = Unit.objects.filter(agency=target, code__in=codes).values_list("code", flat=True) if agency else ()
    if taken:
        raise ValidationError(
            {"parent": _("Der finnes alt en enhet med koden %(code)s. Endre den ene først.") % {"code": taken[0]}}
        )
    ids = [node.pk for node in changed]
    Unit.objects.filter(pk__in=ids).update(agency=target)
    # The one place where a membership is changed in place. Its agency is no statement of its own: it follows from the
    # unit and the tree, and stands in the row only so that big tables can be split by it. What was true before is kept
    # by UnitParent. Memberships that ended before the move stay with the agency they were in.
    held = Membership.objects.current().filter(unit__in=ids)
    held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).update(agency=target)
