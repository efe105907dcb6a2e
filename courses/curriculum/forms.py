"""Pages as their files have them: the form in which a page and its file are compared, and written."""

from collections.abc import Iterable
from typing import Any

from courses.curriculum.blocks import Names, parts_to_form, parts_to_raw
from courses.curriculum.files import Form
from courses.models import CoursePage, ModulePage
from facts.models import ContactPoint, LegalReference, Source
from media.models import DocumentFile, H5PContent, Picture, Video


def names_for(course: str) -> Names:
    """Everything that blocks may refer to. Pictures are those of this course."""
    rows: dict[str, dict[str, int]] = {
        "laws": dict(LegalReference.objects.values_list("key", "pk")),
        "contacts": dict(ContactPoint.objects.values_list("key", "pk")),
        "sources": dict(Source.objects.values_list("key", "pk")),
    }
    pictures = Picture.objects.filter(title__startswith=f"{course}/").values_list("title", "pk")
    rows["pictures"] = {title.partition("/")[2]: pk for title, pk in pictures}
    for kind, model in (("activities", H5PContent), ("videos", Video)):
        rows[kind] = {str(key): pk for key, pk in model._default_manager.values_list("public_id", "pk")}
    rows["documents"] = dict(DocumentFile.objects.exclude(file_hash="").values_list("file_hash", "pk"))
    return Names(rows)


def course_in_file(course: Form, language: str) -> Form:
    """One language of course.yaml. The note is for those who edit, and in Bokmål."""
    words = course[language]
    form = {name: " ".join(str(words[name]).split()) for name in ("title", "slug", "lead")}
    note = str(course.get("editorial_note") or "").strip() if language == "nb" else ""
    told = {**form, "illustration": course.get("illustration", ""), "editorial_note": note}
    return _draft(told, bool(course.get("draft")))


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
        return {**told, "translated": False}
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
        return {**told, "translated": False}
    return {**told, "parts": parts_to_form(_raw(page.parts.raw_data), names)}


def _raw(parts: Iterable[Any]) -> list[dict[str, Any]]:
    return [part for part in parts if part["type"] == "part"]
