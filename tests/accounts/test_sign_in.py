"""The way in: password, or a code by e-mail; nobody makes an account of her own."""

import re

import pytest
from django.core import mail
from django.test import Client
from factories import make_person

from accounts.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/nb/konto/login/"
PASSWORD = "lang-og-trygg-1"


@pytest.fixture
def ingrid() -> User:
    return make_person(email="ingrid@example.no", password=PASSWORD)


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str):
    return client.post(LOGIN, {"login": email, "password": password, **extra})


def is_inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- password --------------------------------------------------------------------------------------


def test_the_right_password_leads_to_her_own_front_page(client, ingrid):
    answer = sign_in(client, "Ingrid@Example.no")
    assert is_inside(client)
    assert answer.status_code == 302
    assert answer["Location"] == "/nb/"


def test_the_front_page_is_in_her_language_whatever_language_the_door_had(client, ingrid):
    User.objects.update(language="nn")
    assert sign_in(client, ingrid.email)["Location"] == "/nn/"


def test_she_comes_to_the_page_that_she_asked_for(client, ingrid):
    asked = client.get("/nb/min-konto/")
    assert sign_in(Client(), ingrid.email, next="/nb/min-konto/")["Location"] == "/nb/min-konto/"
    assert asked["Location"] == f"{LOGIN}?next=/nb/min-konto/"


@pytest.mark.parametrize("trap", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_next_that_leads_away_is_not_followed(client, ingrid, trap):
    assert sign_in(client, ingrid.email, next=trap)["Location"] == "/nb/"


def test_a_wrong_password_gets_a_message_that_says_what_to_do(client, ingrid):
    answer = sign_in(client, ingrid.email, "feil")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert not is_inside(client)
    assert "hører ikke sammen" in text
    assert "<title>Feil: Logg inn" in text
    assert 'value="ingrid@example.no"' in text


def test_an_unknown_address_gets_the_very_same_message(client, ingrid):
    def message(email: str) -> str:
        text = sign_in(Client(), email, "feil").content.decode()
        found = re.search(r"ds-error-summary.*?</section>", text, re.DOTALL)
        assert found
        return found.group()

    assert message("ingrid@example.no") == message("ukjent@example.no")


def test_a_closed_account_stays_closed(client, ingrid):
    User.objects.update(is_active=False)
    sign_in(client, ingrid.email)
    assert not is_inside(client)


def test_many_wrong_passwords_shut_the_door_for_a_while(client, ingrid):
    for _try in range(5):
        sign_in(client, ingrid.email, "feil")
    text = sign_in(client, ingrid.email).content.decode()
    assert not is_inside(client)
    assert "for mange forsøk" in text


def test_a_flood_of_attempts_gets_our_page_for_it(client):
    answers = [sign_in(client, f"a{number}@example.no", "feil") for number in range(31)]
    assert answers[-1].status_code == 429
    assert "Vent litt før du prøver igjen" in answers[-1].content.decode()


# --- a code by e-mail ------------------------------------------------------------------------------


def ask_for_code(client: Client, email: str, language: str = "nb"):
    return client.post(f"/{language}/konto/login/code/", {"email": email}, follow=True)


def code_in(message) -> str:
    found = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", message.body, re.MULTILINE)
    assert found, message.body
    return found.group(1)


def test_a_code_by_email_leads_in(client, ingrid):
    ask_for_code(client, ingrid.email)
    (message,) = mail.outbox
    assert message.to == ["ingrid@example.no"]
    answer = client.post("/nb/konto/login/code/confirm/", {"code": code_in(message)})
    assert answer["Location"] == "/nb/"
    assert is_inside(client)


def test_a_wrong_code_does_not(client, ingrid):
    ask_for_code(client, ingrid.email)
    text = client.post("/nb/konto/login/code/confirm/", {"code": "FEIL-KODE"}).content.decode()
    assert "Koden stemmer ikke" in text
    assert not is_inside(client)


def test_an_unknown_address_is_not_betrayed_on_the_page(client, ingrid):
    known = ask_for_code(Client(), ingrid.email)
    unknown = ask_for_code(Client(), "ukjent@example.no")
    assert known.redirect_chain == unknown.redirect_chain
    assert "Skriv inn koden" in unknown.content.decode()


THEME = re.compile(r"kontroll|vold|ekteskap|ære|tvang|sertifi|kurs", re.IGNORECASE)


def test_no_subject_says_what_the_platform_is_about(client, ingrid):
    ask_for_code(Client(), ingrid.email)
    ask_for_code(Client(), "ukjent@example.no")
    client.post("/nb/konto/password/reset/", {"email": ingrid.email})
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        assert not THEME.search(message.subject), message.subject
        assert not THEME.search(message.body), message.body


def test_a_person_who_signs_in_with_a_code_may_make_a_password(client):
    person = make_person(email="nora@example.no")
    ask_for_code(client, person.email)
    client.post("/nb/konto/login/code/confirm/", {"code": code_in(mail.outbox[0])})
    new = "enda-en-lang-frase"
    answer = client.post("/nb/konto/password/set/", {"password1": new, "password2": new})
    assert answer.status_code == 302
    assert is_inside(client)
    person.refresh_from_db()
    assert person.check_password(new)


def test_a_forgotten_password_is_made_anew_by_a_link(client, ingrid):
    client.post("/nb/konto/password/reset/", {"email": ingrid.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)
    assert link
    page = client.get(link.group(1), follow=True)
    new = "enda-en-lang-frase"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert is_inside(client) or sign_in(client, ingrid.email, new).status_code == 302
    ingrid.refresh_from_db()
    assert ingrid.check_password(new)


# --- nobody signs up, nobody adds an address -------------------------------------------------------


def test_nobody_signs_up(client):
    form = {"email": "ny@example.no", "password1": PASSWORD, "password2": PASSWORD}
    for answer in (client.get("/nb/konto/signup/"), client.post("/nb/konto/signup/", form)):
        assert "Du trenger ikke lage en konto" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ["/nb/konto/email/", "/nb/konto/confirm-email/", "/nb/konto/confirm-email/abc/"])
def test_nobody_adds_an_address_of_her_own(as_person, ingrid, address):
    client = as_person(ingrid)
    answer = client.post(address, {"email": "annen@example.no", "action_add": ""})
    assert answer.status_code == 302
    assert answer["Location"] == "/nb/min-konto/"
    assert not ingrid.emailaddress_set.exists()


# --- out -------------------------------------------------------------------------------------------


def test_signing_out_is_a_post_and_ends_at_the_door(as_person, ingrid):
    client = as_person(ingrid)
    assert "Vil du logge ut?" in client.get("/nb/konto/logout/").content.decode()
    assert is_inside(client)
    answer = client.post("/nb/konto/logout/", follow=True)
    assert not is_inside(client)
    assert answer.redirect_chain[-1][0] == LOGIN
    assert "Du er logget ut." in answer.content.decode()


ENGLISH = re.compile(r"\b(?:sign|password|email|code|account|please|confirm|your|cancel|forgot)\b", re.IGNORECASE)
DOORS = [
    "login/",
    "login/code/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/a-b/",
    "password/reset/key/done/",
    "signup/",
    "inactive/",
]
ROOMS = [
    "password/change/",
    "logout/",
    "reauthenticate/",
    "2fa/",
]


def words(text: str) -> str:
    """What a reader sees and hears: text and labels, without addresses and names of fields."""
    body = re.sub(r"<head>.*?</head>|<nav class=\"hk-wide\".*?</nav>", "", text, flags=re.DOTALL)
    spoken = re.findall(r"(?:aria-label|placeholder|alt|title)=\"([^\"]*)\"", body)
    seen = re.sub(r"<(?:script|svg|a [^>]*lang=\"en\")\b.*?</(?:script|svg|a)>", "", body, flags=re.DOTALL)
    return " ".join([*spoken, re.sub(r"<[^>]+>", " ", seen)])


@pytest.mark.parametrize("address", [*DOORS, *ROOMS])
def test_nothing_stands_in_english_on_a_bokmaal_page(client, ingrid, address):
    if address in ROOMS:
        client.force_login(ingrid)
    answer = client.get(f"/nb/konto/{address}")
    assert answer.status_code == 200
    assert not ENGLISH.search(words(answer.content.decode()))


def test_error_messages_are_in_bokmaal_too(client):
    for address, form in [(LOGIN, {}), ("/nb/konto/login/code/", {"email": "x"}), ("/nb/konto/password/reset/", {})]:
        text = client.post(address, form).content.decode()
        assert "aria-invalid" in text
        assert not ENGLISH.search(words(text))
