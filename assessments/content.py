"""A bank of questions and the tests that draw from it, written in a file: brought in, and written back."""

import string
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Page

from assessments.models import Item, ItemOption, Quiz, QuizDraw, Topic
from assessments.services import save_item_version
from common.in_step import InStep
from common.translated import LANGUAGES
from facts.models import LegalReference, Source

Form = dict[str, Any]


class ContentError(ValueError):
    """The file names something that is not there, or says what may not be."""


_MINUTES = Quiz._meta.get_field("minutes").default


class Quizzes(NamedTuple):
    """The test of a course, and the shorter one by which it is renewed where the bank has one."""

    quiz: Quiz
    renewal: Quiz | None


@transaction.atomic
def load_bank(read: Form, *, pages_by_code: Mapping[str, Page], name: str, in_step: InStep | None = None) -> Quizzes:
    """Brings topics, items and the tests of a bank file in; gives the tests. `name` is that of the course.

    May be run again: what the file has newer becomes a new version of an item; what an author has edited here is left.
    Raises ContentError.
    """
    in_step = in_step or InStep({})
    topics: dict[str, Topic] = {}
    for row in read["topics"]:
        topic = Topic.objects.filter(key=row["key"]).first()
        file = {"key": row["key"], **_texts(row, "name")}
        if in_step.writes(f"{name}/topic/{row['key']}", file=file, here=_topic_form(topic) if topic else None):
            topic, _made = Topic.objects.update_or_create(key=row["key"], defaults=_texts(row, "name"))
        topics[row["key"]] = topic or Topic.objects.get(key=row["key"])
    facts = {model: _by_key(model) for model in (Source, LegalReference)}
    codes = {page.translation_key: code for code, page in pages_by_code.items()}
    items = _items([row["code"] for row in read["items"]])
    for row in read["items"]:
        item = items.get(row["code"])
        here = item_form(item, codes) if item else None
        if in_step.writes(f"{name}/{row['code']}", file=_item_in_file(row), here=here):
            _write_item(item or Item(code=row["code"]), row, topics, pages_by_code, facts)
    quiz = _quiz(read["quiz"], topics, f"{name}/quiz", in_step)
    renewal = _quiz(read["renewal"], topics, f"{name}/renewal", in_step) if "renewal" in read else None
    return Quizzes(quiz, renewal)


def bank_as_file(quiz: Quiz, codes: Mapping[Any, str], renewal: Quiz | None = None) -> Form:
    """The bank that a quiz draws from, as its file has it. `codes` are those of modules, by translation key."""
    topics, items = _bank(quiz)
    return {
        "topics": [_topic_form(topic) for topic in topics],
        "items": [_without_empty(item_form(item, codes)) for item in items],
        "quiz": _without_empty(quiz_form(quiz)),
        **({"renewal": _without_empty(quiz_form(renewal))} if renewal else {}),
    }


def _bank(quiz: Quiz) -> tuple[list[Topic], list[Item]]:
    topics = [draw.topic for draw in quiz.draws.select_related("topic").order_by("topic__key")]
    codes = Item.objects.filter(topic__in=topics, retired=False).order_by("code").values_list("code", flat=True)
    found = _items(list(codes))
    return topics, [found[code] for code in sorted(found)]


def item_form(item: Item, codes: Mapping[Any, str]) -> Form:
    """An item as a plain structure, to compare and to write."""
    options = sorted(item.options.all(), key=lambda option: (option.position, option.pk or 0))
    return {
        "code": item.code,
        "topic": item.topic.key,
        "objective": item.objective,
        "read_about": codes.get(item.read_about.translation_key, "") if item.read_about else "",
        **_texts(_Attributes(item), "stem", "why"),
        "sources": sorted(source.key for source in item.sources.all()),
        "laws": sorted(law.key for law in item.laws.all()),
        "uneven": item.uneven,
        "options": [
            {
                "key": key,
                **_texts(_Attributes(option), "text"),
                "correct": option.correct,
                "harmful": option.harmful,
            }
            for key, option in zip(string.ascii_lowercase, options, strict=False)
        ],
    }


def quiz_form(quiz: Quiz) -> Form:
    draws = [{"topic": draw.topic.key, "count": draw.count} for draw in quiz.draws.all()]
    return {
        "key": str(quiz.key),
        "code": quiz.code,
        "pass_mark": quiz.pass_mark,
        "minutes": quiz.minutes,
        **_texts(_Attributes(quiz), "name"),
        "draws": sorted(draws, key=lambda draw: str(draw["topic"])),
    }


class _Attributes:
    """A row read as a mapping, so that rows and files are read by the same words."""

    def __init__(self, row: Any) -> None:
        self.row = row

    def get(self, name: str, default: Any = "") -> Any:
        return getattr(self.row, name, default)


def _texts(row: Any, *names: str) -> dict[str, str]:
    fields = (f"{name}_{language}" for name in names for language in LANGUAGES)
    return {field: str(row.get(field) or "").strip() for field in fields}


def _topic_form(topic: Topic) -> Form:
    return {"key": topic.key, **_texts(_Attributes(topic), "name")}


def _item_in_file(row: Form) -> Form:
    """An item of the file in the form that `item_form` gives."""
    return {
        "code": row["code"],
        "topic": row["topic"],
        "objective": row.get("objective", ""),
        "read_about": row.get("read_about", ""),
        **_texts(row, "stem", "why"),
        "sources": sorted(row.get("sources", [])),
        "laws": sorted(row.get("laws", [])),
        "uneven": row.get("uneven", ""),
        "options": [
            {
                "key": key,
                **_texts(option, "text"),
                "correct": bool(option["correct"]),
                "harmful": bool(option.get("harmful", False)),
            }
            for key, option in zip(string.ascii_lowercase, row["options"], strict=False)
        ],
    }


def _items(codes: list[str]) -> dict[str, Item]:
    rows = Item.objects.filter(code__in=codes).select_related("topic", "read_about")
    return {item.code: item for item in rows.prefetch_related("options", "sources", "laws")}


def _write_item(
    item: Item, row: Form, topics: Mapping[str, Topic], pages: Mapping[str, Page], facts: Mapping[Any, dict[str, Any]]
) -> None:
    if row["topic"] not in topics:
        raise ContentError(f"{row['code']}: no topic {row['topic']}")
    item.topic = topics[row["topic"]]
    for name, value in _texts(row, "stem", "why").items():
        setattr(item, name, value)
    item.objective, item.uneven = row.get("objective", ""), row.get("uneven", "")
    code = row.get("read_about", "")
    if code and code not in pages:
        raise ContentError(f"{row['code']}: no module {code}")
    item.read_about = pages[code] if code else None
    item.sources = _facts(facts[Source], row, "sources")
    item.laws = _facts(facts[LegalReference], row, "laws")
    item.options = [
        ItemOption(
            position=position,
            correct=option["correct"],
            harmful=option.get("harmful", False),
            **_texts(option, "text"),
        )
        for position, option in enumerate(row["options"])
    ]
    try:
        item.full_clean()
        item.save()
        save_item_version(item=item, made_by=None)
    except ValidationError as error:
        raise ContentError(f"{row['code']}: {' '.join(error.messages)}") from error


def _by_key(model: type[Source] | type[LegalReference]) -> dict[str, Any]:
    return {row.key: row for row in model._default_manager.all()}


def _facts(found: Mapping[str, Any], row: Form, name: str) -> list[Any]:
    wanted = row.get(name, [])
    missing = [key for key in wanted if key not in found]
    if missing:
        raise ContentError(f"{row['code']}: no {name} {', '.join(missing)}")
    return [found[key] for key in wanted]


def _quiz(row: Form, topics: Mapping[str, Topic], where: str, in_step: InStep) -> Quiz:
    quiz: Quiz | None = Quiz.objects.filter(key=row["key"]).prefetch_related("draws__topic").first()
    file = {
        "key": row["key"],
        "code": row["code"],
        "pass_mark": row["pass_mark"],
        "minutes": row.get("minutes", _MINUTES),
        **_texts(row, "name"),
        "draws": sorted(row["draws"], key=lambda draw: str(draw["topic"])),
    }
    if in_step.writes(where, file=file, here=quiz_form(quiz) if quiz else None):
        quiz = quiz or Quiz(key=row["key"])
        for field in ("code", "pass_mark", "minutes"):
            setattr(quiz, field, file[field])
        for field, value in _texts(row, "name").items():
            setattr(quiz, field, value)
        unknown = [draw["topic"] for draw in row["draws"] if draw["topic"] not in topics]
        if unknown:
            raise ContentError(f"{where.rpartition('/')[2]}: no topic {', '.join(unknown)}")
        quiz.draws = [QuizDraw(topic=topics[draw["topic"]], count=draw["count"]) for draw in row["draws"]]
        quiz.full_clean()
        quiz.save()
    return quiz or Quiz.objects.get(key=row["key"])


def _without_empty(form: Form) -> Form:
    return {name: value for name, value in form.items() if value not in ("", [], None)}
