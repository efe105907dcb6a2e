"""The pages of an edition in the reader's language."""

import uuid
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse
from django.utils import translation

from courses.models import EditionPage

FALLBACK = "nb"
_MODULE = "--module--"


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
    return _address_of_course(course.slug, language).replace(_MODULE, quote(module.slug))


def paper_address(module_url: str) -> str:
    """Where the module at that address is had as a PDF."""
    return f"{module_url}utskrift.pdf"


@lru_cache(maxsize=512)
def _address_of_course(slug: str, language: str) -> str:
    """Asked of the resolver once for a course, not once for each module in a long list."""
    with translation.override(language):
        return reverse("module", args=[slug, _MODULE])
