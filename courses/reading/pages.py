"""The pages of an edition in the reader's language."""

import uuid
from collections.abc import Iterable

from django.urls import reverse
from django.utils import translation

from courses.models import EditionPage

FALLBACK = "nb"


def in_language(pages: Iterable[EditionPage], language: str) -> list[EditionPage]:
    """Each page once, in `language`, else in Bokmål, else in whatever there is; the course first, then its modules."""
    best: dict[uuid.UUID, EditionPage] = {}
    for page in pages:
        held = best.get(page.page_key)
        if held is None or rank(page, language) < rank(held, language):
            best[page.page_key] = page
    return sorted(best.values(), key=lambda page: (not page.is_course, page.position))


def rank(page: EditionPage, language: str) -> tuple[int, str]:
    """How well the page fits a reader of `language`: the least is best."""
    return (0 if page.language == language else 1 if page.language == FALLBACK else 2), page.language


def module_address(course: EditionPage, module: EditionPage, language: str) -> str:
    """Where the module is read, in the reader's language."""
    with translation.override(language):
        return reverse("module", args=[course.slug, module.slug])
