"""Courses as a list: every module with its minutes and how far the person is."""

import datetime as dt
import enum
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from courses.models import EditionPage, ModuleProgress, PartDone
from courses.progress import minutes_done
from courses.reading.pages import in_language, module_address


class State(enum.StrEnum):
    """How far she is in a module. At most one is NOW: the one she was in last, else the first that is left."""

    DONE = "done"
    NOW = "now"
    TODO = "todo"


@dataclass(frozen=True, slots=True)
class ModuleOverview:
    key: uuid.UUID
    title: str
    lead: str
    url: str
    language: str
    minutes: int
    minutes_done: int
    state: State
    done_on: dt.date | None

    @property
    def begun(self) -> bool:
        return self.state == State.DONE or self.minutes_done > 0


@dataclass(frozen=True, slots=True)
class CourseOverview:
    key: uuid.UUID
    title: str
    lead: str
    illustration: str
    language: str
    edition_number: int
    modules: tuple[ModuleOverview, ...]

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)

    @property
    def minutes_done(self) -> int:
        return sum(module.minutes_done for module in self.modules)

    @property
    def done(self) -> bool:
        return all(module.state == State.DONE for module in self.modules)


def course_overview(
    *, course_keys: Sequence[uuid.UUID], person: User, language: str, since: dt.date | None = None
) -> list[CourseOverview]:
    """The published courses of `course_keys`, in that order, in `language` where translated. Three queries.

    With `since`, what she did before that day does not count: so looks a course that is to be read again.
    """
    pages: dict[uuid.UUID, list[EditionPage]] = defaultdict(list)
    numbers: dict[uuid.UUID, int] = {}
    found = EditionPage.objects.filter(edition__latest=True, edition__course_key__in=course_keys)
    # Two columns of the edition, not an edition for each of a hundred pages.
    for page in found.annotate(course_key=F("edition__course_key"), edition_number=F("edition__number")):
        pages[page.course_key].append(page)
        numbers[page.course_key] = page.edition_number
    counted = _Counted(person, list(pages), since)
    ordered = {key: in_language(pages[key], language) for key in course_keys if key in pages}
    now = counted.now([page for course in ordered.values() for page in course[1:]])
    return [
        CourseOverview(
            key=key,
            title=course.title,
            lead=course.lead,
            illustration=course.illustration,
            language=course.language,
            edition_number=numbers[key],
            modules=tuple(counted.module(course, module, language, now) for module in modules),
        )
        for key, (course, *modules) in ordered.items()
    ]


class _Counted:
    """A person's progress in some courses, read once."""

    def __init__(self, person: User, course_keys: Sequence[uuid.UUID], since: dt.date | None) -> None:
        mine = ModuleProgress.objects.filter(person=person, course_key__in=course_keys)
        self.progress = {row.module_key: row for row in mine}
        self.parts: dict[uuid.UUID, set[str]] = defaultdict(set)
        self.since = since
        done = PartDone.objects.filter(person=person, course_key__in=course_keys)
        for module_key, part_id, at in done.values_list("module_key", "part_id", "recorded_at"):
            if self._counts(at):
                self.parts[module_key].add(part_id)

    def _counts(self, at: dt.datetime | None) -> bool:
        return at is not None and (self.since is None or timezone.localtime(at).date() >= self.since)

    def done_on(self, module: EditionPage) -> dt.date | None:
        row = self.progress.get(module.page_key)
        return timezone.localtime(row.done_at).date() if row and row.done_at and self._counts(row.done_at) else None

    def now(self, modules: Sequence[EditionPage]) -> uuid.UUID | None:
        left = [module.page_key for module in modules if self.done_on(module) is None]
        begun = [self.progress[key] for key in left if key in self.progress and self.progress[key].done_at is None]
        if begun:
            return max(begun, key=lambda row: row.last_opened_at).module_key
        return left[0] if left else None

    def module(self, course: EditionPage, module: EditionPage, language: str, now: uuid.UUID | None) -> ModuleOverview:
        done_on = self.done_on(module)
        parts_done = len(self.parts[module.page_key].intersection(module.part_ids))
        state = State.DONE if done_on else State.NOW if module.page_key == now else State.TODO
        return ModuleOverview(
            key=module.page_key,
            title=module.title,
            lead=module.lead,
            url=module_address(course, module, language),
            language=module.language,
            minutes=module.minutes,
            minutes_done=(
                module.minutes if done_on else minutes_done(module.minutes, parts_done, len(module.part_ids))
            ),
            state=state,
            done_on=done_on,
        )
