"""Files into pages: what is new is added, what the files have newer is changed, what a trainer has edited is left."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from wagtail.models import Locale

from agencies.models import Role
from assessments.content import ContentError, load_bank
from assessments.models import Quiz
from common.in_step import InStep, Told
from courses.curriculum.blocks import Names, UnknownKeyError, parts_to_raw
from courses.curriculum.files import CONTENT, ContentFileError, CourseFiles, Form, course_folders, read_course
from courses.curriculum.forms import course_here, course_in_file, module_here, module_in_file, names_for
from courses.models import CatalogPage, CoursePage, LearningPath, LoadedContent, ModulePage, PathStep
from courses.services import ensure_site
from courses.services.editions import one_edition_each
from facts.content import load_facts
from media.models import Picture

FACTS = "facts.yaml"


@dataclass
class Loaded:
    """What came of a load. Courses, tests and paths are by the name of the folder; drafts have no test and no path."""

    told: list[Told] = field(default_factory=list)
    courses: dict[str, CoursePage] = field(default_factory=dict)
    quizzes: dict[str, Quiz] = field(default_factory=dict)
    paths: dict[str, LearningPath] = field(default_factory=dict)
    keys: dict[str, uuid.UUID] = field(default_factory=dict)
    """Of pages, by the names they are told under."""


def load_curriculum(
    content: Path = CONTENT, *, only: Collection[str] = (), overwrite: Collection[str] = (), dry_run: bool = False
) -> Loaded:
    """Brings in facts and every course of the folder, or only some, all or nothing.

    `overwrite` names pieces in which the file holds although somebody has edited them here. A dry run does all of it
    and takes it back. Raises ContentFileError.
    """
    loaded = Loaded()
    pictures: list[Picture] = []
    try:
        with transaction.atomic():
            ensure_site()
            in_step = InStep(dict(LoadedContent.objects.values_list("name", "digest")), overwrite)
            facts = content / FACTS
            load_facts(facts if facts.exists() else None, in_step=in_step)
            folders = course_folders(content)
            missing = set(only) - {folder.name for folder in folders}
            if missing:
                raise ContentFileError(f"there is no course {', '.join(sorted(missing))}")
            for folder in folders:
                if not only or folder.name in only:
                    load_course(read_course(folder), in_step, loaded, pictures)
            _keep(in_step, loaded.keys)
            loaded.told = in_step.told
            if dry_run:
                transaction.set_rollback(True)
    except Exception:
        _forget(pictures)
        raise
    if dry_run:
        _forget(pictures)
    return loaded


def load_course(files: CourseFiles, in_step: InStep, loaded: Loaded, pictures: list[Picture]) -> None:
    """One course in every language it has, its bank, and its path. Pictures that were made are added to `pictures`."""
    pictures += _pictures(files)
    names = names_for(files.name)
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    languages = [language for language in locales if language in files.course]
    languages.sort(key=lambda language: language != "nb")
    pages: dict[str, ModulePage] = {}
    with one_edition_each():
        for language in languages:
            course = _course(files, locales[language], in_step)
            loaded.keys[f"{files.name}/course.{language}"] = course.translation_key
            for shared in files.course["modules"]:
                form = files.modules.get((shared["code"], language))
                if form is not None:
                    module = _module(course, files, shared, form, names, in_step)
                    loaded.keys[f"{files.name}/{shared['code']}.{language}"] = module.translation_key
                    if language == "nb":
                        pages[shared["code"]] = module
            if language == "nb":
                loaded.courses[files.name] = course
            _in_order(course, files)
    if files.bank is not None:
        try:
            quiz = load_bank(files.bank, pages_by_code=pages, name=files.name, in_step=in_step)
        except ContentError as error:
            raise ContentFileError(f"{files.name}/bank.yaml: {error}") from error
        loaded.quizzes[files.name] = quiz
        loaded.paths[files.name] = _path(files, quiz)


def _course(files: CourseFiles, locale: Any, in_step: InStep) -> CoursePage:
    language = locale.language_code
    key = uuid.UUID(files.course["key"])
    file = course_in_file(files.course, language)
    page: Any = CoursePage.objects.filter(translation_key=key, locale=locale).first()
    latest = page.get_latest_revision_as_object() if page else None
    if in_step.writes(f"{files.name}/course.{language}", file=file, here=course_here(latest) if latest else None):
        if page is None:
            catalog = CatalogPage.objects.get(locale=locale)
            fresh = CoursePage(**_fields(file), translation_key=key, locale=locale, live=False)
            page = latest = catalog.add_child(instance=fresh)
        _save(f"{files.name}/course.yaml", latest, file)
        page.refresh_from_db()
    return page  # type: ignore[no-any-return]  # Wagtail is untyped


def _module(
    course: CoursePage, files: CourseFiles, shared: Form, form: Form, names: Names, in_step: InStep
) -> ModulePage:
    language = course.locale.language_code
    where = f"{files.name}/{shared['code']}.{language}"
    try:
        file = module_in_file(form, shared, names, draft=bool(files.course.get("draft")))
    except (KeyError, TypeError, ValueError) as error:
        what = error.args[0] if isinstance(error, UnknownKeyError) else f"{type(error).__name__}: {error}"
        raise ContentFileError(f"{where}.yaml: {what}") from error
    key = uuid.UUID(shared["key"])
    page: Any = ModulePage.objects.filter(translation_key=key, locale=course.locale).first()
    latest: Any = page.get_latest_revision_as_object() if page else None
    if not in_step.writes(where, file=file, here=module_here(latest, names) if latest else None):
        return page  # type: ignore[no-any-return]  # Wagtail is untyped
    values = _values(where, file, names)
    if page is None:
        fresh = ModulePage(**_fields(values), translation_key=key, locale=course.locale, live=False)
        course.refresh_from_db()
        latest = course.add_child(instance=fresh)
    _save(f"{where}.yaml", latest, values)
    return latest  # type: ignore[no-any-return]  # Wagtail is untyped


def _values(where: str, file: Form, names: Names) -> Form:
    """The fields of the page, its blocks checked as the admin would check them."""
    values = {name: value for name, value in file.items() if name not in ("parts", "objectives")}
    block = ModulePage._meta.get_field("parts").stream_block
    try:
        parts = block.clean(block.to_python(parts_to_raw(file.get("parts", []), names)))
    except ValidationError as error:
        told = error.as_json_data() if hasattr(error, "as_json_data") else error.messages
        raise ContentFileError(f"{where}.yaml: {told}") from error
    return {"translated": True, **values, "objectives": "\n".join(file["objectives"]), "parts": parts}


def _fields(values: Form) -> Form:
    return {name: value for name, value in values.items() if name != "draft"}


def _save(where: str, page: Any, values: Form) -> None:
    """A new revision, published unless it is a draft; what was published and is a draft now is taken back."""
    for name, value in _fields(values).items():
        setattr(page, name, value)
    try:
        page.full_clean()
    except ValidationError as error:
        raise ContentFileError(f"{where}: {' '.join(error.messages)}") from error
    revision = page.save_revision(clean=False)
    if not values.get("draft"):
        revision.publish()
    elif page.live:
        page.unpublish()


def _in_order(course: CoursePage, files: CourseFiles) -> None:
    """The modules in the order of course.yaml; what a trainer has added stands behind them."""
    places = {uuid.UUID(module["key"]): place for place, module in enumerate(files.course["modules"])}
    course.refresh_from_db()
    there = list(ModulePage.objects.child_of(course).order_by("path"))
    wanted = sorted(there, key=lambda module: places.get(module.translation_key, len(places)))
    if [module.pk for module in there] != [module.pk for module in wanted]:
        for module in wanted:
            ModulePage.objects.get(pk=module.pk).move(course, pos="last-child")


def _path(files: CourseFiles, quiz: Quiz) -> LearningPath:
    """The course, then its test, for every role or those of its sector. Left as it is when it is there."""
    found: LearningPath | None = LearningPath.objects.filter(key=files.name).first()
    if found:
        return found
    told: dict[str, str] = {}
    for language in ("nb", "nn", "en"):
        in_language: Any = files.course.get(language, files.course["nb"])
        told[f"name_{language}"] = in_language.get("path", in_language["title"])
        told[f"lead_{language}"] = in_language["lead"]
    path: LearningPath = LearningPath.objects.create(key=files.name, **told)
    PathStep.objects.create(path=path, position=0, course_key=uuid.UUID(files.course["key"]))
    PathStep.objects.create(path=path, position=1, quiz=quiz)
    sector = files.course.get("sector")
    path.roles.set(Role.objects.filter(sector__key=sector) if sector else Role.objects.all())
    path.save()
    return path


def _pictures(files: CourseFiles) -> list[Picture]:
    """The pictures of the folder: made where they are missing, given their new file where it is another."""
    made: list[Picture] = []
    for name, place in files.images.items():
        title = f"{files.name}/{name}"
        picture = Picture.objects.filter(title=title).first()
        if picture is None:
            with place.open("rb") as opened:
                picture = Picture(title=title, description=_alternative(files, name), file=File(opened, name=name))
                picture.save()
            made.append(picture)
    return made


def _alternative(files: CourseFiles, name: str) -> str:
    """What the first module that shows the picture tells whoever does not see it."""
    for form in files.modules.values():
        for part in form.get("parts", []):
            for block in part["body"]:
                if (block.get("image") or {}).get("file") == name:
                    return str(block["image"].get("alt", ""))[:255]
    return ""


def _keep(in_step: InStep, keys: Mapping[str, uuid.UUID]) -> None:
    rows = [LoadedContent(name=name, digest=digest, key=keys.get(name)) for name, digest in in_step.now.items()]
    LoadedContent.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["name"], update_fields=["digest", "key", "loaded_at"]
    )


def _forget(pictures: list[Picture]) -> None:
    """The files of pictures whose rows were taken back."""
    for picture in pictures:
        picture.file.storage.delete(picture.file.name)
