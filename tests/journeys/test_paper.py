"""What she takes along: an action card that stays in her browser, and the module on paper."""

from pathlib import Path

import pytest
from journey_steps import check_page
from pdf_text import pages_of
from playwright.sync_api import expect

pytestmark = pytest.mark.journey
MODULE = "/nb/kurs/se-forsta-handle/den-forste-samtalen/"
SECRET = "Grupperom 2, bak biblioteket"


def open_card(page) -> None:
    page.goto(MODULE)
    # Whoever was here before is shown the part she left.
    if page.get_by_role("heading", level=2, name="Spørsmålet ved døren").count() == 0:
        page.get_by_role("link", name="Spørsmålet ved døren").click()
    expect(page.get_by_role("heading", name="Når noen vil fortelle meg noe")).to_be_visible()


def room(page):
    return page.get_by_label("Rommet der vi kan snakke uten at noen hører")


def test_a_card_stays_in_her_browser_until_she_empties_it(page, sign_in) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    sign_in("karin@fjordvik.example")
    open_card(page)
    expect(page.get_by_text("Bare i denne nettleseren")).to_be_visible()
    check_page(page)
    room(page).fill(SECRET)
    expect(page.get_by_text("Lagret i denne nettleseren")).to_be_visible()
    check_page(page)

    page.reload()
    expect(room(page)).to_have_value(SECRET)
    # In another language it is the same card.
    page.get_by_role("link", name="Nynorsk").first.click()
    expect(page.locator("[data-card] textarea").first).to_have_value(SECRET)
    page.get_by_role("link", name="Bokmål").first.click()
    expect(room(page)).to_have_value(SECRET)

    # On paper it stands on a line, and what is for the screen does not.
    page.emulate_media(media="print")
    expect(room(page)).to_be_visible()
    expect(page.get_by_role("button", name="Skriv ut kortet")).to_be_hidden()
    expect(page.get_by_text("Bare i denne nettleseren")).to_be_hidden()
    page.emulate_media(media="screen")

    page.get_by_role("button", name="Tøm kortet").click()
    expect(page.get_by_role("dialog")).to_have_css("opacity", "1")  # it fades in
    check_page(page)
    page.get_by_role("button", name="Behold det").click()
    expect(room(page)).to_have_value(SECRET)
    page.get_by_role("button", name="Tøm kortet").click()
    page.get_by_role("button", name="Ja, tøm kortet").click()
    expect(page.get_by_text("Kortet er tømt")).to_be_visible()
    expect(room(page)).to_have_value("")
    page.reload()
    expect(room(page)).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert not [each for each in sent if "Grupperom" in each], "what she wrote was sent"


def test_who_signs_in_after_her_on_the_same_machine_meets_an_empty_card(page, sign_in) -> None:
    sign_in("karin@fjordvik.example")
    open_card(page)
    room(page).fill(SECRET)
    expect(page.get_by_text("Lagret i denne nettleseren")).to_be_visible()
    page.context.clear_cookies()
    sign_in("arne@fjordvik.example")
    open_card(page)
    expect(room(page)).to_have_value("")


def test_the_button_prints_the_card_alone(page, sign_in) -> None:
    sign_in("karin@fjordvik.example")
    open_card(page)
    page.evaluate("window.print = () => { window.printed = document.querySelectorAll('[data-printing]').length }")
    page.get_by_role("button", name="Skriv ut kortet").click()
    assert page.evaluate("window.printed") == 1
    page.locator("[data-card]").evaluate("card => card.toggleAttribute('data-printing', true)")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    expect(room(page)).to_be_visible()


def test_without_script_there_are_fields_to_print(browser, browser_context_args, page, sign_in) -> None:
    sign_in("karin@fjordvik.example")
    open_card(page)
    state, address = page.context.storage_state(), page.url
    plain = browser.new_context(**browser_context_args, java_script_enabled=False, storage_state=state)
    other = plain.new_page()
    other.goto(address)
    expect(room(other)).to_be_visible()
    expect(other.locator("noscript p")).to_be_visible()
    expect(other.get_by_role("button", name="Tøm kortet")).to_be_hidden()
    plain.close()


def test_she_takes_the_module_along_on_paper(page, sign_in) -> None:
    sign_in("karin@fjordvik.example")
    page.goto(MODULE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Skriv ut modulen (PDF)").click()
    assert download.value.suggested_filename == "modul-3.pdf"
    pages = pages_of(Path(download.value.path()).read_bytes())
    assert "Når noen vil fortelle meg noe" in pages[0]
    assert "Den første samtalen" in pages[1]
    assert f"Side 1 av {len(pages)}" in pages[0]
