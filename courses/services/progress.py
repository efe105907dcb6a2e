"""Where a person is, and what she has been through."""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.models import Edition, EditionPage, ModuleProgress, PartDone
from evidence.models import Evidence
from evidence.services import record
from media.services.statements import lacking_activities
from media.services.videos import unseen_videos


class UnknownPartError(Exception):
    """The edition has no such module or part: the page was old."""


class NotDoneYetError(Exception):
    """Something in the part must be done first. `titles` are what it is called on the page."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__(titles)
        self.titles = titles


@dataclass(frozen=True, slots=True)
class Completion:
    """What one completed part led to."""

    module_done: bool
    course_done: bool
    first_open: int | None
    """Number of the first part that she has not been through, or None."""


def open_part(*, person: User, edition: Edition, module_key: uuid.UUID, part_id: str) -> None:
    """Keeps her place, so that she goes on from here on any device."""
    place = {"edition": edition, "last_part": part_id, "last_opened_at": timezone.now()}
    kept = ModuleProgress.objects.filter(person=person, module_key=module_key).update(**place)
    if not kept:
        ModuleProgress.objects.get_or_create(
            person=person, module_key=module_key, defaults={**place, "course_key": edition.course_key}
        )


@transaction.atomic
def complete_part(*, person: User, edition: Edition, module_key: uuid.UUID, part_id: str) -> Completion:
    """Notes that she has been through the part; records module and course when they are complete. Harmless twice.

    A module is recorded once for each edition. The course is recorded when every module is done, whichever edition
    each was done in, so that a corrected comma never asks anyone to begin again. It is recorded anew, for a renewal,
    when she has come to the end of every module again since it was last recorded. Raises UnknownPartError, and
    NotDoneYetError where something in the part must be done first. What she has been through stays so, whatever a later
    edition requires.
    """
    versions = [
        version
        for version in EditionPage.objects.filter(edition=edition, page_key=module_key, is_course=False)
        if part_id in version.part_ids
    ]
    if not versions:
        raise UnknownPartError
    open_part(person=person, edition=edition, module_key=module_key, part_id=part_id)
    if any(part_id in version.requires for version in versions):
        _check_requirements(person, module_key, part_id, versions)
    PartDone.objects.get_or_create(
        person=person, module_key=module_key, part_id=part_id, defaults={"course_key": edition.course_key}
    )
    done = set(PartDone.objects.filter(person=person, module_key=module_key).values_list("part_id", flat=True))
    missing = [[part for part in version.part_ids if part not in done] for version in versions]
    if all(missing):
        return Completion(
            module_done=False, course_done=False, first_open=versions[0].part_ids.index(missing[0][0]) + 1
        )
    at_the_end = any(version.part_ids[-1] == part_id for version in versions)
    progress = ModuleProgress.objects.filter(person=person, module_key=module_key)
    (progress if at_the_end else progress.filter(done_at__isnull=True)).update(done_at=timezone.now())
    _record_module(person, edition, module_key)
    return Completion(module_done=True, course_done=_settle_course(person, edition), first_open=None)


def _check_requirements(person: User, module_key: uuid.UUID, part_id: str, versions: list[EditionPage]) -> None:
    """Raises NotDoneYetError unless all that the part asks for is done, in one of its languages."""
    if PartDone.objects.filter(person=person, module_key=module_key, part_id=part_id).exists():
        return
    wanted = [version.requires.get(part_id, []) for version in versions]
    lacking = [
        lacking_activities(person=person, wanted=one) + unseen_videos(person=person, wanted=one) for one in wanted
    ]
    if all(lacking):
        raise NotDoneYetError(lacking[0])


def _settle_course(person: User, edition: Edition) -> bool:
    """Whether every module of the edition is done; recorded if each was finished since the course last was."""
    modules = EditionPage.objects.filter(edition=edition, is_course=False)
    done = ModuleProgress.objects.filter(person=person, done_at__isnull=False)
    if modules.exclude(page_key__in=done.values("module_key")).exists():
        return False
    last = (
        Evidence.objects.of(person.pk)
        .filter(subject=Evidence.Subject.COURSE, subject_key=edition.course_key)
        .order_by("-occurred_at")
        .first()
    )
    if last:
        done = done.filter(done_at__gt=last.occurred_at)
    if last is None or not modules.exclude(page_key__in=done.values("module_key")).exists():
        source_ref = f"course:{person.public_id}:{edition.course_key}:{edition.number}:{timezone.localdate()}"
        _record(person, edition, Evidence.Subject.COURSE, edition.course_key, source_ref)
    return True


def _record_module(person: User, edition: Edition, module_key: uuid.UUID) -> None:
    source_ref = f"module:{person.public_id}:{module_key}:{edition.number}"
    _record(person, edition, Evidence.Subject.MODULE, module_key, source_ref)


def _record(person: User, edition: Edition, subject: Evidence.Subject, subject_key: uuid.UUID, source_ref: str) -> None:
    record(
        person=person,
        subject=subject,
        subject_key=subject_key,
        result=Evidence.Result.COMPLETED,
        assurance=Evidence.Assurance.SELF_DECLARED,
        edition_number=edition.number,
        source_ref=source_ref,
    )
