"""A learner's way from sign-in to a certificate, in a real browser."""

import re
from pathlib import Path

import pytest
from journey_steps import check_page, finish_course, finish_module, take_quiz
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


@pytest.mark.smoke
def test_she_reads_the_modules_passes_the_test_and_holds_a_certificate(page, sign_in, stack) -> None:
    sign_in("nora.hansen@fjordvik.example")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hva er det?")
    expect(page.get_by_text("Forlat siden")).to_be_visible()
    expect(page.get_by_role("link", name="116 111")).to_be_visible()
    check_page(page)

    page.get_by_role("link", name="Se alle moduler og temaer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("60 minutter igjen")
    check_page(page)

    page.get_by_role("link", name="Begynn").click()
    finish_module(page, check=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hvem rammes, og hvordan")
    finish_course(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Prøve i grunnkurset")

    page.get_by_role("link", name="Gå til prøven").click()
    check_page(page)
    page.get_by_role("button", name="Begynn prøven").click()
    take_quiz(page, right=True, check=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bestått")
    check_page(page)

    page.get_by_role("link", name="Til stien min").click()
    expect(page.get_by_text("Gyldig", exact=True).first).to_be_visible()
    expect(page.get_by_text("regelversjon").first).to_be_attached()
    check_page(page)
    page.get_by_role("link", name="Se sertifikatet").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nora Hansen")
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-1.7")
    assert "kurs" not in download.value.suggested_filename

    # Anyone with the address of the check sees that it holds.
    page.get_by_role("link", name="Åpne kontrollsiden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sertifikatet er gyldig")
    check_page(page)


def test_she_goes_on_where_she_left_on_another_device(page, sign_in, browser, browser_context_args) -> None:
    sign_in("henrik.strand@fjordvik.example")
    page.get_by_role("link", name="Begynn").click()
    page.get_by_role("button", name=re.compile("^Neste: ")).click()
    expect(page.get_by_text("Del 2 av 5")).to_be_visible()
    phone = browser.new_context(**{**browser_context_args, "viewport": {"width": 390, "height": 844}})
    other = phone.new_page()
    sign_in("henrik.strand@fjordvik.example", on=other)
    other.get_by_role("link", name="Fortsett der du slapp").first.click()
    expect(other.get_by_text("Del 2 av 5")).to_be_visible()
    phone.close()


def test_who_fails_learns_what_to_reread_and_when_she_may_try_again(page, sign_in) -> None:
    sign_in("elin.ruud@fjordvik.example")
    page.get_by_role("link", name="Begynn").click()
    finish_course(page)
    page.get_by_role("link", name="Gå til prøven").click()
    page.get_by_role("button", name="Begynn prøven").click()
    take_quiz(page, right=False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ikke bestått ennå")
    expect(page.get_by_role("heading", name="Les dette før du prøver igjen")).to_be_visible()
    expect(page.get_by_text("2 av 3")).to_be_visible()
    check_page(page)
    page.goto("/nb/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Prøven åpner igjen")
    check_page(page)


def test_two_tabs_and_a_double_click_give_one_result_and_one_certificate(page, sign_in, context, stack) -> None:
    sign_in("randi.jensen@fjordvik.example")
    page.get_by_role("link", name="Begynn").click()
    finish_course(page)
    page.get_by_role("link", name="Gå til prøven").click()
    page.get_by_role("button", name="Begynn prøven").click()
    take_quiz(page, right=True, submit=False)
    other = context.new_page()
    other.goto(page.url)
    page.get_by_role("button", name="Lever prøven").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bestått")
    other.get_by_role("button", name="Lever prøven").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Bestått")
    counts = stack.python(
        "from assessments.models import Attempt; from certification.models import Certificate; "
        "from evidence.models import Evidence; e = 'randi.jensen@fjordvik.example'; "
        "print('counts', Attempt.objects.filter(person__email=e).count(), "
        "Evidence.objects.filter(person__email=e, subject='quiz').count(), "
        "Certificate.objects.filter(cycle__person__email=e).count())"
    )
    assert "counts 1 1 1" in counts
    # The back button after handing in leads to the result, not to an error.
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bestått")


def test_what_she_chooses_in_a_case_is_shown_and_kept_nowhere(page, sign_in, stack) -> None:
    sign_in("ingrid@fjordvik.example")
    page.goto("/nb/kurs/se-forsta-handle/hva-er-det/?del=4")
    page.get_by_label(re.compile("^Ringer foreldrene")).check()
    page.get_by_role("button", name="Se hva som skjer").click()
    expect(page.get_by_text("Du valgte")).to_be_visible()
    assert "valg" not in page.url
    check_page(page)
    page.get_by_text("Velg på nytt").click()
    expect(page.get_by_role("button", name="Se hva som skjer")).to_be_visible()


def test_the_exit_leads_away_and_leaves_no_way_back(page, sign_in) -> None:
    sign_in("ingrid@fjordvik.example")
    link = page.get_by_role("link", name="Forlat siden")
    assert link.get_attribute("href") == "https://www.yr.no/"
    assert "noreferrer" in (link.get_attribute("rel") or "")


def test_killing_the_web_process_after_the_last_answer_loses_nothing(page, sign_in, stack) -> None:
    """The process dies between the commit of the result and the certificate; the sweep issues it."""
    sign_in("thomas.eide@fjordvik.example")
    page.get_by_role("link", name="Fortsett der du slapp").first.click()
    finish_course(page)
    page.get_by_role("link", name="Gå til prøven").click()
    page.get_by_role("button", name="Begynn prøven").click()
    take_quiz(page, right=True, submit=False)
    killed = stack.python(
        "import os; from certification import receivers; "
        "receivers.settle_person = lambda *a, **k: os._exit(9); "
        "from assessments.models import Attempt; from assessments.services import finish_attempt; "
        "finish_attempt(attempt=Attempt.objects.get(person__email='thomas.eide@fjordvik.example', state='open')); "
        "print('survived')",
        check=False,
    )
    assert "survived" not in killed
    count = (
        "from certification.models import Certificate; from evidence.models import Evidence; "
        "e = 'thomas.eide@fjordvik.example'; "
        "print('now', Evidence.objects.filter(person__email=e, subject='quiz').count(), "
        "Certificate.objects.filter(cycle__person__email=e).count())"
    )
    assert "now 1 0" in stack.python(count)
    stack.python("from certification.tasks import sweep; sweep()")
    assert "now 1 1" in stack.python(count)
    page.goto("/nb/")
    expect(page.get_by_text("Gyldig", exact=True).first).to_be_visible()


def test_pages_speak_the_language_of_their_address_and_keep_progress(page, sign_in) -> None:
    sign_in("ingrid@fjordvik.example")
    page.get_by_role("link", name="English").first.click()
    page.wait_for_url("**/en/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    # The course is read in her language, and what she has read of it in another counts.
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Duties"))
    page.goto("/nb/")
    expect(page.get_by_text("3 av 6 moduler er gjort")).to_be_visible()


@pytest.mark.parametrize("size", [1280, 390])
def test_sign_in_and_error_pages_pass_too(page, size) -> None:
    page.set_viewport_size({"width": size, "height": 800})
    page.allowed_complaints.append("404")
    for address in ("/nb/konto/login/", "/nb/konto/login/code/", "/nb/finnes-ikke/", "/nb/kontroll/"):
        page.goto(address)
        check_page(page)
