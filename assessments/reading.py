"""What the pages show of an attempt, read in a number of queries that does not grow with it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Length, Substr
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from wagtail.models import Page

from assessments.models import Answer, Attempt, ItemVersion
from common.translated import pick
from facts.models import LegalReference, Source


@dataclass(frozen=True, slots=True)
class ShownOption:
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question as it stands on the page, options in the order they were drawn."""

    number: int
    stem: str
    options: tuple[ShownOption, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the feedback rests on: a law or a source, with the day it was checked."""

    title: str
    url: str
    verified_on: dt.date
    is_law: bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """What she answered to one question, and why it was right or not. `right_text` only where it may be told."""

    number: int
    stem: str
    answer: str
    right: bool
    harmful: bool
    right_text: str
    why: str
    facts: tuple[Fact, ...]


@dataclass(slots=True)
class Reread:
    """Something to read before the next attempt: a module, or the topic where a question names none."""

    title: str
    url: str
    wrong: int = 0
    harmful: bool = False


def question(attempt: Attempt, number: int) -> ShownQuestion:
    """The question in place `number`, counted from 1."""
    drawn = attempt.draw[number - 1]
    content = ItemVersion.objects.values_list("content", flat=True).get(pk=drawn["version"])
    texts = {option["key"]: pick(option["text"]) for option in content["options"]}
    return ShownQuestion(
        number=number,
        stem=pick(content["stem"]),
        options=tuple(ShownOption(key, texts[key]) for key in drawn["options"]),
    )


def answers(attempt: Attempt) -> dict[int, Answer]:
    """What is saved, by place in the draw (from 0)."""
    return {answer.position: answer for answer in Answer.objects.filter(attempt=attempt)}


def _versions(attempt: Attempt) -> dict[int, ItemVersion]:
    wanted = [drawn["version"] for drawn in attempt.draw]
    return ItemVersion.objects.select_related("item__topic").in_bulk(wanted)


@dataclass(frozen=True, slots=True)
class Review:
    """A finished attempt, question by question."""

    attempt: Attempt
    versions: dict[int, ItemVersion]
    chosen: dict[int, str]

    def rows(self) -> list[tuple[int, ItemVersion, dict[str, Any] | None]]:
        """Place, version and chosen option (None: unanswered) of every question."""
        found = []
        for place, drawn in enumerate(self.attempt.draw):
            version = self.versions[drawn["version"]]
            key = self.chosen.get(place)
            options = version.content["options"]
            found.append((place, version, next((one for one in options if one["key"] == key), None)))
        return found


def review(attempt: Attempt) -> Review:
    """Reads a finished attempt."""
    chosen = {place: answer.option for place, answer in answers(attempt).items()}
    return Review(attempt, _versions(attempt), chosen)


def feedback(found: Review, *, only_wrong: bool, tell_right: bool) -> list[Feedback]:
    """Feedback on every question, or only on those that were not right.

    Without `tell_right` the right answer is kept back: she may meet the question again.
    """
    rows = [row for row in found.rows() if not only_wrong or row[2] is None or not row[2]["correct"]]
    facts = _facts([version for _, version, _ in rows])
    return [
        Feedback(
            number=place + 1,
            stem=version.stem,
            answer=pick(option["text"]) if option else "",
            right=bool(option and option["correct"]),
            harmful=bool(option and option["harmful"]),
            right_text=_right_text(version) if tell_right else "",
            why=version.why,
            facts=facts[version.pk],
        )
        for place, version, option in rows
    ]


def _right_text(version: ItemVersion) -> str:
    return next(pick(option["text"]) for option in version.content["options"] if option["correct"])


def _facts(versions: Sequence[ItemVersion]) -> dict[int, tuple[Fact, ...]]:
    """The laws and sources of each version, laws first. Read live, so that the checked date is today's."""
    wanted = {pk for one in versions for pk in one.content["laws"]}
    laws = LegalReference.objects.select_related("source").in_bulk(wanted)
    sources = Source.objects.in_bulk({pk for one in versions for pk in one.content["sources"]})
    return {
        version.pk: tuple(
            [
                Fact(laws[pk].named, laws[pk].url, laws[pk].verified_on, True)
                for pk in version.content["laws"]
                if pk in laws
            ]
            + [
                Fact(sources[pk].title, sources[pk].url, sources[pk].verified_on, False)
                for pk in version.content["sources"]
                if pk in sources
            ]
        )
        for version in versions
    }


def reread(found: Review) -> list[Reread]:
    """What to read before the next attempt: first where an answer could harm, then by the number of wrong ones."""
    rows = [
        (version, bool(option and option["harmful"]))
        for _, version, option in found.rows()
        if not (option and option["correct"])
    ]
    pages = _pages({version.item.read_about_id for version, _ in rows if version.item.read_about_id})
    entries: dict[Any, Reread] = {}
    for version, harmful in rows:
        item = version.item
        page = pages.get(item.read_about_id)
        if page:
            entry = entries.setdefault(page["translation_key"], Reread(page["title"], _address(page)))
        else:
            entry = entries.setdefault(f"topic {item.topic_id}", Reread(item.topic.name, ""))
        entry.wrong += 1
        entry.harmful = entry.harmful or harmful
    return sorted(entries.values(), key=lambda entry: (not entry.harmful, -entry.wrong))


# Fewer people than this would tell a trainer who knows them what one of them chose.
FEWEST_SHOWN = 10
# Shares in whole steps, so that one more answer does not show what it was.
_STEP = 5


@dataclass(frozen=True, slots=True)
class Chosen:
    """One option of a question, and the share that chose it, in per cent, to the nearest step."""

    text: str
    correct: bool
    harmful: bool
    share: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How the answers to one version of a question have fallen.

    `people` are in whole tens, and `options` is empty where they are too few to show.
    """

    number: int
    people: int
    options: tuple[Chosen, ...]


def spread(version: ItemVersion) -> Spread:
    """Of delivered attempts only: an answer that may still be changed is nobody's answer. Two queries."""
    rows = Answer.objects.filter(version=version, attempt__state=Attempt.State.FINISHED).order_by()
    people = rows.aggregate(people=Count("attempt__person", distinct=True))["people"]
    if people < FEWEST_SHOWN:
        return Spread(version.number, 0, ())
    times = dict(rows.values_list("option").annotate(Count("pk")))
    answers = sum(times.values())
    options = (
        Chosen(
            pick(option["text"]),
            option["correct"],
            option["harmful"],
            share=_STEP * round(times.get(option["key"], 0) * 100 / answers / _STEP),
        )
        for option in version.content["options"]
    )
    return Spread(version.number, people // 10 * 10, tuple(options))


def _pages(ids: set[int]) -> dict[int, dict[str, Any]]:
    """For each page the one to read: in the reader's language where there is one, else Bokmål, else itself."""
    if not ids:
        return {}
    parent_path = Substr(OuterRef("path"), 1, Length(OuterRef("path")) - Page.steplen)
    found = list(
        Page.objects.filter(translation_key__in=Page.objects.filter(pk__in=ids).values("translation_key"))
        .annotate(parent_slug=Subquery(Page.objects.filter(path=parent_path).values("slug")[:1]))
        .values("pk", "translation_key", "title", "slug", "parent_slug", "live", "locale__language_code")
    )
    wanted = [(translation.get_language() or "nb")[:2], "nb"]

    def preference(page: dict[str, Any]) -> int:
        code = page["locale__language_code"]
        return wanted.index(code) if code in wanted else len(wanted)

    best: dict[Any, dict[str, Any]] = {}
    for page in sorted((page for page in found if page["live"]), key=preference):
        best.setdefault(page["translation_key"], page)
    keys = {page["pk"]: page["translation_key"] for page in found}
    return {pk: best[keys[pk]] for pk in ids if keys.get(pk) in best}


def _address(page: dict[str, Any]) -> str:
    """Where a learner reads a module; empty for a page that is no module of a course."""
    try:
        return reverse("module", kwargs={"course_slug": page["parent_slug"], "module_slug": page["slug"]})
    except NoReverseMatch:
        return ""
