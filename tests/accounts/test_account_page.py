"""The person's own page."""

import pytest
from factories import make_person

pytestmark = pytest.mark.django_db
ACCOUNT = "/nb/min-konto/"


def test_a_stranger_is_sent_to_the_door(client):
    assert client.get(ACCOUNT)["Location"] == f"/nb/konto/login/?next={ACCOUNT}"


def test_it_shows_who_she_is_and_the_ways_to_sign_in(as_person):
    text = as_person(make_person("Ingrid", "Solheim", email="ingrid@example.no")).get(ACCOUNT).content.decode()
    assert "Ingrid Solheim" in text
    assert "ingrid@example.no" in text
    assert "Lag et passord" in text
    assert "Logg ut" in text


def test_a_language_is_kept_and_takes_effect_at_once(as_person):
    person = make_person()
    answer = as_person(person).post(ACCOUNT, {"language": "nn"}, follow=True)
    person.refresh_from_db()
    assert person.language == "nn"
    assert answer.redirect_chain[-1][0] == "/nn/min-konto/"
    assert '<html lang="nn"' in answer.content.decode()
    assert as_person(person).get("/")["Location"] == "/nn/"


def test_choosing_a_language_writes_nothing_else(as_person):
    person = make_person("Ingrid", "Solheim")
    client = as_person(person)
    client.post(ACCOUNT, {"language": "en", "first_name": "Annen", "email": "annen@example.no", "is_superuser": "1"})
    person.refresh_from_db()
    assert (person.first_name, person.is_superuser, person.language) == ("Ingrid", False, "en")
    assert person.email != "annen@example.no"


def test_a_language_that_does_not_exist_changes_nothing_and_says_so(as_person):
    person = make_person()
    answer = as_person(person).post(ACCOUNT, {"language": "xx"})
    person.refresh_from_db()
    assert person.language == "nb"
    assert answer.status_code == 200
    assert "<title>Feil: Min konto" in answer.content.decode()


def test_it_costs_few_queries(as_person, django_assert_max_num_queries):
    client = as_person(make_person())
    client.get(ACCOUNT)
    with django_assert_max_num_queries(6):
        client.get(ACCOUNT)
