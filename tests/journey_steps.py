"""What journeys do again and again: read a module, sit a quiz, look at a page with axe and on a small phone."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]


@cache
def _axe() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


@cache
def _bank() -> dict[str, list[dict[str, Any]]]:
    banks = [yaml.safe_load(file.read_text()) for file in (ROOT / "courses" / "content").glob("*/bank.yaml")]
    return {item["stem_nb"]: item["options"] for bank in banks for item in bank["items"]}


def check_page(page: Any) -> None:
    """axe finds nothing at WCAG 2.2 AA, and nothing scrolls sideways at 320 px."""
    page.wait_for_load_state()
    size = page.viewport_size
    page.evaluate(_axe())
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    problems = [
        {"id": rule["id"], "help": rule["help"], "where": [node["html"][:160] for node in rule["nodes"]][:3]}
        for rule in found["violations"]
    ]
    assert not problems, f"{page.url}\n{json.dumps(problems, indent=2, ensure_ascii=False)}"
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    assert width <= 320, f"{page.url} is {width} px wide on a phone of 320"


def finish_module(page: Any, *, check: bool = False) -> None:
    """Reads on to the end of the module that is open."""
    here = re.sub(r"\?.*", "", page.url)
    for _ in range(20):
        if check:
            check_page(page)
        page.locator("button[form=videre]").click()
        page.wait_for_load_state()
        if re.sub(r"\?.*", "", page.url) != here:
            return
    raise AssertionError(f"{here} has no end")


def finish_course(page: Any) -> None:
    """Reads on to the end of the course that is open; ends at home."""
    for _ in range(10):
        finish_module(page)
        if page.url.endswith("/nb/"):
            return
    raise AssertionError(f"{page.url} has no end")


def take_quiz(page: Any, *, right: bool, submit: bool = True, check: bool = False) -> None:
    """Answers every question from the bank, rightly or not, and hands in."""
    while page.get_by_role("button", name="Lever prøven").count() == 0:
        options = _bank()[page.get_by_role("heading", level=1).inner_text()]
        # Of wrong answers rather one that harms nobody; some questions have none.
        fitting = [option for option in options if bool(option["correct"]) is right]
        chosen = min(fitting, key=lambda option: bool(option.get("harmful")))
        page.get_by_label(chosen["text_nb"], exact=True).check()
        if check:
            check_page(page)
            check = False
        page.locator("button[name=go][value=next]:visible").click()
        page.wait_for_load_state()
    if submit:
        page.get_by_role("button", name="Lever prøven").click()
        page.wait_for_load_state()
