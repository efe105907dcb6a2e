"""A trainer uploads a film; a learner sees some of it, goes on elsewhere, and has seen it."""

import base64
import hashlib
import re

import pytest
from film_samples import CHAPTERS, VTT, drawn_webm
from journey_steps import check_page
from playwright.sync_api import expect

from media.player_styles import STYLES

pytestmark = pytest.mark.journey

ADDRESS = "/nb/kurs/videokurset/samtalen/"
FINISH = f"""
import sys; sys.path[:0] = ["tests", "."]
from media.models import Video, VideoTrack
from tests.courses.synthetic import block, make_course, make_module, publish, text_part
video = Video.objects.get(title="Samtalen ved døren")
Video.objects.filter(pk=video.pk).update(transcript="<p>Hei, jeg heter Amira.</p>", described="sound")
VideoTrack.objects.create(video=video, kind="chapters", language="nb", text={CHAPTERS!r})
course = make_course("Videokurset", slug="videokurset")
body = [block("text", "<p>Se samtalen.</p>"), block("video", {{"video": video.pk, "required": False}})]
make_module(course, "Samtalen", [block("part", {{"title": "Se", "body": body}}), text_part()], slug="samtalen")
publish(course)
print("published", Video.objects.get(pk=video.pk).published_at is not None)
"""
STYLES_USED = """() => {
  const found = [];
  const walk = (root) => root.querySelectorAll("*").forEach((element) => {
    if (element.localName === "style" && root !== document) found.push(element.textContent);
    if (element.shadowRoot) walk(element.shadowRoot);
  });
  walk(document);
  return found;
}"""


def sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def until(page, wanted: str) -> None:
    """Asks the page again and again: its policy forbids what Playwright would have it do by itself."""
    for _ in range(200):
        if page.evaluate(wanted):
            return
        page.wait_for_timeout(100)
    raise AssertionError(wanted)


def at(page) -> float:
    return page.evaluate("document.querySelector('video').currentTime")


def test_a_film_is_uploaded_seen_in_two_places_and_counted(page, sign_in, stack, browser, browser_context_args) -> None:
    page.allowed_complaints.append("400")  # Wagtail previews an empty form
    sign_in("trine@fjordvik.example")
    film = drawn_webm(page, 8)
    page.goto("/admin/snippets/media/video/add/")
    page.locator("#id_title").fill("Samtalen ved døren")
    page.locator("#id_file").set_input_files({"name": "a.mp4", "mimeType": "video/mp4", "buffer": b"<html>" * 99})
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator("main")).to_contain_text("ikke en MP4- eller WebM-film")
    page.locator("#id_file").set_input_files({"name": "a.webm", "mimeType": "video/webm", "buffer": film})
    page.locator("#id_tracks-ADD").click()
    page.locator("#id_tracks-0-file").set_input_files(
        {"name": "nb.vtt", "mimeType": "text/vtt", "buffer": VTT.encode()}
    )
    page.get_by_role("button", name="Lagre").click()
    expect(page.locator(".messages")).to_contain_text("kan ikke brukes på sider ennå")
    expect(page.locator("main")).to_contain_text("Ikke klar. Mangler: videoen som tekst")
    assert "published True" in stack.python(FINISH)

    learner = browser.new_context(**browser_context_args)
    here = learner.new_page()
    complaints: list[str] = []
    here.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    elsewhere = []
    here.on("request", lambda request: None if request.url.startswith(stack.url) else elsewhere.append(request.url))
    sign_in("siri.dahl@fjordvik.example", on=here)
    here.goto(ADDRESS)
    play = here.get_by_role("button", name="Spill av")
    expect(play).to_be_visible()
    expect(here.get_by_role("button", name="Full skjerm")).to_be_visible()
    expect(here.get_by_role("slider", name="Plass i videoen")).to_have_attribute(
        "aria-valuetext", re.compile("av 8 sekunder")
    )
    for width in (1280, 320):
        here.set_viewport_size({"width": width, "height": 800})
        check_page(here)
    here.set_viewport_size({"width": 1280, "height": 900})

    # By keyboard, with captions, for half of it.
    play.focus()
    here.keyboard.press("Enter")
    until(here, "document.querySelector('video').currentTime > 3")
    assert here.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"
    here.get_by_role("switch", name="Teksting").click()
    with here.expect_response(re.compile("/sett/$")):
        here.get_by_role("button", name="Pause").click()
    expect(here.locator("[data-video-status]")).to_contain_text("Underveis")
    left = at(here)

    # Captions stay off, and she goes on where she was.
    here.reload()
    expect(here.get_by_text("Du fortsetter der du slapp")).to_be_visible()
    until(here, "document.querySelector('video').currentTime > 2.9")
    assert abs(at(here) - left) < 0.5
    assert here.evaluate("document.querySelector('video').textTracks[0].mode") != "showing"
    used = {sha256(text) for text in here.evaluate(STYLES_USED)}
    assert used <= set(STYLES)

    # Full screen has the exit in sight, and Escape leaves it.
    here.get_by_role("button", name="Full skjerm").click()
    until(here, "document.fullscreenElement !== null")
    expect(here.locator(".hk-video__player").get_by_role("link", name="Forlat siden")).to_be_visible()
    here.get_by_role("button", name="Ut av full skjerm").click()
    until(here, "document.fullscreenElement === null")

    phone = browser.new_context(**{**browser_context_args, "viewport": {"width": 390, "height": 844}})
    there = phone.new_page()
    sign_in("siri.dahl@fjordvik.example", on=there)
    there.goto(ADDRESS)
    until(there, "document.querySelector('video').currentTime > 2.9")
    there.get_by_role("button", name="Spill av").click()
    until(there, "document.querySelector('video').ended")
    expect(there.locator("[data-video-status]")).to_contain_text("Sett")
    there.get_by_role("button", name=re.compile("Ved døren")).click()
    until(there, "document.querySelector('video').currentTime < 3")
    told = stack.python(
        "from evidence.models import Evidence; "
        "rows = Evidence.objects.filter(person__email='siri.dahl@fjordvik.example', subject='activity'); "
        "print('recorded', list(rows.values_list('result', 'assurance')))"
    )
    assert "recorded [('completed', 20)]" in told
    assert not complaints
    assert not elsewhere
    learner.close()
    phone.close()

    # Without script there is the browser's own player, and the text.
    plain = browser.new_context(**browser_context_args, java_script_enabled=False)
    tab = plain.new_page()
    sign_in("berit@fjordvik.example", on=tab)
    tab.goto(ADDRESS)
    expect(tab.locator("video[controls]")).to_be_visible()
    tab.get_by_text("Les videoen som tekst").click()
    tab.get_by_role("button", name="Jeg har lest teksten").click()
    expect(tab.locator("[data-video-status]")).to_contain_text("Sett")
    plain.close()
