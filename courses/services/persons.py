"""What courses keep of one person: her place and what she has been through; and, of an author, what she published.

Wagtail's own tables about people are answered for here too, since pages are this app's.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Page, PageSubscription
from wagtail.users.models import UserProfile

from accounts.models import User
from accounts.services.links import made_by, person_fields, repoint, rows_of, rows_with
from accounts.signals import Part
from courses.models import ModuleProgress, PartDone

HERS = ("courses.ModuleProgress.person", "courses.PartDone.person")
# What others read or must be able to trace: it stays, of her or of somebody without a name.
MADE = (
    "courses.Edition.published_by",
    "courses.LocalRoutine.written_by",
    "wagtailcore.Page.owner",
    "wagtailcore.Revision.user",
    "wagtailcore.Comment.user",
    "wagtailcore.Comment.resolved_by",
    "wagtailcore.CommentReply.user",
    "wagtailcore.UploadedFile.uploaded_by_user",
    "wagtailcore.WorkflowState.requested_by",
    "wagtailcore.TaskState.finished_by",
    "wagtailcore.ModelLogEntry.user",
    "wagtailcore.PageLogEntry.user",
)
# What only serves her own work while she is at it. Nobody misses it.
PASSING = (
    "wagtailadmin.EditingSession.user",
    "wagtailadmin.FormState.user",
    "wagtailcore.APIToken.user",
    "wagtailcore.PageSubscription.user",
    "wagtailusers.UserProfile.user",
)
LOCKS = ("wagtailcore.Page.locked_by",)


FIELDS = (*HERS, *MADE, *PASSING, *LOCKS)


def export_parts(person: User) -> Iterable[Part]:
    yield Part(
        "modules",
        _("moduler du har åpnet, og hvor langt du kom"),
        rows_of(
            ModuleProgress.objects.filter(person=person).order_by("pk"), course="course_key", module="module_key",
            edition="edition__number", place="last_part", started="started_at", last_opened="last_opened_at",
            done="done_at",
        ),
    )  # fmt: skip
    yield Part(
        "parts",
        _("deler av moduler du har vært gjennom"),
        rows_of(
            PartDone.objects.filter(person=person).order_by("pk"), course="course_key", module="module_key",
            part="part_id", recorded="recorded_at",
        ),
    )  # fmt: skip
    yield Part("authored", _("hvor mye du har skrevet og publisert, og spor i loggen"), made_by(person, MADE))
    working = [*PASSING, *LOCKS]
    yield Part("working_on", _("det redigeringen husker for deg, som kladder og varsler"), made_by(person, working))


def erase(person: User) -> Iterable[str]:
    ModuleProgress.objects.filter(person=person).delete()
    PartDone.objects.filter(person=person).delete()
    _tidy(person)
    return [_("Lesemerker slettes. Kurs og spørsmål personen har skrevet, blir stående uten navn.")]


def merge(source: User, target: User) -> Iterable[str]:
    """What both have been through counts once; she goes on from the place where she was last."""
    _join_progress(source, target)
    known = PartDone.objects.filter(person=target)
    for part in PartDone.objects.filter(person=source):
        if known.filter(module_key=part.module_key, part_id=part.part_id).exists():
            part.delete()
    PartDone.objects.filter(person=source).update(person=target)
    pages = PageSubscription.objects.filter(user=target).values_list("page_id", flat=True)
    PageSubscription.objects.filter(user=source).exclude(page_id__in=list(pages)).update(user=target)
    _tidy(source)
    repoint(MADE, source=source, target=target)
    return [_("Lesemerkene slås sammen: det som er lest på én av kontoene, er lest.")]


def _join_progress(source: User, target: User) -> None:
    theirs = {row.module_key: row for row in ModuleProgress.objects.filter(person=target)}
    for row in ModuleProgress.objects.filter(person=source):
        other = theirs.get(row.module_key)
        if other is None:
            ModuleProgress.objects.filter(pk=row.pk).update(person=target)
            continue
        newer = max(row, other, key=lambda one: one.last_opened_at)
        done = [one.done_at for one in (row, other) if one.done_at is not None]
        ModuleProgress.objects.filter(pk=other.pk).update(
            edition=newer.edition_id,
            last_part=newer.last_part,
            last_opened_at=newer.last_opened_at,
            started_at=min(row.started_at, other.started_at),
            # The newest: a course is recorded anew for a renewal when every module was done since it last was.
            done_at=max(done, default=None),
        )
        row.delete()


def _tidy(person: User) -> None:
    """Takes away what serves only her own work, and unlocks the pages that she holds."""
    known: dict[str, Any] = person_fields()
    for profile in UserProfile.objects.filter(user=person).exclude(avatar=""):
        # After the commit: a preview is taken back, and a file that is gone is not.
        transaction.on_commit(partial(profile.avatar.storage.delete, profile.avatar.name))
    for name in PASSING:
        rows_with(known[name], person).delete()
    Page.objects.filter(locked_by=person).update(locked=False, locked_by=None, locked_at=None)
