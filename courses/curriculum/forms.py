"""Pages as their files have them: the form in which a page and its file are compared, and written."""

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from wagtail.models import Page

from courses.curriculum.blocks import Names, parts_to_form, parts_to_raw
from courses.curriculum.files import Form
from courses.models import CoursePage, ModulePage
from facts.models import ContactPoint, LegalReference, Source, Term
from media.models import DocumentFile, H5PContent, Picture, Video

_FILE_NAME = re.compile(r"[\w-][\w.-]*")


def names_for(course: str) -> Names:
    """Everything that blocks may refer to. Pictures are those of this course."""
    rows: dict[str, dict[str, int]] = {
        "laws": dict(LegalReference.objects.values_list("key", "pk")),
        "contacts": dict(ContactPoint.objects.values_list("key", "pk")),
        "sources": dict(Source.objects.values_list("key", "pk")),
        "terms": dict(Term.objects.values_list("key", "pk")),
    }
    keys = _pictures(course)
    rows["pictures"] = {key: pk for pk, key in reversed(keys.items())}
    rows["pages"] = {
        f"{key}.{language}": pk
        for key, language, pk in Page.objects.values_list("translation_key", "locale__language_code", "pk")
    }
    for kind, model in (("activities", H5PContent), ("videos", Video)):
        rows[kind] = {str(key): pk for key, pk in model._default_manager.values_list("public_id", "pk")}
    rows["documents"] = dict(DocumentFile.objects.exclude(file_hash="").values_list("file_hash", "pk"))
    return Names(rows, {"pictures": keys})


def _pictures(course: str) -> dict[int, str]:
    """Picture → name of its file: as the course's folder has it, else by what the picture holds."""
    keys: dict[int, str] = {}
    for picture in Picture.objects.order_by("pk"):
        folder, _slash, name = picture.title.partition("/")
        if folder == course and _FILE_NAME.fullmatch(name):
            keys[picture.pk] = name
        else:
            keys[picture.pk] = f"{picture.get_file_hash()[:16]}{PurePath(picture.file.name).suffix.lower()}"
    return keys


def course_in_file(course: Form, language: str) -> Form:
    """One language of course.yaml. The note is for those who edit, and in Bokmål."""
    words = course[language]
    form = {name: " ".join(str(words[name]).split()) for name in ("title", "slug", "lead")}
    note = str(course.get("editorial_note") or "").strip() if language == "nb" else ""
    told = {**form, "illustration": course.get("illustration", ""), "editorial_note": note}
    return _draft(told, bool(course.get("draft") or words.get("draft")))


def course_here(page: CoursePage) -> Form:
    told = {
        "title": page.title,
        "slug": page.slug,
        "lead": " ".join(page.lead.split()),
        "illustration": page.illustration,
        "editorial_note": page.editorial_note.replace("\r\n", "\n").strip(),
    }
    return _draft(told, not page.live)


def _draft(told: Form, draft: bool) -> Form:
    """What learners do not meet says so."""
    return {**told, "draft": True} if draft else told


def module_in_file(form: Form, shared: Form, names: Names, *, draft: bool = False) -> Form:
    """A module's file and its line in course.yaml as one; `draft` if the course is. Raises what parts_to_raw raises."""
    told: Form = {name: " ".join(str(form[name]).split()) for name in ("title", "slug", "lead")}
    told["objectives"] = [" ".join(str(each).split()) for each in form["objectives"]]
    told |= {"minutes": shared["minutes"], "illustration": shared.get("illustration", "")}
    told = _draft(told, draft or bool(form.get("draft")))
    if form.get("translated") is False:
        told["translated"] = False
        if not form.get("parts"):
            return told
    return {**told, "parts": parts_to_form(parts_to_raw(form["parts"], names), names)}


def module_here(page: ModulePage, names: Names) -> Form:
    told: Form = {
        "title": page.title,
        "slug": page.slug,
        "lead": " ".join(page.lead.split()),
        "objectives": page.objective_list,
        "minutes": page.minutes,
        "illustration": page.illustration,
    }
    told = _draft(told, not page.live)
    if not page.translated:
        told["translated"] = False
        if not page.parts:
            return told
    return {**told, "parts": parts_to_form(_raw(page.parts.raw_data), names)}


def _raw(parts: Iterable[Any]) -> list[dict[str, Any]]:
    return [part for part in parts if part["type"] == "part"]
