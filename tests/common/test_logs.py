"""Log lines: enough to find a fault by, nothing to find a person by."""

import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import new_code, show_code
from common.logs import LineFormatter, RequestIdFilter, request_id, without_personal_data

locals_ = st.text(alphabet="abcdefghijklmnopqrstuvwxyzæøå0123456789.-+_", min_size=1, max_size=20)
domains = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,6}){1,2}", fullmatch=True)


def line(message: str, *args: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("handlekraft", logging.INFO, __file__, 1, message, args, info)
    RequestIdFilter().filter(record)
    return LineFormatter().format(record)


@given(locals_, domains)
def test_no_email_address_is_kept(local, domain):
    kept = line("Kunne ikke sende til <%s>: 550", f"{local}@{domain}")
    assert kept.endswith("Kunne ikke sende til <…@…>: 550")


def test_no_certificate_code_is_kept():
    code = new_code()
    for written in (code, show_code(code)):
        kept = line("GET /k/%s/ 200", written)
        assert written not in kept
        assert "/k/…" in kept


def test_no_query_string_is_kept():
    kept = line('"GET /nb/personer/?q=Ingrid+Solheim&side=2 HTTP/1.1"')
    assert "Ingrid" not in kept
    assert "/nb/personer/?…" in kept


def test_what_stands_in_a_traceback_is_cleaned_as_well():
    try:
        raise ValueError("Key (email)=(ingrid.solheim@fjordvik.example) already exists.")
    except ValueError as error:
        kept = line("Det gikk galt", error=error)
    assert "ingrid" not in kept
    assert "Traceback" in kept


def test_an_innocent_line_is_kept_as_it_is():
    text = "Sveipet 40 sykluser på 0.3 s"
    assert without_personal_data(text) == text


@pytest.mark.django_db
def test_an_answer_carries_the_id_that_its_lines_carry(client, caplog):
    given_id = "abcdef0123456789"
    answer = client.get("/health/", headers={"x-request-id": given_id})
    assert answer["X-Request-Id"] == given_id
    assert request_id.get() == "-"


@pytest.mark.django_db
def test_an_id_that_could_forge_a_line_is_replaced(client):
    answer = client.get("/health/", headers={"x-request-id": "x y ERROR"})
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-Id"])
