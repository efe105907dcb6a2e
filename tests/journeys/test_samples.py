"""Packages of a folder, as trainers have them: validated, stored, played, answered and completed, with pictures.

    H5P_SAMPLE_DIR=/folder make test

Without a folder the question of our own is the sample. Pictures lie in .data/h5p-samples afterwards.
"""

import io
import json
import os
import re
from pathlib import Path

import pytest
from h5p_samples import playable_package
from journey_activities import address, put_on_a_page
from playwright.sync_api import Error, expect

pytestmark = [pytest.mark.journey, pytest.mark.smoke]

FOLDER = os.environ.get("H5P_SAMPLE_DIR", "")
SAMPLES = sorted(Path(FOLDER).glob("*.h5p")) if FOLDER else [None]
PICTURES = Path(__file__).resolve().parents[2] / ".data" / "h5p-samples"

# What there is to do in the content types of h5p.org, first to last; the first that can be clicked is clicked.
ANSWERS = (
    ".h5p-answer:not([aria-checked=true]):not(.h5p-selected)",
    ".h5p-true-false-answer:not([aria-checked=true])",
    ".h5p-branching-question-alternative",
    ".h5p-sc-alternative",
    "input[type=radio]:not(:checked)",
)
ONWARDS = (
    "button.h5p-question-check-answer",
    "button.h5p-question-finish",
    "button.h5p-question-next",
    ".h5p-start-button",
    ".h5p-start-btn",
    ".qs-startbutton",
    "button.h5p-nav-button:not([disabled])",
    ".h5p-interactive-book-summary-submit",
    ".h5p-interactive-book-status-arrow.next:not([disabled])",
    ".h5p-footer-next-slide:not([aria-disabled=true])",
    ".h5p-interactive-video-endscreen-submit-button",
    ".h5p-control.h5p-play.h5p-pause",
    "button:has-text('Svar')",
)
STEPS = 40
# What a content type itself would send at its end, for those whose end lies behind more than can be clicked blindly.
COMPLETE = """() => {
  const [instance] = H5P.instances;
  const most = (instance.getMaxScore && instance.getMaxScore()) || 1;
  const single = !instance.libraryInfo || /MultiChoice|TrueFalse|Blanks|Drag|Mark|Summary/.test(
    instance.libraryInfo.machineName);
  instance.triggerXAPIScored(most, most, single ? 'answered' : 'completed', true, true);
}"""


def click_first(frame, selectors) -> str:
    """Clicks the first thing in the frame that can be clicked; gives how it was found."""
    for selector in selectors:
        for found in frame.locator(selector).all()[:6]:
            try:
                if found.is_visible() and found.is_enabled():
                    found.click(timeout=1500)
                    return selector
            except Error:
                continue  # something lies over it, or it went away
    return ""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem if path else "our own question")
def test_a_package_is_played_answered_and_completed(page, sign_in, stack, sample) -> None:
    title = sample.stem if sample else "eget"
    slug = "prove-" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    PICTURES.mkdir(parents=True, exist_ok=True)
    package = io.BytesIO(sample.read_bytes()) if sample else playable_package()
    [public_id] = put_on_a_page(stack, PICTURES, slug, {"title": f"Prøve {title}", "package": package})
    (PICTURES / f"{slug}-0.h5p").unlink()
    page.allowed_complaints.append(".")  # what a library writes to the console is its own affair
    sign_in("nora.hansen@fjordvik.example")
    page.goto(address(slug))
    section = page.locator("section[data-activity]")
    expect(section).to_have_attribute("data-state", "ready", timeout=40_000)
    page.wait_for_timeout(1500)
    page.screenshot(path=PICTURES / f"{slug}-1-shown.png", full_page=True)

    frame = page.frame_locator("section[data-activity] iframe")
    done = section.locator("[data-activity-status]")
    answered = click_first(frame, ANSWERS)
    page.screenshot(path=PICTURES / f"{slug}-2-answered.png", full_page=True)
    for _ in range(STEPS):
        if "Gjort" in done.inner_text():
            break
        if not click_first(frame, ONWARDS):
            answered = click_first(frame, ANSWERS) or answered
            if not answered:
                break
        page.wait_for_timeout(300)
    by_hand = "Gjort" in done.inner_text()
    if not by_hand:
        next(one for one in page.frames if "/h5p/s/" in one.url).evaluate(COMPLETE)
    expect(done).to_contain_text("Gjort")
    page.screenshot(path=PICTURES / f"{slug}-3-done.png", full_page=True)

    told = stack.python(
        "import json; from media.models import H5PStatement as S; "
        f"rows = S.objects.filter(content__public_id='{public_id}'); "
        "print('told', json.dumps(list(rows.values_list('verb', flat=True))))"
    )
    verbs = json.loads(re.search(r"told (.*)", told)[1])
    print(f"{title}: {', '.join(verbs)}; to the end {'by clicks' if by_hand else 'by its own statement'}")
    assert {"completed", "answered", "passed"} & set(verbs)
    page.reload()
    expect(section.locator("[data-activity-status]")).to_contain_text("Gjort")
