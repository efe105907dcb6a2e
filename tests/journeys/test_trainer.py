"""A trainer writes a course, questions and a quiz in the admin, looks at it as a learner does, and publishes."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

# Wagtail tries to draw a preview of a page that is not filled in yet, and answers 400 to itself.
WAGTAIL_PREVIEW_OF_AN_EMPTY_FORM = "400"


@pytest.fixture
def trainer(page, sign_in):
    page.allowed_complaints.append(WAGTAIL_PREVIEW_OF_AN_EMPTY_FORM)
    sign_in("trine@fjordvik.example")
    return page


def publish(page) -> None:
    page.locator("footer button[aria-expanded], .footer button[aria-expanded]").last.click()
    page.get_by_role("button", name="Publiser").last.click()
    expect(page.locator(".messages")).to_contain_text("publisert")


def test_she_writes_a_course_previews_it_and_publishes(trainer, stack, sign_in, browser, browser_context_args) -> None:
    page = trainer
    page.get_by_role("link", name="Innhold", exact=True).click()
    catalog = re.search(
        r"page (\d+)",
        stack.python(
            "from courses.models import CatalogPage; "
            "print('page', CatalogPage.objects.get(locale__language_code='nb').pk)"
        ),
    ).group(1)
    page.goto(f"/admin/pages/add/courses/coursepage/{catalog}/")
    page.locator("#id_title").fill("Prøvekurset")
    page.locator("#id_lead").fill("For deg som arbeider i skolen.")
    publish(page)
    course = re.search(
        r"page (\d+)",
        stack.python(
            "from courses.models import CoursePage; print('page', CoursePage.objects.get(title='Prøvekurset').pk)"
        ),
    ).group(1)

    page.goto(f"/admin/pages/add/courses/modulepage/{course}/")
    page.locator("#id_title").fill("Hverdagstegn og prikker")
    page.locator("#id_lead").fill("Se forskjell på én hendelse og et mønster.")
    page.locator("[data-streamfield-stream-container] button.c-sf-add-button").first.click()
    page.locator("input[name='parts-0-value-title']").fill("Det du ser i klasserommet")
    page.locator("button.c-sf-add-button").nth(1).click()
    page.get_by_role("option", name="Mellomtittel").click()
    page.locator("input[name='parts-0-value-body-0-value']").fill("Ett tegn er ikke et mønster")
    page.locator('[data-side-panel-toggle="preview"]').click()
    frame = page.frame_locator("#w-preview-iframe")
    expect(frame.get_by_role("heading", name="Hverdagstegn og prikker")).to_be_visible(timeout=20_000)
    expect(frame.get_by_text("Ett tegn er ikke et mønster")).to_be_visible()
    publish(page)
    editions = stack.python(
        "from courses.models import Edition, CoursePage; c = CoursePage.objects.get(title='Prøvekurset'); "
        "e = Edition.objects.get(course_key=c.translation_key, latest=True); "
        "print('edition', e.number, e.change, e.pages.count())"
    )
    assert "edition 2 editorial 2" in editions

    # What is published is what a learner reads; a draft written on top of it is not.
    page.goto(f"/admin/pages/{course}/")
    page.get_by_role("link", name="Hverdagstegn og prikker").first.click()
    page.locator("input[name='parts-0-value-title']").fill("Et utkast")
    page.get_by_role("button", name="Lagre kladd").click()
    page.wait_for_load_state()
    learner = browser.new_context(**browser_context_args).new_page()
    sign_in("ole.knutsen@fjordvik.example", on=learner)
    address = stack.python(
        "from courses.models import ModulePage; "
        "print('address', ModulePage.objects.get(title='Hverdagstegn og prikker').url)"
    )
    learner.goto(re.search(r"address (\S+)", address).group(1))
    expect(learner.get_by_role("heading", name="Det du ser i klasserommet")).to_be_visible()
    assert "Et utkast" not in learner.content()
    learner.context.close()


def test_she_writes_a_question_with_versions_and_a_quiz_that_draws_from_the_bank(trainer, stack) -> None:
    page = trainer
    page.goto("/admin/snippets/assessments/item/add/")
    page.locator("#id_code").fill("T-01")
    page.get_by_role("button", name="Velg tema").click()
    page.locator(".modal-body a").filter(has_text="Begreper").first.click()
    page.locator("#id_stem_nb").fill("Hva er riktig?")
    page.locator("#id_why_nb").fill("Fordi det står i loven.")
    page.locator("#id_options-0-text_nb").fill("Det ene")
    page.locator("#id_options-1-text_nb").fill("Det andre")
    page.get_by_role("button", name="Lagre").click()
    # Without a right answer nothing is saved, and the form says what to do.
    expect(page.locator("main")).to_contain_text("Merk nøyaktig ett svar som riktig")
    page.locator("#id_options-0-correct").check()
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator(".messages")).to_contain_text("T-01")
    versions = (
        "from assessments.models import ItemVersion; "
        "print('versions', list(ItemVersion.objects.filter(item__code='T-01').order_by('number')"
        ".values_list('number', 'content__stem__nb')))"
    )
    assert "versions [(1, 'Hva er riktig?')]" in stack.python(versions)
    page.goto("/admin/snippets/assessments/item/?q=T-01")
    page.get_by_role("link", name=re.compile("T-01")).first.click()
    page.locator("#id_stem_nb").fill("Hva er riktig her?")
    page.get_by_role("button", name="Lagre").click()
    page.wait_for_load_state()
    assert "versions [(1, 'Hva er riktig?'), (2, 'Hva er riktig her?')]" in stack.python(versions)

    page.goto("/admin/snippets/assessments/quiz/add/")
    page.locator("#id_code").fill("liten")
    page.locator("#id_name_nb").fill("En liten prøve")
    page.locator("#id_draws-0-topic").evaluate("(field) => field.closest('section, div').scrollIntoView()")
    page.get_by_role("button", name="Velg tema").first.click()
    page.locator(".modal-body a").filter(has_text="Begreper").first.click()
    page.locator("#id_draws-0-count").fill("99")
    page.get_by_role("button", name="Lagre").click()
    assert "made 0" in stack.python(
        "from assessments.models import Quiz; print('made', Quiz.objects.filter(code='liten').count())"
    )
    page.locator("#id_draws-0-count").fill("2")
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator(".messages")).to_contain_text("En liten prøve")


def test_she_sees_nobodys_results_and_no_learners(trainer) -> None:
    page = trainer
    page.allowed_complaints.extend(["403", "404"])
    for address in ("/admin/", "/admin/reports/site-history/", "/admin/snippets/assessments/item/"):
        page.goto(address)
        assert "Solheim" not in page.content(), address
    assert page.goto("/nb/rapport/").status == 403
    assert page.goto("/nb/personer/").status == 403
    page.goto("/admin/users/")
    assert "Solheim" not in page.content()
