"""The content of one part or of all, with everything it refers to fetched at once.

Blocks come from the revision's JSON, never from the live page. What they refer to is live, so that a corrected fact is
correct in every lesson, and is read here: Wagtail would ask once for each kind of block, and for each picture and link.
"""

import copy
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from wagtail.models import Page

from accounts.models import User
from courses.models import ModulePage
from facts.models import ContactPoint
from facts.reading import read_facts
from media.models import DocumentFile, Picture, Rendition
from media.reading import ActivityReading, read_activities
from media.screening import VideoReading, read_videos

# As in courses/blocks/picture.html.
PICTURE_SPECS = ("width-800", "width-1600")

_LINK = re.compile(r'<a\b[^>]*\blinktype="(page|document)"[^>]*>')
_LINK_ID = re.compile(r'\bid="(\d+)"')


def raw_parts(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts as they lie in a revision."""
    parts = content.get("parts") or "[]"
    found: list[dict[str, Any]] = json.loads(parts) if isinstance(parts, str) else parts
    return found


@dataclass(frozen=True, slots=True)
class Bodies:
    """The blocks of each part, and the help lines of the foot of the page, which come with those of the blocks."""

    parts: list[Any]
    help_lines: list[ContactPoint]


def bodies_of(parts: Sequence[dict[str, Any]], person: User | None = None, language: str = "") -> Bodies:
    """The blocks of some parts, ready to be shown to `person`, or to nobody in particular, without a query.

    A constant number of queries: two for activities, two for videos, one for facts, at most one for each other kind.
    """
    documents = _documents_of(parts)
    parts = _with_addresses(list(parts), documents)
    pictures = _take_pictures(parts)
    chosen = _take(parts, {"document"}, "document")
    facts = _take_facts(parts)
    activities = _take_activities(parts, person, language) if person else None
    videos = _take_videos(parts, person, language) if person else None
    block = ModulePage._meta.get_field("parts").stream_block.child_blocks["part"]
    bodies = [value["body"] for value in block.bulk_to_python([part["value"] for part in parts])]
    for body in bodies:
        for child in body:
            if child.block_type == "image":
                child.value["image"] = pictures.get(child.id)
            elif child.block_type == "activity" and activities is not None:
                child.value["activity"] = activities.get(child.id)
            elif child.block_type == "video" and videos is not None:
                child.value["video"] = videos.get(child.id)
            elif child.id in chosen:
                child.value["document"] = documents.get(chosen[child.id])
            elif child.id in facts.shown:
                name, shown = facts.shown[child.id]
                child.value[name] = shown
    return Bodies(bodies, facts.help_lines)


def _blocks(parts: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (block for part in parts for block in part["value"]["body"])


def _take(parts: Sequence[dict[str, Any]], kinds: set[str], name: str) -> dict[str, Any]:
    """What blocks of these kinds hold as `name`, by block. Taken out of `parts`, so that nobody else fetches it."""
    return {block["id"]: block["value"].pop(name, None) for block in _blocks(parts) if block["type"] in kinds}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a block shows of facts, by block: under which name, and the fact or the list of them, None for one gone."""

    shown: dict[str, tuple[str, Any]]
    help_lines: list[ContactPoint]


def _take_facts(parts: Sequence[dict[str, Any]]) -> _Facts:
    """The laws, sources, help lines and terms of blocks. Takes the ids out of `parts`, as with pictures."""
    laws = _take(parts, {"law"}, "reference")
    sources = {key: _ids(items) for key, items in _take(parts, {"sources"}, "sources").items()}
    lines = {key: _ids(items) for key, items in _take(parts, {"contacts", "action_card"}, "contacts").items()}
    terms = {key: _ids(items) for key, items in _take(parts, {"terms"}, "terms").items()}
    found = read_facts(
        law_ids={pk for pk in laws.values() if pk},
        source_ids={pk for each in sources.values() for pk in each},
        contact_ids={pk for each in lines.values() for pk in each},
        term_ids={pk for each in terms.values() for pk in each},
    )
    shown: dict[str, tuple[str, Any]] = {key: ("reference", found.laws.get(pk)) for key, pk in laws.items()}
    shown |= {key: ("sources", [found.sources.get(pk) for pk in each]) for key, each in sources.items()}
    shown |= {key: ("contacts", [found.contacts.get(pk) for pk in each]) for key, each in lines.items()}
    shown |= {key: ("terms", [term for pk in each if (term := found.terms.get(pk))]) for key, each in terms.items()}
    return _Facts(shown, found.help_lines)


def _ids(items: list[dict[str, Any]] | None) -> list[int]:
    return [item["value"] for item in items or [] if item["value"]]


def _documents_of(parts: Sequence[dict[str, Any]]) -> dict[int, DocumentFile]:
    """The documents of blocks and of links in texts."""
    ids = {block["value"].get("document") for block in _blocks(parts) if block["type"] == "document"} - {None}

    def collect(text: str) -> str:
        ids.update(pk for kind, pk in _links(text) if kind == "document")
        return text

    _walk(parts, collect)
    return DocumentFile.objects.in_bulk(ids) if ids else {}


def _links(text: str) -> Iterator[tuple[str, int]]:
    """The links of a text to pages and documents."""
    for link in _LINK.finditer(text):
        if found := _LINK_ID.search(link.group()):
            yield link.group(1), int(found.group(1))


def _with_addresses(parts: list[dict[str, Any]], documents: dict[int, DocumentFile]) -> list[dict[str, Any]]:
    """Links to pages and documents as plain addresses."""
    links: set[tuple[str, int]] = set()

    def collect(text: str) -> str:
        links.update(_links(text))
        return text

    _walk(parts, collect)
    if not links:
        return parts
    addresses = {("document", pk): document.url for pk, document in documents.items()}
    if ids := {pk for kind, pk in links if kind == "page"}:
        addresses |= {("page", page.pk): page.url for page in Page.objects.filter(pk__in=ids, live=True)}

    def address(link: re.Match[str]) -> str:
        found = _LINK_ID.search(link.group())
        url = addresses.get((link.group(1), int(found.group(1)))) if found else None
        return f'<a href="{escape(url)}">' if url else "<a>"

    changed: list[dict[str, Any]] = _walk(parts, lambda text: _LINK.sub(address, text))
    return changed


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _take_pictures(parts: list[dict[str, Any]]) -> dict[str, Picture]:
    """The pictures by block, with the sizes we show. Takes the ids out of `parts`, so that nobody else fetches them."""
    wanted: dict[str, dict[str, Any]] = {}
    for block in _blocks(parts):
        if block["type"] == "image" and isinstance(image := block["value"].get("image"), dict):
            wanted[block["id"]] = image
    ids = {image["image"] for image in wanted.values() if image.get("image")}
    if not ids:
        return {}
    sizes: dict[int, list[Rendition]] = defaultdict(list)
    for rendition in Rendition.objects.filter(image_id__in=ids, filter_spec__in=PICTURE_SPECS).select_related("image"):
        sizes[rendition.image_id].append(rendition)
    found = {pk: renditions[0].image for pk, renditions in sizes.items()}
    if ids - found.keys():
        found |= Picture.objects.in_bulk(list(ids - found.keys()))
    pictures: dict[str, Picture] = {}
    for block_id, image in wanted.items():
        if picture := found.get(image["image"]):
            pictures[block_id] = _shown(picture, image, sizes[picture.pk])
        image["image"] = None
    return pictures


def _take_activities(parts: list[dict[str, Any]], person: User, language: str) -> dict[str, ActivityReading]:
    """The activities by block, at her place in each. Takes the ids out of `parts`, as with pictures."""
    chosen = _take(parts, {"activity"}, "activity")
    readings = read_activities(person=person, content_ids={pk for pk in chosen.values() if pk}, language=language)
    return {block_id: readings[pk] for block_id, pk in chosen.items() if pk in readings}


def _take_videos(parts: list[dict[str, Any]], person: User, language: str) -> dict[str, VideoReading]:
    """The videos by block, at her place in each. Takes the ids out of `parts`, as with pictures."""
    chosen = _take(parts, {"video"}, "video")
    readings = read_videos(person=person, video_ids={pk for pk in chosen.values() if pk}, language=language)
    return {block_id: readings[pk] for block_id, pk in chosen.items() if pk in readings}


def _shown(picture: Picture, image: dict[str, Any], sizes: list[Rendition]) -> Picture:
    """The picture as this block shows it: the text for those who do not see it may differ from place to place."""
    shown = copy.copy(picture)
    shown.decorative = image.get("decorative")
    shown.contextual_alt_text = "" if shown.decorative else image.get("alt_text") or picture.description
    shown.prefetched_renditions = []
    for size in sizes:
        rendition = copy.copy(size)
        rendition.image = shown
        shown.prefetched_renditions.append(rendition)
    return shown
