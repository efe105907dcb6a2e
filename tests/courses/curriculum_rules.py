"""What every module and every question that comes with the platform must keep. Pure: files in, sentences out.

`python tests/courses/curriculum_rules.py courses/content/skole` tells it to whoever writes.
"""

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

LEAST_WORDS, MOST_WORDS = 600, 1000
MOST_LIX = 45
LONGER = 1.4  # an option may be so many times as long as the shortest beside it
RENEWAL_ITEMS = 5
BEST_BY_HABIT = 0.45  # the share that whoever always ticks the longest, or the first, may score

# Block → the keys it must have, and the most characters of those that have a limit.
BLOCKS: Mapping[str, Mapping[str, int]] = {
    "heading": {},
    "text": {},
    "law": {"reference": 60, "title": 100, "text": 0},
    "question": {"question": 200, "branches": 0},
    "case": {"label": 100, "title": 120, "text": 0, "prompt": 120, "choices": 0},
    "details": {"summary": 150, "text": 0},
    "contacts": {"title": 100, "contacts": 0},
    "image": {"file": 100, "alt": 0},
    "task": {"title": 100, "minutes": 0, "text": 0, "leader": 0},
    "routine": {"slot": 60, "title": 100, "text": 300, "asks": 0},
    "action_card": {"title": 100, "lead": 150, "rows": 0, "contacts": 0},
    "terms": {},
    "sources": {},
}
# What each module that is taught must hold at least once.
NEEDED = ("case", "law", "question", "task", "action_card", "routine", "sources")

# Things that most older material gets wrong. A text may name one if the same sentence says that it is old.
STALE: Mapping[str, str] = {
    r"ingen lov (definerer|sier hva)|ikke definert i (norsk )?lov|no statute defines": (
        "negative social control is defined by law since 1 July 2026"
    ),
    r"barnevernet kan ikke (stoppe|stanse|hindre) (en |reisen|at barnet)|child welfare cannot stop": (
        "there is a travel ban since January 2026"
    ),
    r"\bæresrelater": "the word is æresmotivert",
    r"\bminoritetsrådgi": "the word is mangfoldsrådgiver",
    r"\bintegreringsrådgi": "the word is spesialutsending for integreringssaker",
    r"15-3": "opplæringslova of 2023 has the duty in another section",
    r"bare (visse|enkelte|noen) (yrker|profesjoner|yrkesgrupper)[^.]{0,60}avverg": "the duty to avert is everyone's",
    r"bare (juridisk )?gyldige (ekteskap|vielser)": "marriage-like unions are covered",
    r"(æresmotiv|ære)[^.]{0,40}\b(er|som) (en |et )?(straffskjerpende|skjerpende)": "no honour item in the Penal Code",
    r"ny(e)? forvaltningslov[^.]{0,30}(gjelder|trådte)": "the Act of 1967 still holds",
}
_SAYS_OLD = re.compile(
    r"eldre|tidligere|het |ble (brukt|kalt)|før|tidlegare|heitte|vart|older|earlier|used to|former|renamed"
    r"|(noen|mange) tror|myte",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\d.,–-])(?:\+?\d{2} ?)?"
    r"(?:\d{3} \d{2} \d{3}|\d{2} \d{2} \d{2} \d{2}|\d{3} \d{3}|\d{8}|\b11\d\b|\b02800\b|116 ?\d{3})(?![\d.])"
)
# What leads on from a choice that was not safe: what can still be done, said to the reader.
_WAY_ON = re.compile(
    r"fortsatt|ennå|\b(du|dere) kan|\bkan (du|dere)\b|\b(meld|ring|spør|be|si|søk|kontakt)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*", re.UNICODE)


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def lix(text: str) -> float:
    """Läsbarhetsindex: words in a sentence, and the share of words with more than six letters in percent."""
    found = words(text)
    # A list item, a heading and a paragraph end a sentence, as a full stop or a colon does.
    sentences = [part for part in re.split(r"[.!?:]+(?:\s|$)|\n\s*[-*]\s|\n\s*\n", text) if words(part)]
    if not found:
        return 0.0
    return len(found) / max(1, len(sentences)) + 100 * sum(len(word) > 6 for word in found) / len(found)


def blocks(module: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in module.get("parts", []):
        for block in part["body"]:
            name = next(key for key in block if key != "id")
            yield name, block[name]


def body_text(module: Mapping[str, Any]) -> str:
    """Running text that she reads: without headings, sources, outcomes she does not choose, and the leader's notes."""
    told = [module["lead"]]
    for name, value in blocks(module):
        if name == "text":
            told.append(value)
        elif name in ("law", "details", "task"):
            told.append(value["text"])
        elif name == "question":
            told += [value["question"], *(branch["text"] for branch in value["branches"])]
        elif name == "case":
            told += [value["text"], *(choice["text"] for choice in value["choices"])]
            chosen = max(value["choices"], key=lambda choice: len(choice["outcome"]) + len(choice["why"]))
            told += [chosen["outcome"], chosen["why"]]
        elif name == "routine":
            told += [value["text"], *value["asks"]]
        elif name == "action_card":
            told += [f"{row['label']}. {row.get('hint', '')}" for row in value["rows"]]
    return "\n\n".join(told)


# What stands under these is a key, not something to read.
_NO_TEXT = {"reference", "contacts", "sources", "terms", "file", "slot", "key", "slug", "laws", "rating"}


def every_text(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _NO_TEXT:
                yield from every_text(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_text(inner)


def faults_of_texts(value: Any) -> Iterator[str]:
    """Section signs, phone numbers and stale statements anywhere in it."""
    for text in every_text(value):
        if "§" in text:
            yield f"a section number is typed into the text: «{_around(text, text.index('§'))}»"
        for found in _NUMBER.finditer(text):
            yield f"what looks like a phone number is typed into the text: «{_around(text, found.start())}»"
        for sentence in re.split(r"(?<=[.!?])\s", text):
            for pattern, why in STALE.items():
                if re.search(pattern, sentence, re.IGNORECASE) and not _SAYS_OLD.search(sentence):
                    yield f"stale ({why}): «{sentence.strip()[:120]}»"


def _around(text: str, place: int) -> str:
    return " ".join(text[max(0, place - 25) : place + 25].split())


def faults_of_module(
    module: Mapping[str, Any], *, facts: Mapping[str, set[str]], images: Collection[str] = (), strict: bool = True
) -> Iterator[str]:
    """What is wrong with a module in one language. `strict` is for those in Bokmål, whose length and LIX are held."""
    for key in ("title", "slug", "lead", "objectives"):
        if not module.get(key):
            yield f"no {key}"
    if len(module.get("lead", "")) > 500:
        yield "the lead is longer than 500 characters"
    yield from faults_of_texts(module)
    if module.get("translated") is False:
        if module.get("parts"):
            yield "not translated, and yet with parts"
        return
    keys = [part.get("key") for part in module.get("parts", [])]
    if len(set(keys)) < len(keys) or not all(
        isinstance(key, str) and re.fullmatch(r"[a-z0-9-]{1,28}", key) for key in keys
    ):
        yield f"keys of parts must be short, plain and different: {keys}"
    for name, value in blocks(module):
        if name not in BLOCKS:
            yield f"no such block: {name}"
            continue
        yield from (f"{name}: {fault}" for fault in _faults_of_block(name, value, facts, images))
    there = [name for name, _value in blocks(module)]
    yield from (f"no {name}" for name in NEEDED if name not in there)
    if there and there[-1] != "sources":
        yield "the sources are not last"
    text = body_text(module)
    count = len(words(text))
    if strict:
        yield from _dead_ends(module)
    if strict and not LEAST_WORDS <= count <= MOST_WORDS:
        yield f"{count} words, not {LEAST_WORDS} to {MOST_WORDS}"
    if strict and lix(text) >= MOST_LIX:
        yield f"LIX {lix(text):.0f}, not under {MOST_LIX}"


def _dead_ends(module: Mapping[str, Any]) -> Iterator[str]:
    for name, value in blocks(module):
        for choice in value.get("choices", []) if name == "case" else ():
            if choice.get("rating") != "safe" and not _WAY_ON.search(f"{choice.get('outcome')} {choice.get('why')}"):
                yield f"no way on from «{choice.get('text')}»"


def _faults_of_block(name: str, value: Any, facts: Mapping[str, set[str]], images: Collection[str]) -> Iterator[str]:
    if name in ("sources", "terms"):
        yield from (f"no {name.removesuffix('s')} {key}" for key in value if key not in facts[name])
        return
    if name in ("text", "heading"):
        if not isinstance(value, str) or not value.strip():
            yield "empty"
        return
    for key, most in BLOCKS[name].items():
        if key not in value:
            yield f"no {key}"
        elif most and len(str(value[key])) > most:
            yield f"{key} has {len(str(value[key]))} characters, at most {most}: «{str(value[key])[:60]}»"
    yield from (f"unknown key {key}" for key in value if key not in BLOCKS[name])
    if name == "law" and value.get("reference") not in facts["laws"]:
        yield f"no law {value.get('reference')}"
    yield from (f"no help line {key}" for key in value.get("contacts", []) if key not in facts["contacts"])
    if name == "image" and value.get("file") not in images:
        yield f"no picture {value.get('file')}"
    if name == "question":
        branches = value.get("branches", [])
        if not 2 <= len(branches) <= 3:
            yield "two or three branches"
        for branch in branches:
            yield from _too_long(branch, {"title": 80, "text": 300})
    if name == "case":
        yield from _faults_of_case(value)
    if name == "routine" and not 2 <= len(value.get("asks", [])) <= 5:
        yield "two to five questions"
    if name == "routine":
        yield from (
            f"a question of more than 150 characters: «{ask[:60]}»" for ask in value.get("asks", []) if len(ask) > 150
        )
    if name == "action_card":
        if not 1 <= len(value.get("rows", [])) <= 8:
            yield "one to eight rows"
        if len(value.get("contacts", [])) > 3:
            yield "at most three help lines"
        for row in value.get("rows", []):
            yield from _too_long(row, {"label": 120}, {"hint": 200})


def _faults_of_case(value: Mapping[str, Any]) -> Iterator[str]:
    choices = value.get("choices", [])
    if not 2 <= len(choices) <= 4:
        yield "two to four choices"
    if not any(choice.get("rating") == "safe" for choice in choices):
        yield "no choice is safe"
    for choice in choices:
        yield from _too_long(choice, {"text": 250, "outcome_title": 120, "outcome": 0, "why": 0, "rating": 20})
        if choice.get("rating") not in ("safe", "delayed", "harmful"):
            yield f"no such rating: {choice.get('rating')}"
        effects = choice.get("effects", [])
        if len(effects) > 4:
            yield "at most four effects"
        for effect in effects:
            yield from _too_long(effect, {"who": 40, "what": 120})


def _too_long(
    row: Mapping[str, Any], limits: Mapping[str, int], optional: Mapping[str, int] | None = None
) -> Iterator[str]:
    yield from (f"no {key}" for key in limits if not row.get(key))
    for key, most in {**limits, **(optional or {})}.items():
        if most and len(row.get(key) or "") > most:
            yield f"{key} has {len(row[key])} characters, at most {most}: «{row[key][:60]}»"
    yield from (
        f"unknown key {key}" for key in row if key not in limits and key not in (optional or {}) and key != "effects"
    )


def faults_of_bank(
    bank: Mapping[str, Any], *, facts: Mapping[str, set[str]], objectives: set[str], least: int
) -> Iterator[str]:
    """What is wrong with a bank. `objectives` are codes such as F1.2."""
    items = bank["items"]
    if len(items) < least:
        yield f"{len(items)} items, at least {least}"
    topics = {topic["key"] for topic in bank["topics"]}
    codes = [item["code"] for item in items]
    yield from (f"{code} twice" for code in sorted({code for code in codes if codes.count(code) > 1}))
    for item in items:
        yield from (f"{item['code']}: {fault}" for fault in _faults_of_item(item, facts, objectives, topics))
    for name, habit in (("longest", longest), ("first", first)):
        share = sum(habit(item)["correct"] for item in items) / len(items)
        if share >= BEST_BY_HABIT:
            yield f"always the {name} scores {share:.0%}"
    untested = sorted(objectives - {item["objective"] for item in items})
    if untested:
        yield f"no item for {', '.join(untested)}"
    for test in (bank["quiz"], bank["renewal"]):
        for draw in test["draws"]:
            there = sum(item["topic"] == draw["topic"] for item in items)
            if there < draw["count"]:
                yield f"{test['code']} draws {draw['count']} of {draw['topic']}, which has {there}"
    if sum(draw["count"] for draw in bank["renewal"]["draws"]) != RENEWAL_ITEMS:
        yield f"a renewal asks {RENEWAL_ITEMS} questions"


def longest(item: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen: Mapping[str, Any] = max(item["options"], key=lambda option: len(option["text_nb"]))
    return chosen


def first(item: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen: Mapping[str, Any] = item["options"][0]
    return chosen


def _faults_of_item(
    item: Mapping[str, Any], facts: Mapping[str, set[str]], objectives: set[str], topics: set[str]
) -> Iterator[str]:
    for key in ("stem_nb", "stem_en", "why_nb", "why_en", "objective", "read_about", "topic"):
        if not item.get(key):
            yield f"no {key}"
    if item.get("topic") not in topics:
        yield f"no topic {item.get('topic')}"
    if item.get("objective") not in objectives:
        yield f"no objective {item.get('objective')}"
    elif item["objective"].partition(".")[0] != item.get("read_about"):
        yield f"the objective {item['objective']} is not of {item.get('read_about')}"
    if not item.get("sources"):
        yield "no sources"
    yield from (f"no source {key}" for key in item.get("sources", []) if key not in facts["sources"])
    yield from (f"no law {key}" for key in item.get("laws", []) if key not in facts["laws"])
    yield from faults_of_texts(item)
    options = item["options"]
    if not 3 <= len(options) <= 5:
        yield "three to five options"
    if sum(option["correct"] for option in options) != 1:
        yield "one option must be right"
    yield from ("an option is right and harmful" for option in options if option["correct"] and option.get("harmful"))
    for language in ("nb", "en"):
        lengths = [len(option.get(f"text_{language}") or "") for option in options]
        if not all(lengths):
            yield f"an option without text in {language}"
        elif max(lengths) > LONGER * min(lengths) and not item.get("uneven"):
            yield f"options of {min(lengths)} to {max(lengths)} characters ({language})"


def facts_of(path: Path) -> dict[str, set[str]]:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    tables = {"sources": "sources", "laws": "legal_references", "contacts": "contact_points", "terms": "terms"}
    return {name: {row["key"] for row in read[table]} for name, table in tables.items()}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def objectives_of(folder: Path) -> set[str]:
    """Codes of the objectives of a course's modules in Bokmål."""
    found: set[str] = set()
    for file in folder.glob("*.nb.yaml"):
        code = file.name.partition(".")[0]
        found |= {f"{code}.{number}" for number, _text in enumerate(read(file)["objectives"], start=1)}
    return found


def tell(folder: Path, facts_file: Path) -> Iterator[str]:
    """Everything that is wrong in a course's folder, and the measures of what is right."""
    facts = facts_of(facts_file)
    images = {file.name for file in (folder / "images").glob("*")} if (folder / "images").exists() else set()
    for file in sorted(folder.glob("*.??.yaml")):
        module = read(file)
        strict = file.name.endswith(".nb.yaml")
        if module.get("parts"):
            text = body_text(module)
            yield f"{file.name}: {len(words(text))} words, LIX {lix(text):.0f}"
        yield from (
            f"{file.name}: FAULT {fault}"
            for fault in faults_of_module(module, facts=facts, images=images, strict=strict)
        )
    if (folder / "bank.yaml").exists():
        bank = read(folder / "bank.yaml")
        items = bank["items"]
        shares = [f"{sum(habit(item)['correct'] for item in items) / len(items):.0%}" for habit in (longest, first)]
        yield f"bank: {len(items)} items, longest {shares[0]}, first {shares[1]}"
        yield from (
            f"bank: FAULT {fault}"
            for fault in faults_of_bank(bank, facts=facts, objectives=objectives_of(folder), least=1)
        )


def main(arguments: Iterable[str]) -> None:
    root = Path(__file__).resolve().parents[2]
    for name in arguments:
        for line in tell(Path(name), root / "platform/facts/content/facts.yaml"):
            print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
