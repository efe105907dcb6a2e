"""Pages into files: what trainers have written here, in the form that it is loaded from."""

import uuid
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from wagtail.models import Locale

from assessments.content import bank_as_file, bank_pieces
from common.in_step import digest, written
from courses.curriculum.files import CourseFiles, course_folders, read_course, write_course
from courses.curriculum.forms import course_here, module_here, names_for
from courses.curriculum.loading import FACTS
from courses.models import CoursePage, LearningPath, LoadedContent, ModulePage
from facts.content import fact_pieces, facts_as_file
from media.models import Picture


@transaction.atomic
def export_curriculum(target: Path, *, only: Collection[str] = ()) -> list[str]:
    """Writes facts and every course to `target`, and returns the courses' names. Drafts of pages are written too.

    A course that has been loaded keeps its name and its codes; one that was made here is called by its slug. What is
    written counts as agreed: a later load of these files changes nothing.
    """
    target.mkdir(parents=True, exist_ok=True)
    if not only:
        (target / FACTS).write_text(written(facts_as_file()), encoding="utf-8")
        _agree({piece: digest(form) for piece, form in fact_pieces().items()})
    known = {uuid.UUID(files.course["key"]): files for files in map(read_course, course_folders(target))}
    names: list[str] = []
    with TemporaryDirectory() as folder:
        for page in CoursePage.objects.filter(locale=Locale.get_default()).order_by("path"):
            name = _name(page)
            if not only or name in only:
                files = _course(page, name, known.get(page.translation_key), Path(folder))
                write_course(files, target / name)
                names.append(name)
    return names


def _name(page: CoursePage) -> str:
    """The name it was loaded under: that of its path in `LoadedContent`, else its slug."""
    loaded = LoadedContent.objects.filter(name__endswith="/course.nb", key=page.translation_key).first()
    return loaded.name.partition("/")[0] if loaded else page.slug


def _course(page: CoursePage, name: str, known: CourseFiles | None, folder: Path) -> CourseFiles:
    names = names_for(name)
    codes = _codes(name, page)
    path = LearningPath.objects.filter(key=name).first()
    course: dict[str, Any] = {"key": str(page.translation_key)}
    if not page.live:
        course["draft"] = True
    files = CourseFiles(name, course)
    sectors = {role.sector.key for role in path.roles.select_related("sector")} if path else set()
    course["sector"] = sectors.pop() if len(sectors) == 1 else None
    course["illustration"] = page.illustration
    modules: list[dict[str, Any]] = []
    agreed: dict[str, str] = {}
    for translation in [page, *page.get_translations().order_by("locale_id")]:
        language = translation.locale.language_code
        here = course_here(translation.get_latest_revision_as_object())
        agreed[f"{name}/course.{language}"] = digest(here)
        course[language] = {field: here[field] for field in ("title", "slug", "lead")}
        if path:
            course[language]["path"] = getattr(path, f"name_{language}")
        if language == "nb":
            course["editorial_note"] = here["editorial_note"]
        for module in ModulePage.objects.child_of(translation).order_by("path"):
            code = codes.setdefault(module.translation_key, f"{name[:1].upper()}{len(codes) + 1}")
            form = module_here(module.get_latest_revision_as_object(), names)
            agreed[f"{name}/{code}.{language}"] = digest(form)
            shared = {"minutes": form.pop("minutes"), "illustration": form.pop("illustration")}
            if course.get("draft"):
                form.pop("draft", None)  # the course says it for all of them
            if language == "nb":
                modules.append({"code": code, "key": str(module.translation_key), **shared})
            files.modules[code, language] = form
    course["modules"] = modules
    step = path.steps.exclude(quiz=None).select_related("quiz").first() if path else None
    if step is not None:
        files.bank = bank_as_file(step.quiz, codes)
        agreed |= {piece: digest(form) for piece, form in bank_pieces(step.quiz, codes, name).items()}
    files.images = {key: _put(pk, folder / name / key) for key, pk in names.rows["pictures"].items()}
    _agree(agreed)
    return files


def _agree(digests: Mapping[str, str]) -> None:
    rows = [LoadedContent(name=name, digest=value) for name, value in digests.items()]
    LoadedContent.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["digest", "loaded_at"]
    )


def _codes(name: str, page: CoursePage) -> dict[uuid.UUID, str]:
    """Codes of modules by translation key, as they were loaded."""
    rows = LoadedContent.objects.filter(name__startswith=f"{name}/", name__endswith=".nb").exclude(key=None)
    found = {row.key: row.name.partition("/")[2].removesuffix(".nb") for row in rows}
    return {key: code for key, code in found.items() if key is not None and code != "course"}


def _put(pk: int, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    with Picture.objects.get(pk=pk).file.open("rb") as opened:
        place.write_bytes(opened.read())
    return place
