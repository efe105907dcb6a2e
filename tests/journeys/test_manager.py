"""A manager sees who can act and who cannot yet, and nothing else; her neighbour sees none of it."""

import csv
import io
from pathlib import Path

import pytest
from journey_steps import check_page
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

SIBLING = """
from django.contrib.auth.hashers import make_password
from accounts.models import User
from agencies.models import Unit
from agencies.services import add_unit, give_grant
if not User.objects.filter(email='nabo@nabovik.example').exists():
    unit = add_unit(name_nb='Nabovik kommune', kind='municipality', code='NABO', parent=None, is_agency=True)
    person = User.objects.create(email='nabo@nabovik.example', first_name='Nina', last_name='Nabo', is_demo=True,
                                 password=make_password('vis-handlekraft'))
    give_grant(person=person, unit=unit, function='manager', given_by=None)
"""


def test_she_goes_from_the_figures_to_one_person_and_reads_why(page, sign_in) -> None:
    sign_in("marit@fjordvik.example")
    page.get_by_role("link", name="Rapport").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Fjordvik kommune").first).to_be_visible()
    check_page(page)

    page.get_by_role("link", name="Lia ungdomsskole").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lia ungdomsskole")
    check_page(page)

    page.get_by_role("navigation", name="Hovedmeny").get_by_role("link", name="Personer").click()
    check_page(page)
    page.get_by_label("Navn").fill("amundsen")
    page.get_by_role("button", name="Vis").click()
    expect(page.get_by_text("Viser 1–2 av 2")).to_be_visible()
    page.get_by_role("link", name="Amundsen, Kari").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kari Amundsen")
    expect(page.get_by_text("regelversjon").first).to_be_visible()
    check_page(page)
    text = page.locator("main").inner_text().lower()
    for word in ("poeng", "forsøk", "av 8 riktige", "%"):
        assert word not in text.replace("svar, poeng, forsøk", "") or word == "poeng", word


def test_she_takes_the_list_away_as_csv(page, sign_in) -> None:
    sign_in("marit@fjordvik.example")
    page.goto("/nb/personer/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned CSV").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert any("Amundsen" in cell for row in rows for cell in row)
    assert len(rows) > 30


def test_æøå_sorts_last_and_a_search_without_hits_says_so(page, sign_in) -> None:
    sign_in("marit@fjordvik.example")
    page.goto("/nb/personer/?page=99")
    names = [name.split(",")[0] for name in page.locator("table.hk-people tbody th").all_inner_texts()]
    letters = "abcdefghijklmnopqrstuvwxyzæøå"
    first = [name.replace("Aa", "Å").replace("Ö", "Ø")[0].lower() for name in names]
    places = [letters.index(letter) for letter in first]
    assert places == sorted(places)
    assert {"Ødegård", "Østby", "Aasen", "Åsheim"} <= set(names)
    assert names[-1].startswith(("Aa", "Å"))
    page.get_by_label("Navn").fill("finnes ikke")
    page.get_by_role("button", name="Vis").click()
    expect(page.locator("main")).to_contain_text("Ingen")
    check_page(page)


def test_a_manager_of_a_sibling_sees_none_of_it(page, sign_in, stack) -> None:
    sign_in("marit@fjordvik.example")
    page.goto("/nb/rapport/")
    page.get_by_role("link", name="Lia ungdomsskole").first.click()
    unit = page.url
    page.goto("/nb/personer/?navn=amundsen")
    page.goto(page.get_by_role("link", name="Amundsen, Kari").first.get_attribute("href"))
    person = page.url
    page.context.clear_cookies()

    stack.python(SIBLING)
    page.allowed_complaints.append("404")
    sign_in("nabo@nabovik.example")
    for address in (unit, person):
        answer = page.goto(address)
        assert answer.status == 404, address
    page.goto("/nb/personer/")
    assert "Amundsen" not in page.content()


def test_a_learner_is_shown_no_door_to_reports_and_is_refused_there(page, sign_in) -> None:
    page.allowed_complaints.append("403")
    sign_in("ole.knutsen@fjordvik.example")
    expect(page.get_by_role("link", name="Rapport")).to_have_count(0)
    for address in ("/nb/rapport/", "/nb/personer/", "/nb/virksomhet/"):
        assert page.goto(address).status == 403
    check_page(page)
