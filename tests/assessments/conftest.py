"""A quiz of eight questions in two topics, and someone who may sit it."""

import datetime as dt

import pytest
from factories import make_membership, make_person, make_unit

from assessments import services
from assessments.models import Item, ItemOption, Quiz, QuizDraw, Topic
from facts.models import LegalReference, Source


def make_item(code, topic, **fields):
    """An item with right answer a, wrong answers b and d, and c that can harm; with its first version."""
    fields.setdefault("stem_nb", f"Hva er riktig i {code}?")
    fields.setdefault("why_nb", f"Fordi {code} er slik.")
    item = Item(code=code, topic=topic, **fields)
    item.options = [
        ItemOption(text_nb=f"{code} riktig", correct=True, position=0),
        ItemOption(text_nb=f"{code} feil", position=1),
        ItemOption(text_nb=f"{code} farlig", harmful=True, position=2),
        ItemOption(text_nb=f"{code} feil også", position=3),
    ]
    item.save()
    services.save_item_version(item=item, made_by=None)
    return item


def make_quiz(code="grunnkurs", per_topic=4, **fields):
    """Topics «begreper» and «plikter», each with exactly as many questions as the quiz draws."""
    topics = [
        Topic.objects.get_or_create(key=key, defaults={"name_nb": key.capitalize()})[0]
        for key in ("begreper", "plikter")
    ]
    for topic in topics:
        for number in range(1, per_topic + 1):
            make_item(f"{code[:3]}-{topic.key[0]}{number}", topic)
    quiz = Quiz(code=code, name_nb="Prøve i grunnkurset", **fields)
    quiz.draws = [QuizDraw(topic=topic, count=per_topic) for topic in topics]
    quiz.save()
    return quiz


def source_every_item(page):
    """A law, a source and `page` to read for every item there is."""
    for item in Item.objects.all():
        item.sources, item.laws = list(Source.objects.all()), list(LegalReference.objects.all())
        item.read_about = page
        item.save()
        services.save_item_version(item=item, made_by=None)


def allow(person, quiz, **terms):
    terms = {
        "given_for": "cycle:1",
        "pass_mark": 80,
        "attempts": 3,
        "cool_down_days": 2,
        "opens_on": dt.date(2020, 1, 1),
        "agency": None,
    } | terms
    return services.allow_attempts(person=person, quiz=quiz, **terms)


def answer(attempt, keys):
    """Answers the questions in order: `keys` is a string of option keys, with - for none."""
    for position, key in enumerate(keys):
        if key != "-":
            services.save_answer(attempt=attempt, position=position, option=key, sequence=1)


def sit(person, quiz, keys):
    """A whole attempt from start to finish."""
    attempt = services.start_attempt(person=person, quiz=quiz)
    answer(attempt, keys)
    return services.finish_attempt(attempt=attempt)


# The functions above as fixtures: in importlib mode tests cannot import from a conftest.
for _function in (make_item, make_quiz, source_every_item, allow, answer, sit):
    globals()[f"_{_function.__name__}"] = pytest.fixture(name=_function.__name__)(lambda given=_function: given)


@pytest.fixture
def quiz(db):
    return make_quiz()


@pytest.fixture
def learner(db):
    unit = make_unit()
    person = make_person()
    make_membership(person, unit)
    return person


@pytest.fixture
def sourced(quiz):
    """Gives every item a law, a source and a page to read; gives the page."""
    from wagtail.models import Page

    dates = {"verified_on": dt.date(2027, 4, 12), "review_due": dt.date(2028, 4, 12)}
    source = Source.objects.create(key="strl", title_nb="Straffeloven", publisher="Lovdata", sureness="A", **dates)
    LegalReference.objects.create(
        key="strl-196",
        act_id="LOV-2005-05-20-28",
        section="§ 196",
        title_nb="Straffeloven § 196",
        summary_nb="Plikt til å avverge.",
        url="https://lovdata.no/",
        source=source,
        **dates,
    )
    root = Page.objects.get(depth=1)
    course = root.add_child(instance=Page(title="Grunnkurs", slug="grunnkurs"))
    page = course.add_child(instance=Page(title="Plikten din", slug="plikten-din"))
    source_every_item(page)
    return page
