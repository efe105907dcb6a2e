"""All that the agencies keep of one person: given to her, ended when she is erased, moved when two accounts are one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.services.links import made_by, repoint, rows_of
from accounts.signals import Part
from agencies.models import Grant, Membership, MembershipPause
from agencies.reading import not_over
from agencies.services.rows import ONE_DAY, end_row, overlapping
from agencies.signals import grants_changed
from common.dated import Dated, retract, supersede

FIELDS = ("agencies.Membership.person", "agencies.Grant.person", "agencies.Grant.given_by")
_DAYS = {"first_day": "valid_from", "last_day": "valid_to", "recorded": "recorded_at", "replaced": "superseded_at"}
D = TypeVar("D", bound=Dated)


def export_parts(person: User) -> Iterable[Part]:
    """Where she works and worked, her leave, and her functions; replaced rows too, since they are kept."""
    jobs = Membership.objects.filter(person=person).order_by("pk")
    yield Part(
        "memberships",
        _("stillingene dine, også de som er rettet senere"),
        rows_of(jobs, id="public_id", unit="unit__name_nb", role="role__name_nb", source="origin", **_DAYS),
    )
    leave = MembershipPause.objects.filter(membership__person=person).order_by("pk")
    yield Part(
        "leave",
        _("permisjoner. Grunnen er aldri lagret"),
        rows_of(leave, unit="membership__unit__name_nb", role="membership__role__name_nb", **_DAYS),
    )
    grants = Grant.objects.filter(person=person).order_by("pk")
    yield Part(
        "functions",
        _("funksjoner du har eller har hatt"),
        rows_of(grants, function="function", unit="unit__name_nb", **_DAYS),
    )
    yield Part(
        "functions_given", _("hvor mange funksjoner du har gitt andre"), made_by(person, ["agencies.Grant.given_by"])
    )


def end_everything(person: User) -> Iterable[str]:
    """Ends her jobs, leave and functions yesterday. The rows stay, without a name, for figures of the past."""
    yesterday = timezone.localdate() - ONE_DAY
    for pause in MembershipPause.objects.current().filter(not_over(timezone.localdate()), membership__person=person):
        _end(pause, yesterday)
    for job in Membership.objects.current().filter(not_over(timezone.localdate()), person=person):
        _end(job, yesterday)
    for grant in Grant.objects.current().filter(not_over(timezone.localdate()), person=person):
        _end(grant, yesterday)
    grants_changed.send(sender=Grant, person_id=person.pk)
    return [
        _("Stillinger og funksjoner avsluttes."),
        _("De blir stående uten navn, så tallene for tiden som var, fortsatt stemmer."),
    ]


def _end(row: Dated, last_day: dt.date) -> None:
    if row.valid_from > last_day:
        retract(row)
    else:
        end_row(row, last_day)


def move_everything(source: User, target: User) -> Iterable[str]:
    """Makes the rows of `source` those of `target`. What both have at the same time becomes one row.

    The rows keep their days and when they were recorded: they said the right thing, of a person who had two accounts.
    """
    joined = sum(_join_job(job, target) for job in _current(Membership, source))
    joined += sum(_join_grant(grant, target) for grant in _current(Grant, source))
    moved = Membership.objects.filter(person=source).update(person=target)
    Grant.objects.filter(person=source).update(person=target)
    repoint(["agencies.Grant.given_by"], source=source, target=target)
    for person in (source, target):
        grants_changed.send(sender=Grant, person_id=person.pk)
    told = [
        ngettext("%(n)s stilling flyttes over.", "%(n)s stillinger flyttes over.", moved) % {"n": moved},
        _("Funksjoner og permisjoner følger med."),
    ]
    if joined:
        told.append(_("Det begge kontoene har i samme tid, blir stående én gang."))
    return told


def _current(model: type[D], person: User) -> "list[Any]":
    rows: Any = model._default_manager
    return list(rows.current().filter(person=person).order_by("valid_from", "pk"))


def _join_job(job: Membership, target: User) -> bool:
    """Where the target has the same job in the same days, hers covers both, and leave that only one knew of is kept."""
    same = Membership.objects.current().filter(person=target, unit=job.unit_id, role=job.role_id)
    shared = list(overlapping(same, job.valid_from, job.valid_to).order_by("valid_from", "pk"))
    if not shared:
        return False
    kept: Membership = _covering(job, shared)
    _join_leave(job, kept)
    for other in shared[1:]:
        _join_leave(other, kept)
    return True


def _join_leave(job: Membership, kept: Membership) -> None:
    theirs = MembershipPause.objects.current().filter(membership__thread=kept.thread)
    for pause in MembershipPause.objects.current().filter(membership__thread=job.thread).order_by("valid_from"):
        retract(pause)
        if not overlapping(theirs, pause.valid_from, pause.valid_to).exists():
            MembershipPause.objects.create(membership=kept, valid_from=pause.valid_from, valid_to=pause.valid_to)


def _join_grant(grant: Grant, target: User) -> bool:
    same = Grant.objects.current().filter(person=target, unit=grant.unit_id, function=grant.function)
    shared = list(overlapping(same, grant.valid_from, grant.valid_to).order_by("valid_from", "pk"))
    if shared:
        _covering(grant, shared)
    return bool(shared)


def _covering(row: D, shared: list[D]) -> D:
    """Retracts `row` and all of `shared` but the first, which then covers all their days."""
    every = [row, *shared]
    first = min(one.valid_from for one in every)
    lasts = [one.valid_to for one in every]
    last = None if None in lasts else max(day for day in lasts if day is not None)
    for other in (row, *shared[1:]):
        retract(other)
    kept = shared[0]
    if (kept.valid_from, kept.valid_to) == (first, last):
        return kept
    return supersede(kept, valid_from=first, valid_to=last)
