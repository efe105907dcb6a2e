"""The words of the field: one page of all, found by old names too, and in a lesson as they stand today."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from factories import make_person

from tests.courses.synthetic import block, items, make_course, make_module, make_term, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def words() -> None:
    make_term(
        "æresmotivert vold",
        preferred_nn="æresmotivert vald",
        preferred_en="honour-motivated violence",
        synonyms_nb="æresrelatert vold; æresvold",
        meaning_en="Violence for honour.",
    )
    make_term("mangfoldsrådgiver", synonyms_nb="minoritetsrådgiver")
    make_term("Avvergingsplikt")


def shown(client, language="nb", **asked) -> str:
    return client.get(f"/{language}/ord/", asked).content.decode()


def test_all_words_stand_there_in_norwegian_order_with_their_older_names(as_person, words):
    page = shown(as_person(make_person()))
    places = [page.index(word) for word in ("Avvergingsplikt", "mangfoldsrådgiver", "æresmotivert vold")]
    assert places == sorted(places)
    assert "Andre uttrykk: æresrelatert vold, æresvold." in page
    assert "Kontrollert 1. juli 2026." in page


@pytest.mark.parametrize("asked", ["ÆRESRELATERT", "  æresrelatert   vold ", "honour", "æresmotivert vald"])
def test_a_word_is_found_by_an_older_name_in_capitals_or_in_another_language(as_person, words, asked):
    page = shown(as_person(make_person()), q=asked)
    assert "æresmotivert vold" in page
    assert "mangfoldsrådgiver" not in page
    assert "1 treff" in page


@pytest.mark.parametrize("asked", ["finnes ikke", "~", "3", "<script>", "\x00x", "ø" * 5000])
def test_a_word_that_is_not_there_is_said_plainly(as_person, words, asked):
    page = shown(as_person(make_person()), q=asked)
    assert "Ordet står ikke i listen" in page
    assert "<script>" not in page.partition("<main")[2]


def test_synonyms_of_another_language_are_not_shown_as_this_ones(as_person, words):
    page = shown(as_person(make_person()), "en")
    assert "honour-motivated violence" in page
    assert "Violence for honour." in page
    assert "æresrelatert vold" not in page


def test_a_word_is_there_from_its_first_day_to_its_last(as_person):
    today, day = timezone.localdate(), dt.timedelta(days=1)
    make_term("i bruk", valid_from=today, valid_to=today)
    make_term("ute av bruk", valid_to=today - day)
    make_term("ikke i bruk ennå", valid_from=today + day)
    page = shown(as_person(make_person()))
    assert ">i bruk<" in page
    assert "ute av bruk" not in page
    assert "ennå" not in page


def test_no_words_yet_is_said(as_person):
    assert "Ingen ord er lagt inn ennå." in shown(as_person(make_person()))


def test_one_word_and_many_cost_the_same(as_person, django_assert_num_queries, words):
    client = as_person(make_person())
    client.get(reverse("glossary"))
    with django_assert_num_queries(5):  # session, person, what she may do, words, help lines
        client.get(reverse("glossary"))
    for number in range(20):
        make_term(f"ord {number}")
    with django_assert_num_queries(5):
        client.get(reverse("glossary"))


def test_every_page_leads_there_for_who_is_signed_in_and_for_nobody_else(as_person, client):
    assert 'href="/nb/ord/"' in as_person(make_person()).get(reverse("home")).content.decode()
    client.logout()
    assert 'href="/nb/ord/"' not in client.get(reverse("account_login")).content.decode()


def test_a_lesson_shows_a_words_meaning_of_today_on_screen_and_none_that_is_gone(as_person):
    term, gone = make_term(meaning_nb="Den gamle betydningen."), make_term("borte")
    over = make_term("gått av bruk", valid_to=dt.date(2020, 1, 1))
    course = make_course()
    body = [block("terms", {"terms": items([term.pk, gone.pk, over.pk])})]
    module = make_module(course, "Ord", parts=[block("part", {"title": "Ord", "body": body})])
    course = publish(course)
    type(term).objects.filter(pk=term.pk).update(meaning_nb="Den nye betydningen.")
    type(gone).objects.filter(pk=gone.pk).delete()
    page = as_person(make_person()).get(f"/nb/kurs/{course.slug}/{module.slug}/").content.decode()
    assert "Den nye betydningen." in page
    assert "Den gamle betydningen." not in page
    assert "borte" not in page
    assert "gått av bruk" not in page
