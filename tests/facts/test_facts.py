"""Facts: read live, checked on a date, flagged when the date has passed, and kept while in use."""

import datetime as dt

import pytest
import yaml
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from factories import make_grant, make_person, make_unit, with_second_factor

from accounts.models import User
from agencies.models import Grant
from common.in_step import InStep
from courses.services import sync_trainer
from facts.content import FACTS_FILE, load_facts
from facts.context_processors import help_lines
from facts.models import ContactPoint, LegalReference, Source, Term
from facts.wagtail_hooks import when_due
from tests.courses.synthetic import block, make_contact, make_course, make_law, make_module, make_source

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)


def test_the_files_facts_are_loaded_once():
    written = load_facts()
    content = yaml.safe_load(FACTS_FILE.read_text())
    assert written == sum(len(rows) for rows in content.values())
    assert load_facts() == 0
    for model in (Source, LegalReference, ContactPoint, Term):
        assert model.objects.exists()


def test_a_trainers_correction_is_not_overwritten_unless_asked():
    load_facts()
    ContactPoint.objects.filter(key="politi-112").update(name_nb="Rettet")
    load_facts()
    assert ContactPoint.objects.get(key="politi-112").name_nb == "Rettet"
    load_facts(in_step=InStep({}, overwrite=["facts/contact_points/politi-112"]))
    assert ContactPoint.objects.get(key="politi-112").name_nb != "Rettet"


def test_an_unknown_source_stops_everything(tmp_path):
    file = tmp_path / "facts.yaml"
    fact = dict.fromkeys(("key", "act_id", "section", "title_nb", "summary_nb"), "x")
    fact |= {"url": "https://x.no", "source": "borte", "verified_on": TODAY, "review_due": TODAY}
    file.write_text(yaml.safe_dump({"legal_references": [fact]}))
    with pytest.raises(ValueError, match="borte"):
        load_facts(file)
    assert not LegalReference.objects.exists()


def test_a_fact_is_due_the_day_after_its_last_day():
    fact = make_contact(review_due=TODAY)
    assert not fact.is_due(TODAY)
    assert fact.is_due(TODAY + dt.timedelta(days=1))


def test_the_foot_of_the_page_has_its_lines_in_order_with_one_query_and_none_if_not_shown(django_assert_num_queries):
    make_contact(name_nb="Andre", in_footer=True, position=2)
    make_contact(name_nb="Første", in_footer=True, position=1, review_due=dt.date(2020, 1, 1))
    make_contact(name_nb="Ikke her")
    with django_assert_num_queries(0):
        context = help_lines(RequestFactory().get("/"))
    with django_assert_num_queries(1):
        assert [line.name for line in context["help_lines"]] == ["Første", "Andre"]
        assert len(context["help_lines"]) == 2


def test_an_overdue_fact_says_so():
    assert "må kontrolleres" in when_due(make_contact(review_due=timezone.localdate() - dt.timedelta(days=1)))
    assert "må kontrolleres" not in when_due(make_contact(review_due=timezone.localdate()))


@pytest.fixture
def trainer():
    person = with_second_factor(make_person())
    make_grant(person, make_unit(), Grant.Function.TRAINER)
    sync_trainer(person_id=person.pk)
    return person


@pytest.mark.parametrize("model", ["contactpoint", "legalreference", "term", "source"])
def test_a_trainer_finds_the_most_overdue_first(as_person, trainer, model):
    make_law(title_nb="Frisk lov")
    make_law(title_nb="Gammel lov", review_due=dt.date(2020, 1, 1))
    client = as_person(trainer)
    page = client.get(reverse(f"wagtailsnippets_facts_{model}:list"))
    assert page.status_code == 200
    assert client.get(reverse(f"wagtailsnippets_facts_{model}:add")).status_code == 200
    if model == "legalreference":
        text = page.content.decode()
        assert "må kontrolleres" in text
        assert text.index("Gammel lov") < text.index("Frisk lov")


def test_a_trainer_corrects_a_number(as_person, trainer):
    contact = make_contact()
    data = {
        "key": contact.key, "name_nb": contact.name_nb, "number": "116 111", "tel": "116111",
        "source": contact.source_id, "position": 1, "verified_on": "2026-11-22", "review_due": "2027-05-22",
    }  # fmt: skip
    url = reverse("wagtailsnippets_facts_contactpoint:edit", args=[contact.pk])
    response = as_person(trainer).post(url, data)
    assert response.status_code == 302, response.context["form"].errors
    contact.refresh_from_db()
    assert contact.number == "116 111"


def test_a_fact_in_use_is_not_deleted_and_the_admin_says_why(as_person):
    root = with_second_factor(User.objects.create_superuser("root@example.no", first_name="R", last_name="T"))
    client = as_person(root)
    source = make_source()
    law = make_law(source=source)
    body = [block("law", {"reference": law.pk, "title": "Plikt", "text": "<p>x</p>"})]
    make_module(make_course(), parts=[block("part", {"title": "Del", "body": body})])
    for fact, model in ((source, "source"), (law, "legalreference")):
        response = client.post(reverse(f"wagtailsnippets_facts_{model}:delete", args=[fact.pk]), follow=True)
        assert "er i bruk" in response.content.decode()
        assert type(fact).objects.filter(pk=fact.pk).exists()


def test_a_trainer_may_not_delete_facts(as_person, trainer):
    fact = make_source()
    as_person(trainer).post(reverse("wagtailsnippets_facts_source:delete", args=[fact.pk]))
    assert Source.objects.filter(pk=fact.pk).exists()


def test_a_learner_does_not_reach_the_facts(as_person):
    response = as_person(make_person()).get(reverse("wagtailsnippets_facts_source:list"))
    assert response.status_code in (302, 403)
