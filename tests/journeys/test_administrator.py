"""An administrator puts her agency in order: people, units, leave, functions, and a list from the HR system."""

import re

import pytest
from django.utils import timezone
from journey_steps import check_page
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def test_she_adds_a_teacher_who_then_has_a_path(page, sign_in, stack) -> None:
    sign_in("arne@fjordvik.example")
    page.get_by_role("link", name="Virksomhet").click()
    expect(page.get_by_text("Bråten skole").first).to_be_visible()
    check_page(page)

    page.goto("/nb/virksomhet/personer/")
    check_page(page)
    page.get_by_role("link", name="Legg til en ansatt").first.click()
    # The wrong way first: nothing is saved, what was written stands.
    page.get_by_label("Fornavn").fill("Ragnhild")
    page.get_by_role("button", name="Legg til den ansatte").click()
    expect(page).to_have_title(re.compile("^Feil: "))
    expect(page.get_by_label("Fornavn")).to_have_value("Ragnhild")
    check_page(page)
    page.get_by_label("Etternavn").fill("Nyansatt")
    page.get_by_label("E-post").fill("ragnhild.nyansatt@fjordvik.example")
    page.get_by_label("Enhet").select_option(label=page.locator("#id_unit option", has_text="Bråten").inner_text())
    page.get_by_label("Yrkesrolle").select_option(label="Lærer")
    page.get_by_role("button", name="Legg til den ansatte").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ragnhild Nyansatt")
    check_page(page)
    found = stack.python(
        "from certification.models import Cycle; "
        "print('open', Cycle.objects.filter(person__email='ragnhild.nyansatt@fjordvik.example', state='open').count())"
    )
    assert "open 2" in found  # what everybody takes, and what schools do


def test_she_sees_names_and_units_but_never_how_anyone_stands(page, sign_in) -> None:
    page.allowed_complaints.append("403")
    sign_in("arne@fjordvik.example")
    page.goto("/nb/virksomhet/personer/")
    text = page.locator("main").inner_text()
    for word in ("Gyldig", "Utløpt", "Over fristen", "Underveis"):
        assert word not in text
    assert page.goto("/nb/rapport/").status == 403


def test_a_list_from_the_hr_system_is_tried_dry_then_taken_in_then_changes_nothing(stack, tmp_path) -> None:
    today = timezone.localdate().isoformat()
    good = tmp_path / "ansatte.csv"
    good.write_text(
        "e-post;fornavn;etternavn;enhet;rolle;fra;til\n"
        f"una@fjordvik.example;Una;Ås;Bråten skole;Lærer;{today};\n"
        f"per@fjordvik.example;Per;Næss;Lia ungdomsskole;Assistent;{today};\n",
        encoding="cp1252",
    )
    broken = tmp_path / "feil.csv"
    broken.write_text(
        "e-post;fornavn;etternavn;enhet;rolle;fra;til\nikke-en-adresse;X;Y;Finnes ikke;Trollmann;i går;\n"
    )
    count = "from accounts.models import User; print('people', User.objects.count())"
    before = stack.python(count)
    stack.manage("people_import", str(good), "--agency", "DEMO", "--dry-run")
    refused = stack.manage("people_import", str(broken), "--agency", "DEMO", check=False)
    assert "Rad 2" in refused
    assert "Ingenting er endret" in refused
    assert "Traceback" not in refused
    assert stack.python(count) == before
    stack.manage("people_import", str(good), "--agency", "DEMO")
    after = stack.python(count)
    assert after != before
    stack.manage("people_import", str(good), "--agency", "DEMO")
    assert stack.python(count) == after
