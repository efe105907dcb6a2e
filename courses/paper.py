"""Blocks as they stand on paper: each kind of block becomes plain nodes, which courses/typst/module.typ sets.

Nothing here asks the database or writes Typst: what goes in is the value of a block, what comes out is data. A new
kind of block gets its place in PAPER at the end; one that has none is shown by its title and its text alternative.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

Node = dict[str, Any]
Run = dict[str, Any]
_LINKS = ("http://", "https://", "mailto:", "tel:")
_NOT_WRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_LETTERS = "ABCDEFGH"
_WHOLE = 2500  # letters of its nodes


@dataclass
class Paper:
    """What is collected on the way through the blocks of one module."""

    base: str
    """The address of the site, put before addresses that lack it."""
    cards: list[Node] = field(default_factory=list)
    pictures: dict[str, Any] = field(default_factory=dict)
    """By the name that nodes call them by."""

    def nodes(self, blocks: Iterable[Any]) -> list[Node]:
        """The nodes of a part's blocks, in order."""
        return [node for block in blocks for node in PAPER.get(block.block_type, _other)(block.value, self)]

    def rich(self, text: Any) -> list[Node]:
        return rich_nodes(getattr(text, "source", text) or "", self.base)

    def picture(self, image: Any) -> str:
        name = f"picture-{len(self.pictures) + 1}"
        self.pictures[name] = image
        return name


# --- text -----------------------------------------------------------------------------------------


def clean(text: Any) -> str:
    """Text without the characters that no page can hold."""
    return _NOT_WRITTEN.sub("", str(text or ""))


def run(text: Any, *, bold: bool = False, italic: bool = False, href: str = "") -> Run:
    return {"text": clean(text), "bold": bold, "italic": italic, "href": href}


def paragraph(*runs: Run | str, look: str = "") -> Node:
    return {"kind": "text", "look": look, "runs": [run(each) if isinstance(each, str) else each for each in runs]}


def heading(text: Any, level: int = 3) -> Node:
    return {"kind": "heading", "level": level, "text": clean(text)}


def box(look: str, nodes: list[Node], *, title: Any = "", label: Any = "", foot: list[Node] | None = None) -> Node:
    return {
        "kind": "box",
        "look": look,
        "title": clean(title),
        "label": clean(label),
        "nodes": nodes,
        "foot": foot or [],
        # Kept on one page where it surely has room on one.
        "whole": look != "case" and len(str(nodes)) < _WHOLE,
    }


def shown_address(address: str) -> str:
    """An address as it is read and typed, with places where a line may break."""
    short = re.sub(r"^(https?://|mailto:|tel:)", "", address).rstrip("/")
    return re.sub(r"([/?&=_])(?=.)", "\\1\u200b", short)


def linked(text: Any, address: str) -> list[Run]:
    """A link and, where its text is something else, its address: paper cannot be clicked."""
    if not address.startswith(_LINKS):
        return [run(text)]
    same = clean(text).strip().rstrip("/") in (address.rstrip("/"), shown_address(address).replace("\u200b", ""))
    runs = [run(text, href=address)]
    return runs if same else [*runs, run(f" ({shown_address(address)})")]


class _Reader(HTMLParser):
    """Rich text as Wagtail keeps it: paragraphs, lists, bold, italic and links. Whatever else is left out, not lost."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = base
        self.nodes: list[Node] = []
        self.lists: list[Node] = []
        self.runs: list[Run] = []
        self.bold = self.italic = 0
        self.href = ""
        self.link_text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("b", "strong"):
            self.bold += 1
        elif tag in ("i", "em"):
            self.italic += 1
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            self.href = self.base + address if address.startswith("/") else address
            self.href = self.href if self.href.startswith(_LINKS) else ""
            self.link_text = ""
        elif tag == "br":
            self.runs.append(run("\n"))
        elif tag in ("ul", "ol"):
            self._end()
            self._into({"kind": "list", "ordered": tag == "ol", "items": []}, begin=True)
        elif tag == "li":
            self._end()
            if self.lists:
                self.lists[-1]["items"].append([])
        elif tag in ("p", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr"):
            self._end()
            self.bold += tag.startswith("h") and tag != "hr"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("b", "strong"):
            self.bold = max(0, self.bold - 1)
        elif tag in ("i", "em"):
            self.italic = max(0, self.italic - 1)
        elif tag == "a":
            self.runs += linked(self.link_text, self.href)[1:] if self.href else []
            self.href = ""
        elif tag in ("ul", "ol"):
            self._end()
            if self.lists:
                self.lists.pop()
        elif tag in ("p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote"):
            self._end()
            self.bold = 0 if tag.startswith("h") else self.bold

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n]+", " ", data)
        self.link_text += text
        if text.strip() or self.runs:
            self.runs.append(
                run(text if self.runs else text.lstrip(), bold=self.bold > 0, italic=self.italic > 0, href=self.href)
            )

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        runs, self.runs = self.runs, []
        if any(each["text"].strip() for each in runs):
            self._into(paragraph(*runs))

    def _into(self, node: Node, *, begin: bool = False) -> None:
        items = self.lists[-1]["items"] if self.lists else None
        if items is None:
            self.nodes.append(node)
        else:
            if not items:
                items.append([])
            items[-1].append(node)
        if begin:
            self.lists.append(node)


def rich_nodes(source: str, base: str = "") -> list[Node]:
    """Rich text as nodes."""
    reader = _Reader(base)
    reader.feed(source)
    reader.close()
    return reader.nodes


# --- facts ----------------------------------------------------------------------------------------


def checked(day: Any) -> str:
    return _("Kontrollert %(day)s.") % {"day": date_format(day, "DATE_FORMAT")}


def contact_lines(contacts: Iterable[Any]) -> list[Node]:
    """Whom to call, without those that are gone."""
    return [
        {
            "name": clean(contact.name),
            "number": clean(contact.number),
            "note": " ".join(clean(f"{text}.") for text in (contact.audience, contact.hours) if text),
            "checked": checked(contact.verified_on),
        }
        for contact in contacts
        if contact
    ]


# --- blocks ---------------------------------------------------------------------------------------


def _heading(value: Any, paper: Paper) -> list[Node]:
    return [heading(value)]


def _text(value: Any, paper: Paper) -> list[Node]:
    return paper.rich(value)


def _question(value: Any, paper: Paper) -> list[Node]:
    cells = [[paragraph(run(way["title"], bold=True)), paragraph(clean(way["text"]))] for way in value["branches"]]
    return [
        paragraph(clean(value["question"]), look="question"),
        *([{"kind": "columns", "cells": cells}] if cells else []),
    ]


def _law(value: Any, paper: Paper) -> list[Node]:
    law = value["reference"]
    foot: list[Node] = []
    if law:
        where = ", ".join(clean(part) for part in (law.act_id, law.section) if part)
        runs = [*linked(law.title, law.url), run(f". {where}. {checked(law.verified_on)}")]
        foot = [paragraph(*runs, look="small")]
    return [box("law", paper.rich(value["text"]), title=value["title"], label=_("Lov"), foot=foot)]


def _case(value: Any, paper: Paper) -> list[Node]:
    """The scene and its choices first, so that a reader may think before she reads what each leads to."""
    choices = list(zip(_LETTERS, value["choices"], strict=False))
    nodes = [*paper.rich(value["text"]), paragraph(run(value["prompt"], bold=True), look="label")]
    nodes += [paragraph(run(f"{letter}  ", bold=True), clean(choice["text"])) for letter, choice in choices]
    for letter, choice in choices:
        title = _("Valg %(letter)s: %(outcome)s") % {"letter": letter, "outcome": choice["outcome_title"]}
        nodes += [heading(title, 4), *paper.rich(choice["outcome"])]
        if effects := [[clean(effect["who"]), clean(effect["what"])] for effect in choice["effects"]]:
            nodes.append({"kind": "pairs", "rows": effects})
        nodes += [paragraph(run(_("Hvorfor"), bold=True), look="label"), *paper.rich(choice["why"])]
    return [box("case", nodes, title=value["title"], label=value["label"])]


def _details(value: Any, paper: Paper) -> list[Node]:
    return [box("plain", paper.rich(value["text"]), title=value["summary"])]


def _contacts(value: Any, paper: Paper) -> list[Node]:
    lines = contact_lines(value["contacts"])
    return [heading(value["title"]), {"kind": "contacts", "lines": lines}] if lines else []


def _image(value: Any, paper: Paper) -> list[Node]:
    image = value["image"]
    if not image:
        return []
    alternative = "" if getattr(image, "decorative", False) else getattr(image, "contextual_alt_text", "")
    node = {"kind": "picture", "name": paper.picture(image), "alt": clean(alternative)}
    return [node | {"caption": clean(getattr(image, "credit", ""))}]


def _sources(value: Any, paper: Paper) -> list[Node]:
    items = []
    for source in value["sources"]:
        if source:
            facts = ", ".join(clean(part) for part in (source.publisher, source.published) if part)
            runs = [*linked(source.title, source.url), run(f". {facts}. {checked(source.verified_on)}")]
            items.append([paragraph(*runs, look="small")])
    return [heading(_("Kilder")), {"kind": "list", "ordered": False, "items": items}] if items else []


def _terms(value: Any, paper: Paper) -> list[Node]:
    items = []
    for term in value["terms"]:
        if term:
            runs = [run(term.preferred, bold=True), run(f": {clean(term.meaning)}")]
            if term.others:
                runs.append(run(" " + _("Andre uttrykk: %(words)s.") % {"words": ", ".join(term.others)}))
            items.append([paragraph(*runs, look="small")])
    return [heading(_("Ord og begreper")), {"kind": "list", "ordered": False, "items": items}] if items else []


def _action_card(value: Any, paper: Paper) -> list[Node]:
    lines = contact_lines(value["contacts"])
    paper.cards.append(
        {
            "title": clean(value["title"]),
            "lead": clean(value["lead"]),
            "rows": [{"label": clean(row["label"]), "hint": clean(row["hint"])} for row in value["rows"]],
            "lines": lines,
        }
    )
    told = _("Handlingskortet «%(title)s» ligger først i utskriften.") % {"title": value["title"]}
    return [paragraph(run(told, italic=True))]


def _task(value: Any, paper: Paper) -> list[Node]:
    label = _("Gruppeoppgave, %(minutes)s min") % {"minutes": value["minutes"]}
    leader = [heading(_("For den som leder"), 4), *paper.rich(value["leader"])]
    return [box("plain", [*paper.rich(value["text"]), *leader], title=value["title"], label=label)]


def _routine(value: Any, paper: Paper) -> list[Node]:
    asks = {"kind": "list", "ordered": False, "items": [[paragraph(clean(ask))] for ask in value["asks"]]}
    return [box("plain", [paragraph(clean(value["text"])), asks], title=value["title"], label=_("Rutinen hos oss"))]


def _document(value: Any, paper: Paper) -> list[Node]:
    document = value["document"]
    if not document:
        return []
    nodes = [paragraph(*linked(value["title"], paper.base + document.url), run(f" {document.file_extension.upper()}"))]
    return [box("plain", [*nodes, *([paragraph(clean(value["text"]))] if value["text"] else [])], label=_("Dokument"))]


def _video(value: Any, paper: Paper) -> list[Node]:
    video = value["video"]
    return _alternative(getattr(video, "title", ""), _("Video"), paper.rich(getattr(video, "transcript", "")))


def _activity(value: Any, paper: Paper) -> list[Node]:
    activity = value["activity"]
    title = value.get("title") or getattr(activity, "title", "")
    alternative = value.get("alternative") or getattr(activity, "as_text", "")
    return _alternative(title, _("Øvelse"), paper.rich(alternative))


def _other(value: Any, paper: Paper) -> list[Node]:
    """A kind of block that paper does not know: its title, and what it offers in place of itself."""
    offered = value.get if hasattr(value, "get") else lambda name: None
    title = offered("title") or offered("label") or ""
    text = offered("alternative") or offered("transcript") or ""
    return _alternative(title, "", _plain(text, paper)) if title or text else []


def _alternative(title: Any, label: str, nodes: list[Node]) -> list[Node]:
    told = paragraph(run(_("Dette finnes bare på skjermen."), italic=True))
    return [box("plain", nodes or [told], title=title, label=label)]


def _plain(text: Any, paper: Paper) -> list[Node]:
    """Rich text, or text with empty lines between its paragraphs."""
    if hasattr(text, "source"):
        return paper.rich(text)
    return [paragraph(clean(part.strip())) for part in re.split(r"\n\s*\n", str(text or "")) if part.strip()]


# Every kind of block that may stand in a part, and what it is on paper.
PAPER: dict[str, Callable[[Any, Paper], list[Node]]] = {
    "heading": _heading,
    "text": _text,
    "question": _question,
    "law": _law,
    "case": _case,
    "details": _details,
    "contacts": _contacts,
    "image": _image,
    "sources": _sources,
    "terms": _terms,
    "task": _task,
    "routine": _routine,
    "action_card": _action_card,
    "document": _document,
    "video": _video,
    "activity": _activity,
}
