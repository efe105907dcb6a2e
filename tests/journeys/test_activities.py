"""Activities in the browser: uploaded, approved, played in a frame that keeps them in, counted, gone on with."""

import re
from collections.abc import Iterator

import pytest
from canary import Canary
from h5p_samples import greeting_card_package, hostile_attempts, hostile_package, playable_package
from journey_activities import address, put_on_a_page
from journey_steps import check_page
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

RIGHT, WRONG = "Drøfter saken", "Ringer hjem"
PICTURE = {"path": "images/dør.png", "mime": "image/png"}


def frame_of(page, title: str):
    return page.frame_locator(f'iframe[title="{title}"]')


def status_of(page, title: str):
    return page.locator("section[data-activity]", has_text=title).locator("[data-activity-status]")


@pytest.fixture
def second_device(browser, browser_context_args, sign_in) -> Iterator:
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


def test_a_trainer_uploads_an_administrator_approves_and_both_see_it(page, sign_in, stack, tmp_path) -> None:
    package, wrong = tmp_path / "sporsmal.h5p", tmp_path / "brev.h5p"
    # A patch that nobody has approved yet, whatever ran before.
    package.write_bytes(greeting_card_package().read())
    wrong.write_bytes(b"%PDF-1.7 et brev")
    sign_in("trine@fjordvik.example")
    page.goto("/admin/snippets/media/h5pcontent/add/")
    page.set_input_files("input[name=package]", wrong)
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Filen er ikke en H5P-pakke")).to_be_visible()
    page.set_input_files("input[name=package]", package)
    page.locator("#id_title").fill("Hilsen fra trineren")
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator(".messages")).to_contain_text("H5P.GreetingCard 1.0.0")
    page.goto("/admin/snippets/media/h5pcontent/")
    row = page.locator("tr", has_text="Hilsen fra trineren").first
    expect(row).to_contain_text("Venter på godkjenning av biblioteker")

    page.context.clear_cookies()
    sign_in("arne@fjordvik.example")
    page.goto("/admin/snippets/media/h5plibrary/")
    page.get_by_role("link", name="Greeting card").first.click()
    expect(page.get_by_text("greetingcard.js")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Godkjenn biblioteket").click()
    expect(page.get_by_text("er godkjent")).to_be_visible()

    page.context.clear_cookies()
    sign_in("trine@fjordvik.example")
    page.goto("/admin/snippets/media/h5pcontent/")
    page.get_by_role("link", name="Hilsen fra trineren").first.click()
    number = re.search(r"(\d+)/?$", page.url.rstrip("/")).group(1)
    page.goto(f"/admin/snippets/media/h5pcontent/inspect/{number}/")
    expect(frame_of(page, "Hilsen fra trineren").get_by_text("Hei, æøå")).to_be_visible()
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Last ned").click()
    assert download.value.path().read_bytes() == package.read_bytes()


def test_a_learner_plays_is_held_back_until_it_is_done_and_goes_on_elsewhere(
    page, sign_in, stack, tmp_path, second_device
) -> None:
    put_on_a_page(
        stack, tmp_path, "oving",
        {"title": "Hva sier du?", "package": playable_package(picture=PICTURE),
         "as_text": "<p>Drøft saken anonymt.</p>", "block": {"done_when": "passed", "least": 100, "required": True}},
        {"title": "Hilsen", "package": greeting_card_package()},
    )  # fmt: skip
    sign_in("nora.hansen@fjordvik.example")
    page.goto(address("oving"))
    frame = frame_of(page, "Hva sier du?")
    expect(frame.get_by_label(RIGHT)).to_be_visible()
    expect(frame_of(page, "Hilsen").get_by_text("Hei, æøå")).to_be_visible()  # several on a page
    expect(status_of(page, "Hva sier du?")).to_contain_text("Ikke begynt")
    check_page(page)
    # As high as what is in it, so that nothing must be scrolled inside of the page.
    outer = page.locator('iframe[title="Hva sier du?"]').evaluate("frame => frame.getBoundingClientRect().height")
    assert outer == pytest.approx(frame.locator("body").evaluate("body => body.scrollHeight"), abs=2)
    assert outer < 290, "the frame begins with 300"
    picture = frame.locator(".hk-question").evaluate("element => getComputedStyle(element).backgroundImage")
    assert "/HandlekraftShared-2.1/images/door.svg" in picture
    assert frame.locator(".hk-question img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    frame.get_by_role("button", name="Svar").click()
    expect(frame.get_by_text("Velg et svar")).to_be_visible()
    expect(status_of(page, "Hva sier du?")).to_contain_text("Ikke begynt")

    page.locator("button[form=videre]").click()
    expect(page.get_by_text("Gjør «Hva sier du?» før du går videre.")).to_be_visible()
    frame.get_by_label(WRONG).check()
    frame.get_by_role("button", name="Svar").click()
    expect(frame.get_by_text("Ikke riktig")).to_be_visible()
    expect(status_of(page, "Hva sier du?")).to_contain_text("Beste forsøk: 0 %")
    with page.expect_response(re.compile("/plass/")):
        frame.get_by_label(RIGHT).check()

    sign_in("nora.hansen@fjordvik.example", second_device)
    second_device.goto(address("oving"))
    there = frame_of(second_device, "Hva sier du?")
    expect(there.get_by_label(RIGHT)).to_be_checked()
    there.get_by_role("button", name="Svar").click()
    expect(status_of(second_device, "Hva sier du?")).to_contain_text("Gjort")
    second_device.locator("button[form=videre]").click()
    expect(second_device.get_by_role("heading", name="Etterpå")).to_be_visible()

    page.reload()
    expect(status_of(page, "Hva sier du?")).to_contain_text("Gjort")
    told = stack.python(
        "from evidence.models import Evidence; from media.models import H5PStatement as S; "
        "print(sorted((r.result, r.assurance, float(r.score)) for r in Evidence.objects.filter(subject='activity', "
        "person__email='nora.hansen@fjordvik.example')), S.objects.filter(body__has_key='response').count())"
    )
    assert "[('completed', 20, 0.0), ('passed', 20, 1.0)] 0" in told


def test_it_can_be_read_as_text_instead(page, sign_in, stack, tmp_path) -> None:
    put_on_a_page(
        stack, tmp_path, "tekst",
        {"title": "Øvelse med tekst", "package": playable_package(), "as_text": "<p>Drøft saken anonymt.</p>",
         "block": {"done_when": "passed", "least": 100, "required": True}},
    )  # fmt: skip
    sign_in("nora.hansen@fjordvik.example")
    page.goto(address("tekst"))
    page.get_by_text("Les øvelsen som tekst").click()
    expect(page.get_by_text("Drøft saken anonymt.")).to_be_visible()
    page.get_by_role("button", name="Jeg har lest teksten").click()
    expect(status_of(page, "Øvelse med tekst")).to_contain_text("Gjort")
    page.locator("button[form=videre]").click()
    expect(page.get_by_role("heading", name="Etterpå")).to_be_visible()


def test_the_keyboard_leads_into_the_frame_and_out_and_the_exit_works_from_inside(
    page, sign_in, stack, tmp_path
) -> None:
    put_on_a_page(stack, tmp_path, "tastatur", {"title": "Tastaturet", "package": playable_package()})
    sign_in("nora.hansen@fjordvik.example")
    page.goto(address("tastatur"))
    frame = frame_of(page, "Tastaturet")
    expect(frame.get_by_label(RIGHT)).to_be_visible()
    page.get_by_role("link", name="Hopp over øvelsen").focus()
    page.keyboard.press("Tab")
    expect(frame.locator("input:focus")).to_have_count(1)
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(frame.get_by_role("button", name="Svar")).to_be_focused()
    for _ in range(3):  # the rights of use, and out
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") != "IFRAME"

    page.get_by_role("button", name="Full skjerm").click()
    expect(page.get_by_role("button", name="Avslutt full skjerm")).to_be_visible()
    expect(page.locator("section[data-activity]").get_by_role("link", name="Forlat siden")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Full skjerm", exact=True)).to_be_visible()

    page.allowed_complaints.append("ERR_|Failed to load")
    page.route(
        "https://www.yr.no/**",
        lambda route: route.fulfill(body="<meta charset=utf-8><p>Været</p>", content_type="text/html"),
    )
    frame.get_by_label(RIGHT).focus()
    # Twice within a second, which on a busy machine takes more than one try.
    for _ in range(8):
        page.keyboard.press("Escape")
        if "yr.no" in page.url:
            break
    expect(page.get_by_text("Været")).to_be_visible()


def test_what_could_not_be_sent_is_kept_and_sent_when_the_line_is_back(page, sign_in, stack, tmp_path) -> None:
    put_on_a_page(stack, tmp_path, "linje", {"title": "Uten linje", "package": playable_package()})
    sign_in("nora.hansen@fjordvik.example")
    page.goto(address("linje"))
    page.allowed_complaints.append("ERR_|Failed to load|fetch")
    frame = frame_of(page, "Uten linje")
    frame.get_by_label(RIGHT).check()
    page.route("**/hendelser/**", lambda route: route.abort())
    frame.get_by_role("button", name="Svar").click()
    expect(page.get_by_text("er ikke lagret ennå")).to_be_visible()
    page.unroute("**/hendelser/**")
    page.reload()
    expect(status_of(page, "Uten linje")).to_contain_text("Gjort")


def test_what_cannot_be_fetched_says_so_and_can_be_tried_again(page, sign_in, stack, tmp_path) -> None:
    put_on_a_page(stack, tmp_path, "borte", {"title": "Borte", "package": playable_package()})
    sign_in("nora.hansen@fjordvik.example")
    page.allowed_complaints.append("ERR_|Failed to load|activity|frame.bundle|H5P|undefined")
    page.route("**/samlet.js", lambda route: route.abort())
    page.goto(address("borte"))
    expect(page.get_by_role("heading", name="Øvelsen lot seg ikke hente")).to_be_visible(timeout=60_000)
    check_page(page)
    page.unroute("**/samlet.js")
    page.get_by_role("button", name="Prøv igjen").click()
    expect(frame_of(page, "Borte").get_by_label(RIGHT)).to_be_visible()


# --- what a library may not ------------------------------------------------------------------------


@pytest.fixture
def outside() -> Iterator[Canary]:
    with Canary() as canary:
        yield canary


def outcomes(page, title: str) -> dict[str, str]:
    """What the hostile library wrote down of its attempts, by name."""
    list_ = frame_of(page, title).locator("dl")
    expect(list_).to_have_attribute("data-done", "yes", timeout=60_000)
    return dict(list_.locator("dd").evaluate_all("all => all.map(one => [one.dataset.attempt, one.textContent])"))


def test_a_library_is_kept_in_whatever_it_tries(page, sign_in, stack, tmp_path, outside) -> None:
    [other] = put_on_a_page(stack, tmp_path, "annen", {"title": "En annen", "package": playable_package()})
    ways = ["top", "parent", "link to top", "window called top", "top history", "own history", "escape", "escape"]
    told = {"canary": outside.url, "stun": outside.stun, "platform": stack.url, "other": other}
    package = hostile_package(**told, garbage=True, leave=ways)
    [mine] = put_on_a_page(stack, tmp_path, "proving", {"title": "Prøving", "package": package})
    sign_in("nora.hansen@fjordvik.example")
    page.goto(address("annen"))
    with page.expect_response(re.compile("/plass/")):
        frame_of(page, "En annen").get_by_label(WRONG).check()
    page.allowed_complaints.append(".")  # the browser tells of everything that it stopped
    page.goto(address("proving"))
    here = page.url
    found = outcomes(page, "Prøving")
    assert sorted(found) == sorted(hostile_attempts())
    assert {name: text for name, text in found.items() if text != "kept in"} == {}
    page.wait_for_timeout(10_000)  # it is trying to lead the page away
    assert page.url == here
    assert (outside.asked, outside.datagrams) == ([], 0)
    # Of what it told the page around, only the one statement that could be one was kept; nothing waits for ever.
    expect(page.get_by_text("er ikke lagret ennå")).to_be_hidden()
    waiting = page.evaluate("Object.keys(sessionStorage)")
    assert [name for name in waiting if mine in name] == []
    expect(status_of(page, "Prøving")).not_to_contain_text("Gjort")
    page.goto(address("annen"))
    expect(status_of(page, "En annen")).to_contain_text("Underveis")
    expect(frame_of(page, "En annen").get_by_label(WRONG)).to_be_checked()


def test_a_library_that_leads_its_frame_away_gets_nowhere(page, sign_in, stack, tmp_path, outside) -> None:
    told = {"canary": outside.url, "stun": outside.stun, "platform": stack.url, "other": "x"}
    ways = ("location", "refresh", "download")
    activities = [{"title": f"Bort: {way}", "package": hostile_package(**told, leave=[way])} for way in ways]
    put_on_a_page(stack, tmp_path, "bort", *activities)
    sign_in("nora.hansen@fjordvik.example")
    page.allowed_complaints.append(".")
    page.goto(address("bort"))
    here = page.url
    for way in ways:
        page.locator(f'iframe[title="Bort: {way}"]').scroll_into_view_if_needed()
        outcomes(page, f"Bort: {way}")
    page.wait_for_timeout(7000)
    assert page.url == here
    assert (outside.asked, outside.datagrams) == ([], 0)
