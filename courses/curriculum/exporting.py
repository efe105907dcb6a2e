"""Pages into files: what trainers have written here, in the form that it is loaded from."""

import re
import uuid
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from wagtail.models import Locale

from assessments.content import bank_as_file
from assessments.models import Quiz
from common.in_step import written
from courses.curriculum.files import CourseFiles, write_course
from courses.curriculum.forms import course_here, module_here, names_for
from courses.curriculum.loading import FACTS
from courses.models import CoursePage, LearningPath, LoadedContent, ModulePage
from facts.content import facts_as_file
from media.models import Picture


@transaction.atomic
def export_curriculum(target: Path, *, only: Collection[str] = ()) -> list[str]:
    """Writes facts and every course to `target`, and returns the courses' names. Drafts of pages are written too.

    A course that has been loaded keeps its name and its codes; one that was made here is called by its slug, and what
    it is called is kept. Nothing counts as agreed by being written: only a load of these files makes it so.
    """
    target.mkdir(parents=True, exist_ok=True)
    if not only:
        (target / FACTS).write_text(written(facts_as_file()), encoding="utf-8")
    names: list[str] = []
    with TemporaryDirectory() as folder:
        for page in CoursePage.objects.filter(locale=Locale.get_default()).order_by("path"):
            name = _name(page)
            if not only or name in only:
                write_course(_course(page, name, Path(folder)), target / name)
                names.append(name)
    return names


def _name(page: CoursePage) -> str:
    """The name it was loaded under, else its slug."""
    loaded = LoadedContent.objects.filter(name__endswith="/course.nb", key=page.translation_key).first()
    return loaded.name.partition("/")[0] if loaded else page.slug


def _course(page: CoursePage, name: str, folder: Path) -> CourseFiles:
    names = names_for(name)
    path = LearningPath.objects.filter(key=name).first()
    sectors = {role.sector.key for role in path.roles.select_related("sector")} if path else set()
    course: dict[str, Any] = {"key": str(page.translation_key)}
    if not page.live:
        course["draft"] = True
    course["sector"] = sectors.pop() if len(sectors) == 1 else None
    course["illustration"] = page.illustration
    files = CourseFiles(name, course)
    codes = _codes(name, page)
    modules: list[dict[str, Any]] = []
    for translation in [page, *page.get_translations().order_by("locale_id")]:
        language = translation.locale.language_code
        here = course_here(translation.get_latest_revision_as_object())
        course[language] = {field: here[field] for field in ("title", "slug", "lead")}
        if path:
            course[language]["path"] = getattr(path, f"name_{language}")
        if language == "nb":
            course["editorial_note"] = here["editorial_note"]
        elif here.get("draft") and page.live:
            course[language]["draft"] = True
        for module in ModulePage.objects.child_of(translation).order_by("path"):
            code = codes.get(module.translation_key)
            if code is None:
                continue  # without an original in Bokmål
            form = module_here(module.get_latest_revision_as_object(), names)
            shared = {"minutes": form.pop("minutes"), "illustration": form.pop("illustration")}
            if course.get("draft"):
                form.pop("draft", None)  # the course says it for all of them
            if language == "nb":
                modules.append({"code": code, "key": str(module.translation_key), **shared})
            files.modules[code, language] = form
    course["modules"] = modules
    step = path.steps.exclude(quiz=None).select_related("quiz").first() if path else None
    if step is not None:
        loaded = LoadedContent.objects.filter(name=f"{name}/renewal").exclude(key=None).values("key")
        files.bank = bank_as_file(step.quiz, codes, Quiz.objects.filter(key__in=loaded).first())
    used = _pictures_in(files.modules.values())
    files.images = {key: _put(names.row("pictures", key), folder / name / key) for key in sorted(used)}
    _call({f"{name}/{code}.nb": key for key, code in codes.items()} | {f"{name}/course.nb": page.translation_key})
    return files


def _codes(name: str, page: CoursePage) -> dict[uuid.UUID, str]:
    """Codes of the modules that are in Bokmål, by translation key: as they were loaded, else the next number."""
    rows = LoadedContent.objects.filter(name__startswith=f"{name}/", name__endswith=".nb").exclude(key=None)
    known = {row.key: row.name.partition("/")[2].removesuffix(".nb") for row in rows}
    known = {key: code for key, code in known.items() if key is not None and code != "course"}
    letters = next((re.sub(r"\d+$", "", code) for code in known.values()), _letter(name))
    highest = max((int(code[len(letters) :] or 0) for code in known.values() if code.startswith(letters)), default=0)
    codes: dict[uuid.UUID, str] = {}
    for module in ModulePage.objects.child_of(page).order_by("path"):
        if module.translation_key not in known:
            highest += 1
        codes[module.translation_key] = known.get(module.translation_key, f"{letters}{highest}")
    return codes


def _letter(name: str) -> str:
    return next((letter for letter in name.upper() if "A" <= letter <= "Z"), "X")


def _call(keys: Mapping[str, uuid.UUID]) -> None:
    """Keeps what pages are called, so that the next export calls them the same. Without a digest: nothing is agreed."""
    rows = [LoadedContent(name=name, digest="", key=key) for name, key in keys.items()]
    LoadedContent.objects.bulk_create(rows, ignore_conflicts=True)


def _pictures_in(forms: Collection[Any]) -> set[str]:
    blocks = [block for form in forms for part in form.get("parts", []) for block in part["body"]]
    return {block["image"]["file"] for block in blocks if "image" in block and block["image"]["file"]}


def _put(pk: int, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    with Picture.objects.get(pk=pk).file.open("rb") as opened:
        place.write_bytes(opened.read())
    return place
