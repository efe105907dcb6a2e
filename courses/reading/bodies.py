"""The content of one part or of all, with everything it refers to fetched at once.

Blocks come from the revision's JSON, never from the live page. Laws, help lines and sources are fetched by Wagtail in
one query for each kind, and live, so that a corrected number is correct in every lesson. Pictures and links to pages
and documents would cost a query each; they are fetched here instead.
"""

import copy
import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.html import escape
from wagtail.models import Page

from courses.models import ModulePage
from media.models import DocumentFile, Picture, Rendition

# As in courses/blocks/picture.html.
PICTURE_SPECS = ("width-800", "width-1600")

_LINK = re.compile(r'<a\b[^>]*\blinktype="(page|document)"[^>]*>')
_LINK_ID = re.compile(r'\bid="(\d+)"')


def raw_parts(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts as they lie in a revision."""
    parts = content.get("parts") or "[]"
    found: list[dict[str, Any]] = json.loads(parts) if isinstance(parts, str) else parts
    return found


def body_of(part: dict[str, Any]) -> Any:
    """The blocks of one part, ready to be shown without a query. At most nine queries, whatever its length."""
    return bodies_of([part])[0]


def bodies_of(parts: Sequence[dict[str, Any]]) -> list[Any]:
    """The blocks of several parts, for as many queries as those of one."""
    parts = _with_addresses(list(parts))
    pictures = _take_pictures(parts)
    block = ModulePage._meta.get_field("parts").stream_block.child_blocks["part"]
    bodies = [value["body"] for value in block.bulk_to_python([part["value"] for part in parts])]
    for body in bodies:
        for child in body:
            if child.block_type == "image":
                child.value["image"] = pictures.get(child.id)
    return bodies


def _with_addresses(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Links to pages and documents as plain addresses."""
    wanted: dict[str, set[int]] = {"page": set(), "document": set()}

    def collect(text: str) -> str:
        for link in _LINK.finditer(text):
            if found := _LINK_ID.search(link.group()):
                wanted[link.group(1)].add(int(found.group(1)))
        return text

    _walk(parts, collect)
    addresses: dict[tuple[str, int], str] = {}
    if ids := wanted["page"]:
        addresses |= {("page", page.pk): page.url for page in Page.objects.filter(pk__in=ids, live=True)}
    if ids := wanted["document"]:
        addresses |= {("document", file.pk): file.url for file in DocumentFile.objects.filter(pk__in=ids)}

    def address(link: re.Match[str]) -> str:
        found = _LINK_ID.search(link.group())
        url = addresses.get((link.group(1), int(found.group(1)))) if found else None
        return f'<a href="{escape(url)}">' if url else "<a>"

    changed: list[dict[str, Any]] = (
        _walk(parts, lambda text: _LINK.sub(address, text)) if any(wanted.values()) else parts
    )
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
    for block in (block for part in parts for block in part["value"]["body"]):
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
