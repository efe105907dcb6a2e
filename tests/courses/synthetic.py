"""Courses of any size, for tests and benchmarks."""

import datetime as dt
import io
import itertools
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from PIL import Image

from courses.models import CoursePage, ModulePage
from courses.services import ensure_site
from facts.models import ContactPoint, LegalReference, Source, Term
from media.models import DocumentFile, Picture

_number = itertools.count(1)
CHECKED = {"verified_on": dt.date(2026, 7, 1), "review_due": dt.date(2099, 1, 1)}


def make_source(**fields: Any) -> Source:
    n = next(_number)
    return Source.objects.create(
        **{"key": f"kilde-{n}", "title_nb": f"Kilde {n}", "publisher": "Bufdir", "sureness": "A", **CHECKED, **fields}
    )


def make_law(**fields: Any) -> LegalReference:
    n = next(_number)
    values = {"key": f"lov-{n}", "act_id": "LOV-2005-05-20-28", "section": f"§ {n}", "title_nb": f"Lov § {n}"}
    values |= {"summary_nb": "Innhold", "url": "https://lovdata.no/lov", **CHECKED, **fields}
    return LegalReference.objects.create(**{"source": values.pop("source", None) or make_source(), **values})


def make_contact(**fields: Any) -> ContactPoint:
    n = next(_number)
    values = {"key": f"linje-{n}", "name_nb": f"Linje {n}", "number": f"800 00 {n:03}", "tel": f"80000{n:03}"}
    values |= {**CHECKED, **fields}
    return ContactPoint.objects.create(**{"source": values.pop("source", None) or make_source(), **values})


def make_term(name: str = "tvangsekteskap", **fields: Any) -> Term:
    values = {"key": f"ord-{next(_number)}", "preferred_nb": name, "meaning_nb": "Hva det betyr.", **CHECKED, **fields}
    return Term.objects.create(**{"source": values.pop("source", None) or make_source(), **values})


def make_picture() -> Picture:
    file = io.BytesIO()
    Image.new("RGB", (2000, 1000), "purple").save(file, "PNG")
    file.seek(0)
    n = next(_number)
    return Picture.objects.create(title=f"Bilde {n}", description="En dør", file=ImageFile(file, name=f"{n}.png"))


def make_document(name: str = "ark.pdf", content: bytes = b"%PDF-1.7 ark", **fields: Any) -> DocumentFile:
    return DocumentFile.objects.create(title="Ark", file=ContentFile(content, name=name), **fields)


def block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "id": str(uuid.uuid4()), "value": value}


def items(values: list[Any]) -> list[dict[str, Any]]:
    return [block("item", value) for value in values]


def case() -> dict[str, Any]:
    choice = {
        "outcome": "<p>Så gikk det slik.</p>",
        "why": "<p>Fordi.</p>",
        "effects": items([{"who": "Du", "what": "Lærer"}]),
    }
    return block(
        "case",
        {
            "label": "Saken om Amira, 16",
            "title": "Ved døren",
            "text": "<p>Hun spør deg.</p>",
            "prompt": "Hva gjør du nå?",
            "choices": items(
                [
                    {**choice, "text": "Ringer hjem", "rating": "harmful", "outcome_title": "Pulten er tom"},
                    {**choice, "text": "Lytter til henne", "rating": "safe", "outcome_title": "Hun forteller"},
                ]
            ),
        },
    )


def action_card(contacts: list[int] | None = None, title: str = "Når jeg er bekymret") -> dict[str, Any]:
    rows = [{"label": "Hvem ringer jeg?", "hint": "Navn og funksjon"}, {"label": "Rommet vårt", "hint": ""}]
    value = {"title": title, "lead": "Fyll det ut nå", "rows": items(rows), "contacts": items(contacts or [])}
    return block("action_card", value)


def text_part(title: str = "Del", text: str = "<p>Tekst.</p>") -> dict[str, Any]:
    return block("part", {"title": title, "body": [block("text", text)]})


def make_course(title: str = "Kurset", *, slug: str | None = None) -> CoursePage:
    """A course that is not published yet, so that its modules can be added without an edition for each."""
    catalog = ensure_site()
    return catalog.add_child(
        instance=CoursePage(
            title=title, slug=slug or f"kurs-{next(_number)}", lead="Ingress", locale=catalog.locale, live=False
        )
    )


def make_module(course: CoursePage, title: str = "Modul", parts: list[Any] | int = 2, **fields: Any) -> ModulePage:
    if isinstance(parts, int):
        parts = [text_part(f"{title}, del {n}") for n in range(1, parts + 1)]
    stream = ModulePage._meta.get_field("parts").stream_block.to_python(parts)
    fields.setdefault("slug", f"modul-{next(_number)}")
    fields.setdefault("minutes", 9)
    course.refresh_from_db()
    page = course.add_child(
        instance=ModulePage(title=title, lead="Ingress", parts=stream, locale=course.locale, live=False, **fields)
    )
    return publish(page)


def publish(page: Any, user: Any = None) -> Any:
    page.save_revision(user=user).publish()
    page.refresh_from_db()
    return page


def make_synthetic_course(modules: int, parts: int) -> CoursePage:
    """A published course of one edition."""
    course = make_course(f"Kurs med {modules} moduler")
    for n in range(1, modules + 1):
        make_module(course, f"Modul {n}", parts)
    return publish(course)
