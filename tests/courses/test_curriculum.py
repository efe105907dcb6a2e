"""The courses that come with the platform, every module and every question, hold what curriculum_rules says."""

from pathlib import Path
from typing import Any

import pytest

from tests.courses import curriculum_rules as rules

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "courses" / "content"
FACTS = rules.facts_of(ROOT / "platform" / "facts" / "content" / "facts.yaml")
COURSES = {file.parent.name: rules.read(file) for file in sorted(CONTENT.glob("*/course.yaml"))}
TAUGHT = {name: course for name, course in COURSES.items() if not course.get("draft")}
LEAST_ITEMS = {"grunnkurs": 20}
MODULES = sorted(CONTENT.glob("*/*.??.yaml"))
IN_THREE_LANGUAGES = ("grunnkurs",)


def images_of(file: Path) -> set[str]:
    return {image.name for image in (file.parent / "images").glob("*")}


def outline(file: Path) -> bool:
    return file.parent.name not in TAUGHT


def name(file: Path) -> str:
    return f"{file.parent.name}/{file.name.removesuffix('.yaml')}"


@pytest.mark.parametrize("file", [file for file in MODULES if not outline(file)], ids=name)
def test_each_module_is_whole_true_and_easy_to_read(file: Path, record_property: Any) -> None:
    module = rules.read(file)
    strict = file.name.endswith(".nb.yaml")
    text = rules.body_text(module)
    print(f"{name(file)}: {len(rules.words(text))} words, LIX {rules.lix(text):.0f}")
    assert list(rules.faults_of_module(module, facts=FACTS, images=images_of(file), strict=strict)) == []


@pytest.mark.parametrize("file", [file for file in MODULES if outline(file)], ids=name)
def test_each_outline_is_marked_and_holds_no_stale_statement_and_no_typed_fact(file: Path) -> None:
    module = rules.read(file)
    if module.get("translated") is not False:
        assert module["parts"][0]["body"][0]["text"].startswith("Utkast")
    found = list(rules.faults_of_module(module, facts=FACTS, strict=False))
    assert [fault for fault in found if not fault.startswith("no ") or fault in ("no title", "no objectives")] == []


@pytest.mark.parametrize("course", TAUGHT)
def test_each_bank_is_sound_and_gives_nothing_away(course: str) -> None:
    folder = CONTENT / course
    faults = rules.faults_of_bank(
        rules.read(folder / "bank.yaml"),
        facts=FACTS,
        objectives=rules.objectives_of(folder),
        least=LEAST_ITEMS.get(course, 15),
    )
    assert list(faults) == []


@pytest.mark.parametrize("course", COURSES)
def test_each_course_has_its_languages_its_note_and_its_modules(course: str) -> None:
    told = COURSES[course]
    for language in ("nb", "nn", "en"):
        assert all(told[language][key] for key in ("title", "slug", "lead"))
    assert len(told["editorial_note"]) > 100
    for word in ("jurist", "overleverorganisasjon"):
        assert word in told["editorial_note"].lower()
    for code in (module["code"] for module in told["modules"]):
        languages = {file.name.split(".")[1] for file in (CONTENT / course).glob(f"{code}.*.yaml")}
        assert languages == {"nb", "nn", "en"}, code


@pytest.mark.parametrize("course", IN_THREE_LANGUAGES)
def test_translations_have_the_shape_of_the_original(course: str) -> None:
    """The same parts, blocks, facts and ratings: only the words differ."""
    for file in (CONTENT / course).glob("*.nb.yaml"):
        for language in ("nn", "en"):
            other = file.with_name(file.name.replace(".nb.", f".{language}."))
            assert shape(rules.read(file)) == shape(rules.read(other)), other.name


def shape(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: shape(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner, key) for inner in value]
    kept = key in ("key", "reference", "contacts", "sources", "slot", "rating", "file", "minutes")
    return value if kept else type(value).__name__


def test_keys_are_never_shared() -> None:
    keys = [course["key"] for course in COURSES.values()]
    keys += [module["key"] for course in COURSES.values() for module in course["modules"]]
    codes = [module["code"] for course in COURSES.values() for module in course["modules"]]
    assert len(set(keys)) == len(keys)
    assert len(set(codes)) == len(codes)


def test_each_course_and_module_that_is_taught_has_a_picture_of_its_own() -> None:
    pictures = [course["illustration"] for course in COURSES.values()]
    pictures += [module["illustration"] for course in TAUGHT.values() for module in course["modules"]]
    folder = ROOT / "courses" / "static" / "courses" / "illustrations"
    assert len(set(pictures)) == len(pictures)
    for picture in pictures:
        source = (folder / f"{picture}.svg").read_text()
        assert 'viewBox="0 0 960 320"' in source
        for forbidden in ("<script", "<text", "http:", 'href="http', "style=", "<image", "onload"):
            assert forbidden not in source.replace("http://www.w3.org", ""), (picture, forbidden)


# --- the rules themselves: each finds what it is for ---------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Det følger av § 24-3.", "Ring 112 med en gang.", "Ring 478 090 50.", "Nummeret er 116 111.",
        "Ingen lov definerer negativ sosial kontroll.", "Barnevernet kan ikke stoppe en reise.",
        "Det er æresrelatert vold.", "Spør minoritetsrådgiveren.", "Integreringsrådgiveren hjelper.",
        "Bare visse yrker har plikt til å avverge.", "Æresmotivet er en skjerpende omstendighet.",
        "Bare gyldige ekteskap rammes.", "Den nye forvaltningsloven gjelder nå.",
    ],
)  # fmt: skip
def test_what_is_typed_or_stale_is_found(text: str) -> None:
    assert list(rules.faults_of_texts({"text": text}))


@pytest.mark.parametrize(
    "text",
    [
        "«Æresrelatert vold» er det eldre ordet.", "Mangfoldsrådgivere het minoritetsrådgivere til høsten 2023.",
        "I 2023 arbeidet teamet med 1137 saker.", "Fra 1. juli 2026 er det en egen lov.", "Rojin, 19, og Aram, 17.",
    ],
)  # fmt: skip
def test_what_is_true_is_let_through(text: str) -> None:
    assert list(rules.faults_of_texts({"text": text})) == []


def test_a_choice_that_leads_nowhere_is_found() -> None:
    path = CONTENT / "grunnkurs" / "F1.nb.yaml"
    module = rules.read(path)
    case = next(value for kind, value in rules.blocks(module) if kind == "case")
    choice = next(choice for choice in case["choices"] if choice["rating"] != "safe")
    choice["outcome"], choice["why"] = "Så ble det stille.", "Det var for sent."
    found = list(rules.faults_of_module(module, facts=FACTS, images=images_of(path)))
    assert found == [f"no way on from «{choice['text']}»"]


def test_lix_counts_words_in_a_sentence_and_long_words() -> None:
    assert rules.lix("Dette er kort. Det er lett.") == pytest.approx(3)
    assert rules.lix("Kommunestyret behandler handlingsplanen.") == pytest.approx(103)


def test_a_bank_that_gives_itself_away_is_found() -> None:
    options = [
        {"text_nb": "Kort svar her", "text_en": "A short answer", "correct": False},
        {"text_nb": "Nok et svar", "text_en": "Another answer", "correct": False},
        {"text_nb": "Et mye lengre svar som alle ser", "text_en": "A much longer answer that shows", "correct": True},
    ]
    item = {"code": "X-1", "topic": "t", "objective": "X1.1", "read_about": "X1", "sources": ["s1"], "options": options}
    item |= {f"{field}_{language}": "Tekst" for field in ("stem", "why") for language in ("nb", "en")}
    test = {"code": "X", "draws": [{"topic": "t", "count": 2}]}
    bank = {"topics": [{"key": "t"}], "items": [item], "quiz": test, "renewal": {**test, "code": "X-fornying"}}
    told = list(rules.faults_of_bank(bank, facts=FACTS, objectives={"X1.1", "X1.2"}, least=2))
    for fault in (
        "1 items",
        "characters (nb)",
        "always the longest scores 100%",
        "no item for X1.2",
        "X draws 2 of t, which has 1",
        "X-fornying draws 2",
        "a renewal asks 5",
    ):
        assert any(fault in each for each in told), fault


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_routine_is_asked_for_in_the_same_words_everywhere(language: str) -> None:
    """A workplace answers it once."""
    words: dict[str, dict[str, list[str]]] = {}
    for file in MODULES:
        if file.name.endswith(f".{language}.yaml"):
            for kind, value in rules.blocks(rules.read(file)):
                if kind == "routine":
                    said = f"{value['title']} {value['text']} {value['asks']}"
                    words.setdefault(value["slot"], {}).setdefault(said, []).append(name(file))
    assert [told for told in words.values() if len(told) > 1] == []
