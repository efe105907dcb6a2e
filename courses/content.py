"""A course written in a file, brought into the page tree once and published as one edition."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from django.core.files import File
from django.db import models, transaction
from wagtail.models import Locale

from agencies.models import Role
from assessments.models import Quiz
from courses.models import CatalogPage, CoursePage, LearningPath, ModulePage, PathStep
from courses.services import ensure_site
from facts.models import ContactPoint, LegalReference, Source
from media.models import Picture

COURSE_FILE = Path(__file__).parent / "content" / "grunnkurs.yaml"
PATH_KEY = "grunnkurs"

# Ids of list items are derived from the block's, so that loading the same file gives the same ids everywhere.
_NAMESPACE = uuid.UUID("5c4a0ab1-6a0e-4f0e-9d38-60d3b7a9f6a1")


@transaction.atomic
def load_course(path: Path | None = None) -> CoursePage:
    """The course of `path` in Bokmål, made and published if it is missing; one that is there is left as it is."""
    file = path or COURSE_FILE
    content = _read(file)
    catalog: CatalogPage = ensure_site()
    course = content["course"]
    found: CoursePage | None = CoursePage.objects.filter(
        translation_key=uuid.UUID(course["key"]), locale=catalog.locale
    ).first()
    if found:
        return found
    page = catalog.add_child(
        instance=CoursePage(
            title=course["title"],
            slug=course["slug"],
            lead=course["lead"],
            translation_key=uuid.UUID(course["key"]),
            locale=catalog.locale,
            live=False,
        )
    )
    facts = _Facts(file.parent / "images")
    for module in content["modules"]:
        _publish(
            page.add_child(
                instance=ModulePage(
                    title=module["title"],
                    slug=module["slug"],
                    lead=module["lead"],
                    minutes=module["minutes"],
                    parts=_parts(module["parts"], facts),
                    translation_key=uuid.UUID(module["key"]),
                    locale=catalog.locale,
                    live=False,
                )
            )
        )
    # The course last: while it is not published its modules make no edition, so that all of it becomes one.
    _publish(page)
    page.refresh_from_db()
    return page  # type: ignore[no-any-return]  # Wagtail is untyped


def modules_by_code(path: Path | None = None) -> dict[str, ModulePage]:
    """The modules of the file by their codes (F1), as pages in Bokmål."""
    keys = {module["code"]: uuid.UUID(module["key"]) for module in _read(path or COURSE_FILE)["modules"]}
    pages = ModulePage.objects.filter(translation_key__in=keys.values(), locale=Locale.get_default())
    by_key = {page.translation_key: page for page in pages}
    return {code: by_key[key] for code, key in keys.items() if key in by_key}


@transaction.atomic
def load_path(*, quiz: Quiz, path: Path | None = None) -> LearningPath:
    """The path of the foundation course: the course, then the test, for every role. Left as it is when there."""
    found: LearningPath | None = LearningPath.objects.filter(key=PATH_KEY).first()
    if found:
        return found
    learning_path: LearningPath = LearningPath.objects.create(
        key=PATH_KEY,
        name_nb="Grunnkurset",
        name_nn="Grunnkurset",
        name_en="The foundation course",
        lead_nb="Det alle i førstelinjen trenger for å se, forstå og handle.",
        lead_nn="Det alle i førstelina treng for å sjå, forstå og handle.",
        lead_en="What everyone in the first line needs to see, understand and act.",
    )
    course_key = uuid.UUID(_read(path or COURSE_FILE)["course"]["key"])
    PathStep.objects.create(path=learning_path, position=0, course_key=course_key)
    PathStep.objects.create(path=learning_path, position=1, quiz=quiz)
    learning_path.roles.set(Role.objects.all())
    learning_path.save()
    return learning_path


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _publish(page: Any) -> None:
    page.save_revision(clean=False).publish()


class _Facts:
    """Rows that blocks refer to, by key."""

    def __init__(self, images: Path) -> None:
        self.images = images
        self.laws = self._by_key(LegalReference)
        self.contacts = self._by_key(ContactPoint)
        self.sources = self._by_key(Source)

    @staticmethod
    def _by_key(model: type[models.Model]) -> dict[str, int]:
        return dict(model._default_manager.values_list("key", "pk"))

    def picture(self, name: str, description: str) -> Picture:
        """The picture of that file, made once."""
        title = f"courses/{name}"
        found: Picture | None = Picture.objects.filter(title=title).first()
        if found:
            return found
        with (self.images / name).open("rb") as file:
            picture = Picture(title=title, description=description[:255], file=File(file, name=name))
            picture.save()
        return picture


def _parts(parts: list[dict[str, Any]], facts: _Facts) -> Any:
    """The parts as Wagtail keeps them, checked as the admin would check them."""
    block = ModulePage._meta.get_field("parts").stream_block
    raw = [
        {
            "type": "part",
            "id": part["key"],
            "value": {"title": part["title"], "body": [_block(child, facts) for child in part["body"]]},
        }
        for part in parts
    ]
    return block.clean(block.to_python(raw))


def _block(child: dict[str, Any], facts: _Facts) -> dict[str, Any]:
    make = _VALUES.get(child["type"])
    value = make(child["value"], child["key"], facts) if make else child["value"]
    return {"type": child["type"], "id": child["key"], "value": value}


def _items(values: list[Any], key: str) -> list[dict[str, Any]]:
    return [
        {"type": "item", "id": str(uuid.uuid5(_NAMESPACE, f"{key}:{place}")), "value": value}
        for place, value in enumerate(values)
    ]


def _law(value: dict[str, Any], key: str, facts: _Facts) -> dict[str, Any]:
    return {**value, "reference": facts.laws[value["reference"]]}


def _contacts(value: dict[str, Any], key: str, facts: _Facts) -> dict[str, Any]:
    return {**value, "contacts": _items([facts.contacts[name] for name in value["contacts"]], key)}


def _sources(value: dict[str, Any], key: str, facts: _Facts) -> dict[str, Any]:
    return {"sources": _items([facts.sources[name] for name in value["sources"]], key)}


def _question(value: dict[str, Any], key: str, facts: _Facts) -> dict[str, Any]:
    return {**value, "branches": _items(value.get("branches", []), key)}


def _case(value: dict[str, Any], key: str, facts: _Facts) -> dict[str, Any]:
    choices = [
        {**choice, "effects": _items(choice.get("effects", []), f"{key}:{place}")}
        for place, choice in enumerate(value["choices"])
    ]
    return {**value, "choices": _items(choices, key)}


def _action_card(value: dict[str, Any], key: str, facts: _Facts) -> dict[str, Any]:
    contacts = [facts.contacts[name] for name in value.get("contacts", [])]
    return {**value, "rows": _items(value["rows"], key), "contacts": _items(contacts, f"{key}:contacts")}


def _image(value: dict[str, Any], key: str, facts: _Facts) -> dict[str, Any]:
    picture = facts.picture(value["file"], value["alt"])
    return {"image": {"image": picture.pk, "alt_text": value["alt"], "decorative": False}}


_VALUES: dict[str, Callable[[dict[str, Any], str, _Facts], dict[str, Any]]] = {
    "law": _law,
    "contacts": _contacts,
    "sources": _sources,
    "question": _question,
    "case": _case,
    "image": _image,
    "action_card": _action_card,
}
