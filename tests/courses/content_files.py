"""A small course as files, for tests of loading and exporting."""

import copy
from pathlib import Path
from typing import Any

import yaml
from factories import make_person

from courses.models import ModulePage
from tests.courses.synthetic import make_contact, make_law, make_source

KEYS = {
    "course": "3f5d8f0c-6c43-4f2e-9a70-6a1e8b1f0a01",
    "T1": "3f5d8f0c-6c43-4f2e-9a70-6a1e8b1f0a02",
    "T2": "3f5d8f0c-6c43-4f2e-9a70-6a1e8b1f0a03",
}
TITLES = {
    "nb": ("Prøvekurset", "provekurset"), "nn": ("Prøvekurset på nynorsk", "provekurset-nn"), "en": ("Trial", "trial"),
}  # fmt: skip

COURSE: dict[str, Any] = {
    "key": KEYS["course"],
    "sector": None,
    "illustration": "",
    **{lang: {"title": title, "slug": slug, "lead": "Ingress"} for lang, (title, slug) in TITLES.items()},
    "editorial_note": "En jurist må bekrefte loven.",
    "modules": [
        {"code": code, "key": KEYS[code], "minutes": 9, "illustration": ""} for code in ("T1", "T2")
    ],
}  # fmt: skip

CHOICE = {"outcome": "Så gikk det slik.\n", "why": "Fordi.\n", "effects": [{"who": "Du", "what": "Lærer"}]}
MODULE: dict[str, Any] = {
    "title": "Første modul",
    "slug": "forste-modul",
    "lead": "Her lærer du noe.",
    "objectives": ["se et mønster", "handle i tide"],
    "parts": [
        {
            "key": "begynn",
            "title": "Begynn her",
            "body": [
                {"heading": "En mellomtittel"},
                {"text": "Et avsnitt med **fet** og *kursiv*.\n\n- Ett punkt\n- To punkter\n\nSlutt.\n"},
                {"text": "En [lenke](https://example.org/side).\n"},
                {"law": {"reference": "provelov", "title": "Loven sier", "text": "Du skal **melde**.\n"}},
                {"question": {"question": "Er det trygt?", "branches": [{"title": "Ja", "text": "Gå."}]}},
                {
                    "case": {
                        "label": "Saken om Kim, 15",
                        "title": "Ved døren",
                        "text": "Kim spør deg.\n",
                        "prompt": "Hva gjør du?",
                        "choices": [
                            {**CHOICE, "text": "Går", "rating": "harmful", "outcome_title": "Tomt"},
                            {**CHOICE, "text": "Lytter", "rating": "safe", "outcome_title": "Kim forteller"},
                        ],
                    }
                },
            ],
        },
        {
            "key": "slutt",
            "title": "Til slutt",
            "body": [
                {"details": {"summary": "Les mer", "text": "Mer.\n"}},
                {"contacts": {"title": "Ring", "contacts": ["provelinje"]}},
                {"task": {"title": "Øv", "minutes": 15, "text": "Øv sammen.\n", "leader": "Lytt.\n"}},
                {"routine": {"slot": "melding", "title": "Hos oss", "text": "Avklar.", "asks": ["Hvem?", "Når?"]}},
                {"action_card": {"title": "Kort", "lead": "Fyll ut", "rows": [{"label": "Rom"}], "contacts": []}},
                {"sources": ["provekilde"]},
            ],
        },
    ],
}
STUB = {"title": "Second module", "slug": "second", "lead": "You learn.", "objectives": ["see"], "translated": False}

BANK: dict[str, Any] = {
    "topics": [{"key": "provetema", "name_nb": "Tema", "name_nn": "Tema", "name_en": "Topic"}],
    "items": [
        {
            "code": f"T-{number:02}",
            "topic": "provetema",
            "objective": "T1.1",
            "read_about": "T1",
            "stem_nb": f"Spørsmål {number}?", "stem_nn": "", "stem_en": f"Question {number}?",
            "why_nb": "Fordi.", "why_nn": "", "why_en": "Because.",
            "sources": ["provekilde"],
            "laws": ["provelov"],
            "options": [
                {"key": "a", "text_nb": "Ja", "text_en": "Yes", "correct": True, "harmful": False},
                {"key": "b", "text_nb": "Nei", "text_en": "No", "correct": False, "harmful": True},
            ],
        }
        for number in (1, 2)
    ],
    "quiz": {
        "key": "3f5d8f0c-6c43-4f2e-9a70-6a1e8b1f0a04", "code": "T", "pass_mark": 80,
        "name_nb": "Prøve", "name_nn": "Prøve", "name_en": "Test", "draws": [{"topic": "provetema", "count": 2}],
    },
}  # fmt: skip


def make_facts() -> None:
    """The facts that the course refers to."""
    source = make_source(key="provekilde")
    make_law(key="provelov", source=source)
    make_contact(key="provelinje", source=source)


def second_module() -> dict[str, Any]:
    module = copy.deepcopy(MODULE)
    return module | {"title": "Andre modul", "slug": "andre-modul"}


def files() -> dict[str, Any]:
    """Name of a file → what it holds: two modules in Bokmål, one in Nynorsk as well, one not translated to English."""
    return {
        "course.yaml": copy.deepcopy(COURSE),
        "T1.nb.yaml": copy.deepcopy(MODULE),
        "T2.nb.yaml": second_module(),
        "T1.nn.yaml": copy.deepcopy(MODULE) | {"title": "Første modulen", "slug": "forste-modulen"},
        "T2.en.yaml": dict(STUB),
        "bank.yaml": copy.deepcopy(BANK),
    }


def write(folder: Path, contents: dict[str, Any], name: str = "prove") -> Path:
    """Writes the course, and no facts of its own; gives the folder of courses."""
    course = folder / name
    course.mkdir(parents=True, exist_ok=True)
    for file, content in contents.items():
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (course / file).write_text(text, encoding="utf-8")
    (folder / "facts.yaml").write_text("{}", encoding="utf-8")
    return folder


def module(language="nb", key=KEYS["T1"]) -> ModulePage:
    return ModulePage.objects.get(translation_key=key, locale__language_code=language)


def held_by(picture) -> bytes:
    with picture.file.open("rb") as opened:
        return opened.read()


def edit_here(title="Min tittel") -> None:
    page = module()
    page.title = title
    page.save_revision(user=make_person()).publish()
