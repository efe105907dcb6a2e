"""Those who answer for certification: rules and policies after seeing what they mean, decisions, badges, a past day."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.utils import timezone
from journey_steps import check_page
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

NAME = "Grunnkurs: Se, forstå, handle"


def heading(page):
    return page.get_by_role("heading", level=1)


def day(days: int) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def test_a_rule_is_made_after_a_dry_run_and_ended(page, sign_in) -> None:
    sign_in("arne@fjordvik.example")
    page.get_by_role("link", name="Krav", exact=True).click()
    check_page(page)
    page.get_by_role("link", name="Nytt krav").click()
    page.get_by_label("Sertifisering").select_option(label=NAME)
    page.get_by_label("Navn på kravet").fill("J-1")
    page.get_by_label("Gjelder ansatte i").select_option(index=1)
    page.get_by_label("Jordmor").check()
    # Only the kind of due date that was chosen is asked about.
    expect(page.get_by_label("Dato", exact=True)).to_be_hidden()
    page.get_by_label("En dato, lik for alle").check()
    expect(page.get_by_label("Antall dager", exact=True)).to_be_hidden()
    page.get_by_label("Dato", exact=True).fill(day(-1))
    page.get_by_role("button", name="Se hvem det gjelder").click()
    expect(page).to_have_title(re.compile("^Feil: "))
    page.get_by_label("Dato", exact=True).fill(day(90))
    page.get_by_role("button", name="Se hvem det gjelder").click()
    expect(page.get_by_text("Ingenting er endret ennå.")).to_be_visible()
    expect(page.get_by_text("har alt krav om denne sertifiseringen")).to_be_visible()
    check_page(page)
    page.get_by_label("Jeg har sett hvem dette gjelder").check()
    # A hand that clicks twice makes one rule, and is not told that somebody else was first.
    page.get_by_role("button", name="Innfør kravet J-1").dblclick()
    expect(page.get_by_text("Kravet J-1 er lagret.")).to_be_visible()
    expect(page.get_by_role("row", name="J-1")).to_have_count(1)

    page.get_by_role("link", name="Avslutt J-1").click()
    check_page(page)
    page.get_by_role("button", name="Avslutt kravet").click()
    expect(page.get_by_text("Kravet J-1 slutter")).to_be_visible()


def test_a_policy_is_tightened_never_loosened_after_seeing_what_it_means(page, sign_in) -> None:
    sign_in("arne@fjordvik.example")
    page.goto("/nb/krav/")
    page.get_by_role("link", name="Sertifiseringsregler").click()
    check_page(page)
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("link", name="Ny versjon").click()
    page.get_by_label("Navn på versjonen").fill("F-1")
    page.get_by_label("Bestått ved, prosent").fill("70")
    page.get_by_label("Hva er endret, og hvorfor?").fill("Strengere etter en gjennomgang.")
    page.get_by_role("button", name="Se hva det betyr").click()
    expect(page.get_by_text("Dere kan kreve mer, ikke mindre").first).to_be_visible()
    check_page(page)
    page.get_by_label("Bestått ved, prosent").fill("90")
    page.get_by_role("button", name="Se hva det betyr").click()
    change = page.get_by_role("row", name="Bestått ved").first
    assert (change.locator("del").inner_text(), change.locator("ins").inner_text()) == ("80 %", "90 %")
    expect(page.get_by_text("ville få andre regler")).to_be_visible()
    check_page(page)
    # From later on: nobody who has begun meets it, here or in the other journeys.
    page.get_by_role("button", name="Tilbake til endringen").click()
    page.get_by_label("Gjelder fra").fill(day(300))
    page.get_by_role("button", name="Se hva det betyr").click()
    page.get_by_role("button", name="Innfør versjon F-1").click()
    expect(page.get_by_text("Versjonen F-1 er lagret.")).to_be_visible()
    expect(page.get_by_text("Kommer", exact=False).first).to_be_visible()


def test_a_decision_is_made_explained_and_undone(page, sign_in) -> None:
    sign_in("marit@fjordvik.example")
    page.goto("/nb/personer/?navn=dahl")
    page.get_by_role("link", name="Dahl, Siri").first.click()
    page.get_by_role("link", name="Gjør et vedtak").first.click()
    expect(heading(page)).to_have_text("Vedtak om Siri Dahl")
    expect(page.get_by_text("Ingen vedtak er gjort.")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="La sertifikatet gjelde lenger").click()
    page.get_by_label("Ny siste dag").fill(day(400))
    page.get_by_role("button", name="La sertifikatet gjelde lenger").click()
    expect(page.get_by_label("Begrunnelse")).to_have_attribute("aria-invalid", "true")
    check_page(page)
    page.get_by_label("Begrunnelse").fill("Etter avtale.")
    page.get_by_role("button", name="La sertifikatet gjelde lenger").click()
    expect(page.get_by_text("Vedtaket er lagret.")).to_be_visible()
    expect(page.get_by_text("Utsettelse", exact=True)).to_be_visible()

    page.get_by_role("link", name="Siri Dahl").click()
    expect(page.get_by_text("Siste dag ble flyttet ved et vedtak")).to_be_visible()
    page.get_by_role("link", name="Gjør et vedtak").first.click()
    page.get_by_role("link", name="Angre").click()
    page.get_by_label("Begrunnelse").fill("Gjaldt en annen.")
    page.get_by_role("button", name="Angre vedtaket").click()
    expect(page.get_by_text("Vedtaket er angret.")).to_be_visible()
    expect(page.get_by_text("Ingen vedtak er gjort.")).to_be_visible()

    # A revocation asks twice, and the way back leaves everything as it was.
    page.get_by_role("link", name="Trekk sertifikatet tilbake").click()
    page.get_by_label("Begrunnelse").fill("Etter avtale.")
    page.get_by_role("button", name="Gå videre").click()
    check_page(page)
    page.get_by_role("button", name="Tilbake", exact=True).click()
    expect(page.get_by_label("Begrunnelse")).to_have_value("Etter avtale.")
    page.get_by_role("link", name="Avbryt").click()
    expect(page.get_by_text("Ingen vedtak er gjort.")).to_be_visible()


def test_a_badge_is_taken_away_and_checked_by_anyone(page, sign_in) -> None:
    sign_in("siri.dahl@fjordvik.example")
    page.get_by_role("link", name="Se sertifikatet").first.click()
    code = page.locator(".hk-cert__code").inner_text()
    drawn = page.locator(".hk-qr svg").bounding_box()
    assert drawn["width"] > 80, "a telephone must be able to read it"
    page.get_by_role("link", name="Digitalt merke").click()
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Lesbart innhold (JSON)").click()
    taken = json.loads(Path(download.value.path()).read_text())
    assert taken["credential"]["validUntil"]
    assert "Siri" in json.dumps(taken, ensure_ascii=False)
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned merket (SVG)").click()
    assert "<svg" in Path(download.value.path()).read_text()

    page.context.clear_cookies()
    page.allowed_complaints.append("400")  # the answer to half a code
    page.goto("/nb/kontroll/")
    for typed in (code[:9], code):
        page.get_by_label("Kode").fill(typed)
        page.get_by_role("button", name="Kontroller").click()
    expect(heading(page)).to_have_text("Sertifikatet er gyldig")
    check_page(page)
    # And once more, from the page of the answer.
    page.get_by_label("Kode").fill(code)
    page.get_by_role("button", name="Kontroller").click()
    expect(heading(page)).to_have_text("Sertifikatet er gyldig")


def test_a_report_is_seen_as_of_a_day(page, sign_in) -> None:
    sign_in("marit@fjordvik.example")
    page.get_by_role("link", name="Rapport").click()
    page.get_by_role("link", name="Slik var det en tidligere dag").click()
    page.get_by_label("Dagen du spør om").fill(day(30))
    page.get_by_role("button", name="Vis").click()
    expect(page).to_have_title(re.compile("^Feil: "))
    page.get_by_label("Dagen du spør om").fill(day(-100))
    page.get_by_role("button", name="Vis").click()
    expect(heading(page)).to_contain_text("var sertifisert")
    check_page(page)


@pytest.mark.parametrize("language", ["nn", "en"])
def test_these_pages_speak_the_other_languages(page, sign_in, language: str) -> None:
    sign_in("arne@fjordvik.example")
    for address in ("krav/nytt/", "regler/grunnkurs/"):
        assert page.goto(f"/{language}/{address}").status == 200, address
        expect(page.locator("html")).to_have_attribute("lang", language)
        check_page(page)
    page.locator("main a[href$='/ny/']").first.click()
    check_page(page)
    page.context.clear_cookies()
    sign_in("marit@fjordvik.example")
    page.goto(f"/{language}/personer/?navn=dahl")
    page.locator("th a[href*='/personer/']").first.click()
    page.locator("a[href*='/vedtak/']").first.click()
    check_page(page)
    page.goto(f"/{language}/rapport/")
    page.locator(f"a[href*='/{language}/rapport/'][href*='sertifisering=']").last.click()
    check_page(page)
