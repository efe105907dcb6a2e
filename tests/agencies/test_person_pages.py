"""Erasing and merging a person by her administrator: seen first, confirmed in writing, and inside her scope alone."""

import pytest
from factories import make_grant, make_membership, make_person, make_unit, with_second_factor
from worlds import World, make_world

from accounts.models import User
from agencies.models import Grant, Membership
from certification.models import Cycle
from certification.services import settle_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def arne(world: World) -> User:
    administrator = with_second_factor(make_person("Arne", "Vik", email="arne@example.no"))
    make_grant(administrator, world.agency, Grant.Function.ADMINISTRATOR)
    return administrator


@pytest.fixture
def ingrid(world: World) -> User:
    return world.teacher(email="ingrid@example.no")


def erasing(person: User) -> str:
    return f"/nb/virksomhet/personer/{person.public_id}/slett/"


def merging(person: User, other: User | None = None) -> str:
    page = f"/nb/virksomhet/personer/{person.public_id}/sla-sammen/"
    return f"{page}{other.public_id}/" if other else page


def test_the_page_says_what_happens_before_anything_does(as_person, arne, ingrid):
    text = as_person(arne).get(erasing(ingrid)).content.decode()
    assert "Dette skjer" in text
    assert "Personen kan ikke lenger logge inn" in text
    assert "kan ikke angres" in text
    ingrid.refresh_from_db()
    assert not ingrid.is_erased


def test_she_is_erased_when_it_is_confirmed_in_writing(as_person, arne, ingrid):
    answer = as_person(arne).post(erasing(ingrid), {"ground": "asked", "typed": " Ingrid@example.no"}, follow=True)
    ingrid.refresh_from_db()
    assert ingrid.is_erased
    assert "Personen er slettet" in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"ground": "asked", "typed": "arne@example.no"}, "ikke adressen"),
        ({"ground": "asked", "typed": ""}, "Skriv hele e-postadressen"),
        ({"typed": "ingrid@example.no"}, "Velg en grunn"),
        ({"ground": "whatever", "typed": "ingrid@example.no"}, "Feil:"),
    ],
)
def test_what_is_not_confirmed_is_not_done(as_person, arne, ingrid, sent, words):
    answer = as_person(arne).post(erasing(ingrid), sent)
    ingrid.refresh_from_db()
    assert not ingrid.is_erased
    assert words in answer.content.decode()


def test_a_second_click_says_that_it_is_done(as_person, arne, ingrid):
    client = as_person(arne)
    for words in ("Personen er slettet", "alt slettet"):
        answer = client.post(erasing(ingrid), {"ground": "asked", "typed": "ingrid@example.no"}, follow=True)
        assert words in answer.content.decode()


def test_an_administrator_does_not_erase_herself(as_person, arne):
    answer = as_person(arne).post(erasing(arne), {"ground": "asked", "typed": arne.email})
    arne.refresh_from_db()
    assert not arne.is_erased
    text = answer.content.decode()
    assert "Be en annen administrator" in text


def test_a_person_who_also_works_elsewhere_is_not_this_administrators_to_erase(as_person, arne, ingrid):
    make_membership(ingrid, make_unit("Nabovik kommune"))
    client = as_person(arne)
    for address in (erasing(ingrid), merging(ingrid)):
        assert client.get(address).status_code == 403
        assert client.post(address, {"ground": "asked", "typed": ingrid.email}).status_code == 403
    assert "Slå sammen" not in client.get(f"/nb/virksomhet/personer/{ingrid.public_id}/").content.decode()


def test_the_other_account_is_found_by_its_address(as_person, arne, ingrid, world):
    other = world.teacher(email="ingrid.privat@example.no")
    answer = as_person(arne).post(merging(ingrid), {"email": "Ingrid.Privat@example.no"})
    assert answer["Location"] == merging(ingrid, other)


@pytest.mark.parametrize("email", ["ukjent@example.no", "ingrid@example.no", "nabo@example.no"])
def test_an_address_that_is_not_hers_to_merge_tells_nothing(as_person, arne, ingrid, email):
    """Unknown, her own, or somebody's in another agency: the answer is the same."""
    make_person("Nabo", "Naboaas", email="nabo@example.no")
    answer = as_person(arne).post(merging(ingrid), {"email": email})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Vi finner ingen annen konto" in text
    assert "Naboaas" not in text


def test_two_accounts_become_one_when_it_is_confirmed(as_person, arne, ingrid, world):
    other = world.teacher(email="ingrid.privat@example.no")
    settle_person(other.pk)
    client = as_person(arne)
    text = client.get(merging(ingrid, other)).content.decode()
    assert "ingrid.privat@example.no" in text
    assert User.objects.filter(pk=other.pk).exists()
    wrong = client.post(merging(ingrid, other), {"typed": ingrid.email})
    assert "ikke adressen" in wrong.content.decode()
    assert User.objects.filter(pk=other.pk).exists()
    answer = client.post(merging(ingrid, other), {"typed": "ingrid.privat@example.no"}, follow=True)
    assert "Kontoene er slått sammen" in answer.content.decode()
    assert not User.objects.filter(pk=other.pk).exists()
    assert Cycle.objects.get().person == ingrid
    assert Membership.objects.current().filter(person=ingrid).count() == 1
    again = client.post(merging(ingrid, other), {"typed": "ingrid.privat@example.no"}, follow=True)
    assert "finnes ikke lenger" in again.content.decode()


def test_what_cannot_be_merged_says_why_and_has_nothing_to_confirm(as_person, arne, ingrid):
    text = as_person(arne).get(merging(ingrid, arne)).content.decode()
    assert "Be en annen administrator" in text
    assert "<form" not in text.split("<main")[1]


def test_those_who_run_the_installation_may_do_both_everywhere(as_person, ingrid, world):
    operator = with_second_factor(make_person(is_superuser=True))
    other = make_person(email="annen@example.no")
    client = as_person(operator)
    client.post(merging(ingrid, other), {"typed": "annen@example.no"})
    assert not User.objects.filter(pk=other.pk).exists()
    client.post(erasing(ingrid), {"ground": "never_right", "typed": "ingrid@example.no"})
    ingrid.refresh_from_db()
    assert ingrid.is_erased


@pytest.mark.parametrize("function", [Grant.Function.MANAGER, Grant.Function.COORDINATOR, Grant.Function.REPORTER])
def test_those_who_only_look_may_not(as_person, ingrid, world, function):
    person = with_second_factor(make_person())
    make_grant(person, world.agency, function)
    client = as_person(person)
    assert client.get(erasing(ingrid)).status_code == 403
    assert client.get(merging(ingrid)).status_code == 403
