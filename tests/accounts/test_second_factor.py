"""Whoever may look at others signs in with a second factor; others may, and need not."""

import base64
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from factories import make_grant, make_person, make_unit, with_second_factor

pytestmark = pytest.mark.django_db
SET_UP = "/nb/konto/2fa/totp/activate/"
PASSWORD = "lang-og-trygg-1"


def code_of_app(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238), written out here as a second opinion."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.fixture
def manager():
    person = make_person("Marit", "Aune", email="marit@example.no", password=PASSWORD)
    make_grant(person, make_unit())
    return person


def test_a_person_with_a_grant_is_sent_to_set_it_up_before_anything_else(as_person, manager):
    answer = as_person(manager).get("/nb/min-konto/")
    assert answer.status_code == 302
    assert answer["Location"] == SET_UP


def test_with_a_second_factor_she_goes_where_she_would(as_person, manager):
    assert as_person(with_second_factor(manager)).get("/nb/min-konto/").status_code == 200


def test_a_person_without_a_grant_is_not_asked(as_person):
    assert as_person(make_person()).get("/nb/min-konto/").status_code == 200


def test_a_demo_account_is_asked_unless_the_switch_is_off(as_person, manager, settings):
    manager.is_demo = True
    manager.save()
    client = as_person(manager)
    assert client.get("/nb/min-konto/").status_code == 302
    settings.DEMO_ACCOUNTS_NEED_MFA = False
    assert client.get("/nb/min-konto/").status_code == 200


def test_the_switch_lets_nobody_else_off(as_person, manager, settings):
    settings.DEMO_ACCOUNTS_NEED_MFA = False
    assert as_person(manager).get("/nb/min-konto/")["Location"] == SET_UP


def test_she_is_told_why_and_can_set_it_up_from_sign_in_to_her_page(client, manager):
    client.post("/nb/konto/login/", {"login": manager.email, "password": PASSWORD})
    asked_again = client.get(SET_UP, follow=True)
    if asked_again.redirect_chain:
        assert "Hvorfor må jeg gjøre dette?" in asked_again.content.decode()
        client.post(asked_again.redirect_chain[-1][0], {"password": PASSWORD, "next": SET_UP})
    text = client.get(SET_UP).content.decode()
    assert "Hvorfor må jeg gjøre dette?" in text
    assert 'src="data:image/svg+xml;base64,' in text
    secret = re.search(r'hk-secret">([A-Z2-7]+)<', text)
    assert secret

    wrong = client.post(SET_UP, {"code": "000000"}).content.decode()
    assert "Koden stemmer ikke" in wrong

    secret = re.search(r'hk-secret">([A-Z2-7]+)<', wrong)
    assert secret
    codes = client.post(SET_UP, {"code": code_of_app(secret.group(1))}, follow=True).content.decode()
    assert "Ta vare på reservekodene" in codes
    assert Authenticator.objects.filter(user=manager, type=Authenticator.Type.TOTP).exists()
    assert client.get("/nb/min-konto/").status_code == 200


def test_having_asked_for_a_new_password_does_not_lock_her_out(client, manager):
    """The sign-in package notes an unconfirmed address then, and would refuse a second factor for it."""
    client.post("/nb/konto/password/reset/", {"email": manager.email})
    client.post("/nb/konto/login/", {"login": manager.email, "password": PASSWORD})
    client.post("/nb/konto/reauthenticate/", {"password": PASSWORD, "next": SET_UP})
    assert client.get(SET_UP).status_code == 200


def test_a_person_without_a_grant_is_not_told_that_she_must(as_person):
    person = make_person()
    text = as_person(person).get(SET_UP).content.decode()
    assert "hk-totp" in text
    assert "Hvorfor må jeg gjøre dette?" not in text


def test_signing_in_asks_for_the_code_before_letting_in(client, manager):
    Authenticator.objects.create(user=manager, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    answer = client.post("/nb/konto/login/", {"login": manager.email, "password": PASSWORD}, follow=True)
    assert "Skriv koden fra appen" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    again = client.post("/nb/konto/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in client.session
    assert "Koden stemmer ikke" in again.content.decode()
    inside = client.post("/nb/konto/2fa/authenticate/", {"code": code_of_app("JBSWY3DPEHPK3PXP")})
    assert inside["Location"] == "/nb/"
    assert "_auth_user_id" in client.session
