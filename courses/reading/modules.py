"""One module as a person reads it: from the latest edition, at her place."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from courses.models import Edition, EditionPage, ModuleProgress, PartDone
from courses.progress import minutes_done
from courses.reading.bodies import bodies_of, raw_parts
from courses.reading.pages import FALLBACK, in_language, module_address, paper_address, rank
from facts.models import ContactPoint


class MovedError(Exception):
    """The module has another address in this language."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@dataclass(frozen=True, slots=True)
class PartReading:
    number: int
    id: str
    title: str
    url: str
    done: bool
    current: bool


@dataclass(frozen=True, slots=True)
class NextModule:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ModuleReading:
    """A module of the latest edition, one of its parts open."""

    edition: Edition
    key: uuid.UUID
    language: str
    course_title: str
    number: int
    title: str
    lead: str
    objectives: tuple[str, ...]
    illustration: str
    text_language: str
    """Of the parts: not `language` where they are not translated yet."""
    minutes: int
    minutes_done: int
    url: str
    parts: tuple[PartReading, ...]
    part: PartReading
    body: Any
    help_lines: list[ContactPoint]
    """Those of the foot of every page, read together with those of the blocks."""
    done_on: dt.date | None
    kept_place: bool
    """Whether this part is the place that is kept for her already."""
    next_module: NextModule | None

    @property
    def paper_url(self) -> str:
        """Where the whole module is had on paper."""
        return paper_address(self.url)

    @property
    def not_translated(self) -> bool:
        return self.text_language != self.language

    @property
    def minutes_left(self) -> int:
        return self.minutes - self.minutes_done

    @property
    def has_video(self) -> bool:
        return any(child.block_type == "video" for child in self.body)

    @property
    def previous_part(self) -> PartReading | None:
        return self.parts[self.part.number - 2] if self.part.number > 1 else None

    @property
    def next_part(self) -> PartReading | None:
        return self.parts[self.part.number] if self.part.number < len(self.parts) else None


def read_module(
    *, person: User, course_slug: str, module_slug: str, language: str, number: int | None = None
) -> ModuleReading | None:
    """The module at part `number`, or where she left; None when there is no such module in the latest edition.

    Any language's slug finds it. Raises MovedError where the reader's language has another slug. Two queries, and those
    of the part's content.
    """
    found = find_module(course_slug, module_slug, language)
    if found is None:
        return None
    course, modules, module, content = found.course, found.modules, found.module, found.content
    url = module_address(course, module, language)
    raw = [part for part in raw_parts(content) if part["type"] == "part"]
    mine = _Mine(person, module.page_key)
    wanted = number if number and 1 <= number <= len(raw) else mine.place(module.part_ids)
    parts = tuple(
        PartReading(
            number=n,
            id=part["id"],
            title=part["value"]["title"],
            url=f"{url}?del={n}",
            done=part["id"] in mine.parts,
            current=n == wanted,
        )
        for n, part in enumerate(raw, start=1)
    )
    done_parts = sum(part.done for part in parts)
    after = modules[modules.index(module) + 1 :]
    bodies = bodies_of([raw[wanted - 1]], person, language)
    return ModuleReading(
        edition=module.edition,
        key=module.page_key,
        language=module.language,
        course_title=course.title,
        number=modules.index(module) + 1,
        title=module.title,
        lead=module.lead,
        objectives=tuple(module.objectives),
        illustration=module.illustration,
        text_language=module.text_language or module.language,
        minutes=module.minutes,
        minutes_done=module.minutes if mine.done_on else minutes_done(module.minutes, done_parts, len(parts)),
        url=url,
        parts=parts,
        part=parts[wanted - 1],
        body=bodies.parts[0],
        help_lines=bodies.help_lines,
        done_on=mine.done_on,
        kept_place=mine.keeps(parts[wanted - 1].id),
        next_module=NextModule(after[0].title, module_address(course, after[0], language)) if after else None,
    )


@dataclass(frozen=True, slots=True)
class FoundModule:
    """A module of a latest edition in the language it is read in, and what its revision holds."""

    course: EditionPage
    modules: list[EditionPage]
    module: EditionPage
    content: dict[str, Any]


def find_module(course_slug: str, module_slug: str, language: str) -> FoundModule | None:
    """The module by any language's slug, None when there is none; MovedError as for read_module. One query."""
    pages = _edition_pages(course_slug, module_slug, language)
    named = [page for page in pages if _content_of(page)]
    if not named:
        return None
    key = min(named, key=lambda page: rank(page, language)).page_key
    course, *modules = in_language(pages, language)
    module = next(page for page in modules if page.page_key == key)
    content = _content_of(module)
    if content is None:
        raise MovedError(module_address(course, module, language))
    return FoundModule(course, modules, module, content)


def _edition_pages(course_slug: str, module_slug: str, language: str) -> list[EditionPage]:
    """Every page of the edition in every language, in one query; only the module asked for brings its content."""
    courses = EditionPage.objects.filter(edition__latest=True, is_course=True, slug=course_slug)
    pages = (
        EditionPage.objects.filter(edition__in=courses.values("edition"))
        .annotate(content=Case(When(is_course=False, slug=module_slug, then=F("revision__content"))))
        .select_related("edition")
    )
    by_edition: dict[int, list[EditionPage]] = {}
    for page in pages:
        by_edition.setdefault(page.edition_id, []).append(page)
    # Two courses may have the same slug in two languages: hers first.
    return max(
        by_edition.values(),
        key=lambda found: max(
            (page.language == language) * 2 + (page.language == FALLBACK)
            for page in found
            if page.is_course and page.slug == course_slug
        ),
        default=[],
    )


def _content_of(page: EditionPage) -> dict[str, Any] | None:
    content: dict[str, Any] | None = getattr(page, "content", None)
    return content


class _Mine:
    """Where she is in one module, in one query."""

    _REOPEN = dt.timedelta(minutes=1)  # opening the same part again within this time is not written down

    def __init__(self, person: User, module_key: uuid.UUID) -> None:
        own = {"person": person, "module_key": module_key}
        done = PartDone.objects.filter(**own).values_list("part_id", Value("done"), "recorded_at")
        place = ModuleProgress.objects.filter(**own)
        rows = done.union(
            place.values_list("last_part", Value("place"), "last_opened_at"),
            place.filter(done_at__isnull=False).values_list(
                "last_part", Value("finished"), Coalesce("done_at", "started_at")
            ),
            all=True,
        )
        self.parts: set[str] = set()
        self.last_part = ""
        self.opened_at: dt.datetime | None = None
        self.done_on: dt.date | None = None
        for part_id, kind, at in rows:
            if kind == "done":
                self.parts.add(part_id)
            elif kind == "place":
                self.last_part, self.opened_at = part_id, at
            else:
                self.done_on = timezone.localtime(at).date()

    def place(self, part_ids: Sequence[str]) -> int:
        """The part she left, from 1; the first of a module that is done or that has lost that part."""
        if self.done_on or self.last_part not in part_ids:
            return 1
        return part_ids.index(self.last_part) + 1

    def keeps(self, part_id: str) -> bool:
        recent = self.opened_at is not None and timezone.now() - self.opened_at < self._REOPEN
        return self.last_part == part_id and recent
