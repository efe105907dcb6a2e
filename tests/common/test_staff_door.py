"""Whoever the admin does not let in gets a clear answer, and never a circle of redirects."""

from django.test import Client
from factories import make_person


def test_a_stranger_is_led_to_the_one_sign_in_and_back(db: None, client: Client) -> None:
    response = client.get("/admin/pages/", follow=True)
    assert response.redirect_chain[-1][0] == "/nb/konto/login/?next=/admin/pages/"


def test_somebody_signed_in_is_told_no(db: None, as_person) -> None:
    response = as_person(make_person()).get("/admin/reports/site-history/", follow=True)
    assert response.status_code == 403
