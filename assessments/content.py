"""Questions and the quiz that come with the platform, read from YAML."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from wagtail.models import Page

from assessments.models import Item, ItemOption, Quiz, QuizDraw, Topic
from assessments.services import save_item_version
from common.translated import LANGUAGES
from facts.models import LegalReference, Source

FOUNDATION = Path(__file__).parent / "content" / "foundation.yaml"


class ContentError(ValueError):
    """The file names something that is not there."""


@transaction.atomic
def load_items(path: Path | None = None, *, pages_by_code: Mapping[str, Page]) -> Quiz:
    """Brings topics, items with a first version, and the quiz from the file into the bank; gives the quiz.

    May be run again: an item follows the file as long as nobody has edited it here; from then on it is its author's.
    Names of topics and the quiz are the authors' from the start.
    """
    read = yaml.safe_load((path or FOUNDATION).read_text(encoding="utf-8"))
    topics = {row["key"]: _topic(row) for row in read["topics"]}
    for row in read["items"]:
        _item(row, topics, pages_by_code)
    return _quiz(read["quiz"], topics)


def _texts(row: Mapping[str, Any], *names: str) -> dict[str, str]:
    fields = (f"{name}_{language}" for name in names for language in LANGUAGES)
    return {field: row.get(field, "") for field in fields}


def _topic(row: Mapping[str, Any]) -> Topic:
    return Topic.objects.get_or_create(key=row["key"], defaults=_texts(row, "name"))[0]


def _item(row: Mapping[str, Any], topics: Mapping[str, Topic], pages: Mapping[str, Page]) -> None:
    item = Item.objects.filter(code=row["code"]).first() or Item(code=row["code"])
    if item.pk and item.versions.filter(made_by__isnull=False).exists():
        return
    if row["topic"] not in topics:
        raise ContentError(f"{row['code']}: no topic {row['topic']}")
    item.topic = topics[row["topic"]]
    for name, value in _texts(row, "stem", "why").items():
        setattr(item, name, value)
    if row.get("read_about") in pages:
        item.read_about = pages[row["read_about"]]
    item.sources = _facts(Source, row, "sources")
    item.laws = _facts(LegalReference, row, "laws")
    item.options = [
        ItemOption(
            position=position,
            correct=option["correct"],
            harmful=option["harmful"],
            **_texts(option, "text"),
        )
        for position, option in enumerate(row["options"])
    ]
    item.full_clean()
    item.save()
    save_item_version(item=item, made_by=None)


def _facts(model: type[Source] | type[LegalReference], row: Mapping[str, Any], name: str) -> list[Any]:
    wanted = row.get(name, [])
    found = {fact.key: fact for fact in model._default_manager.filter(key__in=wanted)}
    missing = [key for key in wanted if key not in found]
    if missing:
        raise ContentError(f"{row['code']}: no {name} {', '.join(missing)}")
    return [found[key] for key in wanted]


def _quiz(row: Mapping[str, Any], topics: Mapping[str, Topic]) -> Quiz:
    quiz: Quiz | None = Quiz.objects.filter(key=row["key"]).first()
    if quiz is not None:
        return quiz
    quiz = Quiz(key=row["key"], code=row["code"], pass_mark=row["pass_mark"], **_texts(row, "name"))
    quiz.draws = [QuizDraw(topic=topics[draw["topic"]], count=draw["count"]) for draw in row["draws"]]
    quiz.full_clean()
    quiz.save()
    return quiz
