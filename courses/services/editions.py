"""Editions: what was published, kept for ever."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page, Revision

from accounts.models import User
from courses.models import CoursePage, Edition, EditionPage, ModulePage
from courses.reading.bodies import raw_parts
from courses.requiring import requirements, videos_in
from courses.routines import routines_in
from media.services.videos import publish_videos

_TRIES = 5


# Courses whose editions wait until all of their pages have been published; None while nothing waits.
_waiting: ContextVar[set[uuid.UUID] | None] = ContextVar("waiting", default=None)


class EditionInUseError(Exception):
    """An edition names the page. The message is for the reader."""


@contextmanager
def one_edition_each() -> Iterator[None]:
    """Of all that is published inside, one new edition of each course, at the end. Nothing when it fails."""
    courses: set[uuid.UUID] = set()
    token = _waiting.set(courses)
    try:
        yield
    finally:
        _waiting.reset(token)
    for key in courses:
        make_edition(course_key=key)


def make_edition(
    *,
    course_key: uuid.UUID,
    published_by: User | None = None,
    change: Edition.Change = Edition.Change.EDITORIAL,
) -> Edition | None:
    """The edition that says what is published of the course now, in every language; a new one if anything changed.

    None when the course is published in no language: then no edition is the latest, and learners do not meet it. None
    as well inside one_edition_each, which makes it later.
    Numbers never repeat: of two who publish at once the one who lost the number reads again and tries again.
    """
    waiting = _waiting.get()
    if waiting is not None:
        waiting.add(course_key)
        return None
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                return _make(course_key, published_by, change)
        except IntegrityError:
            if attempt == _TRIES - 1:
                raise
    return None


def _make(course_key: uuid.UUID, published_by: User | None, change: Edition.Change) -> Edition | None:
    pages = _published_pages(course_key)
    if not pages:
        Edition.objects.filter(course_key=course_key, latest=True).update(latest=False)
        return None
    newest = Edition.objects.filter(course_key=course_key).order_by("-number").first()
    if newest and _content(newest.pages.all()) == _content(pages):
        Edition.objects.filter(pk=newest.pk, latest=False).update(latest=True)
        newest.latest = True
        return newest
    Edition.objects.filter(course_key=course_key, latest=True).update(latest=False)
    edition = Edition.objects.create(
        course_key=course_key,
        number=newest.number + 1 if newest else 1,
        change=change,
        published_by=published_by,
    )
    for page in pages:
        page.edition = edition
    EditionPage.objects.bulk_create(pages)
    publish_videos(video_ids=_videos(pages))
    return edition


def _videos(pages: Iterable[EditionPage]) -> set[int]:
    revisions = Revision.objects.filter(pk__in=[page.revision_id for page in pages if not page.is_course])
    return {pk for revision in revisions for pk in videos_in(raw_parts(revision.content))}


def _content(pages: Iterable[EditionPage]) -> set[tuple[Any, ...]]:
    own = ("page_key", "locale_id", "revision_id", "position", "slug", "title", "lead", "illustration", "text_language")
    return {(*(getattr(page, name) for name in own), *page.objectives) for page in pages}


def _published_pages(course_key: uuid.UUID) -> list[EditionPage]:
    """The course in each language it is published in, and its published modules, in the order of the first language.

    A translation stands where its original stands, so that a course half translated keeps its order.
    """
    courses = list(CoursePage.objects.filter(translation_key=course_key, live=True, alias_of__isnull=True))
    default = Locale.get_default().pk
    courses.sort(key=lambda course: (course.locale_id != default, course.locale_id))
    languages = dict(Locale.objects.values_list("pk", "language_code"))
    pages: list[EditionPage] = []
    originals: dict[uuid.UUID, EditionPage] = {}
    for course in courses:
        told = {"position": 0, "is_course": True, "lead": course.lead, "illustration": course.illustration}
        pages.append(_page(course, languages, **told))
        modules = ModulePage.objects.child_of(course).filter(live=True, alias_of__isnull=True).order_by("path")
        for module in modules:
            original = originals.get(module.translation_key)
            page = _module(module, languages, original.position if original else len(originals) + 1)
            if not module.translated:
                if original is None:
                    continue  # nothing to read yet
                _read_in(page, original)
            originals.setdefault(module.translation_key, page)
            pages.append(page)
    return pages


def _module(module: ModulePage, languages: dict[int, str], position: int) -> EditionPage:
    return _page(
        module,
        languages,
        position=position,
        lead=module.lead,
        minutes=module.minutes,
        illustration=module.illustration,
        objectives=module.objective_list,
        part_ids=[part["id"] for part in module.parts.raw_data],
        requires=requirements(module.parts.raw_data),
        routines=routines_in(module.parts.raw_data),
    )


def _read_in(page: EditionPage, original: EditionPage) -> None:
    """A module whose text is not translated yet: its own title, lead and objectives over the text of the original."""
    for name in ("revision_id", "minutes", "part_ids", "requires", "routines"):
        setattr(page, name, getattr(original, name))
    page.text_language = original.language


def _page(page: Any, languages: dict[int, str], **fields: Any) -> EditionPage:
    return EditionPage(
        page_key=page.translation_key,
        locale_id=page.locale_id,
        language=languages[page.locale_id],
        revision_id=page.live_revision_id or _revision_of(page),
        slug=page.slug,
        title=page.title,
        **fields,
    )


def _revision_of(page: Any) -> int:
    """A page put live without a revision (by a script) gets one: learners read revisions only."""
    revision = page.save_revision(changed=False, clean=False)
    Page.objects.filter(pk=page.pk).update(live_revision=revision)
    return int(revision.pk)


def check_deletable(pages: Iterable[Any]) -> None:
    """Raises EditionInUseError when an edition names one of the pages or a page below them."""
    ids: set[int] = set()
    for page in pages:
        ids.update(page.get_descendants(inclusive=True).values_list("pk", flat=True))
    named = EditionPage.objects.filter(revision__object_id__in=[str(pk) for pk in ids]).order_by("-pk").first()
    if named:
        raise EditionInUseError(
            _("«%(title)s» har vært publisert og kan ikke slettes: Noen kan ha lært av den. Avpubliser den i stedet.")
            % {"title": named.title}
        )
