"""A trainer writes questions and quizzes in the Wagtail admin, is told what is wrong, and meets no learner there."""

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import translation
from factories import make_grant, make_person, make_unit, with_second_factor
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from assessments import services
from assessments.models import Item, ItemVersion, Quiz, Topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bokmal():
    with translation.override("nb"):
        yield


@pytest.fixture
def trainer(as_person):
    """A client signed in as a trainer, with the rights of the trainers' group."""
    person = with_second_factor(make_person("Tora", "Trener"))
    make_grant(person, make_unit("Fagmiljøet"), "trainer")
    group = Group.objects.get_or_create(name="Prøvetrenere")[0]
    wanted = [f"{act}_{model}" for act in ("add", "change", "view") for model in ("topic", "item", "quiz")]
    group.permissions.set(Permission.objects.filter(codename__in=[*wanted, "access_admin"]))
    person.groups.add(group)
    return as_person(person)


def admin(model, name, *args):
    return reverse(f"wagtailsnippets_assessments_{model}:{name}", args=args)


def option(text, **fields):
    marked = {name: "on" for name in ("correct", "harmful") if fields.get(name)}
    given = {"text_nb": text, "text_nn": "", "text_en": "", "id": fields.get("id", "")}
    return {**given, **marked}


def item_form(topic, options, initial=0, **fields):
    texts = {f"{name}_{code}": "" for name in ("stem", "why") for code in ("nb", "nn", "en")}
    given = texts | {
        "code": "T-1",
        "topic": topic.pk,
        "stem_nb": "Hva gjør du?",
        "why_nb": "Derfor.",
        "read_about": "",
        "options": inline_formset(options, initial=initial),
    }
    return nested_form_data(given | fields)


def quiz_form(draws, **fields):
    given = {
        "code": "ny-prove",
        "name_nb": "Ny prøve",
        "name_nn": "",
        "name_en": "",
        "pass_mark": 80,
        "minutes": 10,
        "minutes_limit": "",
        "draws": inline_formset([{"topic": topic.pk, "count": count} for topic, count in draws]),
    }
    return nested_form_data(given | fields)


def text(response):
    return " ".join(response.content.decode().split())


def test_a_new_question_is_published_as_its_first_version(trainer, quiz):
    topic = Topic.objects.first()
    form = item_form(topic, [option("Ja", correct=True), option("Nei"), option("Vent", harmful=True)])
    response = trainer.post(admin("item", "add"), form, follow=True)
    assert "«T-1» er lagret som versjon 1" in text(response)
    version = ItemVersion.objects.get(item__code="T-1")
    assert [one["text"]["nb"] for one in version.content["options"]] == ["Ja", "Nei", "Vent"]
    assert version.made_by.first_name == "Tora"


def test_a_changed_question_is_the_next_version_and_an_unchanged_one_is_not(trainer, quiz):
    item = Item.objects.get(code="gru-b1")
    options = list(item.options.all())

    def form(stem):
        rows = [option(one.text_nb, correct=one.correct, harmful=one.harmful, id=one.pk) for one in options]
        return item_form(item.topic, rows, len(rows), code=item.code, stem_nb=stem, why_nb=item.why_nb)

    changed = trainer.post(admin("item", "edit", item.pk), form("Et nytt spørsmål?"), follow=True)
    assert "er lagret som versjon 2" in text(changed)
    again = trainer.post(admin("item", "edit", item.pk), form("Et nytt spørsmål?"), follow=True)
    assert "versjon 2 gjelder fortsatt" in text(again)
    assert item.versions.count() == 2


def test_answers_keep_the_order_they_stand_in_when_one_is_replaced(trainer, quiz):
    item = Item.objects.get(code="gru-b1")
    rows = [option(one.text_nb, correct=one.correct, id=one.pk) for one in item.options.all()]
    rows[0]["DELETE"] = rows[1]["DELETE"] = "on"
    rows[3]["correct"] = "on"
    form = item_form(item.topic, [*rows, option("Helt nytt")], 4, code=item.code)
    assert trainer.post(admin("item", "edit", item.pk), form).status_code == 302
    texts = [one["text"]["nb"] for one in item.versions.first().content["options"]]
    assert texts == ["gru-b1 farlig", "gru-b1 feil også", "Helt nytt"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([option("Ja"), option("Nei")], "Merk nøyaktig ett svar som riktig."),
        ([option("Ja", correct=True), option("Nei", correct=True)], "Merk nøyaktig ett svar som riktig."),
        ([option("Ja", correct=True)], "Please submit at least 2 forms|minst 2"),
        ([option("Ja", correct=True, harmful=True), option("Nei")], "både være riktig og kunne skade"),
        ([option("", correct=True), option("Nei")], "må fylles ut|required|påkrevd"),
    ],
)
def test_a_question_that_cannot_be_asked_comes_back_with_the_reason(trainer, quiz, options, message):
    response = trainer.post(admin("item", "add"), item_form(Topic.objects.first(), options))
    assert response.status_code == 200
    assert any(words in text(response) for words in message.split("|"))
    assert not Item.objects.filter(code="T-1").exists()


def test_a_code_that_is_taken_comes_back_with_the_reason(trainer, quiz):
    form = item_form(Topic.objects.first(), [option("Ja", correct=True), option("Nei")], code="gru-b1")
    assert "Koden er alt i bruk." in text(trainer.post(admin("item", "add"), form))


def test_the_list_shows_code_topic_version_and_whether_it_is_in_use(trainer, quiz):
    Item.objects.filter(code="gru-b2").update(retired=True)
    page = text(trainer.get(admin("item", "list")))
    for word in ("gru-b1", "Begreper", "Versjon", "Ikke i bruk"):
        assert word in page


def test_the_bank_has_a_place_in_the_trainers_menu(trainer):
    menu = json.dumps("Spørsmål og prøver").strip('"')
    assert menu in text(trainer.get("/admin/"))


def test_the_trainer_sees_the_question_as_a_learner_does(trainer, quiz):
    item = Item.objects.get(code="gru-b1")
    page = text(trainer.get(admin("item", "inspect", item.pk)))
    assert "Hva er riktig i gru-b1?" in page
    assert "gru-b1 farlig" in page
    assert "Fordi gru-b1 er slik." in page


@pytest.mark.parametrize(("people", "told"), [(9, False), (10, True)])
def test_the_trainer_sees_what_was_answered_once_enough_people_have_answered(trainer, quiz, allow, sit, people, told):
    for number in range(people):
        person = make_person()
        allow(person, quiz)
        sit(person, quiz, "a" * 8 if number else "b" * 8)
    page = spread_of(trainer)
    assert ("Minst 10 personer har svart på versjon 1." in page) is told
    assert ("90&nbsp;%" in page and "10&nbsp;%" in page) is told
    assert ("vises når minst 10 har svart" in page) is not told


def test_one_person_who_answers_ten_times_is_one(trainer, quiz, allow, sit, learner):
    for number in range(10):
        allow(learner, quiz, given_for=f"cycle:{number}", cool_down_days=0)
        sit(learner, quiz, "b" * 8)
    assert "vises når minst 10 har svart" in spread_of(trainer)


def test_what_is_not_delivered_yet_is_nobodys_answer(trainer, quiz, allow, answer):
    for _ in range(10):
        person = make_person()
        allow(person, quiz)
        answer(services.start_attempt(person=person, quiz=quiz), "a" * 8)
    assert "vises når minst 10 har svart" in spread_of(trainer)


def spread_of(trainer):
    return text(trainer.get(admin("item", "inspect", Item.objects.get(code="gru-b1").pk)))


def test_a_quiz_that_the_bank_can_fill_is_saved(trainer, quiz):
    response = trainer.post(admin("quiz", "add"), quiz_form([(topic, 4) for topic in Topic.objects.all()]))
    assert response.status_code == 302
    assert sum(Quiz.objects.get(code="ny-prove").draws.values_list("count", flat=True)) == 8


def test_a_quiz_that_asks_for_more_than_the_bank_holds_comes_back_with_the_numbers(trainer, quiz):
    topic = Topic.objects.get(key="begreper")
    Item.objects.filter(code="gru-b1").update(retired=True)
    page = text(trainer.post(admin("quiz", "add"), quiz_form([(topic, 4)])))
    assert "Temaet «Begreper» har 3 spørsmål i bruk. Prøven trekker 4." in page
    assert not Quiz.objects.filter(code="ny-prove").exists()


def test_a_quiz_with_a_topic_twice_or_none_comes_back_with_the_reason(trainer, quiz):
    topic = Topic.objects.first()
    twice = text(trainer.post(admin("quiz", "add"), quiz_form([(topic, 1), (topic, 1)])))
    assert "Et tema kan bare stå én gang i prøven." in twice
    assert trainer.post(admin("quiz", "add"), quiz_form([])).status_code == 200
    wrong_mark = trainer.post(admin("quiz", "add"), quiz_form([(topic, 1)], pass_mark=101))
    assert wrong_mark.status_code == 200
    assert Quiz.objects.count() == 1


def test_nobody_deletes_a_question_not_even_who_runs_the_installation(trainer, as_person, quiz):
    item = Item.objects.first()
    root = with_second_factor(make_person("Rot", "Bruker", is_superuser=True))
    for client in (trainer, as_person(root)):
        client.post(admin("item", "delete", item.pk))
        bulk = reverse("wagtail_bulk_action", args=["assessments", "item", "delete"])
        client.post(f"{bulk}?id={item.pk}")
        assert Item.objects.filter(pk=item.pk).exists()
        assert admin("item", "delete", item.pk) not in text(client.get(admin("item", "edit", item.pk)))


@pytest.mark.parametrize("model", ["quiz", "topic"])
def test_what_is_in_use_is_refused_in_words_when_deleted(as_person, quiz, allow, learner, model):
    allow(learner, quiz)
    root = as_person(with_second_factor(make_person("Rot", "Bruker", is_superuser=True)))
    row = quiz if model == "quiz" else Topic.objects.first()
    response = root.post(admin(model, "delete", row.pk), follow=True)
    assert "er i bruk og kan ikke slettes" in text(response)
    assert type(row).objects.filter(pk=row.pk).exists()


def test_no_page_of_the_bank_shows_a_learner(trainer, quiz, allow, sit):
    learner = make_person("Hemmelighet", "Etternavnesen", email="hemmelig@example.no")
    allow(learner, quiz, cool_down_days=0)
    sit(learner, quiz, "aaaaaaac")
    attempt = services.start_attempt(person=learner, quiz=quiz)
    item = Item.objects.first()
    urls = [admin(model, "list") for model in ("topic", "item", "quiz")]
    for model, row in (("topic", item.topic), ("item", item), ("quiz", quiz)):
        urls += [admin(model, name, row.pk) for name in ("edit", "usage", "history")]
    urls += [admin("item", "inspect", item.pk), "/admin/", "/admin/snippets/"]
    for url in urls:
        page = trainer.get(url, follow=True)
        for trace in ("Hemmelighet", "Etternavnesen", "hemmelig@", str(attempt.public_id), str(attempt)):
            assert trace not in text(page), (url, trace)


@pytest.mark.parametrize("model", ["attempt", "answer", "attemptallowance", "itemversion"])
def test_what_learners_did_has_no_page_in_the_admin(trainer, model):
    assert trainer.get(f"/admin/snippets/assessments/{model}/").status_code == 404


def test_a_learner_has_no_way_into_the_bank(as_person, learner, quiz):
    assert as_person(learner).get(admin("item", "list")).status_code in (302, 403)


def test_the_list_costs_the_same_queries_for_few_and_many(trainer, quiz, make_item, django_assert_max_num_queries):
    trainer.get(admin("item", "list"))
    for number in range(10):
        make_item(f"M-{number}", Topic.objects.first())
    with django_assert_max_num_queries(25):
        trainer.get(admin("item", "list"))
