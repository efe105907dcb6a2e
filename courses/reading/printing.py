"""A whole module of the latest edition, as it is put on paper: nobody's progress is read or kept."""

from dataclasses import dataclass
from typing import Any

from courses.reading.bodies import bodies_of, raw_parts
from courses.reading.modules import find_module
from courses.reading.pages import module_address
from facts.models import ContactPoint


@dataclass(frozen=True, slots=True)
class PrintedModule:
    """Everything that stands on the paper, in the language the text is written in."""

    language: str
    course_title: str
    number: int
    title: str
    lead: str
    objectives: tuple[str, ...]
    url: str
    edition_number: int
    parts: tuple[tuple[str, Any], ...]
    """Title and blocks of each part."""
    help_lines: tuple[ContactPoint, ...]


def read_printed(*, course_slug: str, module_slug: str, language: str) -> PrintedModule | None:
    """The module that the page of the same address shows; None and MovedError as there. At most eight queries."""
    found = find_module(course_slug, module_slug, language)
    if found is None:
        return None
    raw = [part for part in raw_parts(found.content) if part["type"] == "part"]
    titles = [part["value"]["title"] for part in raw]
    bodies = bodies_of(raw)
    return PrintedModule(
        language=found.module.text_language or found.module.language,
        course_title=found.course.title,
        number=found.modules.index(found.module) + 1,
        title=found.module.title,
        lead=found.module.lead,
        objectives=tuple(found.module.objectives),
        url=module_address(found.course, found.module, language),
        edition_number=found.module.edition.number,
        parts=tuple(zip(titles, bodies.parts, strict=True)),
        help_lines=tuple(bodies.help_lines),
    )
