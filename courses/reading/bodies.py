"""The content of one part, with everything it refers to fetched at once.

Blocks come from the revision's JSON, never from the live page. Laws, help lines and sources are fetched by Wagtail in
one query for each kind, and live, so that a corrected number is correct in every lesson. Pictures and links between
pages would cost a query each; they are fetched here instead.
"""

import copy
import json
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from wagtail.models import Page

from accounts.models import User
from courses.models import ModulePage
from media.models import Picture, Rendition
from media.reading import ActivityReading, read_activities
from media.screening import VideoReading, read_videos

# As in courses/blocks/picture.html.
PICTURE_SPECS = ("width-800", "width-1600")

_PAGE_LINK = re.compile(r'<a\b[^>]*\blinktype="page"[^>]*>')
_LINK_ID = re.compile(r'\bid="(\d+)"')


def raw_parts(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts as they lie in a revision."""
    parts = content.get("parts") or "[]"
    found: list[dict[str, Any]] = json.loads(parts) if isinstance(parts, str) else parts
    return found


def body_of(part: dict[str, Any], person: User, language: str) -> Any:
    """The blocks of one part, ready for templates to show `person` without a query.

    A constant number of queries, whatever its length: four for each kind that knows her place, at most one for each
    other kind.
    """
    part = _with_addresses(part)
    pictures = _take_pictures(part)
    activities = _take_activities(part, person, language)
    videos = _take_videos(part, person, language)
    block = ModulePage._meta.get_field("parts").stream_block.child_blocks["part"]
    body = block.bulk_to_python([part["value"]])[0]["body"]
    for child in body:
        if child.block_type == "image":
            child.value["image"] = pictures.get(child.id)
        elif child.block_type == "activity":
            child.value["activity"] = activities.get(child.id)
        elif child.block_type == "video":
            child.value["video"] = videos.get(child.id)
    return body


def _with_addresses(part: dict[str, Any]) -> dict[str, Any]:
    """Links to pages as plain addresses."""
    links: list[str] = []

    def collect(text: str) -> str:
        links.extend(_PAGE_LINK.findall(text))
        return text

    _walk(part, collect)
    ids = {int(found.group(1)) for link in links if (found := _LINK_ID.search(link))}
    if not ids:
        return part
    addresses = {page.pk: page.url for page in Page.objects.filter(pk__in=ids, live=True)}

    def address(match: re.Match[str]) -> str:
        found = _LINK_ID.search(match.group())
        url = addresses.get(int(found.group(1))) if found else None
        return f'<a href="{url}">' if url else "<a>"

    changed: dict[str, Any] = _walk(part, lambda text: _PAGE_LINK.sub(address, text))
    return changed


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _take_pictures(part: dict[str, Any]) -> dict[str, Picture]:
    """The pictures by block, with the sizes we show. Takes the ids out of `part`, so that nobody else fetches them."""
    wanted: dict[str, dict[str, Any]] = {}
    for block in part["value"]["body"]:
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


def _take_activities(part: dict[str, Any], person: User, language: str) -> dict[str, ActivityReading]:
    """The activities by block, at her place in each. Takes the ids out of `part`, as with pictures."""
    wanted = {
        block["id"]: block["value"]["activity"]
        for block in part["value"]["body"]
        if block["type"] == "activity" and block["value"].get("activity")
    }
    readings = read_activities(person=person, content_ids=set(wanted.values()), language=language)
    for block in part["value"]["body"]:
        if block["type"] == "activity":
            block["value"]["activity"] = None
    return {block_id: readings[pk] for block_id, pk in wanted.items() if pk in readings}


def _take_videos(part: dict[str, Any], person: User, language: str) -> dict[str, VideoReading]:
    """The videos by block, at her place in each. Takes the ids out of `part`, as with pictures."""
    wanted = {
        block["id"]: block["value"]["video"]
        for block in part["value"]["body"]
        if block["type"] == "video" and block["value"].get("video")
    }
    readings = read_videos(person=person, video_ids=set(wanted.values()), language=language)
    for block in part["value"]["body"]:
        if block["type"] == "video":
            block["value"]["video"] = None
    return {block_id: readings[pk] for block_id, pk in wanted.items() if pk in readings}


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
