"""Files into pages: what is new is added, what the files have newer is changed, what a trainer has edited is left."""

import hashlib
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import DataError, transaction
from wagtail.models import Locale, Page

from agencies.content import load_roles
from agencies.models import Role
from assessments.content import ContentError, load_bank
from assessments.models import Quiz
from common.in_step import InStep, Told, Verdict, digest, unlike
from courses.curriculum.blocks import Names, UnknownKeyError, parts_to_raw
from courses.curriculum.files import (
    CONTENT,
    COURSE_FILE,
    IMAGES,
    ContentFileError,
    CourseFiles,
    Form,
    course_folders,
    read_course,
)
from courses.curriculum.forms import course_here, course_in_file, module_here, module_in_file, names_for
from courses.models import CatalogPage, CoursePage, LearningPath, LoadedContent, ModulePage, PathStep
from courses.services import ensure_site
from courses.services.editions import one_edition_each
from facts.content import load_facts
from media.models import Picture

FACTS = "facts.yaml"
_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}


@dataclass
class Loaded:
    """What came of a load. Courses, tests and paths are by the name of the folder; drafts have no test and no path."""

    told: list[Told] = field(default_factory=list)
    courses: dict[str, CoursePage] = field(default_factory=dict)
    quizzes: dict[str, Quiz] = field(default_factory=dict)
    renewals: dict[str, Quiz] = field(default_factory=dict)
    paths: dict[str, LearningPath] = field(default_factory=dict)
    keys: dict[str, uuid.UUID] = field(default_factory=dict)
    """Of pages and of tests for renewal, by the names they are told under."""


def load_curriculum(
    content: Path = CONTENT, *, only: Collection[str] = (), overwrite: Collection[str] = (), dry_run: bool = False
) -> Loaded:
    """Brings in facts and every course of the folder, or only some, all or nothing.

    `overwrite` names pieces in which the file holds although somebody has edited them here. A dry run does all of it
    and takes it back. Raises ContentFileError.
    """
    loaded = Loaded()
    stored: list[Any] = []
    try:
        with transaction.atomic():
            ensure_site()
            load_roles()  # whom paths are for
            agreed = LoadedContent.objects.exclude(digest="").values_list("name", "digest")
            in_step = InStep(dict(agreed), overwrite)
            facts = content / FACTS
            with _naming(FACTS):
                load_facts(facts if facts.exists() else None, in_step=in_step)
            folders = course_folders(content)
            missing = set(only) - {folder.name for folder in folders}
            if missing:
                raise ContentFileError(f"there is no course {', '.join(sorted(missing))}")
            for folder in folders:
                if not only or folder.name in only:
                    with _naming(folder.name):
                        load_course(read_course(folder), in_step, loaded, stored)
            unknown = set(overwrite) - {told.name for told in in_step.told}
            if unknown:
                raise ContentFileError(f"there is no {', '.join(sorted(unknown))}")
            _keep(in_step, loaded.keys)
            loaded.told = in_step.told
            if dry_run:
                transaction.set_rollback(True)
    except BaseException:
        _forget(stored)
        raise
    if dry_run:
        _forget(stored)
    return loaded


@contextmanager
def _naming(where: str) -> Iterator[None]:
    """What a file says that cannot be used, with the name of the file, whatever came of it."""
    try:
        yield
    except ContentFileError:
        raise
    except ContentError as error:
        raise ContentFileError(f"{where}/bank.yaml: {error}") from error
    except ValidationError as error:
        raise ContentFileError(f"{where}: {' '.join(error.messages)}") from error
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ContentFileError(f"{where}: {type(error).__name__}: {error}") from error


def load_course(files: CourseFiles, in_step: InStep, loaded: Loaded, stored: list[Any]) -> None:
    """One course in every language it has, its bank, and its path. Files that were stored are added to `stored`."""
    _pictures(files, stored)
    names = names_for(files.name)
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    languages = [language for language in locales if language in files.course]
    languages.sort(key=lambda language: language != "nb")
    pages: dict[str, ModulePage] = {}
    with one_edition_each():
        for language in languages:
            course = _course(files, locales[language], in_step)
            loaded.keys[f"{files.name}/course.{language}"] = course.translation_key
            added: set[str] = set()
            for shared in files.course["modules"]:
                form = files.modules.get((shared["code"], language))
                if form is not None:
                    module = _module(course, files, shared, form, names, in_step)
                    if in_step.told[-1].verdict == Verdict.ADD:
                        added.add(shared["code"])
                    loaded.keys[f"{files.name}/{shared['code']}.{language}"] = module.translation_key
                    if language == "nb":
                        pages[shared["code"]] = module
            if language == "nb":
                loaded.courses[files.name] = course
            _in_order(course, files, in_step, added)
    if files.bank is not None and not files.course.get("draft"):
        quizzes = load_bank(files.bank, pages_by_code=pages, name=files.name, in_step=in_step)
        loaded.quizzes[files.name] = quizzes.quiz
        loaded.renewals[files.name] = quizzes.renewal or quizzes.quiz
        if quizzes.renewal:
            loaded.keys[f"{files.name}/renewal"] = quizzes.renewal.key
        loaded.paths[files.name] = _path(files, quizzes.quiz)


def _course(files: CourseFiles, locale: Any, in_step: InStep) -> CoursePage:
    language = locale.language_code
    where, key = f"{files.name}/{COURSE_FILE}", uuid.UUID(files.course["key"])
    file = course_in_file(files.course, language)
    page, latest = _held(CoursePage, key, locale)
    if in_step.writes(f"{files.name}/course.{language}", file=file, here=course_here(latest) if latest else None):
        latest = _save(where, latest or CoursePage(translation_key=key), file, CatalogPage.objects.get(locale=locale))
        page = CoursePage.objects.get(pk=latest.pk)
        _kept(where, file, course_here(page.get_latest_revision_as_object()))
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
    if not file.get("parts") and (file.get("translated", True) or language == "nb"):
        raise ContentFileError(f"{where}.yaml: has no parts, and nothing stands in for them")
    key = uuid.UUID(shared["key"])
    page, latest = _held(ModulePage, key, course.locale)
    if in_step.writes(where, file=file, here=module_here(latest, names) if latest else None):
        values = _values(where, file, names)
        latest = _save(f"{where}.yaml", latest or ModulePage(translation_key=key), values, course)
        page = ModulePage.objects.get(pk=latest.pk)
        here = module_here(page.get_latest_revision_as_object(), names)
        if "parts" not in file:
            here.pop("parts", None)
        _kept(f"{where}.yaml", file, here)
    return page  # type: ignore[no-any-return]  # Wagtail is untyped


def _held(model: Any, key: uuid.UUID, locale: Any) -> tuple[Any, Any]:
    """The page and what is being written of it, held so that nobody saves in between; None where it is not there."""
    held = Page.objects.select_for_update(no_key=True, of=("self",)).filter(translation_key=key, locale=locale).first()
    if held is None:
        return None, None
    page = model.objects.get(pk=held.pk)
    return page, page.get_latest_revision_as_object()


def _kept(where: str, file: Form, here: Form) -> None:
    """What was written is what the file says: a block or a field that nobody knows would be lost without a word."""
    if digest(file) != digest(here):
        raise ContentFileError(f"{where}: not all of it can be kept. Is a field misspelt?\n{unlike(here, file)}")


def _values(where: str, file: Form, names: Names) -> Form:
    """The fields of the page, its blocks checked as the admin would check them."""
    values = {name: value for name, value in file.items() if name not in ("parts", "objectives")}
    values |= {"translated": file.get("translated", True), "objectives": "\n".join(file["objectives"])}
    if "parts" not in file:
        return values  # what somebody has begun to translate stays
    block = ModulePage._meta.get_field("parts").stream_block
    try:
        parts = block.clean(block.to_python(parts_to_raw(file["parts"], names)))
    except ValidationError as error:
        told = error.as_json_data() if hasattr(error, "as_json_data") else error.messages
        raise ContentFileError(f"{where}.yaml: {told}") from error
    return {**values, "parts": parts}


def _save(where: str, page: Any, values: Form, parent: Any) -> Any:
    """A new revision, published unless it is a draft; what was published and is a draft now is taken back."""
    for name, value in values.items():
        if name != "draft":
            setattr(page, name, value)
    try:
        if page.pk is None:
            page.locale, page.live = parent.locale, False
            parent.refresh_from_db()
            parent.add_child(instance=page)
        page.full_clean()
    except ValidationError as error:
        raise ContentFileError(f"{where}: {' '.join(error.messages)}") from error
    except DataError as error:  # PostgreSQL looks at lengths before anybody else does
        raise ContentFileError(f"{where}: {error}") from error
    revision = page.save_revision(clean=False)
    if not values.get("draft"):
        revision.publish()
    elif page.live:
        page.unpublish()
    return page


def _in_order(course: CoursePage, files: CourseFiles, in_step: InStep, added: Collection[str]) -> None:
    """The modules in the order of course.yaml; what a trainer has added stands behind them.

    Those that this load has `added` stand last, which is nobody's wish: the others say whether somebody has moved any.
    """
    codes = {uuid.UUID(module["key"]): module["code"] for module in files.course["modules"]}
    course.refresh_from_db()
    there = list(ModulePage.objects.child_of(course).order_by("path"))
    here = [codes[module.translation_key] for module in there if module.translation_key in codes]
    file = [code for code in files.codes if code in here]
    name = f"{files.name}/order.{course.locale.language_code}"
    before = here if here == file else [code for code in here if code not in added]
    if not in_step.writes(name, file=file, here=before):
        return
    places = {code: place for place, code in enumerate(file)}
    for module in sorted(there, key=lambda one: places.get(codes.get(one.translation_key, ""), len(places))):
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


def _pictures(files: CourseFiles, stored: list[Any]) -> None:
    """The pictures of the folder: made where they are missing, given their new file where it is another."""
    known = names_for(files.name).rows["pictures"]
    for name, place in files.images.items():
        if not place.is_file() or place.suffix.lower() not in _PICTURES:
            raise ContentFileError(f"{files.name}/{IMAGES}/{name}: is no picture")
        picture = Picture.objects.filter(pk=known.get(name)).first()
        if picture is None:
            picture = Picture(title=f"{files.name}/{name}", description=_alternative(files, name))
        elif picture.get_file_hash() == hashlib.sha1(place.read_bytes()).hexdigest():  # noqa: S324  as Wagtail does
            continue
        with place.open("rb") as opened:
            picture.file, picture.file_hash = File(opened, name=name), ""
            picture.save()
        stored.append(picture.file)
        picture.renditions.all().delete()


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


def _forget(stored: Iterable[Any]) -> None:
    """The files whose rows were taken back."""
    for file in stored:
        file.storage.delete(file.name)
