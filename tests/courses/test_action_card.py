"""The action card on the module page: fields without names, numbers that are live, nothing that could be sent."""

import re

import pytest
from factories import make_person

from tests.courses.synthetic import action_card, block, make_contact, make_course, make_module, publish

pytestmark = pytest.mark.django_db
URL = "/nb/kurs/kurset/modulen/"


@pytest.fixture
def contact():
    return make_contact(name_nb="Kompetanseteamet", number="478 09 050", tel="+4747809050")


@pytest.fixture
def card(contact):
    card = action_card([contact.pk])
    course = make_course(slug="kurset")
    make_module(course, "Modulen", [block("part", {"title": "Kortet", "body": [card]})], slug="modulen")
    publish(course)
    return card


def card_of(page: str) -> str:
    start = page.index('<div class="hk-stack hk-acardbox"')
    return page[start : page.index('<form method="post"', start)]


def test_it_asks_shows_live_numbers_and_says_where_it_is_kept(as_person, card, contact):
    client = as_person(make_person())
    page = card_of(client.get(URL).content.decode())
    for text in (
        "Når jeg er bekymret",
        "Hvem ringer jeg?",
        "Navn og funksjon",
        "Bare i denne nettleseren",
        "Tøm kortet",
    ):
        assert text in page
    assert "Skriv aldri om en bestemt person eller sak på kortet." in page
    assert "Numrene ble kontrollert 1. juli 2026." in page
    assert 'href="tel:+4747809050"' in page
    contact.number = "800 11 222"
    contact.save()
    assert "800 11 222" in client.get(URL).content.decode()


def test_there_is_no_form_and_no_field_has_a_name(as_person, card):
    page = card_of(as_person(make_person()).get(URL).content.decode())
    assert "<form" not in page
    fields = re.findall(r"<textarea[^>]*>", page)
    assert len(fields) == 2
    assert not any(" name=" in field for field in fields)
    labels = re.findall(r'<label[^>]* for="([^"]+)"', page)
    assert labels == [re.search(r' id="([^"]+)"', field).group(1) for field in fields]


def test_fields_keep_their_place_by_the_row_and_the_card_by_its_reader(as_person, card):
    one, other = make_person(), make_person()
    pages = [card_of(as_person(person).get(URL).content.decode()) for person in (one, one, other)]
    places = [re.search(r'data-card="(\w+)"', page).group(1) for page in pages]
    assert places[0] == places[1] != places[2]
    assert str(one.public_id) not in pages[0]
    rows = [row["id"] for row in card["value"]["rows"]]
    assert re.findall(r'data-row="([^"]+)"', pages[0]) == rows


def test_a_number_that_is_gone_leaves_the_card(as_person, card, contact):
    contact.delete()
    page = card_of(as_person(make_person()).get(URL).content.decode())
    assert "Hvem ringer jeg?" in page
    assert "Numrene ble kontrollert" not in page


def test_the_preview_shows_the_card_without_keeping_anything(card):
    from courses.models import ModulePage

    page = ModulePage.objects.get(slug="modulen").make_preview_request().content.decode()
    assert "Hvem ringer jeg?" in page
    assert "data-card" not in page
    assert "courses/actioncard.css" in page
