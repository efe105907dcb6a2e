"""The main pages in the other two languages: they say which language they are in, and axe finds nothing."""

import pytest
from journey_steps import check_page
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

LEARNER = ["", "sti/grunnkurs/", "sertifikater/", "min-konto/"]
MANAGER = ["rapport/", "personer/"]
ADMINISTRATOR = ["virksomhet/", "virksomhet/personer/", "virksomhet/personer/ny/", "virksomhet/enheter/ny/"]


@pytest.mark.parametrize(("language", "menu"), [("nn", "Hovudmeny"), ("en", "Main menu")])
def test_every_kind_of_page_speaks_the_language_of_its_address(page, sign_in, language: str, menu: str) -> None:
    for email, addresses in (
        ("ingrid@fjordvik.example", LEARNER),
        ("marit@fjordvik.example", MANAGER),
        ("arne@fjordvik.example", ADMINISTRATOR),
    ):
        sign_in(email)
        for address in addresses:
            response = page.goto(f"/{language}/{address}")
            assert response.status == 200, page.url
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.get_by_role("navigation", name=menu, exact=True)).to_have_count(1)
            check_page(page)
        page.context.clear_cookies()
    page.goto(f"/{language}/kontroll/")  # which has no menu: it is for anyone
    expect(page.locator("html")).to_have_attribute("lang", language)
    check_page(page)
