"""A bank of questions as a file can be brought in, again and again, and can be asked."""

import copy
import uuid

import pytest
from factories import make_person
from wagtail.models import Page

from assessments import services
from assessments.content import ContentError, bank_as_file, load_bank
from assessments.models import Item, ItemVersion, Quiz
from common.in_step import InStep, digest
from tests.courses import content_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages():
    root = Page.objects.get(depth=1)
    return {"T1": root.add_child(instance=Page(title="T1", slug="t1"))}


@pytest.fixture
def bank():
    content_files.make_facts()
    return copy.deepcopy(content_files.BANK)


def test_a_bank_is_brought_in_once(pages, bank):
    first = load_bank(bank, pages_by_code=pages, name="prove").quiz
    second = load_bank(bank, pages_by_code=pages, name="prove").quiz
    assert first == second == Quiz.objects.get()
    assert str(first.key) == bank["quiz"]["key"]
    assert Item.objects.count() == ItemVersion.objects.count() == 2
    assert {(item.read_about.title, item.objective) for item in Item.objects.all()} == {("T1", "T1.1")}
    assert [option.harmful for option in Item.objects.first().options.all()] == [False, True]


def test_its_quiz_can_be_sat_and_passed(pages, bank, learner, allow):
    quiz = load_bank(bank, pages_by_code=pages, name="prove").quiz
    allow(learner, quiz)
    attempt = services.start_attempt(person=learner, quiz=quiz)
    versions = ItemVersion.objects.in_bulk([one["version"] for one in attempt.draw])
    for position, one in enumerate(attempt.draw):
        options = versions[one["version"]].content["options"]
        right = next(option["key"] for option in options if option["correct"])
        services.save_answer(attempt=attempt, position=position, option=right, sequence=1)
    assert services.finish_attempt(attempt=attempt).passed


def with_renewal(bank, **fields):
    quiz = bank["quiz"]
    draws = [{"topic": quiz["draws"][0]["topic"], "count": 1}]
    told = {**quiz, "key": str(uuid.uuid4()), "code": f"{quiz['code']}-fornying", "draws": draws, "minutes": 6}
    return {**bank, "renewal": told | fields}


def test_a_shorter_test_for_renewal_comes_in_and_out_with_the_bank(pages, bank):
    tests = load_bank(with_renewal(bank), pages_by_code=pages, name="prove")
    assert (tests.renewal.minutes, tests.renewal.draws.get().count) == (6, 1)
    out = bank_as_file(tests.quiz, {page.translation_key: code for code, page in pages.items()}, tests.renewal)
    again = InStep({})
    load_bank(out, pages_by_code=pages, name="prove", in_step=again)
    assert {told.verdict for told in again.told} == {"same"}
    assert "prove/renewal" in [told.name for told in again.told]


def test_a_test_whose_code_an_author_has_changed_is_left_alone_with_its_renewal(pages, bank):
    load_bank(with_renewal(bank), pages_by_code=pages, name="prove")
    Quiz.objects.filter(code="T").update(code="min-prove")
    tests = load_bank(
        with_renewal(bank, key=str(Quiz.objects.get(code="T-fornying").key)), pages_by_code=pages, name="prove"
    )
    assert (tests.quiz.code, tests.renewal.code) == ("min-prove", "T-fornying")


def test_what_an_author_has_edited_is_left_alone(pages, bank):
    load_bank(bank, pages_by_code=pages, name="prove")
    item = Item.objects.get(code="T-01")
    item.stem_nb = "Slik vil jeg ha det."
    item.save()
    services.save_item_version(item=item, made_by=make_person())
    load_bank(bank, pages_by_code=pages, name="prove")
    item.refresh_from_db()
    assert item.stem_nb == "Slik vil jeg ha det."
    assert item.versions.count() == 2


def test_a_new_wording_in_the_file_is_a_new_version(pages, bank):
    step = InStep({})
    load_bank(bank, pages_by_code=pages, name="prove", in_step=step)
    bank["items"][1]["stem_nb"] = "Hvem må avverge?"
    load_bank(bank, pages_by_code=pages, name="prove", in_step=InStep(step.now))
    assert Item.objects.get(code="T-02").versions.count() == 2
    assert ItemVersion.objects.count() == 3


def test_what_comes_out_is_what_went_in(pages, bank):
    quiz = load_bank(bank, pages_by_code=pages, name="prove").quiz
    out = bank_as_file(quiz, {page.translation_key: code for code, page in pages.items()})
    again = InStep({})
    load_bank(out, pages_by_code=pages, name="prove", in_step=again)
    assert {told.verdict for told in again.told} == {"same"}
    assert digest(out) != digest({})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda item: item.update(sources=["borte"]), "T-01: no sources borte"),
        (lambda item: item.update(laws=["borte"]), "T-01: no laws borte"),
        (lambda item: item.update(topic="borte"), "T-01: no topic borte"),
        (lambda item: item["options"][0].update(correct=False), "T-01"),
    ],
)
def test_what_is_not_there_is_named_and_nothing_is_brought_in(pages, bank, change, message):
    change(bank["items"][0])
    with pytest.raises(ContentError, match=message):
        load_bank(bank, pages_by_code=pages, name="prove")
    assert not Item.objects.exists()
