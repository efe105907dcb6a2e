"""A block as it lies in a page, and as it stands in a file. Pure: facts and pictures are handed in by key."""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from courses.curriculum.texts import from_file, to_file

Raw = dict[str, Any]
Form = dict[str, Any]

# Ids of list items are derived from the block's, so that loading the same file gives the same ids everywhere.
_ORDER = (
    "slot", "label", "title", "summary", "reference", "question", "lead", "minutes", "text", "hint", "prompt", "rating",
    "outcome_title", "outcome", "why", "effects", "who", "what", "leader", "choices", "branches", "asks", "rows",
    "contacts", "file", "alt",
)  # fmt: skip
_NAMESPACE = uuid.UUID("5c4a0ab1-6a0e-4f0e-9d38-60d3b7a9f6a1")


# A link of rich text to a page or document of this installation, and the same in a file.
_LINK_HERE = re.compile(r'(<a [^>]*linktype="(page|document)"[^>]*) id="(\d+)"')
_LINK_IN_FILE = re.compile(r'(<a [^>]*linktype="(page|document)"[^>]*) key="([^"]*)"')
_LINKED = {"page": "pages", "document": "documents"}


class UnknownKeyError(KeyError):
    """The file names a fact, a picture, an activity or a film that is not there."""


@dataclass(frozen=True, slots=True)
class Names:
    """What blocks refer to: the key of each kind in files → its row, by kind."""

    rows: Mapping[str, Mapping[str, int]]
    same: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Rows that are called as another is, since they hold the same: by kind, row → key."""

    def row(self, kind: str, key: str) -> int:
        try:
            return self.rows[kind][key]
        except KeyError:
            raise UnknownKeyError(f"there is none of the {kind} called {key}") from None

    def key(self, kind: str, row: int | None) -> str | None:
        """None for what is gone."""
        same = self.same.get(kind, {}).get(row or 0)
        return same or next((key for key, pk in self.rows[kind].items() if pk == row), None)


# --- parts -----------------------------------------------------------------------------------------


def parts_to_raw(parts: list[Form], names: Names) -> list[Raw]:
    """The parts as Wagtail keeps them. Raises UnknownKeyError, KeyError and TypeError for what is not in the form."""

    def link(found: re.Match[str]) -> str:
        return f'{found[1]} id="{names.row(_LINKED[found[2]], found[3])}"'

    return [
        {
            "type": "part",
            "id": str(part["key"]),
            "value": {
                "title": part["title"],
                "body": _each_text(list(_body_to_raw(part, names)), lambda text: _LINK_IN_FILE.sub(link, text)),
            },
        }
        for part in parts
    ]


def parts_to_form(parts: list[Raw], names: Names) -> list[Form]:
    """The parts as a file has them. An id that the place in the file gives is left out."""

    def link(found: re.Match[str]) -> str:
        # A page or document that is gone has no key: the text of the link stays.
        key = names.key(_LINKED[found[2]], int(found[3]))
        return f'{found[1]} key="{key}"' if key else "<a"

    forms = []
    for part in _each_text(parts, lambda text: _LINK_HERE.sub(link, text)):
        derived = _Ids(part["id"])
        body = []
        for block in part["value"]["body"]:
            form = {block["type"]: _in_order(_value_to_form(block["type"], block["value"], names))}
            body.append(form if derived(block["type"]) == block["id"] else {**form, "id": block["id"]})
        forms.append({"key": part["id"], "title": part["value"]["title"], "body": body})
    return forms


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _in_order(value: Any) -> Any:
    """As a person reads it: what it is called, what it says, what follows from it."""
    if isinstance(value, list):
        return [_in_order(each) for each in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: (_ORDER.index(key) if key in _ORDER else len(_ORDER), key))
    return {key: _in_order(value[key]) for key in keys}


class _Ids:
    """Ids of a part's blocks by kind and number: they stay when something else is put in between."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.seen: Counter[str] = Counter()

    def __call__(self, kind: str) -> str:
        self.seen[kind] += 1
        name = f"{self.part}-{kind.replace('_', '-')}"
        return name if self.seen[kind] == 1 else f"{name}-{self.seen[kind]}"


def _body_to_raw(part: Form, names: Names) -> Iterator[Raw]:
    derived = _Ids(str(part["key"]))
    for form in part["body"]:
        (kind,) = (key for key in form if key != "id")
        if kind not in _KINDS and kind != "heading":
            raise UnknownKeyError(f"there is no kind of block called {kind} (in {part['key']})")
        place = derived(kind)
        block_id = form.get("id", place)
        yield {"type": kind, "id": block_id, "value": _value_to_raw(kind, form[kind], block_id, names)}


# --- blocks ----------------------------------------------------------------------------------------


def _value_to_raw(kind: str, value: Any, block_id: str, names: Names) -> Any:
    make = _KINDS.get(kind)
    return make[0](value, block_id, names) if make else value


def _value_to_form(kind: str, value: Any, names: Names) -> Any:
    make = _KINDS.get(kind)
    return make[1](value, names) if make else value


def _items(values: list[Any], key: str) -> list[Raw]:
    return [
        {"type": "item", "id": str(uuid.uuid5(_NAMESPACE, f"{key}:{place}")), "value": value}
        for place, value in enumerate(values)
    ]


def _values(items: list[Raw] | None) -> list[Any]:
    return [item["value"] for item in items or []]


def _keys(items: list[Raw] | None, kind: str, names: Names) -> list[str]:
    return [key for pk in _values(items) if (key := names.key(kind, pk)) is not None]


def _without_empty(form: Form, *optional: str) -> Form:
    return {key: value for key, value in form.items() if value or key not in optional}


def _rich(*fields: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """For blocks that hold plain fields and these rich ones."""

    def to_raw(value: Form, key: str, names: Names) -> Raw:
        return {**value, **{field: from_file(value[field]) for field in fields}}

    def to_form(value: Raw, names: Names) -> Form:
        return {**value, **{field: to_file(value[field]) for field in fields}}

    return to_raw, to_form


def _law_to_raw(value: Form, key: str, names: Names) -> Raw:
    return {**value, "reference": names.row("laws", value["reference"]), "text": from_file(value["text"])}


def _law_to_form(value: Raw, names: Names) -> Form:
    return {**value, "reference": names.key("laws", value["reference"]), "text": to_file(value["text"])}


def _question_to_raw(value: Form, key: str, names: Names) -> Raw:
    return {**value, "branches": _items(value.get("branches", []), key)}


def _question_to_form(value: Raw, names: Names) -> Form:
    return {**value, "branches": _values(value["branches"])}


def _case_to_raw(value: Form, key: str, names: Names) -> Raw:
    choices = [
        {
            **choice,
            "outcome": from_file(choice["outcome"]),
            "why": from_file(choice["why"]),
            "effects": _items(choice.get("effects", []), f"{key}:{place}"),
        }
        for place, choice in enumerate(value["choices"])
    ]
    return {**value, "text": from_file(value["text"]), "choices": _items(choices, key)}


def _case_to_form(value: Raw, names: Names) -> Form:
    choices = [
        _without_empty(
            {
                **choice,
                "outcome": to_file(choice["outcome"]),
                "why": to_file(choice["why"]),
                "effects": _values(choice.get("effects")),
            },
            "effects",
        )
        for choice in _values(value["choices"])
    ]
    return {**value, "text": to_file(value["text"]), "choices": choices}


def _contacts_to_raw(value: Form, key: str, names: Names) -> Raw:
    return {**value, "contacts": _items([names.row("contacts", one) for one in value["contacts"]], key)}


def _contacts_to_form(value: Raw, names: Names) -> Form:
    return {**value, "contacts": _keys(value["contacts"], "contacts", names)}


def _sources_to_raw(value: list[str], key: str, names: Names) -> Raw:
    return {"sources": _items([names.row("sources", one) for one in value], key)}


def _sources_to_form(value: Raw, names: Names) -> list[str]:
    return _keys(value["sources"], "sources", names)


def _terms_to_raw(value: list[str], key: str, names: Names) -> Raw:
    return {"terms": _items([names.row("terms", one) for one in value], key)}


def _terms_to_form(value: Raw, names: Names) -> list[str]:
    return _keys(value["terms"], "terms", names)


def _routine_to_raw(value: Form, key: str, names: Names) -> Raw:
    return {**value, "asks": _items(value["asks"], key)}


def _routine_to_form(value: Raw, names: Names) -> Form:
    return {**value, "asks": _values(value["asks"])}


def _card_to_raw(value: Form, key: str, names: Names) -> Raw:
    rows = [{"hint": "", **row} for row in value["rows"]]
    contacts = [names.row("contacts", one) for one in value.get("contacts", [])]
    return {"lead": "", **value, "rows": _items(rows, key), "contacts": _items(contacts, f"{key}:contacts")}


def _card_to_form(value: Raw, names: Names) -> Form:
    rows = [_without_empty(row, "hint") for row in _values(value["rows"])]
    return {**value, "rows": rows, "contacts": _keys(value["contacts"], "contacts", names)}


def _image_to_raw(value: Form, key: str, names: Names) -> Raw:
    alternative = value.get("alt", "")
    picture = {"image": names.row("pictures", value["file"]), "alt_text": alternative, "decorative": not alternative}
    return {"image": picture}


def _image_to_form(value: Raw, names: Names) -> Form:
    picture = value["image"] or {}
    alternative = "" if picture.get("decorative") else picture.get("alt_text", "")
    return {"file": names.key("pictures", picture.get("image")), "alt": alternative}


def _by_key(field: str, kind: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """For blocks whose `field` refers to something that was uploaded here, known by a key of its own."""

    def to_raw(value: Form, key: str, names: Names) -> Raw:
        return {**value, field: names.row(kind, value[field])}

    def to_form(value: Raw, names: Names) -> Form:
        return {**value, field: names.key(kind, value[field])}

    return to_raw, to_form


def _text_to_raw(value: Any, key: str, names: Names) -> str:
    return from_file(value)


def _text_to_form(value: str, names: Names) -> Any:
    return to_file(value)


# Kind of block → from the file, and to it. What is not here stands in the file as it lies in the page.
_KINDS: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "text": (_text_to_raw, _text_to_form),
    "law": (_law_to_raw, _law_to_form),
    "question": (_question_to_raw, _question_to_form),
    "case": (_case_to_raw, _case_to_form),
    "details": _rich("text"),
    "task": _rich("text", "leader"),
    "routine": (_routine_to_raw, _routine_to_form),
    "contacts": (_contacts_to_raw, _contacts_to_form),
    "sources": (_sources_to_raw, _sources_to_form),
    "terms": (_terms_to_raw, _terms_to_form),
    "action_card": (_card_to_raw, _card_to_form),
    "image": (_image_to_raw, _image_to_form),
    "activity": _by_key("activity", "activities"),
    "video": _by_key("video", "videos"),
    "document": _by_key("document", "documents"),
}
